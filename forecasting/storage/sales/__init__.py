"""The sales table: merges, its history of uploads, undo, and what damage looks like."""
