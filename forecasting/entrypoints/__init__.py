"""Ways in: HTTP API, command line, Python, the server; and who may come in."""
