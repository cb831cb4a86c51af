"""The HTTP API: the application and its routes, access, limits, schemas, event streams, errors."""
