"""Everything on disk, whole or not at all: the sales table, published versions, stock states; locks and atomic files."""
