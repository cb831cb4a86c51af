"""Intervals from the errors at past cutoffs, of series and of totals."""
