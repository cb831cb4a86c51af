"""Counts against what was expected at that moment: what is missing on the shelves, and how far a count can be trusted as it ages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from forecasting.core.arrays import FloatArray
from forecasting.inventory.stock import on_hand
from forecasting.inventory.stock.counts import Counts
from forecasting.inventory.stock.on_hand import COVERAGE
from forecasting.inventory.stock.units_sold import UnitsSold

UNITS_A_DAY: Final = 0.1
"""Units a day by which a shelf that sells nothing is taken to move all the same, so that its errors can be compared with those of others."""

COLUMNS: Final = ("row", "day", "age", "before", "sold", "came", "expected", "counted", "difference", "value")


@dataclass(frozen=True)
class Spread:
    """How far counts lay from what was expected.

    Args:
        rate: Units by which 80 % of the counts differed at most, for each root of a unit that moved.
        counts: How many counts it was learned from, at least 1.
    """

    rate: float
    counts: int

    def margin(self, sold: FloatArray, age: FloatArray) -> FloatArray:
        """Units on either side of what is expected that hold 80 % of the counts, by units sold and days since the count before."""
        return self.rate * np.sqrt(_moved(sold, age))


def grades(counts: Sequence[Counts], costs: Sequence[FloatArray], sold: UnitsSold, receipts: pd.DataFrame, sold_to: np.datetime64) -> pd.DataFrame:
    """Each count that followed another one, against what was expected of the shelf at that moment.

    A second count of a shelf on one day stands for the first one of that day.

    Args:
        counts: Of states one after the other, the oldest first, of the same n series.
        costs: What a unit cost in each of these states, shape (n,) each; NaN where not known.
        sold: The saved sales.
        receipts: As `on_hand.came` has them.
        sold_to: The day after the last one whose sales are saved.

    Returns:
        One row a count, by series and day: `row` (the series), `day`, `age` (days since the count before), `before` (units then), `sold` and `came`
        since, `expected`, `counted`, `difference` (units, below 0 where some are missing), `value` (money, NaN where the cost is not known).
        Where not all sales before the count are saved, `expected`, `difference` and `value` are NaN; `expected` is below 0 where more was sold than
        was counted and came.
    """
    if not counts:
        return pd.DataFrame({name: pd.Series(dtype=float) for name in COLUMNS})
    pairs = _pairs(counts, costs)
    rows = pairs["row"].to_numpy(dtype=np.int64)
    first, until = (pairs[name].to_numpy().astype("datetime64[D]") for name in ("sales_from", "until_sales"))
    units = sold.between(rows, first, until)
    since = pairs[["row", "day", "booked", "until_day", "until"]].rename(columns={"booked": "moment"})
    received = on_hand.came(receipts, since)
    expected = np.where(until <= sold_to, pairs["units"].to_numpy() - units + received, np.nan)
    difference = pairs["counted"].to_numpy() - expected
    return pd.DataFrame(
        {
            "row": rows,
            "day": pairs["until_day"].to_numpy(),
            "age": (until - first).astype(np.int64),
            "before": pairs["units"].to_numpy(),
            "sold": units,
            "came": received,
            "expected": expected,
            "counted": pairs["counted"].to_numpy(),
            "difference": difference,
            "value": difference * pairs["cost"].to_numpy(),
        }
    )


def learned(graded: pd.DataFrame) -> Spread | None:
    """How far counts lay from what was expected; None before any count of a shelf that had been counted before can be graded.

    The bound is the smallest that would hold 80 % of all counts, the next one included, where they are alike. Counts that nothing was expected for,
    since more was sold than there was, tell of deliveries that nobody booked, and are left out.
    """
    known = graded[(graded["expected"] >= 0) & (graded["age"] > 0)]
    if known.empty:
        return None
    moved = _moved(known["sold"].to_numpy(dtype=float), known["age"].to_numpy(dtype=float))
    errors = np.sort(np.abs(known["difference"].to_numpy(dtype=float)) / np.sqrt(moved))
    place = min(int(np.ceil(COVERAGE * (len(errors) + 1))), len(errors)) - 1
    return Spread(float(errors[place]), len(errors))


def _moved(sold: FloatArray, age: FloatArray) -> FloatArray:
    """Units that moved on a shelf, above 0 where any day has passed."""
    return np.maximum(sold, 0.0) + UNITS_A_DAY * np.maximum(age, 0.0)


def _pairs(counts: Sequence[Counts], costs: Sequence[FloatArray]) -> pd.DataFrame:
    """Each count beside the one before it, by series and day."""
    frames = [
        pd.DataFrame(
            {"row": np.flatnonzero(each.known), "units": each.units[each.known], "cost": cost[each.known]}
            | {"day": each.day[each.known].astype("datetime64[us]"), "moment": each.moment[each.known], "booked": each.booked_to[each.known]}
            | {"sales_from": each.sales_from[each.known].astype("datetime64[us]")}
        )
        for each, cost in zip(counts, costs, strict=True)
    ]
    every = pd.concat(frames, ignore_index=True).drop_duplicates(["row", "moment"])
    every = every.sort_values(["row", "moment"], kind="stable").drop_duplicates(["row", "day"], keep="last")
    following = every.groupby("row")[["day", "moment", "booked", "sales_from", "units", "cost"]].shift(-1)
    names = {"day": "until_day", "moment": "until_moment", "booked": "until", "sales_from": "until_sales", "units": "counted", "cost": "later_cost"}
    pairs = every.join(following.rename(columns=names))
    pairs["cost"] = pairs["later_cost"].fillna(pairs["cost"])
    return pairs[pairs["counted"].notna()].reset_index(drop=True)
