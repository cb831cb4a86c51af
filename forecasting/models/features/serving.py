"""What models that learned from the windows' features say of the days ahead: which series have a forecast, and how it falls into parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from forecasting.core.arrays import FloatArray
from forecasting.core.panel import Panel
from forecasting.models.features import input_parts, time_spans
from forecasting.models.features.inputs import Float32Array
from forecasting.models.features.window_arrays import Windows
from forecasting.models.features.windows import Features

MIN_ROWS = 7
"""Days (steps of the file) with a row that a series needs for a forecast."""
MEAN: Final = "mean"
"""An answer that is no part of the forecast, but what stands beside it."""

Answer = Callable[[Features, int, FloatArray], dict[str, FloatArray]]
"""What a model says of all series of the features: part -> shape (n, days), in units of each series' scale, given the days wanted and whether
each series' days are known as recent, shape (n,). The parts add up to the forecast."""


def without_forecast(panel: Panel, needing: str) -> dict[str, str]:
    """unique_id -> why a model that learns from windows cannot forecast a series.

    Args:
        panel: All that is known.
        needing: Who says so, with its verb: "the network needs".
    """
    days, least, period = len(panel.dates), time_spans.spans_of(panel.period).least, panel.period
    if days < least:
        return dict.fromkeys(panel.unique_ids, f"Only {period.count(days)} of sales; {needing} {least}.")
    rows = np.isfinite(panel.sales).sum(axis=1)
    return {
        name: f"Only {period.count(int(count))} with sales data; {needing} {MIN_ROWS}."
        for name, count in zip(panel.unique_ids, rows, strict=True)
        if count < MIN_ROWS
    }


def windows_ahead(features: Features, recent: FloatArray) -> Windows:
    """The windows of all series from the end of their sales on."""
    n = len(recent)
    return features.windows(np.arange(n), np.full(n, features.days), recent=recent)


def split_by_inputs(forecast: Callable[[Windows], FloatArray]) -> Answer:
    """An answer in parts: how much comes from which inputs about the days ahead.

    Args:
        forecast: What a model says of windows, shape (b, horizon), in units of their scale.
    """

    def answer(features: Features, days: int, recent: FloatArray) -> dict[str, FloatArray]:
        windows = windows_ahead(features, recent)
        parts = input_parts.split(lambda ahead: forecast(_several(windows, ahead)), windows.past, windows.ahead, features.layout)
        return {name: values[:, :days] for name, values in parts.items()}

    return answer


def _several(windows: Windows, ahead: Float32Array) -> Windows:
    """The windows several times one after the other, with these days ahead."""
    times = len(ahead) // len(windows.ahead)
    past, static, codes, scale = (np.concatenate([values] * times) for values in (windows.past, windows.static, windows.codes, windows.scale))
    return Windows(past, ahead, static, codes, scale)
