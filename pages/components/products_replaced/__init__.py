"""Products that replace others."""
