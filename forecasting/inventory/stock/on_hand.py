"""What is on the shelves now: the newest count, less what was sold since, and what came since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from forecasting.core.arrays import FloatArray
from forecasting.inventory.stock.counts import Counts

COVERAGE: Final = 0.8
"""Share of counts that lie within what is given as the range on hand."""
SDS: Final = 1.2816
"""Standard deviations on either side that hold this share of a normal distribution."""


@dataclass(frozen=True, eq=False)
class OnHand:
    """Units on n shelves, and how they follow from the counts.

    Args:
        counts: The newest counts.
        sold: Shape (n,), units sold since, returns taken off.
        came: Shape (n,), units of orders that were received since.
        age: Shape (n,), days from the count to the day up to which sales are known, at least 0; NaN where not counted.
        margin: Shape (n,), units on either side that held 80 % of earlier counts of this age; NaN where no two counts tell that yet.
        problem: Why what was sold since is not known; empty where it is.
    """

    counts: Counts
    sold: FloatArray
    came: FloatArray
    age: FloatArray
    margin: FloatArray
    problem: str = ""

    @property
    def book(self) -> FloatArray:
        """Counted, less sold, and came; below 0 where more was sold than that."""
        return self.counts.units - self.sold + self.came

    @property
    def units(self) -> FloatArray:
        """What is taken to be on hand, at least 0; NaN where not counted."""
        return np.maximum(self.book, 0.0)

    @property
    def oversold(self) -> FloatArray:
        """Units that were sold beyond what was counted and came, at least 0; NaN where not counted."""
        return np.maximum(-self.book, 0.0)

    @property
    def low(self) -> FloatArray:
        """Lower end of the range that held 80 % of earlier counts, at least 0."""
        return np.maximum(self.units - self.margin, 0.0)

    @property
    def high(self) -> FloatArray:
        """Upper end of that range."""
        return self.units + self.margin

    @property
    def sd(self) -> FloatArray:
        """Standard deviation of the units on hand; 0 where nothing tells it."""
        return np.nan_to_num(self.margin) / SDS


def columns(shelves: OnHand | None, rows: np.ndarray) -> dict[str, FloatArray | pd.DatetimeIndex]:
    """The shelves at `rows` as columns of a table; nothing is known where `shelves` is None, as of stock that was sent along."""
    if shelves is None:
        names = ("counted_units", "sold_since", "came_since", "oversold", "on_hand_low", "on_hand_high")
        return {"counted_on": pd.DatetimeIndex([pd.NaT] * len(rows)).as_unit("us"), **{name: np.full(len(rows), np.nan) for name in names}}
    known = shelves.counts.known[rows]
    return {
        "counted_on": pd.DatetimeIndex(shelves.counts.day[rows].astype("datetime64[us]")),
        "counted_units": shelves.counts.units[rows],
        "sold_since": np.where(known, shelves.sold[rows], np.nan),
        "came_since": np.where(known, shelves.came[rows], np.nan),
        "oversold": shelves.oversold[rows],
        "on_hand_low": shelves.low[rows],
        "on_hand_high": shelves.high[rows],
    }


def came(receipts: pd.DataFrame, since: pd.DataFrame) -> FloatArray:
    """Units that came after counts, shape (m,).

    What came on an earlier day was counted, whenever it was booked; of the day of the count, what was booked after it came later.

    Args:
        receipts: `row` (position of the series), `day` (`datetime64`), `when` (booked, UTC) and `units`.
        since: One row a count: `row`, `day` and `moment`; and `until_day` and `until` of a later count, which includes the rest, where there is one.
    """
    counts = since.reset_index(drop=True).rename_axis("count").reset_index()
    pairs = receipts.merge(counts, on="row", suffixes=("", "_counted"))
    after = _is_since(pairs["day"], pairs["when"], pairs["day_counted"], pairs["moment"])
    if "until" in pairs:
        after &= ~_is_since(pairs["day"], pairs["when"], pairs["until_day"], pairs["until"])
    return np.bincount(pairs["count"][after], pairs["units"][after], minlength=len(since)).astype(float)


def _is_since(day: pd.Series, when: pd.Series, counted: pd.Series, moment: pd.Series) -> pd.Series:
    return (day > counted) | ((day == counted) & (when > moment))
