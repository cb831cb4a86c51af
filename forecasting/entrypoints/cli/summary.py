"""What was understood of a sales file, in a few plain lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from forecasting.core import formatting
from forecasting.intake.understood import Reading, Understood

_USUAL_ENCODINGS: Final = frozenset({"", "ascii", "utf-8", "utf-8-sig", "utf_8", "utf_8_sig", "utf8"})
_ADJECTIVES: Final = {"day": "daily", "week": "weekly", "month": "monthly"}


def summary(understood: Understood) -> str:
    """Where the cells were found, what columns mean, rows, units, series, days and notes."""
    rows, units = understood.rows, understood.units
    problems = f" ({formatting.count(understood.problems, 'problem')})" if understood.problems else ""
    lines = [
        f"Read: {_reading(understood.read)}.",
        f"Columns: {_columns(understood.mapping)}.",
        f"Rows: {rows['read']:,} read, {rows['used']:,} used, {rows['left_out']:,} left out{problems}.",
        f"Units: {_units(units['read'])} in the file, {_units(units['kept'])} kept.",
    ]
    if understood.first is not None and understood.last is not None:
        days = f"{formatting.date(understood.first)} to {formatting.date(understood.last)}"
        lines.append(f"Sales: {formatting.count(understood.series, 'series', 'series')}, {_ADJECTIVES[understood.period]}, {days}.")
    return "\n".join([*lines, *(f"Note: {note}" for note in understood.notes)])


def _reading(read: Reading) -> str:
    parts = [f"sheet {read.sheet}"] if read.sheet else []
    parts.append(f"header in line {read.header_line}" if read.header_line else "no header")
    parts += [] if read.encoding.lower() in _USUAL_ENCODINGS else [f"encoding {read.encoding}"]
    parts += ["days across the columns"] if read.layout == "wide" else []
    return ", ".join(parts)


def _columns(mapping: Mapping[str, str | None]) -> str:
    return ", ".join(role if role == column else f"{role} is {column}" for role, column in mapping.items() if column is not None)


def _units(value: float) -> str:
    """A sum of units, with its decimals where it has some.

    Example:
        >>> _units(7400.0), _units(12.25)
        ('7,400', '12.25')
    """
    return f"{round(value, 3):,.15g}"
