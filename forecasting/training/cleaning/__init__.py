"""What a series should not be learned from as it was sold: outliers, stockouts, level shifts."""
