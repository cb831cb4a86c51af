"""Stock as a file or a person gives it: roles of columns, cells, rows, and the state for each series."""
