"""When shelves were counted: each count stays as it was, with the sales and deliveries that it already includes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

import numpy as np
import pandas as pd

from forecasting.core import row_keys
from forecasting.core.arrays import BoolArray, FloatArray
from forecasting.core.panel import Panel
from forecasting.core.period import DAY
from forecasting.inventory.stock.count_day import CountedNow
from forecasting.inventory.stock.state import GivenStock
from forecasting.storage.stock_states import COUNTED_AT, SALES_FROM, SALES_TO

_NEVER = np.datetime64("NaT", "us")
_AT_FIRST, _AT_LAST = np.datetime64("1970-01-01", "us"), np.datetime64("2200-01-01", "us")
"""Before and after every booking."""


@dataclass(frozen=True, eq=False)
class Counts:
    """The newest count of n shelves.

    A count on a day is one of the morning, before the sales of that day; one of the evening where the sales of that day were saved already. In a
    file of weeks or months it always is one of the morning. Whoever counted may have said otherwise.

    Args:
        units: Shape (n,), NaN where a shelf was not counted.
        moment: Shape (n,), when it was saved, or made if that was said, `datetime64[us]` in UTC; NaT where not counted.
        day: Shape (n,), on which day that was in the shop, `datetime64[D]`.
        sales_to: Shape (n,), the last day whose sales were saved then, `datetime64[D]`; NaT where that is not known.
        sales_from: Shape (n,), the first day whose sales came after it, `datetime64[D]`.
        dated: Whether the state says when its shelves were counted; one from before counts had dates only says when it was saved.
        stated_from: Shape (n,), `sales_from` where whoever counted said it, NaT elsewhere; None where nobody said it of any.
    """

    units: FloatArray
    moment: np.ndarray
    day: np.ndarray
    sales_to: np.ndarray
    sales_from: np.ndarray
    dated: bool = True
    stated_from: np.ndarray | None = None

    @property
    def booked_to(self) -> np.ndarray:
        """Until when what came on the day of a count was booked to be a part of it, shape (n,): ever, of one at closing; never, of one at opening."""
        if self.stated_from is None:
            return self.moment
        return np.select([self.stated_from > self.day, self.stated_from <= self.day], [_AT_LAST, _AT_FIRST], self.moment)

    @property
    def dates(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What a saved state says of them: `moment`, `sales_to` and `stated_from`, shape (n,) each, `datetime64[us]`."""
        stated = np.full(len(self.units), _NEVER) if self.stated_from is None else self.stated_from.astype("datetime64[us]")
        return self.moment, self.sales_to.astype("datetime64[us]"), stated

    @property
    def known(self) -> BoolArray:
        """Which shelves were counted, shape (n,)."""
        counted: BoolArray = np.isfinite(self.units)
        return counted


def counts_of(units: FloatArray, frame: pd.DataFrame, panel: Panel, saved: datetime) -> Counts:
    """The counts in a saved state.

    Args:
        units: Shape (n,), what the state says is on hand of each series of the panel, NaN where it says nothing.
        frame: The state; one from before counts had dates counts as made when it was saved, and so does a row without a date.
        panel: The series.
        saved: When the state was saved, by the clock in the shop.
    """
    moment, sales_to = _dates(frame, panel, COUNTED_AT), _dates(frame, panel, SALES_TO).astype("datetime64[D]")
    moment = np.where(np.isnat(moment), np.datetime64(saved.astimezone(UTC).replace(tzinfo=None), "us"), moment)
    moment = np.where(np.isfinite(units), moment, _NEVER)
    day = _days_in(moment, saved.tzinfo)
    evening = (sales_to >= day) & (panel.period == DAY)
    stated = np.where(np.isfinite(units), _dates(frame, panel, SALES_FROM), _NEVER).astype("datetime64[D]")
    sales_from = np.where(np.isnat(stated), day + evening.astype("timedelta64[D]"), stated)
    return Counts(units, moment, day, sales_to, sales_from, COUNTED_AT in frame, stated)


def with_counts(frame: pd.DataFrame, given: GivenStock, before: Counts | None, stays: BoolArray, now: CountedNow) -> pd.DataFrame:
    """A stock frame with the dates of its counts.

    Args:
        frame: As `stock_frame` gives it of `given`.
        given: The stock of n series.
        before: The counts that were saved before; None for none.
        stays: Shape (n,), whether the units are those of the count before, and so is its date; the others are counted now.
        now: What is said of those.
    """
    n = len(given.table)
    never = np.full(n, _NEVER)
    earlier = (never, never, never) if before is None else before.dates
    said = [np.where(stays, old, new) for old, new in zip(earlier, now.dates, strict=True)]
    rows = np.repeat(np.arange(n), np.maximum(np.bincount(given.due["row"], minlength=n), 1))
    counted = frame["on_hand"].notna().to_numpy()
    dates = {name: np.where(counted, values[rows], _NEVER) for name, values in zip((COUNTED_AT, SALES_TO, SALES_FROM), said, strict=True)}
    return frame.assign(**dates)


def numbers(frame: pd.DataFrame, panel: Panel, name: str) -> FloatArray:
    """A column of numbers of a saved state by series, shape (n,); NaN where the state does not say it for exactly this series."""
    return _by_series(frame, panel, name, np.full(len(panel), np.nan))


def _dates(frame: pd.DataFrame, panel: Panel, name: str) -> np.ndarray:
    """The same of a column of times; NaT where the state does not say it."""
    return _by_series(frame, panel, name, np.full(len(panel), _NEVER))


def _by_series(frame: pd.DataFrame, panel: Panel, name: str, empty: np.ndarray) -> np.ndarray:
    if name not in frame or not set(panel.keys) <= set(frame):
        return empty
    stated = frame[frame[name].notna()]
    theirs, ours = row_keys.series_codes([stated, panel.series], panel.keys)
    place = np.searchsorted(ours, theirs, sorter=(order := np.argsort(ours)))
    row = order[np.minimum(place, len(ours) - 1)]
    there = ours[row] == theirs
    values = empty.copy()
    values[row[there]] = stated[name].to_numpy().astype(empty.dtype)[there]
    return values


def _days_in(moment: np.ndarray, zone: tzinfo | None) -> np.ndarray:
    """The days of moments in UTC by a clock in a zone, shape (n,) of `datetime64[D]`."""
    kinds, which = np.unique(moment, return_inverse=True)
    return np.array([_day_in(each, zone) for each in kinds], dtype="datetime64[D]")[which]


def _day_in(moment: np.datetime64, zone: tzinfo | None) -> np.datetime64:
    if np.isnat(moment):
        return np.datetime64("NaT", "D")
    return np.datetime64(pd.Timestamp(moment).to_pydatetime().replace(tzinfo=UTC).astimezone(zone).date(), "D")
