"""Prophet's additive fits without data frames: the posterior of a series is one small convex problem, and many are solved at once.

With additive components Prophet's fitted sales are linear in its parameters k, m, delta and beta, whose priors are normal or, for delta, Laplace.
So the most probable parameters follow from Z'Z, Z'y and y'y of each series, which `prophet_batch` solves exactly; its own way to these
three goes through several data frames a series, which take ten to forty times as long as the solution.

Source: Taylor & Letham (2018), Forecasting at Scale, The American Statistician 72(1), equations 1 to 6; prophet.stan for the priors.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from threadpoolctl import threadpool_limits

from forecasting.core.arrays import FloatArray
from forecasting.core.settings import ProphetSettings
from forecasting.models.prophet.curves import Curve, SeasonColumns
from forecasting.models.prophet.problems import Design, History, Line, Problem, changepoints, columns_of, problem_of

EXACT: Final = "its sales have no more days than Prophet's curve has parts, so the curve says nothing of the days ahead"
"""Reason of a series through which many curves go exactly: its posterior has no maximum."""
_SCALE_OF_LINE: Final = 5.0
"""Standard deviation of the priors of k and m; Prophet's own, as the next one."""
_SCALE_OF_COLUMNS: Final = 10.0
"""Standard deviation of the priors of seasons, holidays and drivers."""
_LEAST_SIGMA: Final = 1e-9


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

    def _problems(self, histories: Sequence[History]) -> list[Problem]:
        problems: list[Problem] = []
        known: tuple[object, Design] | None = None
        for history in histories:  # those that share their days follow each other
            key = (history.index.tobytes(), tuple(history.waves.items()), history.changepoints)
            if known is None or known[0] != key:
                known = (key, self._design(history))
            problems.append(problem_of(history, known[1]))
        return problems

    def _design(self, history: History) -> Design:
        day = self.day[history.index]
        line = Line(day[0], day[-1] - day[0], np.zeros(1))
        time = (day - line.start) / line.days
        turns = changepoints(len(day), history.changepoints)
        if len(turns):
            line = Line(line.start, line.days, time[turns])
        columns = columns_of(self.layout, history.waves)
        hinges = np.maximum(time[:, None] - line.turns, 0.0)
        if self.settings.growth == "flat":
            time, hinges = np.zeros_like(time), np.zeros_like(hinges)
        matrix = np.column_stack([time, np.ones_like(time), hinges, self.matrix[np.ix_(history.index, columns)]])
        return Design(line, columns, matrix, matrix.T @ matrix)

    def _solved(self, problems: list[Problem]) -> dict[int, Curve | str]:
        """The curves of series of one shape; where the solver fails for them together, each is solved alone."""
        try:
            weights, sigma = self._solve(problems)
        except np.linalg.LinAlgError:
            alone = [self._solved([problem]) for problem in problems] if len(problems) > 1 else []
            return {row: outcome for solved in alone for row, outcome in solved.items()}
        good = np.isfinite(sigma) & np.isfinite(weights).all(axis=1)
        usable = good & ((sigma > _LEAST_SIGMA) | np.array([problem.is_determined for problem in problems]))
        return {problem.history.row: self._curve(problem, weights[i]) if usable[i] else EXACT for i, problem in enumerate(problems) if good[i]}

    def _solve(self, problems: list[Problem]) -> tuple[FloatArray, FloatArray]:
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

    def _curve(self, problem: Problem, weights: FloatArray) -> Curve:
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


def _by_shape(problems: Sequence[Problem]) -> list[list[Problem]]:
    alike: dict[tuple[int, int], list[Problem]] = defaultdict(list)
    for problem in problems:
        alike[problem.shape].append(problem)
    return list(alike.values())
