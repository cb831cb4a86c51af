"""Which model stands behind a series, and with what share."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from forecasting import schema
from forecasting.panel import FloatArray


def shares(available: Mapping[str, np.ndarray], prophet_weight: float) -> FloatArray:
    """Each model's share in each series' blend.

    Prophet and the network share as chosen; where one of them has no forecast the other has all; where both have none the seasonal
    naive has all.

    Args:
        available: Model name -> shape (n,), whether it forecasts the series; all of `schema.MODELS`.
        prophet_weight: Prophet's share where both are there, in [0, 1].

    Returns:
        Shape (n, 3) in the order of `schema.MODELS`; rows sum to 1, or are all 0 where no model has a forecast.
    """
    prophet, lstm, naive = (np.asarray(available[name], dtype=bool) for name in schema.MODELS)
    both = prophet & lstm
    share = np.zeros((len(prophet), len(schema.MODELS)))
    share[:, 0] = np.where(both, prophet_weight, prophet & ~lstm)
    share[:, 1] = np.where(both, 1 - prophet_weight, lstm & ~prophet)
    share[:, 2] = naive & ~prophet & ~lstm
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


def behind(share: FloatArray) -> list[str]:
    """What stands behind each series: `blend`, or the one model that has it all."""
    names = []
    for row in share:
        used = [name for name, weight in zip(schema.MODELS, row, strict=True) if weight > 0]
        names.append(used[0] if len(used) == 1 else schema.BLEND if used else "")
    return names
