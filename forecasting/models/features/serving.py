"""Forecasts from the windows' features, by models that learned from them: which series have one, and days beyond those forecast in one go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
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


@dataclass(frozen=True, eq=False)
class Question:
    """What a model is asked of a block of series.

    Args:
        panel: All that is known of these series.
        layout: The inputs that were learned from.
        history: Totals of the groups of all series.
        days: Days ahead, at most the layout's horizon.
        answer: What the model says.
    """

    panel: Panel
    layout: NetworkInputs
    history: History
    days: int
    answer: Answer


Run = Callable[[Callable[[Question], dict[str, FloatArray]], Sequence[Callable[[], Question]]], Iterator[dict[str, FloatArray]]]
"""Answers questions, in their order: the signature of `Engine.run`."""


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


@dataclass(frozen=True, eq=False)
class Inquiry:
    """What a model is asked of the days after a panel's last one.

    Where the layout's horizon is shorter, forecasts are continued from themselves, as if the first days ahead had sold them.

    Args:
        panel: All that is known.
        horizon: Days ahead.
        layout: The inputs that were learned from.
        learned: The totals of groups that were learned from.
        answer: What the model says, in parts; "level" is always one of them. It goes to other processes where these answer.
        asked: Which series are asked for, shape (n,), the others having rows of NaN; None for all. Where forecasts are continued, all go on.
    """

    panel: Panel
    horizon: int
    layout: NetworkInputs
    learned: History | None
    answer: Answer
    asked: BoolArray | None = None

    def answers(self) -> dict[str, FloatArray]:
        """Part -> shape (n, horizon), units a day; rows of NaN for series with too few rows."""
        return self.begin(_one_by_one)()

    def begin(self, run: Run) -> Callable[[], dict[str, FloatArray]]:
        """The same, once it is called for; until then others work on it.

        Args:
            run: Has questions about blocks of series answered.
        """
        blocks = _blocks(self.panel, self.layout.horizon, self.asked if self.horizon <= self.layout.horizon else None)
        results = self._begun(run, blocks, self.panel, 0)
        return lambda: self._joined(run, blocks, results)

    def _begun(self, run: Run, blocks: Sequence[np.ndarray], known: Panel, done: int) -> Iterator[dict[str, FloatArray]]:
        if not blocks:
            return iter(())
        history, days = group_history(known, self.layout, self.learned), min(self.layout.horizon, self.horizon - done)

        def about(rows: np.ndarray) -> Question:
            return Question(known.select(rows), self.layout, history, days, self.answer)

        return run(answered, [partial(about, rows) for rows in blocks])

    def _joined(self, run: Run, blocks: Sequence[np.ndarray], results: Iterator[dict[str, FloatArray]]) -> dict[str, FloatArray]:
        n, horizon = len(self.panel), self.horizon
        modelled = np.isin(np.arange(n), np.concatenate(blocks) if blocks else [])
        empty = np.where(modelled[:, None], np.zeros((n, horizon)), np.nan)
        parts = {input_parts.LEVEL: empty.copy()}
        for done in range(0, horizon if blocks else 0, self.layout.horizon):
            if done:
                results = self._begun(run, blocks, _with_forecast(self.panel, _whole(parts)[:, :done]), done)
            for rows, of in zip(blocks, results, strict=True):
                for name, values in of.items():
                    parts.setdefault(name, empty.copy())[rows, done : done + values.shape[1]] = values
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


def _whole(parts: dict[str, FloatArray]) -> FloatArray:
    """The forecast that the parts add up to."""
    return np.sum([values for name, values in parts.items() if name != MEAN], axis=0)


def answered(question: Question) -> dict[str, FloatArray]:
    """What a model says of a block of series: part -> shape (n, days), units a day; every process can do it."""
    return _in_units(Features(question.panel, question.layout, question.history), question.days, question.answer)


def _one_by_one(do: Callable[[Question], dict[str, FloatArray]], tasks: Sequence[Callable[[], Question]]) -> Iterator[dict[str, FloatArray]]:
    return (do(make()) for make in tasks)


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
