"""Columns called a price that hold what a whole row cost: three loaves for 12.60, not 4.20 a loaf."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.intake.column_facts import SAMPLE_ROWS

MIN_ROWS: Final = 3
"""Rows with more units than the fewest of their product, at least."""
MAX_SHARE: Final = 0.25
"""Share of the spread of a product's amounts that is left once each is divided by its units, at most."""


def as_unit_prices(frame: pd.DataFrame, column: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The rows with the price of one unit where their prices are those of whole rows, and a note; else as they are.

    Args:
        frame: Good rows in columns of the schema.
        column: What the column of prices is called.
    """
    if schema.PRICE not in frame or not are_of_rows(frame.iloc[:SAMPLE_ROWS]):
        return frame, ()
    units = frame[schema.SALES].to_numpy(dtype=float)
    prices = np.divide(frame[schema.PRICE].to_numpy(dtype=float), units, out=np.full(len(units), np.nan), where=units > 0)
    return frame.assign(**{schema.PRICE: prices}), (f"{column} is what a whole row cost, not one unit: divided by its units, it is the price.",)


def are_of_rows(frame: pd.DataFrame) -> bool:
    """Whether the prices of each product grow with the units of the row, so that one unit costs nearly the same in all of them."""
    prices, units = (frame[name].to_numpy(dtype=float) for name in (schema.PRICE, schema.SALES))
    known = (prices > 0) & (units > 0)
    if not known.any():
        return False
    product = pd.factorize(frame[schema.PRODUCT][known])[0] if schema.PRODUCT in frame else np.zeros(int(known.sum()), dtype=int)
    amounts, counts = np.log(prices[known]), np.log(units[known])
    fewest = np.full(product.max() + 1, np.inf)
    np.minimum.at(fewest, product, counts)
    if (counts > fewest[product]).sum() < MIN_ROWS:
        return False
    return _spread(amounts - counts, product) < MAX_SHARE * _spread(amounts, product)


def _spread(values: FloatArray, product: np.ndarray) -> float:
    """The sum of squares within products."""
    means = np.bincount(product, weights=values) / np.bincount(product)
    return float(np.square(values - means[product]).sum())
