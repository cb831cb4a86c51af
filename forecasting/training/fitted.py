"""The models fitted on everything, and what they forecast."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from forecasting.core.arrays import FloatArray
from forecasting.core.engine import Engine
from forecasting.models.base import Forecasts, Model
from forecasting.training import plausibility
from forecasting.training.cleaning.clean import Cleaned


@dataclass(frozen=True, eq=False)
class Fitted:
    """The models fitted on everything.

    Args:
        cleaned: What they learned from.
        models: By name.
        yhat: What each forecasts, shape (n, h), in units.
        held: Of each, unique_id -> why its forecast was held down to what is believable.
        means: The means of each that tells them apart from its forecast, shape (n, h), in units.
    """

    cleaned: Cleaned
    models: Mapping[str, Model]
    yhat: Mapping[str, FloatArray]
    held: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    means: Mapping[str, FloatArray] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Forecasting:
    """The models fitted on everything, whose forecasts are on their way.

    Args:
        cleaned: What they learned from.
        models: By name.
        begun: What each forecasts, once it is called for.
    """

    cleaned: Cleaned
    models: Mapping[str, Model]
    begun: Mapping[str, Callable[[], Forecasts]]

    def __len__(self) -> int:
        return len(self.begun)

    def fitted(self, told: Callable[[int], None] = lambda _: None) -> Fitted:
        """The models with what they forecast, held to what is believable.

        Args:
            told: Told how many of the forecasts, `len` of this, are there; what it raises ends the wait.
        """
        held: dict[str, tuple[Forecasts, dict[str, str]]] = {}
        for name, forecasts in self.begun.items():
            held[name] = plausibility.capped(forecasts(), self.cleaned.panel)
            told(len(held))
        return Fitted(
            self.cleaned,
            self.models,
            {name: of.line for name, (of, _) in held.items()},
            {name: texts for name, (_, texts) in held.items()},
            {name: of.mean for name, (of, _) in held.items() if of.mean is not of.line},
        )


def begin_forecasts(models: Mapping[str, Model], cleaned: Cleaned, horizon: int, engine: Engine) -> Forecasting:
    """Has fitted models forecast.

    Args:
        models: By name, fitted on all of `cleaned`.
        cleaned: What they learned from.
        horizon: Steps ahead.
        engine: Works on the forecasts meanwhile.
    """
    return Forecasting(cleaned, models, {name: model.begin_forecasts(cleaned.panel, horizon, None, engine) for name, model in models.items()})
