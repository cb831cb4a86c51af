"""Forecasts from the windows' features, by models that learned from them: which series have one, and days beyond those forecast in one go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from forecasting.core.arrays import BoolArray, FloatArray
from forecasting.core.panel import Panel
from forecasting.models.features import input_parts, time_spans
from forecasting.models.features.group_totals import History
from forecasting.models.features.inputs import Float32Array, NetworkInputs
from forecasting.models.features.window_arrays import Windows
from forecasting.models.features.windows import Features, group_history

MIN_ROWS = 7
"""Days (steps of the file) with a row that a series needs for a forecast."""
RECENT_SHARE = 0.4
"""Share of a forecast in which recent peculiarities go on, where recency is an input; in the rest they do not."""
_DAYS_AT_ONCE = 60_000
"""Days ahead that are forecast together, about, so that memory does not grow with the number of series."""

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


def answers(
    panel: Panel, horizon: int, layout: NetworkInputs, learned: History | None, answer: Answer, *, asked: BoolArray | None = None
) -> dict[str, FloatArray]:
    """What a model says of the days after the panel's last one: part -> shape (n, horizon), units a day; rows of NaN for series with too few rows.

    Where the layout's horizon is shorter, forecasts are continued from themselves, as if the first days ahead had sold them.

    Args:
        panel: All that is known.
        horizon: Days ahead.
        layout: The inputs that were learned from.
        learned: The totals of groups that were learned from.
        answer: What the model says, in parts; "level" is always one of them.
        asked: Which series are asked for, shape (n,), the others having rows of NaN; None for all. Where forecasts are continued, all go on.
    """
    blocks, later, done = _blocks(panel, layout.horizon, asked if horizon <= layout.horizon else None), panel, 0
    modelled = np.isin(np.arange(len(panel)), np.concatenate(blocks) if blocks else [])
    empty = np.where(modelled[:, None], np.zeros((len(panel), horizon)), np.nan)
    parts = {input_parts.LEVEL: empty.copy()}
    while blocks and done < horizon:
        history, days = group_history(later, layout, learned), min(layout.horizon, horizon - done)
        for rows in blocks:
            for name, values in _in_units(Features(later.select(rows), layout, history), days, answer).items():
                parts.setdefault(name, empty.copy())[rows, done : done + days] = values
        done += days
        if done < horizon:
            later = _with_forecast(panel, np.sum([values for name, values in parts.items() if name != MEAN], axis=0)[:, :done])
    return parts


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


def _blocks(panel: Panel, days: int, asked: BoolArray | None) -> list[np.ndarray]:
    """Positions of the series that have a forecast, in blocks of equal size."""
    if len(panel.dates) < time_spans.spans_of(panel.period).least:
        return []
    enough = np.isfinite(panel.sales).sum(axis=1) >= MIN_ROWS
    rows = np.flatnonzero(enough if asked is None else enough & asked)
    return np.array_split(rows, -(-len(rows) * days // _DAYS_AT_ONCE)) if len(rows) else []


def _in_units(features: Features, days: int, answer: Answer) -> dict[str, FloatArray]:
    """The answer for the days in one go; where recency is an input, a mean of both kinds."""
    n = len(features.codes)
    kinds = {1.0: 1.0} if features.layout.learned_to is None else {1.0: RECENT_SHARE, 0.0: 1 - RECENT_SHARE}
    both, nothing = [answer(features, days, np.full(n, kind)) for kind in kinds], np.zeros((n, days))
    scale = features.own.level[np.arange(n), features.days][:, None]
    names = dict.fromkeys(name for parts in both for name in parts)
    return {name: np.average([parts.get(name, nothing) for parts in both], axis=0, weights=list(kinds.values())) * scale for name in names}


def _with_forecast(panel: Panel, forecast: FloatArray) -> Panel:
    """The panel continued by a forecast, as if the first days ahead had sold it."""
    days, ahead = len(panel.dates), forecast.shape[1]
    dates = panel.period.ahead(panel.dates[0], days + ahead, start=0)
    drivers = {name: _longer(values, panel.driver(name, ahead)[:, days:], days) for name, values in panel.drivers.items()}
    return replace(panel, dates=dates, sales=np.concatenate([panel.sales, forecast], axis=1), drivers=drivers)


def _longer(given: FloatArray, ahead: FloatArray, days: int) -> FloatArray:
    """A driver as given, with its assumed values on the first days ahead."""
    return np.concatenate([given[:, :days], ahead, given[:, days + ahead.shape[1] :]], axis=1)
