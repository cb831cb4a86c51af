"""What is plausible as a file and absurd as sales: an upload held against the sales saved before it."""
