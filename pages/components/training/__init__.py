"""A retraining as people see it, on every page."""
