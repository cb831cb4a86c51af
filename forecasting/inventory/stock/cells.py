"""The cells of a stock file as numbers and days, and their problems."""

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

MAX_VALUE: Final = 1e12
"""The largest amount, of units or of money."""
MAX_AHEAD: Final = np.timedelta64(731, "D")
"""How far after the last sales a delivery may lie; deliveries beyond are mistakes."""


@dataclass(frozen=True)
class ValueRange:
    """The range of a number.

    Args:
        low: Least value.
        high: Greatest value.
        whole: Whether only whole numbers are allowed.
        what: The range in words.
    """

    low: float
    high: float
    whole: bool
    what: str


_AMOUNT: Final = ValueRange(0, MAX_VALUE, whole=False, what="a number from 0 on")
_RANGES: Final = {
    **dict.fromkeys(state.AMOUNTS, _AMOUNT),
    state.LEAD_TIME: ValueRange(0, 365, whole=True, what="whole days from 0 to 365"),
    state.LEAD_TIME_SD: ValueRange(0, 180, whole=False, what="days from 0 to 180"),
    state.REVIEW_PERIOD: ValueRange(1, 365, whole=True, what="whole days from 1 to 365"),
    state.PACK_SIZE: ValueRange(1, MAX_VALUE, whole=False, what="the units in a pack, at least 1"),
    state.MINIMUM_ORDER: _AMOUNT,
    state.UNIT_COST: _AMOUNT,
    state.PRICE: _AMOUNT,
    state.HOLDING_COST: _AMOUNT,
    state.ORDER_COST: _AMOUNT,
    state.UNIT_SPACE: _AMOUNT,
    state.SHELF_LIFE: ValueRange(1, 36_500, whole=False, what="days, at least 1"),
}
_SHARE: Final = "a share such as 0.95, or a percentage such as 95 %, between none and all"
_SEPARATORS: Final = re.compile(r"[;,/|\s]+")


@dataclass(frozen=True, eq=False)
class Cells:
    """The values in the rows of a file; NaN, and NaT for days, where a cell is empty.

    Args:
        values: Role -> shape (rows,); of `lead_times`, places in `listed`.
        due: Shape (rows,), the day on which the units on order arrive.
        listed: Past lead times, days.
        notes: Sentences for a person about what could be read in another way too.
    """

    values: dict[str, FloatArray]
    due: np.ndarray
    listed: tuple[tuple[int, ...], ...]
    notes: tuple[str, ...]


def read(findings: Findings, last: pd.Timestamp, *, day_first: bool | None) -> Cells:
    """The values of all cells that have a role; problems of single cells go into `findings`.

    Args:
        findings: The table, its mapping, and its problems so far.
        last: The last day with sales.
        day_first: Whether the day comes first in 03/04, the answer to AmbiguousDates; None to find out.
    """
    numbers = [role for role in (*_RANGES, state.SERVICE_LEVEL) if role in findings.mapping]
    decimals, notes, _ = findings.decimals([role for role in numbers if role != state.SERVICE_LEVEL])
    values = {role: _numbers(findings, role, decimals[role]) for role in numbers if role != state.SERVICE_LEVEL}
    if state.SERVICE_LEVEL in findings.mapping:
        values[state.SERVICE_LEVEL] = _shares(findings)
    listed: tuple[tuple[int, ...], ...] = ()
    if state.LEAD_TIMES in findings.mapping:
        values[state.LEAD_TIMES], listed = _lists(findings)
    due = _due(findings, values, last, day_first)
    return Cells(values, due, listed, notes)


