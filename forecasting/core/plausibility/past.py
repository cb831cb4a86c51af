"""What the checks of plausibility ask of saved sales: a few numbers a series, and the rows themselves only where those cannot tell."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.core.arrays import FloatArray
from forecasting.core.plausibility.rows import Rows, Runs

TOPS: Final = 3
"""Largest different values that are known of each series."""
STEPS: Final = 4
"""Steps of a scale of values from one power of two to the next: each is at most 1.25 times the one before."""
LOWEST, HIGHEST = -20 * STEPS, 60 * STEPS
"""The first and the last step; what is smaller or larger counts as one of them."""
CELLS_A_VALUE: Final = 8
"""Cells of a table of all series and steps for each value, up to which it is faster to count in such a table than to sort the values."""
SERIES_AT_ONCE: Final = 100_000
"""Series whose medians are looked for together."""


@dataclass(frozen=True, slots=True)
class Values:
    """How often each series had values of each step of the scale.

    Args:
        places: Whose, shape (k,).
        steps: Which step, as `steps_of` gives it, shape (k,).
        counts: How often, shape (k,).
    """

    places: np.ndarray
    steps: np.ndarray
    counts: np.ndarray

    def of(self, places: np.ndarray) -> Values:
        """Those of the series at some places."""
        here = np.isin(self.places, places)
        return Values(self.places[here], self.steps[here], self.counts[here])


@dataclass(frozen=True, slots=True)
class Past:
    """Saved sales above zero, a series an entry.

    Args:
        series: The number of each series, ascending, shape (s,).
        counts: Its rows with units above zero, shape (s,), at least 1 each.
        tops: Its largest different values, units, shape (3, s); 0 where it has fewer.
        values: How often it had values of each step of the scale, by its place in `series`.
        rows_of: Gives the rows with units above zero of some series, by their numbers.
    """

    series: np.ndarray
    counts: np.ndarray
    tops: FloatArray
    values: Values
    rows_of: Callable[[np.ndarray], Rows]

    @classmethod
    def of(cls, rows: Rows) -> Past:
        """That of rows."""
        sold = rows.sold()
        runs = Runs.of(sold.series)
        places = np.repeat(np.arange(len(runs.codes)), runs.counts)
        return cls(
            runs.codes, runs.counts, tops(sold.units, runs), values_of(sold.units, places), lambda codes: sold.where(np.isin(sold.series, codes))
        )

    def places_of(self, codes: np.ndarray) -> np.ndarray:
        """The place of each of these series, shape (n,); -1 for one that sold nothing."""
        return Runs(self.series, self.counts, self.counts).places_of(codes)

    def medians(self) -> tuple[FloatArray, FloatArray]:
        """Bounds between which the median of each series lies, units, shape (s,) each."""
        ends = np.append(np.arange(0, len(self.series), SERIES_AT_ONCE), len(self.series))
        steps = [self._middle_steps(int(start), int(end)) for start, end in itertools.pairwise(ends)]
        lower, upper = np.concatenate([np.zeros((2, 0), dtype=np.int64), *steps], axis=1)
        return edges(lower)[0], edges(upper)[1]

    def _middle_steps(self, start: int, end: int) -> np.ndarray:
        """The steps of the two middle values of the series from one place to before another, shape (2, series)."""
        here = (self.values.places >= start) & (self.values.places < end)
        places, steps, counts = self.values.places[here] - start, self.values.steps[here], self.values.counts[here]
        lowest, span = int(steps.min()), int(np.ptp(steps)) + 1
        cells = places.astype(np.int64) * span + (steps - lowest)
        known = np.bincount(cells, weights=counts, minlength=(end - start) * span).reshape(-1, span).cumsum(axis=1)
        ranks = np.array([self.counts[start:end] - 1, self.counts[start:end]]) // 2
        return np.array([(known <= rank[:, None]).sum(axis=1) + lowest for rank in ranks])


def steps_of(units: FloatArray) -> np.ndarray:
    """The step of the scale in which each value above zero lies, shape (n,).

    Example:
        >>> steps_of(np.array([1.0, 1.24, 1.25, 2, 3]))
        array([4, 4, 5, 8, 10])
    """
    fractions, exponents = np.frexp(units)
    within = ((fractions - 0.5) * 2 * STEPS).astype(np.int64)
    return np.asarray(np.clip(exponents * STEPS + within, LOWEST, HIGHEST))


def edges(steps: np.ndarray) -> tuple[FloatArray, FloatArray]:
    """The values from which and below which each step reaches, shape (n,) each.

    Example:
        >>> edges(np.array([4, 10]))
        (array([1., 3.]), array([1.25, 3.5 ]))
    """
    exponents, within = np.divmod(steps, STEPS)
    low, high = (np.ldexp(0.5 + (within + more) / (2 * STEPS), exponents) for more in (0, 1))
    return np.where(steps <= LOWEST, 0.0, low), np.where(steps >= HIGHEST, np.inf, high)


def values_of(units: FloatArray, places: np.ndarray) -> Values:
    """How often each series had values of each step.

    Args:
        units: Above zero, shape (n,).
        places: The place of each one's series, ascending, shape (n,).
    """
    steps = steps_of(units)
    lowest, width = int(steps.min(initial=0)), int(steps.max(initial=0) - steps.min(initial=0)) + 1
    cells = places * width + (steps - lowest)
    if (int(places.max(initial=0)) + 1) * width > CELLS_A_VALUE * len(units):
        filled, counts = np.unique(cells, return_counts=True)
    else:
        counts = np.bincount(cells)
        filled = np.flatnonzero(counts)
        counts = counts[filled]
    return Values(filled // width, filled % width + lowest, counts)


def tops(units: FloatArray, runs: Runs, count: int = TOPS) -> FloatArray:
    """The largest different values of each series, shape (count, series); 0 where it has fewer."""
    found, left = np.zeros((count, len(runs.codes))), units
    for rank in range(count if len(runs.codes) else 0):
        found[rank] = np.maximum(np.maximum.reduceat(left, runs.starts), 0.0)
        left = np.where(left >= np.repeat(found[rank], runs.counts), 0.0, left) if rank + 1 < count else left
    return found
