"""Prophet's additive fits without data frames: the posterior of a series is one small convex problem, and many are solved at once.

With additive components Prophet's fitted sales are linear in its parameters k, m, delta and beta, whose priors are normal or, for delta, Laplace.
So the most probable parameters follow from Z'Z, Z'y and y'y of each series, which `prophet_batch` solves exactly; its own way to these
three goes through several data frames a series, which take ten to forty times as long as the solution.

Source: Taylor & Letham (2018), Forecasting at Scale, The American Statistician 72(1), equations 1 to 6; prophet.stan for the priors.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from threadpoolctl import threadpool_limits

from forecasting.core.arrays import FloatArray
from forecasting.core.settings import ProphetSettings
from forecasting.models.prophet.curves import HOLIDAYS, SEASONS, WEEKLY, YEARLY, Curve, SeasonColumns

EXACT: Final = "its sales have no more days than Prophet's curve has parts, so the curve says nothing of the days ahead"
"""Reason of a series through which many curves go exactly: its posterior has no maximum."""
_CHANGEPOINT_RANGE: Final = 0.8
"""Share of the history, from its start, in which the trend may turn; Prophet's own."""
_SCALE_OF_LINE: Final = 5.0
"""Standard deviation of the priors of k and m; Prophet's own, as the next one."""
_SCALE_OF_COLUMNS: Final = 10.0
"""Standard deviation of the priors of seasons, holidays and drivers."""
_LEAST_SIGMA: Final = 1e-9


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
class _Line:
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
class _Design:
    """The columns of a fit without drivers, which all series sold on the same days share.

    Args:
        line: The time of the fit.
        columns: Positions of the season columns, in the layout.
        matrix: Shape (days, columns): time, 1, a hinge for each changepoint, seasons and holidays.
        gram: The product of its transpose with itself.
    """

    line: _Line
    columns: np.ndarray
    matrix: FloatArray
    gram: FloatArray


@dataclass(frozen=True, eq=False)
class _Problem:
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
    design: _Design
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


