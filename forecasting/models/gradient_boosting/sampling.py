"""The choice of days that the trees learn from: a series, an origin from which it is forecast, and a day ahead of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.core.arrays import FloatArray
from forecasting.models.features import inputs
from forecasting.models.features.inputs import NetworkInputs

_SHARE_OF_CELLS = 1 / 3
_FEWEST = 2_000
"""Rows that a file is drawn from at least, where it has so many choices."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """Days to learn from, in any order.

    Args:
        series: Shape (b,).
        origins: First days ahead, shape (b,).
        steps: Days after the origin, from 0, shape (b,).
        usual: Whether a row sees usual values of drivers without a plan, shape (b,); half of them do.
        recent: Whether a row knows how recent its day is, shape (b,); half of them do.
    """

    series: np.ndarray
    origins: np.ndarray
    steps: np.ndarray
    usual: np.ndarray
    recent: np.ndarray

    def __len__(self) -> int:
        return len(self.series)

    def take(self, places: np.ndarray) -> Drawn:
        """Those at some places, in that order."""
        return Drawn(*(values[places] for values in (self.series, self.origins, self.steps, self.usual, self.recent)))


def draw(sales: FloatArray, layout: NetworkInputs, *, most: int, seed: int) -> Drawn:
    """Days drawn at random, as many of each day ahead as of any other as far as the history goes.

    Args:
        sales: Units, shape (n, d); NaN where not known.
        layout: The inputs.
        most: Rows at most; a small file gives a third as many as it has days of sales.
        seed: Of the choice.
    """
    observed, (start, stop) = np.isfinite(sales), inputs.known_days(sales)
    wanted = min(most, max(int(_SHARE_OF_CELLS * np.count_nonzero(observed)), _FEWEST))
    earliest = np.maximum(start + min(layout.spans.known, layout.before), layout.before)
    random = np.random.default_rng(seed)
    each = np.diff(np.linspace(0, wanted, layout.horizon + 1).astype(int))
    parts = [_of_step(earliest, stop, step, count, random) for step, count in enumerate(each)]
    series, origins, steps = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    there = observed[series, origins + steps]
    series, origins, steps = series[there], origins[there], steps[there]
    usual, recent = random.random((2, len(series))) < 0.5
    return Drawn(series, origins, steps, usual, recent)


def _of_step(earliest: np.ndarray, stop: np.ndarray, step: int, count: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Series and origins whose day so far ahead lies in the history, shape (b,) each; none if there is none."""
    counts = np.maximum(stop - step - earliest, 0)
    ends = np.cumsum(counts)
    available = int(ends[-1])
    chosen = random.integers(available, size=count) if count > available else random.choice(available, size=count, replace=False)
    chosen = chosen if available else chosen[:0]
    series = np.searchsorted(ends, chosen, side="right")
    return series, earliest[series] + chosen - (ends - counts)[series], np.full(len(series), step)
