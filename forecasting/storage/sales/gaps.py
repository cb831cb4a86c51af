"""Days without sales that an upload adds: those between the rows of a series that no saved row had left open, on weekdays on which it sells."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.arrays import BoolArray
from forecasting.core.period import DAY, Period

LISTED: Final = 100
"""Gaps that are listed at most, the longest first; all are counted."""
WEEK: Final = 7
FEWEST_WEEKDAYS: Final = 4
"""How often a weekday must have come before its lack of sales says that it is closed."""
MAX_CLOSED_SHARE: Final = 0.1
"""Share of a closed weekday's dates that may have sales all the same."""
MIN_OPEN_SHARE: Final = 0.5
"""Share of the other dates that must have sales: a series that seldom sells says nothing of weekdays."""


class Sold(NamedTuple):
    """Rows with sales.

    Args:
        code: The series of each, shape (rows,).
        days: The step of each, shape (rows,).
    """

    code: np.ndarray
    days: np.ndarray


def gaps(saved: pd.DataFrame, upload: pd.DataFrame, series: list[np.ndarray], steps: Period) -> tuple[int, pd.DataFrame]:
    """How many days without sales an upload adds, and their longest runs.

    Args:
        saved: The saved rows.
        upload: The upload's rows.
        series: The series of the rows of both, as `row_keys.series_codes` gives them.
        steps: Whether a row is a day, a week or a month.

    Returns:
        The number; and the keys of a series, `first` and `last` missing day and `days` of each run. Weekdays on which the series, or the whole
        shop, is closed do not count.
    """
    dates = [pd.DatetimeIndex(frame[schema.DATE]) for frame in (saved, upload)]
    sold = [frame[schema.SALES].notna().to_numpy() for frame in (saved, upload)]
    sold[0] = sold[0] & np.isin(series[0], series[1])
    first = min((known[mask].min() for known, mask in zip(dates, sold, strict=True) if mask.any()), default=pd.Timestamp(0))
    old, new = (Sold(code[mask], steps.positions(known[mask], first)) for code, mask, known in zip(series, sold, dates, strict=True))
    rows = _in_order(old, new)
    before, after = rows.days[:-1], rows.days[1:]
    missing = np.where(np.diff(rows.code) == 0, np.maximum(after - before - 1, 0), 0)
    place = np.flatnonzero(missing)
    place = place[_is_added(old, rows.code[place], before[place], after[place])]
    days = _open_days(rows, place, missing[place], first) if steps == DAY and len(place) else missing[place]
    order = np.argsort(-days, kind="stable")[:LISTED]
    longest, days_listed = place[order][days[order] > 0], days[order][days[order] > 0]
    shown = _keys_of(upload, series[1], rows.code[longest])
    calendar = steps.ahead(first, int(rows.days.max(initial=0)) + 1, start=0)
    times = {"first": calendar[before[longest] + 1], "last": calendar[after[longest] - 1]}
    return int(days.sum()), shown.assign(**times, days=days_listed)


def _in_order(old: Sold, new: Sold) -> Sold:
    """All rows by series and day."""
    code, days = np.concatenate([old.code, new.code]), np.concatenate([old.days, new.days])
    length = int(days.max(initial=0)) + 1
    order = np.argsort(code * length + days, kind="stable")  # two runs in order each, which are merged
    return Sold(code[order], days[order])


def _is_added(old: Sold, code: np.ndarray, before: np.ndarray, after: np.ndarray) -> BoolArray:
    """Which gaps lie beyond the saved rows of their series, shape (gaps,): inside of them, those days were missing before the upload."""
    spans = pd.Series(old.days).groupby(old.code).agg(["min", "max"]).reindex(code)
    first, last = spans["min"].to_numpy(dtype=float), spans["max"].to_numpy(dtype=float)
    inside: BoolArray = (before >= first) & (after <= last)
    return ~inside


def _open_days(rows: Sold, place: np.ndarray, missing: np.ndarray, first: pd.Timestamp) -> np.ndarray:
    """Days of each gap on which its series sells, shape (gaps,)."""
    of_row = np.cumsum(np.append(False, rows.code[1:] != rows.code[:-1]))
    closed = _closed(of_row, rows.days, first.day_of_week, int(of_row[-1]) + 1)
    start = (first.day_of_week + rows.days[place] + 1) % WEEK
    ahead = (np.arange(WEEK) - start[:, None]) % WEEK
    on_weekday = (missing[:, None] + WEEK - 1 - ahead) // WEEK
    open_days: np.ndarray = (on_weekday * ~closed[of_row[place]]).sum(axis=1)
    return open_days


def _closed(code: np.ndarray, days: np.ndarray, weekday: int, n: int) -> BoolArray:
    """On which weekdays each of n series, or all of them together, are closed, shape (n, 7), Monday first; `weekday` is that of day 0."""
    shop = np.flatnonzero(np.bincount(days))
    by_series = _rarely(*_seen(code, days, weekday, n))
    by_shop = _rarely(*_seen(np.zeros(len(shop), dtype=int), shop, weekday, 1))
    closed: BoolArray = by_series | by_shop
    return closed


def _seen(code: np.ndarray, days: np.ndarray, weekday: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """How often each weekday had a row, and how often it came, between the first and the last row of each series; shape (n, 7) each.

    The rows are in order, and each of the n series has one.
    """
    sold = np.bincount(code * WEEK + (weekday + days) % WEEK, minlength=n * WEEK).reshape(n, WEEK)
    begins = np.flatnonzero(np.append(True, code[1:] != code[:-1]))
    first, last = days[begins], days[np.append(begins[1:], len(days)) - 1]
    start, length = (weekday + first) % WEEK, last - first + 1
    came = (length[:, None] + WEEK - 1 - (np.arange(WEEK) - start[:, None]) % WEEK) // WEEK
    return sold, came


def _rarely(sold: np.ndarray, came: np.ndarray) -> BoolArray:
    """Weekdays that came often and hardly ever had a row, though other days mostly had one, shape (n, 7)."""
    rare = (came >= FEWEST_WEEKDAYS) & (sold <= MAX_CLOSED_SHARE * came)
    others, of_others = np.where(rare, 0, sold).sum(axis=1), np.where(rare, 0, came).sum(axis=1)
    closed: BoolArray = rare & (others >= MIN_OPEN_SHARE * np.maximum(of_others, 1))[:, None]
    return closed


def _keys_of(upload: pd.DataFrame, series: np.ndarray, code: np.ndarray) -> pd.DataFrame:
    codes, firsts = np.unique(series, return_index=True)
    keys = upload[[name for name in schema.KEYS if name in upload]]
    return keys.iloc[firsts[np.searchsorted(codes, code)]].reset_index(drop=True)
