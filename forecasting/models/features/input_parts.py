"""How much of the network's forecast comes from which of its inputs about the days ahead: exact parts, which add up to the forecast.

A part's input is set to what it is on an average day, and the network asked again. Because inputs work together, a part's size depends on
which others are there; its share is the mean over all orders in which they could come (Shapley 1953), the only split that adds up exactly,
gives equal roles equal parts and nothing to what changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations
from math import factorial
from typing import Final, NamedTuple

import numpy as np

from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.core.period import DAY
from forecasting.models.features.inputs import Float32Array, NetworkInputs

LEVEL, WEEKLY, YEARLY, HOLIDAYS = "level", "weekly", "yearly", "holidays"
_MEAN, _THEN, _RATIO, _WAVE, _GROUP, _FLAG, _DRIVER, _OPEN = "mean", "then", "ratio", "wave", "group", "flag", "driver", "open"
"""How a channel looks on an average day: its mean over a cycle, the level of a year ago (two channels and their ratio), ..."""
_WAVES, _MONTH_WAVES, _EVENTS = 6, 2, 14
WINDOWS_AT_ONCE: Final = 512
"""That a model is asked about in one go, about: most of the time that it takes for a few does not grow with their number."""


class Channel(NamedTuple):
    """A channel of the days ahead.

    Args:
        part: What it tells of; empty for what no part takes away.
        average: How it looks on an average day.
    """

    part: str
    average: str


_FIXED: Final = Channel("", "")


def channels_ahead(layout: NetworkInputs) -> list[Channel]:
    """What each channel of a window's days ahead tells of, in the order of `Features`."""
    week = Channel(WEEKLY if layout.period == DAY.name else YEARLY, _MEAN)
    month = [Channel(YEARLY, _MEAN)] * layout.month_day
    year = [Channel(YEARLY, _THEN), Channel(YEARLY, _THEN), Channel(YEARLY, _RATIO), _FIXED] * layout.year_ago
    group = [week, *[Channel(YEARLY, _GROUP)] * 2 * layout.year_ago, *month] * len(layout.groups)
    drivers = [Channel(name, _OPEN if name == schema.OPEN else _DRIVER) for name in _driver_channels(layout)]
    recency = [_FIXED] * 2 * (layout.learned_to is not None)
    days = [week] * 7 * (layout.spans.cycle == 7)
    waves = [Channel(YEARLY, _WAVE)] * (_WAVES * layout.year_waves + _MONTH_WAVES * layout.month_day)
    events = [Channel(HOLIDAYS, _FLAG)] * _EVENTS * layout.year_ago
    return [_FIXED, week, week, week, *month, *drivers, *year, *group, *recency, *days, *waves, *events]


def _driver_channels(layout: NetworkInputs) -> list[str]:
    """The driver of each channel: a price has two."""
    return [name for name in layout.drivers for _ in range(1 + (name == schema.PRICE))]


def on_average_days(past: Float32Array, ahead: Float32Array, layout: NetworkInputs) -> Float32Array:
    """The channels of the days ahead as they look on average days; those that no part takes away stay.

    Args:
        past, ahead: Of windows, shape (b, lookback, channels) and (b, horizon, channels).
        layout: Of their inputs.
    """
    average, channels = ahead.copy(), channels_ahead(layout)
    kinds = np.array([channel.average for channel in channels])
    cyclic = kinds == _MEAN
    average[:, :, cyclic] = ahead[:, : layout.spans.cycle, cyclic].mean(axis=1, keepdims=True)
    average[:, :, np.isin(kinds, [_WAVE, _FLAG])] = 0.0
    average[:, :, kinds == _OPEN] = 1.0
    average[:, :, kinds == _GROUP] = ahead[:, :, kinds == _GROUP] > 0
    if layout.year_ago:
        _year_ago(average, ahead, int(np.flatnonzero(kinds == _RATIO)[0]))
    if layout.drivers:
        first = 2 + layout.year_ago + len(layout.groups)
        known = past[:, :, first : first + len(_driver_channels(layout))].mean(axis=1, keepdims=True)
        driven = np.isin(kinds[[channel.part in layout.drivers for channel in channels]], _DRIVER)
        average[:, :, kinds == _DRIVER] = known[:, :, driven]
    return average


def _year_ago(average: Float32Array, ahead: Float32Array, ratio: int) -> None:
    """Sales of a year ago, and their mean around a day, as they were at the level of that time."""
    over = ahead[:, :, ratio]
    then = np.divide(ahead[:, :, ratio - 1], over, out=np.zeros_like(over), where=over > 0)
    average[:, :, ratio - 2] = average[:, :, ratio - 1] = then
    average[:, :, ratio] = over > 0


def split(forecast: Callable[[Float32Array], FloatArray], past: Float32Array, ahead: Float32Array, layout: NetworkInputs) -> dict[str, FloatArray]:
    """Part -> shape (b, horizon); they add up to the forecast.

    Args:
        forecast: The network's answer to channels of the days ahead: of all windows, several times one after the other, shape (times b, horizon).
        past, ahead: Of the windows.
        layout: Of their inputs.

    Returns:
        "level", what the network would forecast for average days, then the parts that differ from those.
    """
    average, names = on_average_days(past, ahead, layout), np.array([channel.part for channel in channels_ahead(layout)])
    parts = [name for name in dict.fromkeys(names.tolist()) if name and (average != ahead)[:, :, names == name].any()]
    asked, at_once = _subsets(parts), max(1, WINDOWS_AT_ONCE // max(1, len(ahead)))
    worth: dict[frozenset[str], FloatArray] = {}
    for start in range(0, len(asked), at_once):
        some = asked[start : start + at_once]
        days = np.concatenate([np.where(np.isin(names, ["", *present]), ahead, average) for present in some])
        worth |= dict(zip(some, np.split(forecast(days), len(some)), strict=True))
    return {LEVEL: worth[frozenset()], **shapley(parts, worth.__getitem__)}


def shapley(players: list[str], worth: Callable[[frozenset[str]], FloatArray]) -> dict[str, FloatArray]:
    """Each player's share of what all are worth beyond what none is: the mean over all orders of what it adds (Shapley 1953)."""
    subsets = _subsets(players)
    values: Mapping[frozenset[str], FloatArray] = {some: worth(some) for some in subsets}
    weights = [factorial(size) * factorial(len(players) - 1 - size) / factorial(len(players)) for size in range(len(players))]
    return {
        player: np.sum([weights[len(some)] * (values[some | {player}] - values[some]) for some in subsets if player not in some], axis=0)
        for player in players
    }


def _subsets(players: list[str]) -> list[frozenset[str]]:
    """All of them, small ones first."""
    return [frozenset(some) for size in range(len(players) + 1) for some in combinations(players, size)]
