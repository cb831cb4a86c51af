"""Bytes that a person sends become a table of cells, then sales; everything that is wrong with a row is named."""