@dataclass(frozen=True, eq=False)
class AdditiveFits:
    """Fits of the series of one panel.

    Args:
        layout: What the season columns mean.
        day: The panel's days, in days since 1970, shape (d,).
        matrix: The layout's season matrix on these days.
        settings: Prophet's choices; only additive ones.
    """

    layout: SeasonColumns
    day: FloatArray
    matrix: FloatArray
    settings: ProphetSettings

    def fit(self, histories: Sequence[History]) -> dict[int, Curve | str]:
        """Position -> its curve, or why it has none; a series that the solver cannot solve is left out."""
        outcomes: dict[int, Curve | str] = {}
        with threadpool_limits(1, user_api="blas"):
            for alike in _by_shape(self._problems(histories)):
                outcomes |= self._solved(alike)
        return outcomes

    def _problems(self, histories: Sequence[History]) -> list[_Problem]:
        problems: list[_Problem] = []
        known: tuple[object, _Design] | None = None
        for history in histories:  # those that share their days follow each other
            key = (history.index.tobytes(), tuple(history.waves.items()), history.changepoints)
            if known is None or known[0] != key:
                known = (key, self._design(history))
            problems.append(_problem(history, known[1]))
        return problems

    def _design(self, history: History) -> _Design:
        day = self.day[history.index]
        line = _Line(day[0], day[-1] - day[0], np.zeros(1))
        time = (day - line.start) / line.days
        turns = _changepoints(len(day), history.changepoints)
        if len(turns):
            line = _Line(line.start, line.days, time[turns])
        columns = _columns(self.layout, history.waves)
        hinges = np.maximum(time[:, None] - line.turns, 0.0)
        if self.settings.growth == "flat":
            time, hinges = np.zeros_like(time), np.zeros_like(hinges)
        matrix = np.column_stack([time, np.ones_like(time), hinges, self.matrix[np.ix_(history.index, columns)]])
        return _Design(line, columns, matrix, matrix.T @ matrix)

    def _solved(self, problems: list[_Problem]) -> dict[int, Curve | str]:
        """The curves of series of one shape; where the solver fails for them together, each is solved alone."""
        try:
            weights, sigma = self._solve(problems)
        except np.linalg.LinAlgError:
            alone = [self._solved([problem]) for problem in problems] if len(problems) > 1 else []
            return {row: outcome for solved in alone for row, outcome in solved.items()}
        good = np.isfinite(sigma) & np.isfinite(weights).all(axis=1)
        usable = good & ((sigma > _LEAST_SIGMA) | np.array([problem.is_determined for problem in problems]))
        return {problem.history.row: self._curve(problem, weights[i]) if usable[i] else EXACT for i, problem in enumerate(problems) if good[i]}

    def _solve(self, problems: list[_Problem]) -> tuple[FloatArray, FloatArray]:
        """The parameters of series of one shape, and the standard deviation of their errors."""
        from prophet_batch.batch import solve_map

        n, (turns, width) = len(problems), problems[0].shape
        hinge = (np.arange(width) >= 2) & (np.arange(width) < 2 + turns)
        ridge = np.where(hinge, 0.0, _SCALE_OF_COLUMNS**-2)
        ridge[:2] = _SCALE_OF_LINE**-2
        weights, sigma = solve_map(
            np.array([problem.gram for problem in problems]),
            np.array([problem.moments for problem in problems]),
            np.array([problem.power for problem in problems]),
            np.array([len(problem.history.index) for problem in problems]),
            np.broadcast_to(ridge, (n, width)),
            np.broadcast_to(hinge, (n, width)),
            np.full(n, self.settings.changepoint_scale),
        )
        return weights, sigma

    def _curve(self, problem: _Problem, weights: FloatArray) -> Curve:
        """The parameters of a series in units and days."""
        design, line, scale = problem.design, problem.design.line, problem.scale
        start, end = 2 + len(line.turns), design.matrix.shape[1]
        deltas, rate, offset = weights[2:start], weights[0], weights[1]
        rate, offset = rate + deltas.sum(), offset - (deltas * line.turns).sum()
        at = (self.day[-1] - line.start) / line.days
        seasons = np.zeros(self.layout.width)
        seasons[design.columns] = scale * weights[start:end]
        effects, centers, lows, highs = np.zeros((4, len(self.layout.drivers)))
        for i, (name, values) in enumerate(problem.history.drivers.items()):
            place = self.layout.drivers.index(name)
            effects[place] = scale * weights[end + i] / problem.deviations[i]
            centers[place], lows[place], highs[place] = problem.centers[i], values.min(), values.max()
        return Curve(np.asarray(scale * (rate * at + offset)), np.asarray(scale * rate / line.days), seasons, effects, centers, lows, highs)


def waves_of(day: FloatArray) -> dict[str, int]:
    """The waves of the seasons that Prophet learns by itself: the week from two weeks on, the year from two years on.

    Args:
        day: Selling days, ascending, in days since 1970.
    """
    span = day[-1] - day[0]
    weekly, yearly = SEASONS[WEEKLY][1], SEASONS[YEARLY][1]
    return {WEEKLY: weekly if span >= 14 and np.diff(day).min() < 7 else 0, YEARLY: yearly if span >= 730 else 0}


def _by_shape(problems: Sequence[_Problem]) -> list[list[_Problem]]:
    alike: dict[tuple[int, int], list[_Problem]] = defaultdict(list)
    for problem in problems:
        alike[problem.shape].append(problem)
    return list(alike.values())


def _changepoints(days: int, most: int) -> np.ndarray:
    """Positions of the changepoints among the days of a fit, evenly over the first four fifths, as Prophet places them."""
    within = int(np.floor(days * _CHANGEPOINT_RANGE))
    count = min(most, within - 1)
    return np.linspace(0, within - 1, count + 1).round().astype(int)[1:] if count > 0 else np.zeros(0, dtype=int)


def _columns(layout: SeasonColumns, waves: Mapping[str, int]) -> np.ndarray:
    """Positions of the season columns that count, ascending."""
    of = {name: np.arange(layout.slices[name].start, layout.slices[name].start + 2 * count) for name, count in waves.items()}
    return np.concatenate([of[WEEKLY], of[YEARLY], np.arange(layout.width)[layout.slices[HOLIDAYS]]])


def _problem(history: History, design: _Design) -> _Problem:
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
    return _Problem(history, design, scale, centers, deviations, gram, matrix.T @ sales, float(sales @ sales))
