"""What the server around pages and API needs to know: its settings, addresses, problems as JSON."""
