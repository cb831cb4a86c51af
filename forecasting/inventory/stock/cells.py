"""The cells of a stock file as numbers and days, and what is wrong with them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa

from forecasting.core.arrays import FloatArray
from forecasting.intake import cells, number_formats
from forecasting.intake.findings import Findings
from forecasting.inventory.stock import state

MOST: Final = 1e12
"""No amount and no money is more."""
AHEAD: Final = np.timedelta64(731, "D")
"""Deliveries further ahead than this are mistakes."""


@dataclass(frozen=True)
class Range:
    """What a number may be.

    Args:
        low: Least value.
        high: Greatest value.
        whole: Whether only whole numbers will do.
        what: The range in words.
    """

    low: float
    high: float
    whole: bool
    what: str


_AMOUNT: Final = Range(0, MOST, whole=False, what="a number from 0 on")
_RANGES: Final = {
    **dict.fromkeys(state.AMOUNTS, _AMOUNT),
    state.LEAD_TIME: Range(0, 365, whole=True, what="whole days from 0 to 365"),
    state.LEAD_TIME_SD: Range(0, 180, whole=False, what="days from 0 to 180"),
    state.REVIEW_PERIOD: Range(1, 365, whole=True, what="whole days from 1 to 365"),
    state.PACK_SIZE: Range(1, MOST, whole=False, what="the units in a pack, at least 1"),
    state.MINIMUM_ORDER: _AMOUNT,
    state.UNIT_COST: _AMOUNT,
    state.PRICE: _AMOUNT,
    state.HOLDING_COST: _AMOUNT,
    state.ORDER_COST: _AMOUNT,
    state.UNIT_SPACE: _AMOUNT,
    state.SHELF_LIFE: Range(1, 36_500, whole=False, what="days, at least 1"),
}
_SHARE: Final = "a share such as 0.95, or a percentage such as 95 %, between none and all"
_SEPARATORS: Final = re.compile(r"[;,/|\s]+")


@dataclass(frozen=True, eq=False)
class Cells:
    """What the rows of a file say; NaN and not a time where they say nothing.

    Args:
        values: Role -> shape (rows,); of `lead_times`, places in `listed`.
        due: Shape (rows,), the day on which `on_order` arrives.
        listed: Past lead times, days.
        notes: What was read one way and could be read another, for a person.
    """

    values: dict[str, FloatArray]
    due: np.ndarray
    listed: tuple[tuple[int, ...], ...]
    notes: tuple[str, ...]


def read(found: Findings, last: pd.Timestamp, *, day_first: bool | None) -> Cells:
    """All cells that have a role, and every problem of a single one.

    Args:
        found: The table, its mapping, and where problems are noted.
        last: The last day with sales.
        day_first: The answer to AmbiguousDates, which is raised without one.
    """
    numbers = [role for role in (*_RANGES, state.SERVICE_LEVEL) if role in found.mapping]
    decimals, notes = found.decimals([role for role in numbers if role != state.SERVICE_LEVEL])
    values = {role: _numbers(found, role, decimals[role]) for role in numbers if role != state.SERVICE_LEVEL}
    if state.SERVICE_LEVEL in found.mapping:
        values[state.SERVICE_LEVEL] = _shares(found)
    listed: tuple[tuple[int, ...], ...] = ()
    if state.LEAD_TIMES in found.mapping:
        values[state.LEAD_TIMES], listed = _lists(found)
    due = _due(found, values, last, day_first)
    return Cells(values, due, listed, notes)


def _numbers(found: Findings, role: str, decimal: number_formats.Decimal) -> FloatArray:
    given = found.table.rows[found.mapping[role]]
    unknown = cells.is_unknown(given)
    values = np.where(unknown, np.nan, cells.as_numbers(given, decimal))
    fits, remedy = _RANGES[role], f"Write {_RANGES[role].what}."
    found.add(~np.isfinite(values) & ~unknown, role, "Not a number", remedy)
    finite = np.isfinite(values)
    found.add(finite & (values < 0), role, "Below zero", remedy)
    fraction = finite & (values >= 0) & (values != np.floor(values)) if fits.whole else np.zeros(len(values), dtype=bool)
    found.add(fraction, role, "Not a whole number", remedy)
    found.add(finite & (values >= 0) & (values < fits.low) & ~fraction, role, f"Below {fits.low:g}", remedy)
    found.add(finite & (values > fits.high) & ~fraction, role, f"Over {fits.high:,.0f}", remedy)
    return values


def _shares(found: Findings) -> FloatArray:
    """Service levels: a share, or percent with or without their sign."""
    given = found.table.rows[found.mapping[state.SERVICE_LEVEL]]
    places, texts = cells.distinct(given)
    trimmed = [text.strip() for text in texts.to_pylist()]
    signed = np.array([text.endswith("%") for text in trimmed])
    bare = pa.array([text.removesuffix("%") for text in trimmed], pa.string())
    numbers = number_formats.parse_numbers(bare, number_formats.decimal_of(bare) or "," if found.table.delimiter == ";" else ".")
    shares = np.where(signed | (numbers > 1), numbers / 100, numbers)
    values = np.where(cells.is_unknown(given), np.nan, shares[places])
    none = ~np.isfinite(values) & ~cells.is_unknown(given)
    found.add(none, state.SERVICE_LEVEL, "Not a number", f"Write {_SHARE}.")
    found.add(np.isfinite(values) & ~((values > 0) & (values < 1)), state.SERVICE_LEVEL, "Not between 0 and 1", f"Write {_SHARE}.")
    return values


def _lists(found: Findings) -> tuple[FloatArray, tuple[tuple[int, ...], ...]]:
    """Past lead times, "6;7;9", as places in the list of distinct ones."""
    given = found.table.rows[found.mapping[state.LEAD_TIMES]]
    places, texts = cells.distinct(given)
    read_ = [_days_of(text) for text in texts.to_pylist()]
    listed = tuple(sorted({days for days in read_ if days}))
    place = {days: float(number) for number, days in enumerate(listed)}
    values = np.array([place[days] if days else np.nan for days in read_])[places]
    wrong = np.isnan(values) & ~cells.is_unknown(given)
    found.add(wrong, state.LEAD_TIMES, "Not a list of days", "Write whole days from 0 to 365 with ; between them, such as 6;7;9.")
    return values, listed


def _days_of(text: str) -> tuple[int, ...] | None:
    parts = [part for part in _SEPARATORS.split(text.strip()) if part]
    if not all(re.fullmatch(r"[0-9]{1,3}", part, re.ASCII) and int(part) <= 365 for part in parts):
        return None
    return tuple(int(part) for part in parts)


def _due(found: Findings, values: dict[str, FloatArray], last: pd.Timestamp, day_first: bool | None) -> np.ndarray:
    if state.DUE not in found.mapping:
        return np.full(len(found.table), np.datetime64("NaT", "D"))
    column = found.mapping[state.DUE]
    given = found.table.rows[column]
    days, unknown = cells.as_days(given, column=column, day_first=day_first), cells.is_unknown(given)
    found.add(np.isnat(days) & ~unknown, state.DUE, "No such date", "Write the day of the delivery.")
    found.add(days > np.datetime64(last, "D") + AHEAD, state.DUE, "More than two years ahead", "Write the day of the delivery.")
    found.add(days < np.datetime64("1970-01-01", "D"), state.DUE, "Before 1970", "Write the day of the delivery.")
    ordered = values.get(state.ON_ORDER)
    nothing = np.ones(len(days), dtype=bool) if ordered is None else np.isnan(ordered) & ~found.bad
    found.add(~np.isnat(days) & nothing, state.DUE, "A due date without units on order", "Write the units on order, or leave the date empty.")
    return days
