"""The HTTP API: access, limits, schemas, event streams, errors."""
