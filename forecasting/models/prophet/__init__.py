"""Prophet for many series at once: fits, curves, the yearly index that series share, and why a series cannot be fitted."""
