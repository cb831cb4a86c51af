"""Days without sales that an upload adds: those between the rows of a series that no saved row had left open, on weekdays on which it sells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.arrays import BoolArray
from forecasting.core.period import DAY, Period
from forecasting.storage.sales.summary import Months, Summary

LISTED: Final = 100
"""Gaps that are listed at most, the longest first; all are counted."""
WEEK: Final = 7
THURSDAY: Final = 3
"""The weekday of 1 January 1970, Monday being 0."""
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


@dataclass(frozen=True, slots=True)
class SavedDays:
    """The days with sales of saved series, as far as gaps ask for them.

    Args:
        code: The number of each series, ascending, shape (s,).
        first: Its first day, since 1970, shape (s,).
        last: Its last day, shape (s,).
        months: Its days by month.
    """

    code: np.ndarray
    first: np.ndarray
    last: np.ndarray
    months: Months

    @classmethod
    def of(cls, summary: Summary, code: np.ndarray, wanted: np.ndarray) -> SavedDays:
        """Those of the series that are wanted and have any.

        Args:
            summary: The saved sales.
            code: The number of each of its series.
            wanted: Numbers of series.
        """
        there = np.isin(code, wanted) & (summary.first <= summary.last)
        return cls(code[there], summary.first[there], summary.last[there], summary.months.of(there))

    def on_weekdays(self, code: np.ndarray) -> np.ndarray:
        """How many days with sales some series have on each weekday, shape (len(code), 7), Monday first; `code` ascends."""
        places = np.searchsorted(code, self.code).clip(max=len(code) - 1)
        months = self.months.of(code[places] == self.code)
        to = places[code[places] == self.code][months.places]
        starts = months.months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
        counts = [np.bincount(to, weights=np.bitwise_count(months.days & bits), minlength=len(code)) for bits in _bits_of_weekdays(starts)]
        return np.stack(counts, axis=1).astype(np.int64)

    def any_series(self) -> np.ndarray:
        """The days on which any of them has sales, since 1970, ascending."""
        if not len(self.months.months):
            return np.zeros(0, dtype=np.int64)
        lowest = int(self.months.months.min())
        shop = np.zeros(int(self.months.months.max()) - lowest + 1, dtype=np.uint32)
        np.bitwise_or.at(shop, self.months.months - lowest, self.months.days)
        month, day = np.nonzero((shop[:, None] >> np.arange(32, dtype=np.uint32)) & 1)
        starts = (month + lowest).astype("datetime64[M]").astype("datetime64[D]")
        return np.asarray(starts.astype(np.int64) + day)


def gaps(saved: SavedDays, upload: pd.DataFrame, series: np.ndarray, steps: Period) -> tuple[int, pd.DataFrame]:
    """How many days without sales an upload adds, and their longest runs.

    Args:
        saved: The days of the saved series that the upload has, too.
        upload: The upload's rows.
        series: The number of the series of each of them.
        steps: Whether a row is a day, a week or a month.

    Returns:
        The number; and the keys of a series, `first` and `last` missing day and `days` of each run. Weekdays on which the series, or the whole
        shop, is closed do not count.
    """
    known = upload[schema.SALES].notna().to_numpy()
    ends, dates = [_dates(days) for days in (saved.first, saved.last)], pd.DatetimeIndex(upload[schema.DATE])[known]
    first = min((each.min() for each in (ends[0], dates) if len(each)), default=pd.Timestamp(0))
    spans = [steps.positions(each, first) for each in ends]
    new = Sold(series[known], steps.positions(dates, first))
    rows = _in_order(Sold(np.tile(saved.code, 2), np.concatenate(spans)), new)
    before, after = rows.days[:-1], rows.days[1:]
    missing = np.where(np.diff(rows.code) == 0, np.maximum(after - before - 1, 0), 0)
    place = np.flatnonzero(missing)
    place = place[~_is_inside(saved.code, spans, rows.code[place], before[place], after[place])]
    days = _open_days(saved, new, rows, place, first) if steps == DAY and len(place) else missing[place]
    order = np.argsort(-days, kind="stable")[:LISTED]
    longest, days_listed = place[order][days[order] > 0], days[order][days[order] > 0]
    shown = _keys_of(upload, series, rows.code[longest])
    calendar = steps.ahead(first, int(rows.days.max(initial=0)) + 1, start=0)
    times = {"first": calendar[before[longest] + 1], "last": calendar[after[longest] - 1]}
    return int(days.sum()), shown.assign(**times, days=days_listed)


def _dates(days: np.ndarray) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(days.astype("datetime64[D]").astype("datetime64[us]"))


def _in_order(ends: Sold, new: Sold) -> Sold:
    """The ends of what is saved and the upload's rows, by series and day."""
    code, days = np.concatenate([ends.code, new.code]), np.concatenate([ends.days, new.days])
    length = int(days.max(initial=0)) + 1
    order = np.argsort(code * length + days, kind="stable")  # runs in order, which are merged
    return Sold(code[order], days[order])


