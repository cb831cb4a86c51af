"""How the units on hand follow from a count, in words."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from forecasting.core import formatting
from forecasting.core.arrays import BoolArray
from forecasting.inventory.stock.count_grades import Spread
from forecasting.inventory.stock.on_hand import OnHand

NOTE: Final = "on_hand_note"
"""Column of a table of orders: how the units on hand follow from the count."""

DO: Final = "Count again, or book what came as received"
"""What to do where more was sold than was counted and came."""


def notes(shelves: OnHand | None, rows: np.ndarray, whole: BoolArray) -> list[str]:
    """For each shelf at `rows`: "Counted 3 days ago: 19, 12 sold since, 24 came since: 31 in stock"; empty where it was not counted.

    Days are those up to the last saved sales; a count without sales since is named by its date.

    Args:
        shelves: All of them; None for stock that was sent along.
        rows: Positions of the series.
        whole: Whether each of these series is sold in whole units.
    """
    if shelves is None:
        return [""] * len(rows)
    known, one = shelves.counts.known, "Counted" if shelves.counts.dated else "Saved"
    digits = np.where(whole, 0, 1)
    return [_note(shelves, row, f"{one} {_when(shelves, row)}", places) if known[row] else "" for row, places in zip(rows, digits, strict=True)]


def oversold(table: pd.DataFrame, names: str) -> str:
    """Which shelves sold more than was counted and came, and what to do; empty for none.

    Args:
        table: Of orders.
        names: The column that names each series.
    """
    more = table[table["oversold"] > 0]
    if more.empty:
        return ""
    shelves = formatting.count(len(more), "shelf sold", "shelves sold")
    return f"{shelves} more than was counted and came, so 0 is taken to be in stock: {formatting.listing(more[names].tolist())}. {DO}."


def certainty(spread: Spread | None) -> str:
    """How far a count can be trusted as it ages, as earlier counts tell it."""
    if spread is None:
        return "How sure a count still is as it ages is not known yet: no shelf was counted twice with all sales between saved."
    small, large = (formatting.headline(spread.rate * np.sqrt(units)) for units in (10.0, 100.0))
    counts = formatting.count(spread.counts, "earlier count")
    return f"By {counts}, 80 % of shelves are within {small} units of what is expected after 10 were sold since the count, and {large} after 100."


def _when(shelves: OnHand, row: int) -> str:
    age = shelves.age[row]
    return f"{formatting.count(int(age), 'day')} ago" if age > 0 else formatting.date(pd.Timestamp(shelves.counts.day[row]))


def _note(shelves: OnHand, row: int, when: str, digits: int) -> str:
    """The sum of one shelf, whose rounded numbers add up."""
    count, sold, came = (round(float(values[row]), digits) for values in (shelves.counts.units, shelves.sold, shelves.came))
    left = round(count - sold + came, digits)
    text = f"{when}: {_number(count, digits)}, {_number(sold, digits)} sold since, {_number(came, digits)} came since"
    if left < 0:
        return f"{text}: {_number(-left, digits)} more sold than that, so 0 is taken to be in stock. {DO}"
    if shelves.problem:
        return f"{text}: {_number(left, digits)} in stock. {shelves.problem.removesuffix('.')}"
    margin = shelves.margin[row]
    between = f", {_number(max(left - margin, 0.0), digits)} to {_number(left + margin, digits)} by earlier counts" if margin > 0 else ""
    return f"{text}: {_number(left, digits)} in stock{between}"


def _number(value: float, digits: int) -> str:
    rounded = round(value, digits)
    return f"{rounded:,.{digits}f}" if digits and rounded % 1 else formatting.units(rounded)
