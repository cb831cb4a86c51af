"""Boosted trees over all series: fitted by scikit-learn, served in NumPy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from forecasting.core import stages
from forecasting.core.arrays import BoolArray, FloatArray
from forecasting.core.engine import Engine
from forecasting.core.panel import Panel
from forecasting.core.progress import OnProgress, Progress
from forecasting.core.settings import TreesSettings
from forecasting.models.base import Forecasts
from forecasting.models.features import input_parts, serving
from forecasting.models.features.group_totals import History
from forecasting.models.features.inputs import NetworkInputs
from forecasting.models.features.inquiry import Inquiry
from forecasting.models.features.window_arrays import Asked, DaysAhead
from forecasting.models.features.window_model import WindowModel
from forecasting.models.features.windows import Features
from forecasting.models.gradient_boosting import lessons
from forecasting.models.gradient_boosting.forest import Forest
from forecasting.models.gradient_boosting.lessons import LARGEST, Learned

_FORMAT = 1
_MEAN = "poisson"
"""The forest whose forecasts are means."""


class GradientBoosting(WindowModel):
    """Two forests forecast single days ahead of all series from what the network knows of them, and the model is their mean.

    One makes absolute errors small, one the deviance of Poisson: a median and a mean, in units of a series' scale. Rows weigh as much as their
    scale, so that errors count in units.

    Args:
        settings: How many trees and rows.
        seed: Of the choice of rows, and of the inputs that a question may be about.
    """

    name: ClassVar[str] = "trees"
    called: ClassVar[str] = "The trees"

    def __init__(self, settings: TreesSettings, seed: int) -> None:
        self.settings = settings
        self.seed = seed
        self._begun: tuple[Panel, Iterator[Learned]] | None = None

    @staticmethod
    def prepare() -> None:
        """Imports scikit-learn's ensembles, which take a second."""
        with suppress(ImportError):
            from forecasting.models.gradient_boosting import fitting  # noqa: F401

    def begin(self, panel: Panel, engine: Engine, *, horizon: int) -> Self:
        """Begins the fit in a process of the engine, if it has any; `fit` of the same panel takes the forests."""
        if engine and len(_reasons(panel)) < len(panel):
            self._begun = panel, engine.run(lessons.learn, [partial(lessons.prepare, panel, horizon, self.settings, self.seed)])
        return self

    def _fit(self, panel: Panel, horizon: int, on_progress: OnProgress) -> None:
        begun, self._begun = self._begun, None
        self.layout_: NetworkInputs | None = None
        self.forests_: dict[str, Forest] = {}
        self._history: History | None = None
        self.unmodelled_ = _reasons(panel)
        if len(self.unmodelled_) == len(panel):
            return
        total = len(LARGEST) * self.settings.trees
        on_progress(Progress(stages.TREES, 0, total, "preparing"))
        if begun is not None and begun[0] is panel:
            learned = next(begun[1])
        else:
            course = lessons.prepare(panel, horizon, self.settings, self.seed)
            learned = lessons.learn(course, lambda trees: on_progress(Progress(stages.TREES, trees, total, f"tree {trees} of {total}")))
        on_progress(Progress(stages.TREES, total, total, f"tree {total} of {total}"))
        if not learned.forests:
            self.unmodelled_ = dict.fromkeys(panel.unique_ids, "No series has sales on enough days for the trees to learn from.")
            return
        self.layout_, self._history, self.forests_ = learned.layout, learned.history, learned.forests

    def _inquiry(self, panel: Panel, horizon: int, asked: BoolArray | None) -> Inquiry | None:
        return None if self.layout_ is None else Inquiry(panel, horizon, self.layout_, self._history, ForestsAnswer(self.forests_), asked)

    def components(self, panel: Panel, rows: np.ndarray, horizon: int) -> dict[str, FloatArray]:
        """How much of the forecasts of some series comes from which inputs, as of the network: "level", and what the others add.

        They add up to the forecast before closed days are set to 0. What changes nothing is left out; the level never is.
        """
        self._check_fitted()
        if self.layout_ is None:
            return {input_parts.LEVEL: np.full((len(rows), horizon), np.nan)}
        answer = ForestsAnswer(self.forests_)
        split = serving.split_by_inputs(lambda of: answer.scaled(DaysAhead(of.ahead, of.static, of.codes, of.scale)).line)
        return Inquiry(panel.select(rows), horizon, self.layout_, self._history, split).answers()

    def knows(self, panel: Panel, driver: str) -> np.ndarray:
        """Of which series it has learned what a driver does, shape (n,) of bool: of all, where the trees have it as an input."""
        return np.full(len(panel), self.layout_ is not None and driver in self.layout_.drivers)

    def _save(self, folder: Path) -> None:
        facts: dict[str, Any] = {
            "format": _FORMAT,
            "settings": {"trees": self.settings.trees, "rows": self.settings.rows},
            "seed": self.seed,
            "horizon": self.horizon_,
            "unmodelled": self.unmodelled_,
            "layout": None if self.layout_ is None else self.layout_.to_dict(),
            "first": None if self._history is None else str(self._history.first),
        }
        (folder / "trees.json").write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")
        if self._history is not None:
            forests = {name: array for loss, forest in self.forests_.items() for name, array in forest.arrays(loss).items()}
            np.savez(folder / "trees.npz", allow_pickle=False, **forests, **self._history.arrays())

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The model that `save` wrote; does not import scikit-learn."""
        facts = json.loads((folder / "trees.json").read_text(encoding="utf-8"))
        model = cls(TreesSettings(**facts["settings"]), facts["seed"])
        model.horizon_, model.unmodelled_ = facts["horizon"], facts["unmodelled"]
        model.layout_, model.forests_, model._history = None, {}, None
        if facts["layout"] is not None:
            with np.load(folder / "trees.npz", allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            model.layout_ = NetworkInputs.from_dict(facts["layout"])
            model.forests_ = {loss: Forest.from_arrays(arrays, loss) for loss in LARGEST}
            model._history = History.from_arrays(facts["first"], arrays)
        return model


@dataclass(frozen=True, eq=False)
class ForestsAnswer:
    """What the forests say of series, see `serving.Answer`: their mean, and that which learned means.

    Args:
        forests: By their loss.
    """

    forests: dict[str, Forest]

    def __call__(self, features: Features, days: int, recent: FloatArray) -> dict[str, FloatArray]:
        n = len(recent)
        steps = np.broadcast_to(np.arange(days), (n, days))
        line, mean = self.scaled(features.days_ahead(Asked(np.arange(n), np.full(n, features.days), steps, None, recent)))
        return {input_parts.LEVEL: line, serving.MEAN: mean}

    def scaled(self, days: DaysAhead) -> Forecasts:
        """Forecasts in units of the scale of each series, shape (n, days)."""
        table, shape = lessons.table(days), days.channels.shape[:2]
        of = {loss: forest.predict(*table) for loss, forest in self.forests.items()}
        line = np.maximum(np.mean(list(of.values()), axis=0), 0.0)
        return Forecasts(line.reshape(shape), np.maximum(of[_MEAN], 0.0).reshape(shape))


def _reasons(panel: Panel) -> dict[str, str]:
    """unique_id -> why the trees have no forecast of a series."""
    return serving.without_forecast(panel, "the trees need")