def _numbers(findings: Findings, role: str, decimal: number_formats.Decimal) -> FloatArray:
    given = findings.table.rows[findings.mapping[role]]
    unknown = cells.is_unknown(given)
    values = np.where(unknown, np.nan, cells.as_numbers(given, decimal))
    fits, remedy = _RANGES[role], f"Write {_RANGES[role].what}."
    findings.add(~np.isfinite(values) & ~unknown, role, "Not a number", remedy)
    finite = np.isfinite(values)
    findings.add(finite & (values < 0), role, "Below zero", remedy)
    fraction = finite & (values >= 0) & (values != np.floor(values)) if fits.whole else np.zeros(len(values), dtype=bool)
    findings.add(fraction, role, "Not a whole number", remedy)
    findings.add(finite & (values >= 0) & (values < fits.low) & ~fraction, role, f"Below {fits.low:g}", remedy)
    findings.add(finite & (values > fits.high) & ~fraction, role, f"Over {fits.high:,.0f}", remedy)
    return values


def _shares(findings: Findings) -> FloatArray:
    """Service levels as shares; a cell may also hold percent, with or without the sign."""
    given = findings.table.rows[findings.mapping[state.SERVICE_LEVEL]]
    places, texts = cells.distinct(given)
    trimmed = [text.strip() for text in texts.to_pylist()]
    signed = np.array([text.endswith("%") for text in trimmed])
    bare = pa.array([text.removesuffix("%") for text in trimmed], pa.string())
    numbers = number_formats.parse_numbers(bare, number_formats.decimal_of(bare) or "," if findings.table.reading.delimiter == ";" else ".")
    shares = np.where(signed | (numbers > 1), numbers / 100, numbers)
    values = np.where(cells.is_unknown(given), np.nan, shares[places])
    none = ~np.isfinite(values) & ~cells.is_unknown(given)
    findings.add(none, state.SERVICE_LEVEL, "Not a number", f"Write {_SHARE}.")
    findings.add(np.isfinite(values) & ~((values > 0) & (values < 1)), state.SERVICE_LEVEL, "Not between 0 and 1", f"Write {_SHARE}.")
    return values


def _lists(findings: Findings) -> tuple[FloatArray, tuple[tuple[int, ...], ...]]:
    """Each row's past lead times, "6;7;9", as a position in the list of distinct ones, and that list."""
    given = findings.table.rows[findings.mapping[state.LEAD_TIMES]]
    places, texts = cells.distinct(given)
    read_ = [_days_of(text) for text in texts.to_pylist()]
    listed = tuple(sorted({days for days in read_ if days}))
    place = {days: float(number) for number, days in enumerate(listed)}
    values = np.array([place[days] if days else np.nan for days in read_])[places]
    wrong = np.isnan(values) & ~cells.is_unknown(given)
    findings.add(wrong, state.LEAD_TIMES, "Not a list of days", "Write whole days from 0 to 365 with ; between them, such as 6;7;9.")
    return values, listed


def _days_of(text: str) -> tuple[int, ...] | None:
    parts = [part for part in _SEPARATORS.split(text.strip()) if part]
    if not all(re.fullmatch(r"[0-9]{1,3}", part, re.ASCII) and int(part) <= 365 for part in parts):
        return None
    return tuple(int(part) for part in parts)


def _due(findings: Findings, values: dict[str, FloatArray], last: pd.Timestamp, day_first: bool | None) -> np.ndarray:
    if state.DUE not in findings.mapping:
        return np.full(len(findings.table), np.datetime64("NaT", "D"))
    column = findings.mapping[state.DUE]
    given = findings.table.rows[column]
    days, unknown = cells.as_days(given, column=column, day_first=day_first), cells.is_unknown(given)
    findings.add(np.isnat(days) & ~unknown, state.DUE, "No such date", "Write the day of the delivery.")
    findings.add(days > np.datetime64(last, "D") + MAX_AHEAD, state.DUE, "More than two years ahead", "Write the day of the delivery.")
    findings.add(days < np.datetime64("1970-01-01", "D"), state.DUE, "Before 1970", "Write the day of the delivery.")
    ordered = values.get(state.ON_ORDER)
    nothing = np.ones(len(days), dtype=bool) if ordered is None else np.isnan(ordered) & ~findings.bad
    findings.add(~np.isnat(days) & nothing, state.DUE, "A due date without units on order", "Write the units on order, or leave the date empty.")
    return days
