"""The bands of single days that a version serves."""

from __future__ import annotations

import numpy as np

from forecasting.core import schema
from forecasting.core.arrays import BoolArray, FloatArray
from forecasting.training.bands import quantiles
from forecasting.training.bands.occasions import Occasions
from forecasting.training.bands.quantiles import Errors


def day_bands(
    errors: Errors, forecast: FloatArray, *, silent: BoolArray, closed: BoolArray | None = None, occasions: Occasions | None = None
) -> FloatArray:
    """Bands of each series on each day, shape (n, 4, h), around the forecast.

    The forecast lies inside its own bands: a mean may pass an 80 % quantile where sales are rare, which nobody would read as meant.

    Args:
        errors: Of the blend at past cutoffs.
        forecast: Shape (n, h), in units.
        silent: Shape (n,), series that are forecast to sell nothing: their bands are 0.
        closed: Shape (n, h), days on which a series is closed: forecasts of 0 have bands of 0 there. None for no such days.
        occasions: The kinds of the days; None where all are alike.
    """
    bands = quantiles.day_quantiles(errors, forecast, schema.QUANTILES, occasions)
    if bands is None:
        bands = np.full((forecast.shape[0], len(schema.BANDS), forecast.shape[1]), np.nan)
    else:
        bands[:, 0::2] = np.minimum(bands[:, 0::2], forecast[:, None])
        bands[:, 1::2] = np.maximum(bands[:, 1::2], forecast[:, None])
    bands[silent] = 0.0
    return bands if closed is None else np.where((closed & (forecast == 0))[:, None], 0.0, bands)
