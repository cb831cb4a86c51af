"""Column names: those of the border (uploads, CSVs, the sales table) and those used inside."""

from __future__ import annotations

from typing import Final

DATE: Final = "date"
SALES: Final = "sales"
PRODUCT: Final = "product_id"
REGION: Final = "region"
STORE: Final = "store"
CATEGORY: Final = "category"
PRICE: Final = "price"
PROMO: Final = "promo"
OPEN: Final = "open"

REQUIRED: Final = (DATE, SALES)
KEYS: Final = (PRODUCT, REGION, STORE)
"""With the date they say which row it is; one combination of them is a series."""
ATTRIBUTES: Final = (CATEGORY,)
"""Known of a product, for filters."""
FILTERS: Final = (PRODUCT, CATEGORY, REGION, STORE)
DRIVERS: Final = (PRICE, PROMO, OPEN)
"""What moves sales and may be known ahead."""
COLUMNS: Final = (DATE, *KEYS, *ATTRIBUTES, *DRIVERS, SALES)
"""Every column of the sales table, in order."""
SUPPLIER: Final = "supplier"
"""Who delivers a product: a column of a file, and none of the sales table."""
ROLES: Final = (*COLUMNS, SUPPLIER)
"""What a column of a sales file may mean."""

MAX_AMOUNT: Final = 1e15
"""The largest number of units, sold or come back, and the largest price that a row may hold: no sum of such numbers overflows."""

UNIQUE_ID: Final = "unique_id"
DS: Final = "ds"
Y: Final = "y"
CUTOFF: Final = "cutoff"
STEP: Final = "step"
"""Days ahead, from 1."""
LEFT_OUT: Final = "left_out"
"""Whether a series was not forecast at a cutoff because the file is large."""

SEASONAL_NAIVE: Final = "seasonal_naive"
"""The benchmark; which other models there are, `forecasting.models.registry` says."""
BLEND: Final = "blend"
FORECAST: Final = "forecast"
"""The blend's column at the border."""
EXPECTED: Final = "expected"
"""The mean of what may be sold, beside the blend, which is a median: for sums over days and series."""
CATEGORY_PATTERN: Final = "category_pattern"
"""What stands behind a series that is too young for any model: the pattern of its category, at its own level."""
MODEL: Final = "model"
REASON: Final = "reason"
WHY: Final = "why"
NOTES: Final = "notes"

LEVELS: Final = (0.80, 0.95)
"""Central coverage of the two bands."""
BANDS: Final = ("lower_80", "upper_80", "lower_95", "upper_95")
QUANTILES: Final = (0.10, 0.90, 0.025, 0.975)
"""Of the sales, in the order of `BANDS`."""

SEASON_LENGTH: Final = 7
