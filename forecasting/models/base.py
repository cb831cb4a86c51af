"""The contract of every model: public methods check, private ones may trust."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, NamedTuple, Self

import numpy as np

from forecasting.core import calendar
from forecasting.core.arrays import BoolArray, FloatArray
from forecasting.core.engine import Engine
from forecasting.core.panel import Panel
from forecasting.core.progress import OnProgress, ignore


class NotFittedError(RuntimeError):
    """`predict` or `save` was called before `fit`."""


class Forecasts(NamedTuple):
    """Two numbers a day, shape (n_series, horizon) each, in units: they differ where many days sell nothing.

    Args:
        line: Close to what most days sell: the one that a model is judged by on single days.
        mean: Whose sum is what is expected of many days.
    """

    line: FloatArray
    mean: FloatArray

    @classmethod
    def nothing(cls, n: int, horizon: int) -> Self:
        """Of a model that forecasts none of `n` series."""
        values = np.full((n, horizon), np.nan)
        return cls(values, values)


class Model(ABC):
    """Forecasts every series of a panel.

    What `fit` learns ends in `_`. `fit` leaves the panel alone, `predict` leaves the model alone.

    Attributes:
        name: Column of its forecasts.
        unmodelled_: unique_id -> why this model has no forecast for that series, in words a person can act on.
        trained_with_: Which of several libraries trained it; None where there is only one, or it is not known.
        learns_across: Whether it must see all series of a file to forecast some of them as well.
    """

    name: ClassVar[str]
    learns_across: ClassVar[bool] = False
    unmodelled_: dict[str, str]
    trained_with_: str | None = None

    def fit(self, panel: Panel, *, horizon: int, on_progress: OnProgress = ignore) -> Self:
        """Learns from the panel to forecast up to `horizon` days.

        Args:
            panel: At least one series and one day.
            horizon: Days ahead that `predict` will be asked for, at least 1.
            on_progress: Told after each step; what it raises ends the fit. Ends at its total.

        Raises:
            ValueError: An empty panel or a horizon below 1.
        """
        if not len(panel) or not len(panel.dates):
            raise ValueError(f"Expected at least one series and one day. Received {panel.sales.shape}.")
        if horizon < 1:
            raise ValueError(f"Expected horizon >= 1. Received {horizon}.")
        self.unmodelled_ = {}
        self._fit(panel, horizon, on_progress)
        self.horizon_ = horizon
        return self

    def begin(self, panel: Panel, engine: Engine, *, horizon: int) -> Self:  # noqa: ARG002 - one whose fit falls into parts says which
        """Begins what the processes of an engine can do of the fit of this very panel while this one does something else; nothing, for most models.

        Args:
            panel, horizon: Those that `fit` will be given.
            engine: The processes, if it has any.
        """
        return self

    def predict(self, panel: Panel, horizon: int) -> FloatArray:
        """Expected units a day on the `horizon` days after the panel's last one.

        Args:
            panel: The panel it was fitted on, or a later one (a network trained once serves later days), or one with other drivers ahead.
            horizon: In [1, the horizon of `fit`].

        Returns:
            Shape (n_series, horizon), in units, at least 0, and 0 on days that are closed; rows of NaN for series that it does not model.

        Raises:
            NotFittedError: `fit` has not ended.
            ValueError: A horizon outside its range.
        """
        self._check_horizon(horizon)
        return _open_days(panel, self._predict(panel, horizon))

    def forecasts(self, panel: Panel, horizon: int, asked: BoolArray | None = None) -> Forecasts:
        """What `predict` says, and the mean beside it: the same, for a model that knows of one number only.

        Args:
            panel, horizon: As for `predict`.
            asked: Which series matter, shape (n_series,); None for all. A model need not forecast the others.
        """
        self._check_horizon(horizon)
        return _with_open_days(panel, self._forecasts(panel, horizon, asked))

    def begin_forecasts(self, panel: Panel, horizon: int, asked: BoolArray | None, engine: Engine) -> Callable[[], Forecasts]:
        """What `forecasts` gives, once it is called for; until then the processes of an engine work on it, for models that take long to forecast.

        Args:
            panel, horizon, asked: As for `forecasts`.
            engine: The processes, if it has any.
        """
        self._check_horizon(horizon)
        begun = self._begin_forecasts(panel, horizon, asked, engine)
        return lambda: _with_open_days(panel, begun())

    def components(self, panel: Panel, rows: np.ndarray, horizon: int) -> dict[str, FloatArray]:
        """What the forecasts of the series at some positions are made of: part -> shape (rows, horizon), in units a day.

        They add up to the forecast before it is kept from falling below 0 and closed days are set to 0; NaN for series that it does not model.
        A model that cannot tell its parts apart has one, of its own name.
        """
        return {self.name: self.predict(panel.select(rows), horizon)}

    def save(self, folder: Path) -> None:
        """Writes what `fit` learned into an existing folder: JSON, .npz and .keras, never pickle."""
        self._check_fitted()
        self._save(folder)

    def knows(self, panel: Panel, driver: str) -> np.ndarray:  # noqa: ARG002 - one that learns of drivers says of which
        """Of which series it has learned what a driver does, shape (n_series,) of bool: of none, for a model that reads no drivers."""
        return np.zeros(len(panel), dtype=bool)

    @classmethod
    @abstractmethod
    def load(cls, folder: Path) -> Self:
        """The model that `save` wrote; it forecasts the same."""

    @abstractmethod
    def _fit(self, panel: Panel, horizon: int, on_progress: OnProgress) -> None: ...

    @abstractmethod
    def _predict(self, panel: Panel, horizon: int) -> FloatArray: ...

    def _forecasts(self, panel: Panel, horizon: int, asked: BoolArray | None) -> Forecasts:  # noqa: ARG002 - what costs little is forecast of all
        line = self._predict(panel, horizon)
        return Forecasts(line, line)

    def _begin_forecasts(self, panel: Panel, horizon: int, asked: BoolArray | None, engine: Engine) -> Callable[[], Forecasts]:  # noqa: ARG002
        of = self._forecasts(panel, horizon, asked)
        return lambda: of

    @abstractmethod
    def _save(self, folder: Path) -> None: ...

    def _check_horizon(self, horizon: int) -> None:
        self._check_fitted()
        if not 1 <= horizon <= self.horizon_:
            raise ValueError(f"Expected horizon in [1, {self.horizon_}]. Received {horizon}.")

    def _check_fitted(self) -> None:
        if not hasattr(self, "horizon_"):
            raise NotFittedError(f"This {type(self).__name__} is not fitted yet. Call fit first.")


def _with_open_days(panel: Panel, of: Forecasts) -> Forecasts:
    """Both numbers with 0 on days that are closed."""
    line = _open_days(panel, of.line)
    return Forecasts(line, line if of.mean is of.line else _open_days(panel, of.mean))


def _open_days(panel: Panel, yhat: FloatArray) -> FloatArray:
    """The forecast with 0 on days that are closed."""
    return np.where(calendar.closed_ahead(panel, yhat.shape[1]) & np.isfinite(yhat), 0.0, yhat)
