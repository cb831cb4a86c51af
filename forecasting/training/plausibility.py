"""Forecasts that nobody would believe, held down to what the series has ever sold."""

from __future__ import annotations

import numpy as np

from forecasting.core import formatting
from forecasting.core.arrays import FloatArray
from forecasting.core.panel import Panel
from forecasting.models.base import Forecasts

_ABOVE = 1.5
"""How far a forecast may pass the largest day of a comparable season."""
_RECENT = 8
"""Weeks before the forecast that are comparable, and weeks on either side of the same days a year before."""


def ceiling(panel: Panel, horizon: int) -> FloatArray:
    """The most that a day ahead can believably sell, shape (n,), in units: 1.5 times the largest day of a comparable season.

    Comparable are the last 8 weeks, the same days a year before with 8 weeks on either side, and that season's growth since: what the last 8
    weeks sold over the same 8 weeks a year before, if it is above 1. Where a year before is not known, all days are comparable. NaN where nothing
    was ever sold.
    """
    d, year, reach = len(panel.dates), panel.period.year, _RECENT * panel.period.cycle
    sold = np.where(panel.sales > 0, panel.sales, 0.0)
    ever = sold.max(axis=1)
    recent = sold[:, -reach:]
    if d < year + reach:
        return np.where(ever > 0, _ABOVE * ever, np.nan)
    before = sold[:, max(d - year - reach, 0) : min(d - year + horizon + reach, d)]
    then = sold[:, d - year - reach : d - year].sum(axis=1)
    grown = np.where(then > 0, np.maximum(recent.sum(axis=1) / np.where(then > 0, then, 1.0), 1.0), 1.0)
    largest = np.maximum(recent.max(axis=1), before.max(axis=1) * np.minimum(grown, 2.0))
    return np.where(ever > 0, _ABOVE * np.where(largest > 0, largest, ever), np.nan)


def capped(of: Forecasts, panel: Panel) -> tuple[Forecasts, dict[str, str]]:
    """Both numbers of a model held between 0 and what is believable, and for each series whose line was held down why, by unique_id."""
    line, texts = cap(of.line, panel)
    return Forecasts(line, line if of.mean is of.line else cap(of.mean, panel)[0]), texts


def cap(yhat: FloatArray, panel: Panel) -> tuple[FloatArray, dict[str, str]]:
    """Forecasts held between 0 and what is believable, and for each series that was held down why, by unique_id.

    Args:
        yhat: Of one model, shape (n, h), units a day; NaN where it has none.
        panel: What was known, cleaned: an outlier that came in would let everything through.
    """
    limit = ceiling(panel, yhat.shape[1])
    held = believable(yhat, limit)
    high = np.flatnonzero((yhat > held).any(axis=1))
    texts = {
        panel.unique_ids[row]: f"A forecast of {_amount(yhat[row].max())} a {panel.period.name} is held at {_amount(limit[row])},"
        f" {_ABOVE:g} times the largest {panel.period.name} of a comparable season."
        for row in high
    }
    return held, texts


def believable(yhat: FloatArray, limit: FloatArray) -> FloatArray:
    """Forecasts of shape (n, h) held between 0 and the `ceiling` of each series; NaN stays."""
    return np.where(np.isfinite(yhat), np.fmax(np.fmin(yhat, limit[:, None]), 0.0), yhat)


def _amount(value: float) -> str:
    return formatting.units(value) if value >= 100 else f"{value:.3g}"
