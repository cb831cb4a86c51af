"""What the trees of a panel learn from, and their learning: a task that another process may do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from forecasting.core.arrays import FloatArray
from forecasting.core.engine import blocks
from forecasting.core.panel import Panel
from forecasting.core.settings import TreesSettings
from forecasting.models.features import inputs
from forecasting.models.features.group_totals import History
from forecasting.models.features.inputs import Float32Array, NetworkInputs
from forecasting.models.features.window_arrays import Asked, DaysAhead
from forecasting.models.features.windows import Features, group_history
from forecasting.models.gradient_boosting import sampling
from forecasting.models.gradient_boosting.forest import Forest, Lesson
from forecasting.models.gradient_boosting.sampling import Drawn

LARGEST: Final = {"absolute_error": 20.0, "poisson": 60.0}
"""Loss of each forest -> scaled sales that it learns from at most."""
_HEAVIEST: Final = 20.0
"""Times the mean weight that a row weighs at most."""
_LOOKBACK: Final = 7
"""Of the layout's encoder, which trees do not have."""
_CELLS_AT_ONCE: Final = 400_000
"""Days of the series whose features are worked out together."""
_MOST_CATEGORIES: Final = 254
"""Values of a column that the trees can tell apart; of more, the commonest."""


@dataclass(frozen=True, eq=False)
class Course:
    """What is learned from.

    Args:
        layout: The inputs.
        history: Totals of the groups of all series.
        lesson: The days that were drawn, their targets being scaled sales; None where there were none.
        settings: How many trees and rows.
        seed: Of the inputs that a question may be about.
    """

    layout: NetworkInputs
    history: History
    lesson: Lesson | None
    settings: TreesSettings
    seed: int


@dataclass(frozen=True, eq=False)
class Learned:
    """What was learned.

    Args:
        layout: The inputs.
        history: Totals of the groups of all series.
        forests: By their loss; none where there were no days to learn from.
    """

    layout: NetworkInputs
    history: History
    forests: dict[str, Forest]


def prepare(panel: Panel, horizon: int, settings: TreesSettings, seed: int) -> Course:
    """Draws the days of a panel to learn from, for forecasts of `horizon` days, and works out what is known of them."""
    layout = inputs.design_inputs(panel, lookback=_LOOKBACK, horizon=horizon)
    drawn, history = sampling.draw(panel.sales, layout, most=settings.rows, seed=seed), group_history(panel, layout)
    return Course(layout, history, _lesson(panel, drawn, layout, history) if len(drawn) else None, settings, seed)


def _lesson(panel: Panel, drawn: Drawn, layout: NetworkInputs, history: History) -> Lesson:
    """The drawn days, in their order; worked out by blocks of series, so that memory does not grow with their number."""
    order = np.argsort(drawn.series, kind="stable")
    used, starts = np.unique(drawn.series[order], return_index=True)
    size = max(1, _CELLS_AT_ONCE // len(panel.dates))
    parts = [order[starts[block.start] : starts[block.stop] if block.stop < len(used) else None] for block in blocks(len(used), size)]
    known = [_known(panel, drawn.take(part), layout, history) for part in parts]
    back = np.empty_like(order)
    back[np.concatenate(parts)] = np.arange(len(order))
    codes, numbers, sold, scale = (np.concatenate(columns)[back] for columns in zip(*known, strict=True))
    return Lesson(_common(codes), numbers, sold, np.minimum(scale / scale.mean(), _HEAVIEST).astype(float))


def _known(panel: Panel, drawn: Drawn, layout: NetworkInputs, history: History) -> tuple[np.ndarray, Float32Array, FloatArray, Float32Array]:
    """Categories, numbers, scaled sales and scales of days of some series."""
    used, rows = np.unique(drawn.series, return_inverse=True)
    features = Features(panel.select(used), layout, history)
    days = features.days_ahead(Asked(rows, drawn.origins, drawn.steps[:, None], drawn.usual, drawn.recent))
    sold = features.own.values[rows, drawn.origins + drawn.steps].astype(float) / days.scale
    return (*table(days), sold, days.scale)


def learn(course: Course, heard: Callable[[int], None] = lambda _: None) -> Learned:
    """Grows the forests.

    Args:
        course: What to learn from.
        heard: Told how many trees of both there are, every few trees; what it raises ends the learning.
    """
    from forecasting.models.gradient_boosting import fitting

    lesson, forests = course.lesson, dict[str, Forest]()
    if lesson is None:
        return Learned(course.layout, course.history, {})
    for place, (loss, largest) in enumerate(LARGEST.items()):
        grown = partial(_count, heard, place * course.settings.trees)
        limited = lesson._replace(target=np.minimum(lesson.target, largest))
        forests[loss] = fitting.fit(limited, loss, course.settings.trees, course.seed, grown)
    return Learned(course.layout, course.history, forests)


def table(days: DaysAhead) -> tuple[np.ndarray, Float32Array]:
    """Categories and numbers, a row an origin and day."""
    ahead, channels = days.channels.shape[1:]
    numbers = np.concatenate([days.channels.reshape(-1, channels), np.repeat(days.static, ahead, axis=0)], axis=1)
    return np.repeat(days.codes, ahead, axis=0), numbers


def _common(codes: np.ndarray) -> np.ndarray:
    """The codes, those of each column's rarest values being 0, as of a value that is not known, where there are too many."""
    common = codes.copy()
    for place, column in enumerate(codes.T):
        values, counts = np.unique(column, return_counts=True)
        rare = values[np.argsort(-counts, kind="stable")[_MOST_CATEGORIES:]]
        common[np.isin(column, rare), place] = 0
    return common


def _count(heard: Callable[[int], None], before: int, trees: int) -> None:
    """Tells of a forest's trees as some of those of both."""
    heard(before + trees)
