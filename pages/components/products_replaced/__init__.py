"""Products that replace others, and those to come."""
