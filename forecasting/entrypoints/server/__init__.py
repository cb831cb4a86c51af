"""The server around pages and API: its settings, addresses, problems as JSON."""
