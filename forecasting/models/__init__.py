"""The alternatives that forecast a panel; each obeys the contract of `base`."""
