"""Which model stands behind a series, and with what share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.models import registry
from forecasting.training.weights import Weights, among


def shares(available: Mapping[str, np.ndarray], weights: Weights) -> FloatArray:
    """Each model's share in each series' blend.

    The models of the blend share by the learned weights, beside the seasonal naive forecast where that was better; one that has no forecast
    leaves its part to the others; where none has one the seasonal naive has all.

    Args:
        available: Model name -> shape (n,), whether it forecasts the series; all that take part.
        weights: What the backtest says.

    Returns:
        Shape (n, n_models) in the order of the registry; rows sum to 1, or are all 0 where no model has a forecast.
    """
    there, naive = modelling(available), available[schema.SEASONAL_NAIVE]
    anyone = there.any(axis=1)
    last = np.where(anyone, weights.naive * naive, naive.astype(float))
    return np.column_stack([(1 - last)[:, None] * among(weights.shares, there), last])


def modelling(available: Mapping[str, np.ndarray]) -> np.ndarray:
    """Which models of the blend forecast which series, shape (n, m) of bool."""
    return np.stack([available[name] for name in registry.blended_names(available)], axis=1)


def combine(forecasts: Sequence[FloatArray], share: FloatArray) -> FloatArray:
    """The shares' mean of the models' forecasts.

    Args:
        forecasts: Of each model, shape (n, h), in units; NaN where it has none.
        share: Of each model, shape (n, n_models).

    Returns:
        Shape (n, h), in units; NaN where a model with a share has no forecast, or no model has one.
    """
    blend = np.zeros_like(forecasts[0])
    for column, values in enumerate(forecasts):
        weight = share[:, column, None]
        blend += np.where(weight > 0, weight * values, 0.0)
    blend[share.sum(axis=1) == 0] = np.nan
    return blend


def behind(share: FloatArray, available: Mapping[str, np.ndarray]) -> list[str]:
    """What stands behind each series: `blend` where several models of it could, whatever their shares; else the model that has it all."""
    several = modelling(available).sum(axis=1) >= 2
    names = []
    for row, full in zip(share, several, strict=True):
        used = [name for name, weight in zip(registry.names(available), row, strict=True) if weight > 0]
        names.append(schema.BLEND if full or len(used) > 1 else used[0] if used else "")
    return names
