"""Earlier series on their first days and in the weeks after: launches that the file shows, and stretches of others as if they were."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np

from forecasting.core import schema
from forecasting.core.arrays import FloatArray, added_up, share
from forecasting.core.panel import Panel
from forecasting.training.cold_start.credibility import Beginnings
from forecasting.training.cold_start.groups import Grouping

LATER: Final = 28
"""Days after the first ones that a level is learned for."""
_KNOWN_FROM: Final = 14
"""Days that a file has before a series begins, at least, for its beginning to be a launch."""
_OTHERS: Final = 10.0
"""What the launches of other groups count for together, at most: as much as so many launches of the group."""
_AS_IF: Final = 4.0
"""What stretches that begin with a sale count for together beside launches."""
_OTHER_STRETCHES: Final = 400.0
"""What the stretches of other groups count for together, at most: as much as so many of the group."""
_WHOLE_STORE: Final = 3
"""Series of a store that all begin on one day, at least, for it to be the store that is new in the file."""
_MOST_SERIES: Final = 400
_MOST_STRETCHES: Final = 4000
_MIN_NOISE: Final = 0.05
"""The least noise of a series, as a share of what the group's mean sells in a day: without it one that hardly sells would decide alone."""
_NOISE_DAYS: Final = 56


@dataclass(frozen=True, eq=False)
class History:
    """What is known of the beginnings in a panel; a day without a row after the first one sold nothing.

    Args:
        panel: What is known.
        launches_seen: What `launches` has learned for series of an age, by grouping and age: it serves all groups.
    """

    panel: Panel
    launches_seen: dict[tuple[str, int], tuple[Beginnings, np.ndarray, Beginnings]] = field(default_factory=dict)

    @cached_property
    def first(self) -> np.ndarray:
        """Position of each series' first row, shape (n,); the number of days where it has none."""
        rows = np.isfinite(self.panel.sales)
        return np.where(rows.any(axis=1), rows.argmax(axis=1), rows.shape[1])

    @cached_property
    def launched(self) -> np.ndarray:
        """Series whose rows begin with a launch, shape (n,) of bool: not those with which the file, or a store in it, begins.

        A launch is seen by its first sale: where rows begin without one, or some that begin on the same day do, it is the file that begins there.
        """
        days = self.panel.sales.shape[1]
        begun = self.first < days
        sold = np.zeros(len(self.first), dtype=bool)
        sold[begun] = self.panel.sales[np.flatnonzero(begun), self.first[begun]] > 0
        file_begins = np.bincount(self.first, ~sold, minlength=days + 1) > 0
        return begun & ~file_begins[self.first] & ~self._with_their_store

    @cached_property
    def _with_their_store(self) -> np.ndarray:
        """Series that begin together with all others of their store, shape (n,) of bool."""
        if schema.STORE not in self.panel.series:
            return np.zeros(len(self.first), dtype=bool)
        _, store = np.unique(self.panel.series[schema.STORE].to_numpy(dtype=str), return_inverse=True)
        opened = np.full(store.max() + 1, self.panel.sales.shape[1])
        np.minimum.at(opened, store, self.first)
        there = self.first == opened[store]
        return np.asarray(there & (np.bincount(store, there)[store] >= _WHOLE_STORE))

    @cached_property
    def sold(self) -> FloatArray:
        """Units sold up to each day, running sums of shape (n, d + 1)."""
        return added_up(np.nan_to_num(self.panel.sales))

    @cached_property
    def noise(self) -> FloatArray:
        """Root mean squared change of each series from day to day, shape (n,): from its first row to its last, over 8 weeks at least."""
        sales, days = np.nan_to_num(self.panel.sales), self.panel.sales.shape[1]
        last = days - 1 - np.isfinite(self.panel.sales)[:, ::-1].argmax(axis=1)
        position = np.arange(1, days)
        seen = (position > self.first[:, None]) & (position <= np.maximum(last, self.first + self.panel.period.steps(_NOISE_DAYS))[:, None])
        return np.sqrt(share((np.diff(sales) ** 2 * seen).sum(axis=1), seen.sum(axis=1)))

    @cached_property
    def next_sale(self) -> np.ndarray:
        """Position of the first sale on or after each day, shape (n, d); the number of days where none follows."""
        days = self.panel.sales.shape[1]
        at = np.where(self.panel.sales > 0, np.arange(days), days)
        return np.minimum.accumulate(at[:, ::-1], axis=1)[:, ::-1]


