"""One task in a process of its own: events, status, time left, cancel; the clock of a schedule."""
