"""One LSTM network over all series: trained in Keras, served in NumPy."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from forecasting.core.arrays import FloatArray
from forecasting.core.errors import ShelfcastError
from forecasting.core.panel import Panel
from forecasting.core.progress import OnProgress
from forecasting.core.settings import LstmSettings
from forecasting.models.base import Model
from forecasting.models.lstm import input_parts, inputs, time_spans
from forecasting.models.lstm.group_totals import History
from forecasting.models.lstm.inputs import Float32Array, NetworkInputs
from forecasting.models.lstm.numpy_network import Network
from forecasting.models.lstm.sampling import draw_pool
from forecasting.models.lstm.windows import Features, Shapes, Windows, group_history

MIN_ROWS = 7
"""Days (steps of the file) with a row that a series needs for a forecast by the network."""
RECENT_SHARE = 0.4
"""Share of a forecast in which recent peculiarities go on, where recency is an input; in the rest they do not."""
Answer = Callable[[Network, Windows, NetworkInputs], dict[str, FloatArray]]
"""What a network says of some windows, in parts of shape (b, horizon) and in units of their scale."""
_FORMAT = 2
"""Format of the saved files; other formats have other inputs."""
_SERIES_AT_ONCE = 2_000
_WARM_SHARE = 0.4
"""Windows of a training that starts from an earlier network, as a share of those of a whole training."""


class LstmModel(Model):
    """Two LSTM layers read the past of each series; two heads forecast all days ahead at once.

    Where the history is too short to learn from whole horizons, the network forecasts as many days as it could learn (a quarter of the
    history, at least a week) and reads its own forecasts for the days after.

    Args:
        settings: The network's size and training.
        seed: Seed of the first weights, the dropout and the choice of training windows.
        start: A fitted model whose weights a shorter training continues from, if its inputs are the same; None to start anew.
    """

    name: ClassVar[str] = "lstm"

    def __init__(self, settings: LstmSettings, seed: int, start: LstmModel | None = None) -> None:
        self.settings = settings
        self.seed = seed
        self.start = start

    @staticmethod
    def prepare() -> None:
        """Imports Keras and TensorFlow, which take seconds."""
        with suppress(ImportError):
            from forecasting.models.lstm import fitting  # noqa: F401

    def _fit(self, panel: Panel, horizon: int, on_progress: OnProgress) -> None:
        self.layout_: NetworkInputs | None = None
        self.weights_: dict[str, Float32Array] = {}
        self.losses_: tuple[float, ...] = ()
        self.warm_ = False
        self._keras_file = b""
        self._shapes: Shapes | None = None
        self._history: History | None = None
        self.unmodelled_ = _reasons(panel)
        if len(self.unmodelled_) < len(panel):
            self._train(panel, inputs.design_inputs(panel, lookback=self.settings.lookback, horizon=horizon), on_progress)

    def _train(self, panel: Panel, layout: NetworkInputs, on_progress: OnProgress) -> None:
        from forecasting.models.lstm import fitting

        weights = self._start_weights(layout)
        pool = draw_pool(inputs.known_days(panel.sales), layout, self.settings, seed=self.seed, share=_WARM_SHARE if weights else 1.0)
        if not len(pool.rows):
            self.unmodelled_ = dict.fromkeys(panel.unique_ids, "No series has sales on enough days in a row for the network to learn from.")
            return
        drawn, rows = np.unique(pool.rows, return_inverse=True)
        features = Features(panel.select(drawn), layout, group_history(panel, layout))
        pool = replace(pool, rows=rows)
        trained = fitting.train(features, pool, self.settings, seed=self.seed, start=weights, on_progress=on_progress)
        self.layout_, self.weights_, self.losses_ = layout, trained.weights, trained.losses
        self.warm_ = weights is not None
        self._shapes, self._history = trained.shapes, features.groups.history

    def _start_weights(self, layout: NetworkInputs) -> dict[str, Float32Array] | None:
        """The earlier network's weights if they can be used with this layout; else None."""
        start = self.start
        if start is None or start.layout_ is None or not start.layout_.same_network(layout):
            return None
        same = (start.settings.units, start.settings.dropout) == (self.settings.units, self.settings.dropout)
        return start.weights_ if same else None

    def _predict(self, panel: Panel, horizon: int) -> FloatArray:
        return self._answer(panel, horizon, _whole)[input_parts.LEVEL]

    def components(self, panel: Panel, rows: np.ndarray, horizon: int) -> dict[str, FloatArray]:
        """How much of the forecasts of some series comes from which inputs: "level", and what "weekly", "yearly", "holidays" and drivers add.

        They add up to the forecast before closed days are set to 0. What changes nothing is left out; the level never is.
        """
        self._check_fitted()
        return self._answer(panel.select(rows), horizon, _split)

    def _answer(self, panel: Panel, horizon: int, answer: Answer) -> dict[str, FloatArray]:
        """The parts of the forecast that an answer gives, shape (n, horizon) each; NaN for series without a forecast."""
        reasons = _reasons(panel)
        modelled = np.array([self.layout_ is not None and name not in reasons for name in panel.unique_ids])
        empty = np.where(modelled[:, None], np.zeros((len(panel), horizon)), np.nan)
        parts, layout, later, done = {input_parts.LEVEL: empty.copy()}, self.layout_, panel, 0
        while layout is not None and modelled.any() and done < horizon:
            history, width = group_history(later, layout, self._history), min(layout.horizon, horizon - done)
            for rows in _blocks(np.flatnonzero(modelled)):
                for name, values in self._block(later.select(rows), layout, history, answer).items():
                    parts.setdefault(name, empty.copy())[rows, done : done + width] = values[:, :width]
            done += width
            later = _with_forecast(panel, np.sum(list(parts.values()), axis=0)[:, :done]) if done < horizon else later
        return parts

    def knows(self, panel: Panel, driver: str) -> np.ndarray:
        """Of which series it has learned what a driver does, shape (n,) of bool: of all, where its network reads it."""
        return np.full(len(panel), self.layout_ is not None and driver in self.layout_.drivers)

    def _block(self, panel: Panel, layout: NetworkInputs, history: History, answer: Answer) -> dict[str, FloatArray]:
        """The parts of the forecast of the days that the network forecasts at once."""
        rows = np.arange(len(panel))
        features, origins = Features(panel, layout, history), np.full(len(rows), len(panel.dates))
        kinds = {True: 1.0} if layout.learned_to is None else {True: RECENT_SHARE, False: 1 - RECENT_SHARE}
        views = [features.windows(rows, origins, recent=np.full(len(rows), kind)) for kind in kinds]
        both, nothing = [answer(Network(self.weights_), windows, layout) for windows in views], np.zeros((len(rows), layout.horizon))
        names = dict.fromkeys(name for parts in both for name in parts)
        scaled = {name: np.average([parts.get(name, nothing) for parts in both], axis=0, weights=list(kinds.values())) for name in names}
        return {name: values * views[0].scale[:, None] for name, values in scaled.items()}

    def _save(self, folder: Path) -> None:
        history = self._history
        facts: dict[str, Any] = {
            "format": _FORMAT,
            "settings": asdict(self.settings),
            "seed": self.seed,
            "horizon": self.horizon_,
            "unmodelled": self.unmodelled_,
            "losses": self.losses_,
            "layout": None if self.layout_ is None else self.layout_.to_dict(),
            "first": None if history is None else str(history.first),
        }
        (folder / "lstm.json").write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")
        if history is not None:
            totals = {"history/total": history.total.astype(np.float32), "history/count": history.count.astype(np.float32)}
            np.savez(folder / "lstm.npz", allow_pickle=False, **self.weights_, **totals)
            (folder / "lstm.keras").write_bytes(self._keras_bytes())

    def _keras_bytes(self) -> bytes:
        """The .keras file, as it was loaded or of what was trained here."""
        if self._shapes is None:
            return self._keras_file
        from forecasting.models.lstm import fitting

        return fitting.keras_file(self._shapes, self.settings, self.weights_)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The model that `save` wrote; does not import Keras, of whose file only the bytes are kept.

        Raises:
            ShelfcastError: An earlier Shelfcast, whose networks had other inputs, wrote the model.
        """
        facts = json.loads((folder / "lstm.json").read_text(encoding="utf-8"))
        if facts.get("format", 1) != _FORMAT:
            raise ShelfcastError("The network of this version was made by another release of Shelfcast. Retrain to publish a new version.")
        model = cls(LstmSettings(**facts["settings"]), facts["seed"])
        model.horizon_, model.unmodelled_, model.losses_ = facts["horizon"], facts["unmodelled"], tuple(facts["losses"])
        model.layout_, model.weights_, model._keras_file, model._history, model.warm_ = None, {}, b"", None, False
        model._shapes = None
        if facts["layout"] is not None:
            with np.load(folder / "lstm.npz", allow_pickle=False) as arrays:
                weights = {name: arrays[name] for name in arrays.files}
            total, count = (weights.pop(f"history/{name}").astype(float) for name in ("total", "count"))
            model.layout_, model.weights_ = NetworkInputs.from_dict(facts["layout"]), weights
            model._history = History(np.datetime64(facts["first"], "D"), total, count)
            model._keras_file = (folder / "lstm.keras").read_bytes()
        return model


def _whole(network: Network, windows: Windows, layout: NetworkInputs) -> dict[str, FloatArray]:  # noqa: ARG001 - an `Answer`
    return {input_parts.LEVEL: network.forecast(windows).astype(float)}


def _split(network: Network, windows: Windows, layout: NetworkInputs) -> dict[str, FloatArray]:
    return input_parts.split(lambda ahead: network.forecast(replace(windows, ahead=ahead)).astype(float), windows.past, windows.ahead, layout)


def _blocks(rows: np.ndarray) -> list[np.ndarray]:
    """Positions of series that are forecast together, so that memory does not grow with their number."""
    return np.array_split(rows, -(-len(rows) // _SERIES_AT_ONCE))


def _reasons(panel: Panel) -> dict[str, str]:
    """unique_id -> why the network cannot forecast a series."""
    days, least, period = len(panel.dates), time_spans.spans_of(panel.period).least, panel.period
    if days < least:
        return dict.fromkeys(panel.unique_ids, f"Only {period.count(days)} of sales; the network needs {least}.")
    rows = np.isfinite(panel.sales).sum(axis=1)
    return {
        name: f"Only {period.count(int(count))} with sales data; the network needs {MIN_ROWS}."
        for name, count in zip(panel.unique_ids, rows, strict=True)
        if count < MIN_ROWS
    }


def _with_forecast(panel: Panel, forecast: FloatArray) -> Panel:
    """The panel continued by a forecast, as if the first days ahead had sold it."""
    days, ahead = len(panel.dates), forecast.shape[1]
    dates = panel.period.ahead(panel.dates[0], days + ahead, start=0)
    drivers = {name: _longer(values, panel.driver(name, ahead)[:, days:], days) for name, values in panel.drivers.items()}
    return replace(panel, dates=dates, sales=np.concatenate([panel.sales, forecast], axis=1), drivers=drivers)


def _longer(given: FloatArray, ahead: FloatArray, days: int) -> FloatArray:
    """A driver as given, with its assumed values on the first days ahead."""
    return np.concatenate([given[:, :days], ahead, given[:, days + ahead.shape[1] :]], axis=1)
