"""Is the forecast that served keeping its promise? Level, coverage and data, each held against what past cutoffs looked like."""