def _is_inside(saved: np.ndarray, spans: list[np.ndarray], code: np.ndarray, before: np.ndarray, after: np.ndarray) -> BoolArray:
    """Which gaps lie between saved rows of their series, shape (gaps,): those days were missing before the upload."""
    if not len(saved):
        return np.zeros(len(code), dtype=bool)
    at = np.searchsorted(saved, code).clip(max=len(saved) - 1)
    inside: BoolArray = (saved[at] == code) & (before >= spans[0][at]) & (after <= spans[1][at])
    return inside


def _open_days(saved: SavedDays, new: Sold, rows: Sold, place: np.ndarray, first: pd.Timestamp) -> np.ndarray:
    """Days of each gap on which its series sells, shape (gaps,).

    Args:
        saved: The days of the saved series.
        new: The upload's rows.
        rows: The ends of the saved series and the upload's rows, in order.
        place: The row before each gap.
        first: The date of day 0 of `new` and `rows`.
    """
    code, of_gap = np.unique(rows.code[place], return_inverse=True)
    mine = np.isin(rows.code, code)
    spans = _spans(Sold(rows.code[mine], rows.days[mine]))
    new_mine = np.isin(new.code, code)
    sold = _on_weekdays(np.searchsorted(code, new.code[new_mine]), first.day_of_week + new.days[new_mine], len(code))
    by_series = _rarely(sold + saved.on_weekdays(code), _came(*spans, first.day_of_week))
    missing = rows.days[place + 1] - rows.days[place] - 1
    start = (first.day_of_week + rows.days[place] + 1) % WEEK
    ahead = (np.arange(WEEK) - start[:, None]) % WEEK
    on_weekday = (missing[:, None] + WEEK - 1 - ahead) // WEEK
    open_days: np.ndarray = (on_weekday * ~(by_series[of_gap] | _shop_closed(saved, new, first))).sum(axis=1)
    return open_days


def _shop_closed(saved: SavedDays, new: Sold, first: pd.Timestamp) -> BoolArray:
    """On which weekdays the shop is closed, shape (1, 7), Monday first."""
    start = (first - pd.Timestamp(0)).days
    shop = np.union1d(saved.any_series() - start, new.days)
    return _rarely(_on_weekdays(np.zeros(len(shop), dtype=int), first.day_of_week + shop, 1), _came(shop[:1], shop[-1:], first.day_of_week))


def _spans(rows: Sold) -> tuple[np.ndarray, np.ndarray]:
    """The first and the last day of each series of rows in order."""
    begins = np.flatnonzero(np.append(True, rows.code[1:] != rows.code[:-1]))
    return rows.days[begins], rows.days[np.append(begins[1:], len(rows.days)) - 1]


def _on_weekdays(places: np.ndarray, days: np.ndarray, n: int) -> np.ndarray:
    """How often each weekday had a row, shape (n, 7), Monday first; day 0 is a Monday."""
    return np.bincount(places * WEEK + days % WEEK, minlength=n * WEEK).reshape(n, WEEK)


def _came(first: np.ndarray, last: np.ndarray, weekday: int) -> np.ndarray:
    """How often each weekday came from a first to a last day, shape (n, 7), Monday first; `weekday` is that of day 0."""
    start, length = (weekday + first) % WEEK, last - first + 1
    came: np.ndarray = (length[:, None] + WEEK - 1 - (np.arange(WEEK) - start[:, None]) % WEEK) // WEEK
    return came


def _bits_of_weekdays(starts: np.ndarray) -> Iterator[np.ndarray]:
    """For each weekday, Monday first, the bits of its days in months that begin on these days since 1970, shape (months,)."""
    patterns = np.array([sum(1 << day for day in range(32) if day % WEEK == weekday) for weekday in range(WEEK)], dtype=np.uint32)
    of_first = (starts + THURSDAY) % WEEK
    return (patterns[(weekday - of_first) % WEEK] for weekday in range(WEEK))


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
