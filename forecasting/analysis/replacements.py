"""Products that probably replaced others: one ended as the other began, their names are near, and they sold alike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from difflib import SequenceMatcher
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from forecasting.core import schema

MAX_DAYS_APART: Final = 14
"""Between the last sale of the old product and the first one of the new."""
LEAST_DAYS_OVER: Final = 3
"""Days without a sale after which a product may have ended."""
NEAR_NAME: Final = 0.8
"""Likeness of two names, in [0, 1], at least: "Croisant" and "Croissant" are 0.94 alike."""
MOST_TIMES: Final = 3.0
"""How many times the one may sell a day what the other does."""
LEVEL_DAYS: Final = 28
MOST_PAIRS: Final = 20_000
"""Pairs of products whose names are compared at most."""


class Replacement(NamedTuple):
    """Two products that may be one.

    Args:
        old: The one that ended.
        last: The day of its last sale.
        new: The one that began.
        first: The day of its first sale.
    """

    old: str
    last: date
    new: str
    first: date


def replacements(sales: pd.DataFrame, most: int = 5) -> list[Replacement]:
    """The likeliest pairs, those with the nearest names first; a product is in one of them at most.

    Args:
        sales: Columns of `schema.COLUMNS`, one row a series and day.
        most: Pairs at most.
    """
    if schema.PRODUCT not in sales:
        return []
    sold = sales.loc[sales[schema.SALES] > 0, [schema.PRODUCT, schema.DATE, schema.SALES]]
    spans = sold.groupby(schema.PRODUCT, observed=True)[schema.DATE].agg(["min", "max"])
    by_product = dict(tuple(sold.groupby(schema.PRODUCT, observed=True)))
    chosen: list[Replacement] = []
    for _, pair in sorted(_near(spans), key=lambda scored: (-scored[0], scored[1])):
        taken = {name for other in chosen for name in (other.old, other.new)}
        if len(chosen) < most and not taken & {pair.old, pair.new} and _alike(by_product[pair.old], by_product[pair.new], pair):
            chosen.append(pair)
    return chosen


def _near(spans: pd.DataFrame) -> Iterator[tuple[float, Replacement]]:
    """Pairs of which one ended as the other began, with the likeness of their names where it is enough.

    Args:
        spans: Of each product the days of its first sale, `min`, and its last, `max`.
    """
    begin, end, names = spans["min"].to_numpy(), spans["max"].to_numpy(), [str(name) for name in spans.index]
    apart = np.timedelta64(MAX_DAYS_APART, "D")
    began = np.flatnonzero(begin > begin.min() + apart) if len(begin) else np.array([], dtype=int)
    ended = np.flatnonzero(end <= end.max() - np.timedelta64(LEAST_DAYS_OVER, "D")) if len(end) else np.array([], dtype=int)
    close = np.abs(begin[began][None, :] - end[ended][:, None]) <= apart
    close &= (begin[ended][:, None] < begin[began][None, :]) & (end[began][None, :] > end[ended][:, None])
    for row, column in np.argwhere(close)[:MOST_PAIRS].tolist():
        old, new = int(ended[row]), int(began[column])
        likeness = _likeness(names[old].casefold(), names[new].casefold())
        if likeness >= NEAR_NAME:
            yield likeness, Replacement(names[old], pd.Timestamp(end[old]).date(), names[new], pd.Timestamp(begin[new]).date())


def _likeness(one: str, other: str) -> float:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= NEAR_NAME and matcher.quick_ratio() >= NEAR_NAME else 0.0


def _alike(old: pd.DataFrame, new: pd.DataFrame, pair: Replacement) -> bool:
    """Whether the last weeks of the one and the first of the other sold a like number of units on the days on which they sold."""
    window = pd.Timedelta(days=LEVEL_DAYS)
    before = old[old[schema.DATE] > pd.Timestamp(pair.last) - window].groupby(schema.DATE)[schema.SALES].sum().mean()
    after = new[new[schema.DATE] < pd.Timestamp(pair.first) + window].groupby(schema.DATE)[schema.SALES].sum().mean()
    return bool(max(before, after) <= MOST_TIMES * min(before, after))
