"""A model asked of the days ahead, block by block: others may answer, and days beyond those forecast in one go are continued from themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Final, NamedTuple

import numpy as np

from forecasting.core.arrays import BoolArray, FloatArray
from forecasting.core.engine import Engine
from forecasting.core.halving import Divisible
from forecasting.core.panel import Panel
from forecasting.models.features import input_parts, time_spans
from forecasting.models.features.group_totals import History
from forecasting.models.features.inputs import NetworkInputs
from forecasting.models.features.serving import MEAN, MIN_ROWS, Answer
from forecasting.models.features.windows import Features, group_history

RECENT_SHARE = 0.4
"""Share of a forecast in which recent peculiarities go on, where recency is an input; in the rest they do not."""
_DAYS_AT_ONCE = 60_000
"""Days ahead that are forecast together, about, so that memory does not grow with the number of series."""


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


class Answered(NamedTuple):
    """What a model said.

    Args:
        parts: Part -> shape (n, days), units a day; rows of NaN for series that it could not answer for.
        lost: unique_id -> why it could not.
    """

    parts: dict[str, FloatArray]
    lost: dict[str, str]


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
        return self._joined(_one_by_one, self._begun(_one_by_one, self.panel, 0)).parts

    def begin(self, engine: Engine) -> Callable[[], Answered]:
        """The same, once it is called for; until then an engine works on it. A series at fault is found by halves, and has no forecast."""
        run = partial(engine.run, of=BY_SERIES)
        results = self._begun(run, self.panel, 0)
        return lambda: self._joined(run, results)

    @cached_property
    def _blocks(self) -> list[np.ndarray]:
        """Positions of the series that have a forecast, in blocks of equal size."""
        if len(self.panel.dates) < time_spans.spans_of(self.panel.period).least:
            return []
        asked = self.asked if self.horizon <= self.layout.horizon else None
        enough = np.isfinite(self.panel.sales).sum(axis=1) >= MIN_ROWS
        rows = np.flatnonzero(enough if asked is None else enough & asked)
        return np.array_split(rows, -(-len(rows) * self.layout.horizon // _DAYS_AT_ONCE)) if len(rows) else []

    def _begun(self, run: _Run, known: Panel, done: int) -> Iterator[Answered]:
        if not self._blocks:
            return iter(())
        history, days = group_history(known, self.layout, self.learned), min(self.layout.horizon, self.horizon - done)

        def about(rows: np.ndarray) -> Question:
            return Question(known.select(rows), self.layout, history, days, self.answer)

        return run(answered, [partial(about, rows) for rows in self._blocks])

    def _joined(self, run: _Run, results: Iterator[Answered]) -> Answered:
        modelled = np.isin(np.arange(len(self.panel)), np.concatenate(self._blocks) if self._blocks else [])
        empty = np.where(modelled[:, None], np.zeros((len(self.panel), self.horizon)), np.nan)
        of = Answered({input_parts.LEVEL: empty.copy()}, {})
        for done in range(0, self.horizon if self._blocks else 0, self.layout.horizon):
            if done:
                results = self._begun(run, _with_forecast(self.panel, _whole(of.parts)[:, :done]), done)
            for rows, (parts, lost) in zip(self._blocks, results, strict=True):
                of.lost.update(lost)
                for name, values in parts.items():
                    of.parts.setdefault(name, empty.copy())[rows, done : done + values.shape[1]] = values
        return of


_Run = Callable[[Callable[[Question], Answered], Sequence[Callable[[], Question]]], Iterator[Answered]]


def answered(question: Question) -> Answered:
    """What a model says of a block of series; every process can do it."""
    return Answered(_in_units(Features(question.panel, question.layout, question.history), question.days, question.answer), {})


def _one_by_one(do: Callable[[Question], Answered], tasks: Sequence[Callable[[], Question]]) -> Iterator[Answered]:
    return (do(make()) for make in tasks)


def _halves(question: Question) -> list[Question]:
    rows = np.arange(len(question.panel))
    return [replace(question, panel=question.panel.select(half)) for half in np.array_split(rows, 2)] if len(rows) > 1 else []


def _together(halves: Sequence[tuple[Question, Answered]]) -> Answered:
    names = dict.fromkeys(name for _, of in halves for name in of.parts)
    missing = [np.full((len(question.panel), question.days), np.nan) for question, _ in halves]
    parts = {name: np.concatenate([of.parts.get(name, none) for (_, of), none in zip(halves, missing, strict=True)]) for name in names}
    return Answered(parts, {name: why for _, of in halves for name, why in of.lost.items()})


def _lost(question: Question, why: str) -> Answered:
    return Answered({input_parts.LEVEL: np.full((1, question.days), np.nan)}, {question.panel.unique_ids[0]: why})


BY_SERIES: Final = Divisible(_halves, _together, _lost)
"""A block without those of its series that a model cannot answer for."""


def _whole(parts: dict[str, FloatArray]) -> FloatArray:
    """The forecast that the parts add up to."""
    return np.sum([values for name, values in parts.items() if name != MEAN], axis=0)


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
