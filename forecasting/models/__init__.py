"""The alternatives that forecast a panel, behind one contract."""