def launches(history: History, grouping: Grouping, group: int, age: int) -> Beginnings:
    """Earlier launches, those of one group before all, and as a few more, series as if they had begun on a day on which they sold.

    Args:
        history: What is known.
        grouping: Who belongs together.
        group: Whose launches resemble most, by its number in the grouping; they may have ended since.
        age: First days, at least 1.
    """
    if (grouping.label, age) not in history.launches_seen:
        history.launches_seen[grouping.label, age] = _launches_seen(history, grouping, age)
    seen, groups, as_if = history.launches_seen[grouping.label, age]
    near, far = seen.select(groups == group), seen.select(groups != group)
    return near.and_others(far.weighing_at_most(_OTHERS)).and_others(as_if)


def _launches_seen(history: History, grouping: Grouping, age: int) -> tuple[Beginnings, np.ndarray, Beginnings]:
    """All launches, the group of each, and series as if they had begun on a day on which they sold: the same for newcomers of every group."""
    launched = np.flatnonzero(_launched(history))
    seen, rows = _beginnings(history, grouping, launched, history.first[launched], age)
    series, start = _starts(history, grouping.members, age)
    as_if, _ = _beginnings(history, grouping, series, history.next_sale[series, start], age)
    return seen, grouping.codes[rows], as_if.weighing_at_most(_AS_IF)


def count(history: History, age: int) -> int:
    """How many earlier launches are followed by enough days to learn from."""
    return int((_launched(history) & (history.first + age + _later(history.panel, age) <= len(history.panel.dates))).sum())


def _launched(history: History) -> np.ndarray:
    """Series whose launch the file shows, shape (n,) of bool."""
    return history.launched & (history.first >= history.panel.period.steps(_KNOWN_FROM))


def stretches(history: History, grouping: Grouping, group: int, age: int) -> Beginnings:
    """Modelled series, those of one group before all, as if their rows had begun on a day of the last year; arguments as for `launches`."""
    near, far = (
        _beginnings(history, grouping, *_starts(history, members, age), age)[0]
        for members in (grouping.those_of(group), grouping.members & (grouping.codes != group))
    )
    return near.and_others(far.weighing_at_most(_OTHER_STRETCHES))


def _later(panel: Panel, age: int) -> int:
    """Days after the first ones: 28, or half of what is left of a short history."""
    return min(panel.period.steps(LATER), (len(panel.dates) - age) // 2)


def _starts(history: History, members: np.ndarray, age: int) -> tuple[np.ndarray, np.ndarray]:
    """Series and days, a week apart within the last year, on which they have rows and enough days follow; 4,000 at most."""
    period, days = history.panel.period, len(history.panel.dates)
    starts = np.arange(max(0, days - period.year), days - age - _later(history.panel, age) + 1, period.cycle)
    rows = _thinned(np.flatnonzero(members), _MOST_SERIES)
    row, start = np.nonzero(np.isfinite(history.panel.sales[np.ix_(rows, starts)]))
    row, start = _thinned(row, _MOST_STRETCHES), _thinned(start, _MOST_STRETCHES)
    return rows[row], starts[start]


def _thinned(values: np.ndarray, most: int) -> np.ndarray:
    """Every second, third, ... value, so that no more are left."""
    return values[:: max(1, -(-len(values) // most))]


def _beginnings(history: History, grouping: Grouping, rows: np.ndarray, start: np.ndarray, age: int) -> tuple[Beginnings, np.ndarray]:
    """The first days from `start` on and those after, of those that are followed by as many days; and the series of each."""
    later = _later(history.panel, age)
    whole = (start + age + later <= len(history.panel.dates)) & (later > 0) & (grouping.codes[rows] >= 0)
    rows, start = rows[whole], start[whole]
    series, place = np.unique(rows, return_inverse=True)
    mean = np.nan_to_num(grouping.means(series))
    usual = added_up(mean)
    beginnings = Beginnings(
        own=history.sold[rows, start + age] - history.sold[rows, start],
        expected=usual[place, start + age] - usual[place, start],
        later=history.sold[rows, start + age + later] - history.sold[rows, start + age],
        later_expected=usual[place, start + age + later] - usual[place, start + age],
        noise=np.maximum(np.nan_to_num(history.noise[rows]), _MIN_NOISE * mean.mean(axis=1)[place] + 1e-12),
        weight=np.ones(len(rows)),
    )
    return beginnings, rows
