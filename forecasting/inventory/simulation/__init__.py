"""A policy replayed day by day at past cutoffs."""
