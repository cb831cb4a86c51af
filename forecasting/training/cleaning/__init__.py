"""Sales that models must not learn from as they were sold: outliers, stockouts, level shifts."""
