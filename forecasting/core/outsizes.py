"""Sales thousands of times the usual ones of their series: a slip of the keyboard, or an article number in the wrong column."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from forecasting.core import formatting, schema
from forecasting.core.arrays import FloatArray

MIN_TIMES: Final = 1000
"""How many times the usual sales of their series some are outsized, at least."""
MIN_DAYS: Final = 5
"""Days with sales that say what is usual, at least."""
SHOWN: Final = 3
"""Rows that a note names, at most."""


def outsized(values: FloatArray, series: np.ndarray, past: FloatArray, past_series: np.ndarray) -> tuple[np.ndarray, FloatArray]:
    """Where sales are a thousand times the usual ones of their series, which are the median of its past days with sales.

    Args:
        values: Units, shape (n,); NaN where not known.
        series: The number of each one's series, shape (n,).
        past: Units that say what is usual, shape (m,); they may be the same.
        past_series: The number of each one's series, ascending, shape (m,).

    Returns:
        Positions, ascending, shape (k,), and what is usual there, units, shape (k,).

    Example:
        >>> units, series = np.array([4.0, 5, 6, 5, 6000, 4, 0]), np.zeros(7)
        >>> outsized(units, series, units, series)
        (array([4]), array([5.]))
    """
    known, codes = past[past > 0], past_series[past > 0]
    if not len(known):
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    starts = np.flatnonzero(np.append(True, codes[1:] != codes[:-1]))
    ends = np.append(starts[1:], len(codes))
    place = np.minimum(np.searchsorted(codes[starts], series), len(starts) - 1)
    enough = (codes[starts][place] == series) & ((ends - starts)[place] >= MIN_DAYS)
    doubtful = np.flatnonzero(enough & (values >= MIN_TIMES * np.minimum.reduceat(known, starts)[place]))
    usual = np.full(len(starts), np.inf)
    for each in np.unique(place[doubtful]):  # few, so that few medians are worked out
        usual[each] = np.median(known[starts[each] : ends[each]])
    large = doubtful[values[doubtful] >= MIN_TIMES * usual[place[doubtful]]]
    return large, usual[place[large]]


def note(sales: pd.DataFrame, places: np.ndarray, usual: FloatArray) -> str:
    """What a person should know of outsized sales; empty if there are none.

    Args:
        sales: In columns of the schema.
        places: Positions of outsized rows, shape (k,).
        usual: What is usual there, shape (k,).
    """
    if not len(places):
        return ""
    shown = [_row(sales.iloc[place], units) for place, units in zip(places[:SHOWN].tolist(), usual.tolist(), strict=False)]
    more = [f"{len(places) - SHOWN:,} more"] if len(places) > SHOWN else []
    what = f"{'has' if len(places) == 1 else 'have'} a thousand times the usual sales of {'its' if len(places) == 1 else 'their'} series, or more"
    return f"{formatting.count(len(places), 'row')} {what}: {'; '.join([*shown, *more])}. Correct what is a mistake."


def _row(row: pd.Series, usual: float) -> str:
    """One row: "Tea, South on 3 Mar 2026, 12,000 units instead of about 3"."""
    names = ", ".join(str(row[key]) for key in schema.KEYS if key in row.index)
    day = formatting.date(row[schema.DATE])
    return f"{f'{names} on ' if names else ''}{day}, {row[schema.SALES]:,.10g} units instead of about {usual:,.4g}"
