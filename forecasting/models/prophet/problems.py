"""One series as a least-squares problem: its columns without data frames, and their sums of squares and products."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.core.arrays import FloatArray
from forecasting.models.prophet.curves import HOLIDAYS, SEASONS, WEEKLY, YEARLY, SeasonColumns

_CHANGEPOINT_RANGE: Final = 0.8
"""Share of the history, from its start, in which the trend may turn; Prophet's own."""


@dataclass(frozen=True, eq=False)
class History:
    """What one series is fitted on.

    Args:
        row: Its position in the panel.
        index: Positions of its selling days in the panel, at least 2, ascending.
        sales: Units on these days, none of them unknown, not all equal.
        drivers: Name -> its values on these days; drivers that never change are left out.
        waves: Season -> its waves, 0 for a season that is left out.
        changepoints: Where the trend may turn, at most.
    """

    row: int
    index: np.ndarray
    sales: FloatArray
    drivers: Mapping[str, FloatArray]
    waves: Mapping[str, int]
    changepoints: int


@dataclass(frozen=True, eq=False)
class Line:
    """The time of a fit, from 0 on the first day to 1 on the last, in which Prophet's trend is written.

    Args:
        start: The first day, in days since 1970.
        days: Days from the first to the last.
        turns: The changepoints; a single 0 where the trend never turns.
    """

    start: float
    days: float
    turns: FloatArray


@dataclass(frozen=True, eq=False)
class Design:
    """The columns of a fit without drivers, which all series sold on the same days share.

    Args:
        line: The time of the fit.
        columns: Positions of the season columns, in the layout.
        matrix: Shape (days, columns): time, 1, a hinge for each changepoint, seasons and holidays.
        gram: The product of its transpose with itself.
    """

    line: Line
    columns: np.ndarray
    matrix: FloatArray
    gram: FloatArray


@dataclass(frozen=True, eq=False)
class Problem:
    """A series as sums of squares and products.

    Args:
        history: Its sales.
        design: Its columns without drivers.
        scale: Units that count as 1 in the fit.
        centers: Mean of each driver.
        deviations: Standard deviation of each driver; 1 for one that is only 0 or 1.
        gram: Z'Z, of all columns.
        moments: Z'y.
        power: y'y.
    """

    history: History
    design: Design
    scale: float
    centers: FloatArray
    deviations: FloatArray
    gram: FloatArray
    moments: FloatArray
    power: float

    @property
    def is_determined(self) -> bool:
        """Whether there are more days than columns: a curve that goes through all of them is then the only one that does."""
        return len(self.history.index) > len(self.gram)

    @property
    def shape(self) -> tuple[int, int]:
        """Changepoints and columns: series of one shape are solved together, so that no series depends on its neighbours."""
        return len(self.design.line.turns), len(self.gram)


def waves_of(day: FloatArray) -> dict[str, int]:
    """The waves of the seasons that Prophet learns by itself: the week from two weeks on, the year from two years on.

    Args:
        day: Selling days, ascending, in days since 1970.
    """
    span = day[-1] - day[0]
    weekly, yearly = SEASONS[WEEKLY][1], SEASONS[YEARLY][1]
    return {WEEKLY: weekly if span >= 14 and np.diff(day).min() < 7 else 0, YEARLY: yearly if span >= 730 else 0}


def changepoints(days: int, most: int) -> np.ndarray:
    """Positions of the changepoints among the days of a fit, evenly over the first four fifths, as Prophet places them."""
    within = int(np.floor(days * _CHANGEPOINT_RANGE))
    count = min(most, within - 1)
    return np.linspace(0, within - 1, count + 1).round().astype(int)[1:] if count > 0 else np.zeros(0, dtype=int)


def columns_of(layout: SeasonColumns, waves: Mapping[str, int]) -> np.ndarray:
    """Positions of the season columns that count, ascending."""
    of = {name: np.arange(layout.slices[name].start, layout.slices[name].start + 2 * count) for name, count in waves.items()}
    return np.concatenate([of[WEEKLY], of[YEARLY], np.arange(layout.width)[layout.slices[HOLIDAYS]]])


def problem_of(history: History, design: Design) -> Problem:
    """A series with the columns of its days, as sums of squares and products."""
    scale = float(np.abs(history.sales).max())
    sales = history.sales / scale
    values = np.array(list(history.drivers.values())).reshape(len(history.drivers), len(sales))
    binary = ((values == 0) | (values == 1)).all(axis=1)
    centers = np.where(binary, 0.0, values.mean(axis=1))
    deviations = np.where(binary, 1.0, values.std(axis=1, ddof=1))
    matrix, gram = design.matrix, design.gram
    if len(values):
        drivers = ((values - centers[:, None]) / deviations[:, None]).T
        across = matrix.T @ drivers
        gram = np.block([[gram, across], [across.T, drivers.T @ drivers]])
        matrix = np.hstack([matrix, drivers])
    return Problem(history, design, scale, centers, deviations, gram, matrix.T @ sales, float(sales @ sales))
