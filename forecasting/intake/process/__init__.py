"""Files read in a process of their own: what goes to it, what it does, and what comes back."""
