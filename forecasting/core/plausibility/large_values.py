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
from forecasting.core.plausibility.past import Past, Values, edges, steps_of, tops
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


def large_values(past: Past, upload: Rows) -> Large:
    """The values of an upload that are too large, beside the saved ones and its own others.

    Example:
        >>> days = np.arange(20)
        >>> saved = Rows(np.tile([4.0, 5, 6, 5, 7], 4), np.zeros(20, int), days)
        >>> large_values(Past.of(saved), Rows(np.array([5.0, 600]), np.zeros(2, int), np.array([20, 21])))
        Large(places=array([1]), usual=array([5.]), of_weekday=array([False]))
    """
    given = upload.sold()
    runs = Runs.of(given.series)
    before = past.places_of(runs.codes)
    own, most = _most(past, given, runs, before)
    spacing = _spacing(past.counts, past.tops) if (before >= 0).any() else _spacing(runs.counts, tops(given.units, runs))
    suspects = _suspects(past, given, most, _Bar(spacing, len(upload.series)), np.flatnonzero((own > MIN_TIMES_MOST * most) & (most > 0)))
    history = past.rows_of(runs.codes[[place for place in suspects if before[place] >= 0]]) if suspects else given.where(slice(0, 0))
    of_history = Runs.of(history.series)
    found: list[tuple[int, float, bool]] = []
    for place in suspects:
        here, there = runs.slice_of(place), int(of_history.places_of(runs.codes[[place]])[0])
        old = history.where(of_history.slice_of(there) if there >= 0 else slice(0, 0))
        each = _of_series(old, given.where(here), float(most[place]), _Bar(spacing, len(upload.series)))
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
        return self.is_passed_with(times, _hill(others), len(others))

    def is_passed_with(self, times: float, tail: float, count: int) -> bool:
        """The same for so many values with a tail of this index."""
        return bool(times ** (-1 / max(self.spacing, tail)) / count * self.rows <= MAX_CHANCE)


def _suspects(past: Past, given: Rows, most: FloatArray, bar: _Bar, places: np.ndarray) -> list[int]:
    """Those of some series of the upload, by their places, that may have a value that is too large, as far as it is known without their saved rows.

    The index of a tail is not less than that of the steps in which its largest values lie.
    """
    runs = Runs.of(given.series)
    saved = _Saved.of(past, past.places_of(runs.codes[places]))
    return [place for at, place in enumerate(places.tolist()) if _may_have(saved, at, given.where(runs.slice_of(place)), float(most[place]), bar)]


@dataclass(frozen=True, slots=True)
class _Saved:
    """What is known of the saved values of a few series.

    Args:
        counts: How many there are of each, shape (s,).
        steps: The steps of the scale in which the largest ones lie, ascending, one array a series.
    """

    counts: np.ndarray
    steps: list[np.ndarray]

    @classmethod
    def of(cls, past: Past, places: np.ndarray) -> _Saved:
        """That of the series at these places of the past; -1 for one that has no saved values."""
        values = past.values.of(places)
        return cls(np.append(past.counts, 0)[places], [_largest_steps(values.of(places[[at]])) for at in range(len(places))])


def _largest_steps(values: Values) -> np.ndarray:
    order = np.argsort(values.steps, kind="stable")
    return np.repeat(values.steps[order], np.minimum(values.counts[order], TAIL_VALUES + 1))[-TAIL_VALUES - 1 :]


def _may_have(saved: _Saved, at: int, given: Rows, most: float, bar: _Bar) -> bool:
    """Whether a series may have a value that is too large."""
    normal = given.units[given.units <= most]
    doubtful = given.units[given.units > MIN_TIMES_MOST * most]
    count = int(saved.counts[at]) + len(normal)
    if count < MIN_VALUES or len(doubtful) > _slips(np.array(len(given.units))):
        return False
    largest = np.sort(np.concatenate([saved.steps[at], steps_of(normal)]))[-min(TAIL_VALUES, count - 1) - 1 :]
    low, high = edges(largest)
    tail = float(np.log(np.maximum(low[1:], high[0]) / high[0]).mean()) if np.isfinite(high[0]) else 0.0
    return bar.is_passed_with(float(doubtful.max()) / most, tail, count)


def _most(past: Past, given: Rows, runs: Runs, before: np.ndarray) -> tuple[FloatArray, FloatArray]:
    """The largest value of each series of the upload, and the most it ever sold: saved, or in the upload but for what may be slips."""
    own = _repeated(tops(given.units, runs, SLIPS + 1))
    rest = np.take_along_axis(own, _slips(runs.counts)[None], axis=0)[0]
    return own[0], np.maximum(np.append(past.tops[0], 0.0)[before], rest)


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


def _spacing(counts: np.ndarray, largest: FloatArray) -> float:
    """The index of the tails of all series: twice the mean logarithm of the second largest value over the third, which a slip does not touch.

    Args:
        counts: Values of each series, shape (s,).
        largest: Its three largest different ones, shape (3, s); 0 where it has fewer.
    """
    _, second, third = _repeated(largest)
    full = (counts >= 2 * TAIL_VALUES) & (third > 0)
    return max(2 * float(np.log(second[full] / third[full]).mean()) if full.any() else 1.0, MIN_SPACING)


def _repeated(largest: FloatArray) -> FloatArray:
    """The largest different values with the smallest again where a series has fewer than others, but for one that has one, shape (k, s)."""
    filled = largest.copy()
    for rank in range(2, len(filled)):
        filled[rank] = np.where(filled[rank] > 0, filled[rank], filled[rank - 1])
    return filled
