"""Days that stand out: holidays, promotions and closed days, of the recent past and ahead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from forecasting.core import calendar, formatting, schema
from forecasting.core.arrays import BoolArray
from forecasting.core.panel import Panel
from forecasting.core.period import DAY

HOLIDAY, PROMOTION, CLOSED = "holiday", "promotion", "closed"
SHARE: Final = 0.5
"""Share of the series from which a closing counts as theirs."""


class DayMark(NamedTuple):
    """A day, or the first of several in a row.

    Args:
        kind: Of `HOLIDAY`, `PROMOTION`, `CLOSED`.
        first: The day.
        last: The last day of the row.
        name: What it is called: "Labour Day", "Promotion".
    """

    kind: str
    first: pd.Timestamp
    last: pd.Timestamp
    name: str

    @property
    def days(self) -> str:
        """ "Fri 1 May", or "Mon 4 May to Sun 10 May"."""
        first = formatting.weekday_date(self.first)
        return first if self.first == self.last else f"{first} to {formatting.weekday_date(self.last)}"


def day_marks(panel: Panel, rows: np.ndarray, *, back: int, ahead: int, country: str | None) -> list[DayMark]:
    """What stands out of the series at `rows` in the last and the next days, in order; nothing in weekly and monthly sales.

    Args:
        panel: Their sales and drivers.
        rows: Positions of the series.
        back: Days back from the last sales.
        ahead: Days ahead.
        country: Whose holidays count; None for none.
    """
    if panel.period != DAY:
        return []
    known = len(panel.dates)
    first = max(known - back, 0)
    dates = pd.DatetimeIndex(panel.dates[first:].append(panel.ahead(ahead)))
    marks = [*_holidays(dates, country), *_promotions(panel, rows, dates, first), *_closings(panel, rows, dates, first)]
    return sorted(marks, key=lambda mark: (mark.first, mark.kind))


def _holidays(dates: pd.DatetimeIndex, country: str | None) -> Iterator[DayMark]:
    if country is None:
        return
    for day, names in calendar.holidays_of(country, tuple(sorted(set(dates.year)))).items():
        if dates[0] <= day <= dates[-1]:
            yield DayMark(HOLIDAY, day, day, ", ".join(names))


def _promotions(panel: Panel, rows: np.ndarray, dates: pd.DatetimeIndex, first: int) -> Iterator[DayMark]:
    """Days on which one of the series is promoted, as given: a share of days that is only usual is no promotion."""
    if schema.PROMO not in panel.drivers:
        return
    given = np.zeros((len(rows), len(dates)))
    values = panel.drivers[schema.PROMO][rows, first : first + len(dates)]
    given[:, : values.shape[1]] = np.nan_to_num(values)
    for begin, end in _runs((given > 0).any(axis=0)):
        yield DayMark(PROMOTION, dates[begin], dates[end], "Promotion")


def _closings(panel: Panel, rows: np.ndarray, dates: pd.DatetimeIndex, first: int) -> Iterator[DayMark]:
    """Days that were given as closed, but for weekdays that are closed anyway."""
    if schema.OPEN not in panel.drivers:
        return
    values = panel.drivers[schema.OPEN][rows, first : first + len(dates)]
    closed = np.zeros((len(rows), len(dates)), dtype=bool)
    closed[:, : values.shape[1]] = values <= 0
    usual = calendar.closed_weekdays(panel.select(rows))[:, dates.day_of_week]
    for begin, end in _runs((closed & ~usual).mean(axis=0) >= SHARE):
        yield DayMark(CLOSED, dates[begin], dates[end], "Closed")


def _runs(there: BoolArray | np.bool) -> list[tuple[int, int]]:
    """The first and last position of each row of days that are there."""
    edges = np.flatnonzero(np.diff(np.atleast_1d(there), prepend=False, append=False))
    return [(int(begin), int(end) - 1) for begin, end in edges.reshape(-1, 2)]
