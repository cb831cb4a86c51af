"""What every page shares: its head, its guards, its filters, and the version that it shows."""
