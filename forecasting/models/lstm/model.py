"""One LSTM network over all series: trained in Keras or NumPy, served in NumPy."""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Final, Self

import numpy as np

from forecasting.core.arrays import BoolArray, FloatArray
from forecasting.core.errors import ShelfcastError
from forecasting.core.panel import Panel
from forecasting.core.progress import OnProgress
from forecasting.core.settings import LstmSettings
from forecasting.models.features import input_parts, inputs, serving
from forecasting.models.features.group_totals import History
from forecasting.models.features.inputs import Float32Array, NetworkInputs
from forecasting.models.features.inquiry import Inquiry
from forecasting.models.features.window_arrays import Shapes
from forecasting.models.features.window_model import WindowModel
from forecasting.models.features.windows import Features, group_history
from forecasting.models.lstm.numpy_network import Network
from forecasting.models.lstm.sampling import draw_pool
from forecasting.models.lstm.training import Train

logger = logging.getLogger("shelfcast")

KERAS, NUMPY = "Keras", "NumPy"
"""What can train a network."""
_FORMAT = 2
"""Format of the saved files; other formats have other inputs."""
_KERAS_FILE: Final = "lstm.keras"
_WARM_SHARE = 0.4
"""Windows of a training that starts from an earlier network, as a share of those of a whole training."""


class LstmModel(WindowModel):
    """Two LSTM layers read the past of each series; two heads forecast all days ahead at once.

    Where the history is too short to learn from whole horizons, the network forecasts as many days as it could learn (a quarter of the
    history, at least a week) and reads its own forecasts for the days after.

    Args:
        settings: The network's size and training.
        seed: Seed of the first weights, the dropout and the choice of training windows.
        start: A fitted model whose weights a shorter training continues from, if its inputs are the same; None to start anew.

    Attributes:
        trained_with_: `KERAS`, or `NUMPY` where TensorFlow is not installed; None for a model without a network, or of a release that did not tell.
    """

    name: ClassVar[str] = "lstm"
    called: ClassVar[str] = "The network"

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
        self.trained_with_ = None
        self._keras_file: bytes | None = None
        self._shapes: Shapes | None = None
        self._history: History | None = None
        self.unmodelled_ = serving.without_forecast(panel, "the network needs")
        if len(self.unmodelled_) < len(panel):
            self._train(panel, inputs.design_inputs(panel, lookback=self.settings.lookback, horizon=horizon), on_progress)

    def _train(self, panel: Panel, layout: NetworkInputs, on_progress: OnProgress) -> None:
        weights = self._start_weights(layout)
        pool = draw_pool(inputs.known_days(panel.sales), layout, self.settings, seed=self.seed, share=_WARM_SHARE if weights else 1.0)
        if not len(pool.rows):
            self.unmodelled_ = dict.fromkeys(panel.unique_ids, "No series has sales on enough days in a row for the network to learn from.")
            return
        drawn, rows = np.unique(pool.rows, return_inverse=True)
        features = Features(panel.select(drawn), layout, group_history(panel, layout))
        pool = replace(pool, rows=rows)
        library, train = _trainer()
        trained = train(features, pool, self.settings, seed=self.seed, start=weights, on_progress=on_progress)
        self.layout_, self.weights_, self.losses_ = layout, trained.weights, trained.losses
        self.warm_, self.trained_with_ = weights is not None, library
        self._shapes, self._history = trained.shapes, features.groups.history

    def _start_weights(self, layout: NetworkInputs) -> dict[str, Float32Array] | None:
        """The earlier network's weights if they can be used with this layout; else None."""
        start = self.start
        if start is None or start.layout_ is None or not start.layout_.same_network(layout):
            return None
        same = (start.settings.units, start.settings.dropout) == (self.settings.units, self.settings.dropout)
        return start.weights_ if same else None

    def _inquiry(self, panel: Panel, horizon: int, asked: BoolArray | None) -> Inquiry | None:
        return None if self.layout_ is None else Inquiry(panel, horizon, self.layout_, self._history, NetworkAnswer(self.weights_), asked)

    def components(self, panel: Panel, rows: np.ndarray, horizon: int) -> dict[str, FloatArray]:
        """How much of the forecasts of some series comes from which inputs: "level", and what "weekly", "yearly", "holidays" and drivers add.

        They add up to the forecast before closed days are set to 0. What changes nothing is left out; the level never is.
        """
        self._check_fitted()
        layout, network = self.layout_, Network(self.weights_)
        if layout is None:
            return {input_parts.LEVEL: np.full((len(rows), horizon), np.nan)}
        split = serving.split_by_inputs(lambda windows: network.forecast(windows).astype(float))
        return Inquiry(panel.select(rows), horizon, layout, self._history, split).answers()

    def knows(self, panel: Panel, driver: str) -> np.ndarray:
        """Of which series it has learned what a driver does, shape (n,) of bool: of all, where its network reads it."""
        return np.full(len(panel), self.layout_ is not None and driver in self.layout_.drivers)

    def _save(self, folder: Path) -> None:
        history = self._history
        facts: dict[str, Any] = {
            "format": _FORMAT,
            "settings": asdict(self.settings),
            "seed": self.seed,
            "horizon": self.horizon_,
            "unmodelled": self.unmodelled_,
            "losses": self.losses_,
            "trained_with": self.trained_with_,
            "layout": None if self.layout_ is None else self.layout_.to_dict(),
            "first": None if history is None else str(history.first),
        }
        (folder / "lstm.json").write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")
        if history is not None:
            np.savez(folder / "lstm.npz", allow_pickle=False, **self.weights_, **history.arrays())
        keras_file = self._keras_bytes()
        if keras_file is not None:
            (folder / _KERAS_FILE).write_bytes(keras_file)

    def _keras_bytes(self) -> bytes | None:
        """The .keras file, as it was loaded or of what Keras trained here; None if there is none."""
        if self._shapes is None or self.trained_with_ != KERAS:
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
        model.layout_, model.weights_, model._keras_file, model._history, model.warm_ = None, {}, None, None, False
        model._shapes, model.trained_with_ = None, facts.get("trained_with")
        if facts["layout"] is not None:
            with np.load(folder / "lstm.npz", allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            model._history = History.from_arrays(facts["first"], arrays)
            model.layout_ = NetworkInputs.from_dict(facts["layout"])
            model.weights_ = {name: array for name, array in arrays.items() if not name.startswith("history/")}
            if (folder / _KERAS_FILE).exists() or model.trained_with_ != NUMPY:
                model._keras_file = (folder / _KERAS_FILE).read_bytes()
        return model


@dataclass(frozen=True, eq=False)
class NetworkAnswer:
    """What a network says of series, see `serving.Answer`.

    Args:
        weights: Of the network, by their names.
    """

    weights: dict[str, Float32Array]

    def __call__(self, features: Features, days: int, recent: FloatArray) -> dict[str, FloatArray]:
        ahead = Network(self.weights).forecast(serving.windows_ahead(features, recent))
        return {input_parts.LEVEL: ahead[:, :days].astype(float)}


def _trainer() -> tuple[str, Train]:
    """What trains the network, and how."""
    try:
        from forecasting.models.lstm import fitting
    except ImportError as error:
        logger.warning("TensorFlow cannot be imported (%s): NumPy trains the network, and the version has no lstm.keras.", error)
    else:
        return KERAS, fitting.train
    from forecasting.models.lstm import numpy_training

    return NUMPY, numpy_training.train
