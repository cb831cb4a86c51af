"""The models fitted on everything, and what they forecast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forecasting.core.arrays import FloatArray
from forecasting.models.base import Model
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


def forecasts_of(models: Mapping[str, Model], cleaned: Cleaned, horizon: int) -> Fitted:
    """The fitted models with what they forecast, held to what is believable.

    Args:
        models: By name, fitted on all of `cleaned`.
        cleaned: What they learned from.
        horizon: Steps ahead.
    """
    held = {name: plausibility.capped(model.forecasts(cleaned.panel, horizon), cleaned.panel) for name, model in models.items()}
    return Fitted(
        cleaned,
        models,
        {name: of.line for name, (of, _) in held.items()},
        {name: texts for name, (_, texts) in held.items()},
        {name: of.mean for name, (of, _) in held.items() if of.mean is not of.line},
    )
