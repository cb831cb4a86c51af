"""Units that came back: taken off the day, else off the days before, on which they were sold."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.formatting import count


def without_returns(sales: pd.DataFrame, series: np.ndarray, given: pd.Series, *, added_up: bool) -> tuple[pd.DataFrame, str]:
    """The sales with no day below zero, and what was done, for a person; empty where nothing came back.

    Where more came back than was sold on a day, the rest is taken off the series' last days before it, then off the days after it.

    Args:
        sales: One row per series and day, sorted by them.
        series: The number of each row's series, shape (n,).
        given: The units of every row of the file.
        added_up: Whether the rows of a day were added up, returns with sales.
    """
    returned = -float(given[given < 0].sum())
    if returned <= 0:
        return sales, ""
    rows = int((given < 0).sum())
    text = f"{count(rows, 'row')} below zero, {returned:,.0f} units in all, {'counts as a return' if rows == 1 else 'count as returns'}"
    was = "was" if rows == 1 else "were"
    values = sales[schema.SALES].to_numpy(dtype=float).copy()
    below = np.flatnonzero(values < 0)
    if not len(below):
        return sales, f"{text} and {was} taken off the day."
    starts = np.flatnonzero(np.append(True, series[1:] != series[:-1]))
    ends = np.append(starts[1:], len(values))
    left = 0.0
    for row in below:
        rest, values[row] = -values[row], 0.0
        block = np.searchsorted(starts, row, side="right") - 1
        for other in chain(range(row - 1, starts[block] - 1, -1), range(row + 1, ends[block])):
            if rest <= 0:
                break
            if values[other] > 0:
                taken = min(values[other], rest)
                values[other] -= taken
                rest -= taken
        left += rest
    days = f"on {count(len(below), 'day')} more came back than was sold; the rest was taken off other days of the product"
    lost = f", and {left:,.0f} units, of which the file has no sale, do not count" if left > 0 else ""
    return sales.assign(**{schema.SALES: values}), f"{text}{f' and {was} taken off the day' if added_up else ''}; {days}{lost}."
