"""Values far beyond what their series ever sold: a slip of the keyboard, a case counted as pieces, a number in the wrong row.

How far is too far is learned from the sales themselves. The largest values of heavy-tailed goods lie far apart, and so may the next one; those of
steady goods do not. The chance that a series sells more than a value is carried on from its largest values by a power law (Weissman's estimator,
with Hill's index), and a value is noted where hardly any upload would have one by that law.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.core.arrays import FloatArray
from forecasting.core.plausibility.rows import Rows, Runs

MIN_VALUES: Final = 5
"""Values above zero that say what a series sells, at least."""
MIN_TIMES: Final = 5.0
"""How many times the usual a value is, at least."""
MIN_TIMES_MOST: Final = 2.0
"""How many times the most ever sold it is, at least."""
MAX_CHANCE: Final = 0.06
"""The chance, by that law, that an upload whose sales are as ever has a value so large, at most. On real sales it is one upload in 200: the law is
careful."""
SLIPS: Final = 3
"""Values of one series that may be slips in one upload, at most; more of them are what it sells now."""
SLIPS_SHARE: Final = 0.1
"""The same as a share of its rows, but for one value, which may always be a slip."""
TAIL_VALUES: Final = 10
"""Largest values of a series by which its tail is judged."""
MIN_SPACING: Final = 0.05
"""The index of a tail, at least."""


@dataclass(frozen=True, slots=True)
class Large:
    """Values that are too large.

    Args:
        places: Their rows in the upload, ascending, shape (k,).
        usual: What is usual there, units, shape (k,).
        of_weekday: Whether that is the usual of the weekday, shape (k,).
    """

    places: np.ndarray
    usual: FloatArray
    of_weekday: np.ndarray


def large_values(saved: Rows, upload: Rows) -> Large:
    """The values of an upload that are too large, beside the saved ones and its own others.

    Example:
        >>> days = np.arange(20)
        >>> saved = Rows(np.tile([4.0, 5, 6, 5, 7], 4), np.zeros(20, int), days)
        >>> large_values(saved, Rows(np.array([5.0, 600]), np.zeros(2, int), np.array([20, 21])))
        Large(places=array([1]), usual=array([5.]), of_weekday=array([False]))
    """
    past, given = saved.sold(), upload.sold()
    runs, past_runs = Runs.of(given.series), Runs.of(past.series)
    before = past_runs.places_of(runs.codes)
    own, most = _most(past, past_runs, given, runs, before)
    spacing = _spacing(past, past_runs) if (before >= 0).any() else _spacing(given, runs)
    found: list[tuple[int, float, bool]] = []
    for place in np.flatnonzero((own > MIN_TIMES_MOST * most) & (most > 0)).tolist():
        here = runs.slice_of(place)
        history = past.where(past_runs.slice_of(before[place]) if before[place] >= 0 else slice(0, 0))
        each = _of_series(history, given.where(here), float(most[place]), _Bar(spacing, len(upload.series)))
        found += [(here.start + at, usual, of_weekday) for at, usual, of_weekday in each]
    places = np.flatnonzero(upload.units > 0)[[place for place, *_ in found]] if found else np.zeros(0, dtype=np.int64)
    return Large(places, np.array([usual for _, usual, _ in found], dtype=float), np.array([same for *_, same in found], dtype=bool))


@dataclass(frozen=True, slots=True)
class _Bar:
    """What a value has to pass.

    Args:
        spacing: The index of the tails of all series.
        rows: Of the upload.
    """

    spacing: float
    rows: int

    def is_passed(self, times: float, others: FloatArray) -> bool:
        """Whether so many times the most of these values is more than their tail allows."""
        tail = max(self.spacing, _hill(others))
        return bool(times ** (-1 / tail) / len(others) * self.rows <= MAX_CHANCE)


def _most(past: Rows, past_runs: Runs, given: Rows, runs: Runs, before: np.ndarray) -> tuple[FloatArray, FloatArray]:
    """The largest value of each series of the upload, and the most it ever sold: saved, or in the upload but for what may be slips."""
    own = _tops(given.units, runs, SLIPS + 1)
    rest = np.take_along_axis(own, _slips(runs.counts)[None], axis=0)[0]
    saved = _tops(past.units, past_runs, 1)[0]
    return own[0], np.maximum(np.append(saved, 0.0)[before], rest)


def _slips(counts: np.ndarray) -> np.ndarray:
    """How many of so many rows of a series may be slips."""
    return np.asarray(np.clip((counts * SLIPS_SHARE).astype(int), 1, SLIPS))


def _of_series(past: Rows, given: Rows, most: float, bar: _Bar) -> list[tuple[int, float, bool]]:
    """The rows of one series that are too large: place, what is usual there, whether that is the usual of the weekday."""
    normal = given.units <= most
    others, days = np.append(past.units, given.units[normal]), np.append(past.days, given.days[normal])
    doubtful = np.flatnonzero(given.units > MIN_TIMES_MOST * most)
    if len(others) < MIN_VALUES or len(doubtful) > _slips(np.array(len(given.units))):
        return []
    found = []
    for place in doubtful.tolist():
        same = others[(days - given.days[place]) % 7 == 0]
        of_weekday = MIN_VALUES <= len(same) < len(others)
        usual = float(np.median(same if of_weekday else others))
        value = float(given.units[place])
        if value >= MIN_TIMES * usual and bar.is_passed(value / most, others):
            found.append((place, usual, of_weekday))
    return found


def _hill(values: FloatArray) -> float:
    """Hill's index of the tail: the mean logarithm of the largest values over the next one."""
    count = min(TAIL_VALUES, len(values) - 1)
    largest = np.sort(values)[-count - 1 :]
    return float(np.log(largest[1:] / largest[0]).mean())


def _spacing(rows: Rows, runs: Runs) -> float:
    """The index of the tails of all series: twice the mean logarithm of the second largest value over the third, which a slip does not touch."""
    _, second, third = _tops(rows.units, runs, 3)
    full = (runs.counts >= 2 * TAIL_VALUES) & (third > 0)
    return max(2 * float(np.log(second[full] / third[full]).mean()) if full.any() else 1.0, MIN_SPACING)


def _tops(units: FloatArray, runs: Runs, count: int) -> FloatArray:
    """The largest different values of each series, shape (count, series); the smallest again where it has fewer, 0 where it has one."""
    tops, left = np.zeros((count, len(runs.codes))), units
    for rank in range(count if len(runs.codes) else 0):
        most = np.maximum.reduceat(left, runs.starts)
        tops[rank] = np.where(most > 0, most, tops[rank - 1] if rank > 1 else 0.0)
        left = np.where(left >= np.repeat(tops[rank], runs.counts), 0.0, left) if rank + 1 < count else left
    return tops
