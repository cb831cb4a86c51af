"""Which model stands behind a series, and with what share."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.training.weights import Weights


def shares(available: Mapping[str, np.ndarray], weights: Weights) -> FloatArray:
    """Each model's share in each series' blend.

    Prophet and the network share by the learned weight, beside the seasonal naive forecast where that was better; where one of the two has
    no forecast the other has its part; where both have none the seasonal naive has all.

    Args:
        available: Model name -> shape (n,), whether it forecasts the series; all of `schema.MODELS`.
        weights: What the backtest says.

    Returns:
        Shape (n, 3) in the order of `schema.MODELS`; rows sum to 1, or are all 0 where no model has a forecast.
    """
    prophet, lstm, naive = (available[name] for name in schema.MODELS)
    weight = np.where(prophet & lstm, weights.prophet, prophet.astype(float))
    third = np.where(prophet | lstm, weights.naive * naive, naive.astype(float))
    share = np.stack([(1 - third) * weight, (1 - third) * (1 - weight), third], axis=1)
    share[~(prophet | lstm | naive)] = 0.0
    return share


def combine(forecasts: Mapping[str, FloatArray], share: FloatArray) -> FloatArray:
    """The shares' mean of the models' forecasts.

    Args:
        forecasts: Model name -> shape (n, h), in units; NaN where it has none.
        share: Shape (n, 3) in the order of `schema.MODELS`.

    Returns:
        Shape (n, h), in units; NaN where a model with a share has no forecast, or no model has one.
    """
    blend = np.zeros_like(forecasts[schema.PROPHET])
    for column, name in enumerate(schema.MODELS):
        weight = share[:, column, None]
        blend += np.where(weight > 0, weight * forecasts[name], 0.0)
    blend[share.sum(axis=1) == 0] = np.nan
    return blend


def behind(share: FloatArray, available: Mapping[str, np.ndarray]) -> list[str]:
    """What stands behind each series: `blend` where Prophet and the network both could, whatever their shares; else the model that has it all."""
    both = available[schema.PROPHET] & available[schema.LSTM]
    names = []
    for row, full in zip(share, both, strict=True):
        used = [name for name, weight in zip(schema.MODELS, row, strict=True) if weight > 0]
        names.append(schema.BLEND if full or len(used) > 1 else used[0] if used else "")
    return names
