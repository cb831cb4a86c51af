"""A few odd dates in a weekly or monthly file, which mean the week or the month that the other rows are dated by."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.formatting import count
from forecasting.intake.date_order import long

MIN_SHARE: Final = 0.9
"""Share of the rows, and of the dates, that have to be dated alike."""
MIN_DATES: Final = 8
"""Dates that have to be dated alike, at least."""
_WEEK: Final = np.timedelta64(7, "D")


def settled(frame: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The rows with odd dates moved to the date of their week or month, and a note about it; as they are where no step is that of the bulk.

    Weeks: nearly all rows lie on one day of the week, and most steps from date to date are seven days; an odd date belongs to the nearest of
    those days. Months: nearly all rows lie on one day of the month, one date a month; an odd date belongs to the one of its month.

    Args:
        frame: Rows of sales, with `date`.
    """
    days = frame[schema.DATE].to_numpy().astype("datetime64[D]")
    if not _are_apart(days):
        return frame, ()
    for usual in (_usual_months(days), _usual_weeks(days)):
        odd = days != usual
        if odd.any():
            place = int(np.flatnonzero(odd)[0])
            moved = count(len(np.unique(days[odd])), "odd date")
            note = f"{moved} moved to the date of the other rows, e.g. {long(days[place].item())} to {long(usual[place].item())}."
            return frame.assign(**{schema.DATE: usual.astype("datetime64[us]")}), (note,)
    return frame, ()


def _are_apart(days: np.ndarray) -> bool:
    """Whether most dates lie a week or more from the next, as those of weeks and months do; quick for the many rows of a daily file."""
    dates = np.sort(pd.unique(days.astype(np.int64)))
    return len(dates) >= MIN_DATES and bool(np.median(np.diff(dates)) >= _WEEK.astype(np.int64))


def _usual_weeks(days: np.ndarray) -> np.ndarray:
    """The nearest date of the usual day of the week for each day, shape (n,); the days themselves where there is no such day."""
    weekday = (days.astype(np.int64) + 3) % 7
    usual = _of_bulk(days, weekday)
    if usual is None or np.median(np.diff(np.unique(days[weekday == usual]))) != _WEEK:
        return days
    return days + ((usual - weekday + 3) % 7 - 3).astype("timedelta64[D]")


def _usual_months(days: np.ndarray) -> np.ndarray:
    """The date of the usual day of its month for each day, shape (n,); the days themselves where there is no such day."""
    months = days.astype("datetime64[M]")
    of_month = (days - months).astype(np.int64)
    usual = _of_bulk(days, of_month)
    if usual is None or len(np.unique(months[of_month == usual])) < MIN_SHARE * len(np.unique(months)) or _many_a_month(days):
        return days
    dated = months.astype("datetime64[D]") + np.timedelta64(int(usual), "D")
    return np.where(dated.astype("datetime64[M]") == months, dated, days)


def _many_a_month(days: np.ndarray) -> bool:
    """Whether months have more than one date by more than the odd ones."""
    dates = np.unique(days)
    return len(dates) > len(np.unique(dates.astype("datetime64[M]"))) / MIN_SHARE


def _of_bulk(days: np.ndarray, kind: np.ndarray) -> int | None:
    """The kind of day that nearly all rows and dates have, if not all; else None."""
    dates, first = np.unique(days, return_index=True)
    counts = np.bincount(kind)
    usual = int(counts.argmax())
    alike = int((kind[first] == usual).sum())
    if counts[usual] == len(days) or counts[usual] < MIN_SHARE * len(days):
        return None
    return usual if alike >= max(MIN_DATES, MIN_SHARE * len(dates)) else None
