"""Totals of groups of series as inputs: sales of the same shop, or of the whole file, tell more than those of one series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from forecasting.core.arrays import FloatArray, added_up
from forecasting.models.features import calendar_features
from forecasting.models.features.inputs import WHOLE_FILE, Float32Array, NetworkInputs
from forecasting.models.features.profiles import a_year_ago, at, profiles, trailing_mean

_MAX_TIMES_LEVEL = 10.0
"""Totals over their level are clipped at this many times."""


@dataclass(frozen=True, eq=False)
class History:
    """Totals of all groups day by day.

    Args:
        first: The first day.
        total: Units, shape (groups, days).
        count: Series with a row on that day, shape (groups, days).
    """

    first: np.datetime64
    total: FloatArray
    count: FloatArray

    def arrays(self) -> dict[str, Float32Array]:
        """The totals as a model's .npz file has them, by name; the first day stands in its JSON."""
        return {"history/total": self.total.astype(np.float32), "history/count": self.count.astype(np.float32)}

    @classmethod
    def from_arrays(cls, first: str, arrays: Mapping[str, np.ndarray]) -> Self:
        """The totals that `arrays` wrote, from a first day on, among other arrays."""
        return cls(np.datetime64(first, "D"), arrays["history/total"].astype(float), arrays["history/count"].astype(float))


class Groups:
    """Profiles of the groups that the series of one panel belong to.

    Args:
        sales, observed: Shape (n, d), sales 0 where not observed.
        codes: The number of each series' value in each column of the vocabulary, shape (n, columns).
        first: The panel's first day.
        layout: Which columns group.
        history: Totals that replace this panel's totals on the days that they cover.
    """

    def __init__(
        self, sales: FloatArray, observed: FloatArray, codes: np.ndarray, first: np.datetime64, *, layout: NetworkInputs, history: History | None
    ) -> None:
        self._layout = layout
        rows, _ = _rows(codes, layout)
        self.history = history_of(sales, observed, codes, first, layout=layout, learned=history)
        used, places = np.unique(rows, return_inverse=True)
        self._rows = places.reshape(rows.shape)
        total, count = self.history.total, self.history.count
        self.file_mean: Float32Array = (added_up(total[0]) / np.maximum(added_up(count[0]), 1)).astype(np.float32)
        self.recent_means = {days: trailing_mean(total[:1], count[:1], days)[0] for days in layout.spans.means}
        """Mean units a series and day that the whole file sold in the last so many days before each origin, shape (d + 1,)."""
        month_days = calendar_features.month_day(calendar_features.dates(first, sales.shape[1], layout)) if layout.month_day else None
        seen = (count[used] > 0).astype(float)
        self._profiles = profiles(total[used], seen, layout.spans, level_days=layout.level_days, month_days=month_days)

    def past(self, rows: np.ndarray, origins: np.ndarray, days: np.ndarray) -> list[np.ndarray]:
        """Each group's total on days (b, k) over its level at the origin, shape (b, k) each."""
        channels = []
        for group in self._rows[:, rows]:
            level = self._level(group, origins)
            channels.append(np.minimum(at(self._profiles.values, group, days) / level, _MAX_TIMES_LEVEL))
        return channels

    def ahead(self, rows: np.ndarray, origins: np.ndarray, steps: np.ndarray, month: np.ndarray | None) -> list[np.ndarray]:
        """Each group's weekday mean, the same days a year ago and the day of the month, over its level then; shape (b, k) each.

        Args:
            rows, origins: The windows, shape (b,).
            steps: Days after the origins, shape (b, k).
            month: For each day ahead, the last equal day of a month whose index is known, -1 for none; shape (b, k).
        """
        spans = self._layout.spans
        week, year = origins[:, None] - spans.cycle + steps % spans.cycle, a_year_ago(origins, steps, spans)
        channels = []
        for group in self._rows[:, rows]:
            level = self._level(group, origins)
            channels.append(np.minimum(at(self._profiles.recent, group, week) / level, _MAX_TIMES_LEVEL))
            if self._layout.year_ago:
                then, known = self._level(group, np.maximum(origins - spans.year, 0)), year >= 0
                channels.append(np.minimum(at(self._profiles.values, group, year) / then, _MAX_TIMES_LEVEL) * known)
                channels.append(np.minimum(at(self._profiles.around, group, year + spans.smooth_lag) / then, _MAX_TIMES_LEVEL) * known)
            if month is not None:
                channels.append(at(self._profiles.month_day, group, month) * (month >= 0))
        return channels

    def _level(self, group: np.ndarray, origins: np.ndarray) -> Float32Array:
        return np.maximum(self._profiles.level[group, origins][:, None], np.float32(1e-6))


def history_of(
    sales: FloatArray, observed: FloatArray, codes: np.ndarray, first: np.datetime64, *, layout: NetworkInputs, learned: History | None
) -> History:
    """Totals of the groups of these series, or those that were learned on the days that these cover; the arguments are those of `Groups`."""
    rows, size = _rows(codes, layout)
    now = History(first, _totals(sales, rows, size), _totals(observed, rows, size))
    return now if learned is None else _with_history(now, learned, calendar_features.steps(learned.first, first, layout))


def _rows(codes: np.ndarray, layout: NetworkInputs) -> tuple[np.ndarray, int]:
    """The row of each series' group in the totals, shape (groupings, n), and the number of rows."""
    rows, size, columns = [], 0, list(layout.vocabulary)
    for name in layout.groups:
        rows.append(np.full(len(codes), size) if name == WHOLE_FILE else size + codes[:, columns.index(name)])
        size += 1 if name == WHOLE_FILE else len(layout.vocabulary[name]) + 1
    return np.stack(rows), size


def _totals(values: FloatArray, rows: np.ndarray, size: int) -> FloatArray:
    totals = np.zeros((size, values.shape[1]))
    for grouping in rows:
        for series, row in enumerate(grouping):
            totals[row] += values[series]
    return totals.astype(np.float32).astype(float)


def _with_history(now: History, then: History, shift: int) -> History:
    """The totals on this panel's days: `then` where it covers them, else `now`; `now` begins `shift` days later."""
    days, seen = now.total.shape[1], then.total.shape[1]
    here = slice(max(-shift, 0), max(min(seen - shift, days), 0))
    there = slice(max(shift, 0), max(shift, 0) + max(here.stop - here.start, 0))
    total, count = now.total.copy(), now.count.copy()
    if here.stop > here.start:
        total[:, here], count[:, here] = then.total[:, there], then.count[:, there]
    return History(now.first, total, count)
