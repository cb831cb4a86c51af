"""Which inputs the network has: decided once, by the history that it is trained on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from forecasting.core import calendar, schema
from forecasting.core.arrays import FloatArray
from forecasting.core.panel import Panel
from forecasting.core.period import DAY, PERIODS
from forecasting.models.features import time_spans
from forecasting.models.features.time_spans import Spans

Float32Array = np.ndarray[tuple[int, ...], np.dtype[np.float32]]

WHOLE_FILE: Final = ""
"""The group of all series."""
_MIN_DAYS_FOR_MONTH_DAY: Final = 120
"""Days of history from which the day of the month is an input."""
_MAX_TIMES_MEDIAN: Final = 50.0
"""Sales are clipped at this many times the median of a series' days with sales."""
SHARE_WITHOUT_SALES: Final = 0.2
"""Share of the days on which a sale was possible that had none, above which sales are called sparse."""
_MIN_DAYS_WITH_SALES: Final = 5
"""Days with sales that a series needs to be clipped by its own median."""
_MAX_UNITS: Final = 1e12


@dataclass(frozen=True, kw_only=True)
class NetworkInputs:
    """The network's inputs and the vocabulary behind them. A "day" is a step of the file: a day, a week or a month.

    Args:
        period: Name of the step.
        lookback: Days that the encoder reads.
        horizon: Days that the network forecasts in one go.
        before: Fewest days of history that a training window has.
        level_days: Days whose mean is a series' scale.
        month_day: The day of the month is an input.
        year_ago: The same days a year ago and yearly events are inputs.
        year_waves: Smooth waves over the year are an input.
        drivers: Drivers that are inputs for the days past and ahead.
        planned: Drivers of these that were given for days ahead; the network learns to do without the other ones there.
        vocabulary: Column -> its values; a value's number is its position from 1, and 0 is any other value.
        groups: Columns whose totals are inputs, the whole file first.
        ceiling: Units a day at which series with few sales are clipped.
        sparse: Whether many days have no sale, so that there are heads for means too.
        learned_to: The last day of the training if the recency of a day is an input, which it is without a year ago; else None.
    """

    period: str
    lookback: int
    horizon: int
    before: int
    level_days: int
    month_day: bool
    year_ago: bool
    year_waves: bool
    drivers: tuple[str, ...]
    planned: tuple[str, ...]
    vocabulary: dict[str, tuple[str, ...]]
    groups: tuple[str, ...]
    ceiling: float
    sparse: bool
    learned_to: str | None

    @property
    def spans(self) -> Spans:
        """The spans over which the inputs look back."""
        return time_spans.spans_of(PERIODS[self.period])

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> NetworkInputs:
        """The layout that `to_dict` wrote."""
        lists = {name: tuple(values[name]) for name in ("drivers", "planned", "groups")}
        return cls(**{**values, **lists, "vocabulary": {name: tuple(texts) for name, texts in values["vocabulary"].items()}})

    def same_network(self, other: NetworkInputs) -> bool:
        """Whether weights of a network with this layout can be used with the other."""
        return self._inputs() == other._inputs()

    def _inputs(self) -> dict[str, Any]:
        """The fields that the weights depend on."""
        return {**self.to_dict(), "ceiling": 0.0, "before": 0, "planned": (), "learned_to": self.learned_to is None}


def design_inputs(panel: Panel, *, lookback: int, horizon: int) -> NetworkInputs:
    """The layout that a panel's history supports."""
    n, days = panel.sales.shape
    columns = [name for name in (*panel.keys, schema.CATEGORY) if name in panel.series]
    vocabulary = {name: tuple(sorted(panel.series[name].unique())) for name in columns}
    vocabulary = {name: values for name, values in vocabulary.items() if len(values) > 1}
    spans = time_spans.spans_of(panel.period)
    year_ago = days > spans.year + spans.known
    direct = min(horizon, max(spans.direct, days // 4))
    before = min(spans.before, days * 5 // 8)
    if days >= spans.years:
        before = max(before, min(spans.year + spans.known, days - direct - spans.known))
    return NetworkInputs(
        period=panel.period.name,
        lookback=max(7, min(lookback, days // 3)),
        horizon=direct,
        before=before,
        level_days=spans.year if days >= spans.years else spans.level,
        month_day=panel.period == DAY and days >= _MIN_DAYS_FOR_MONTH_DAY,
        year_ago=year_ago,
        year_waves=days >= spans.waves,
        drivers=tuple(panel.drivers),
        planned=tuple(name for name, values in panel.drivers.items() if np.isfinite(values[:, days:]).any()),
        vocabulary=vocabulary,
        groups=(WHOLE_FILE, *(name for name, values in vocabulary.items() if len(values) <= n / 2)),
        ceiling=_ceiling(panel.sales),
        sparse=_sparse(panel),
        learned_to=None if year_ago else str(panel.last.date()),
    )


def _sparse(panel: Panel) -> bool:
    """Whether more than a fifth of all days on which a sale was possible had none."""
    sales = panel.sales[calendar.selling_days(panel)]
    return bool(len(sales) and (sales <= 0).mean() > SHARE_WITHOUT_SALES)


def codes(panel: Panel, layout: NetworkInputs) -> np.ndarray:
    """The number of each series' value in each column of the vocabulary, shape (n, columns)."""
    numbers = np.zeros((len(panel), len(layout.vocabulary)), dtype=np.int32)
    for position, (name, values) in enumerate(layout.vocabulary.items()):
        number = {value: place for place, value in enumerate(values, start=1)}
        if name in panel.series:
            numbers[:, position] = [number.get(value, 0) for value in panel.series[name]]
    return numbers


def known_days(sales: FloatArray) -> tuple[np.ndarray, np.ndarray]:
    """The first day with a row of each series, and the day after its last, shape (n,) each; the number of days and 0 for one without rows."""
    known, days = np.isfinite(sales), sales.shape[1]
    some = known.any(axis=1)
    return np.where(some, known.argmax(axis=1), days), np.where(some, days - known[:, ::-1].argmax(axis=1), 0)


def clip_sales(sales: FloatArray, ceiling: float) -> FloatArray:
    """Sales clipped at a ceiling for each series, NaN where unknown, so that no single day dominates a series or its groups.

    A series' ceiling is 50 times the median of its days with sales; with fewer than 5 such days it is the file's.
    """
    medians, days = _medians(sales)
    return np.minimum(sales, np.where(days >= _MIN_DAYS_WITH_SALES, np.minimum(_MAX_TIMES_MEDIAN * medians, _MAX_UNITS), ceiling)[:, None])


def _ceiling(sales: FloatArray) -> float:
    """The ceiling of the file: that of its best-selling series, which is enough for all."""
    medians, days = _medians(sales)
    return float(min(_MAX_TIMES_MEDIAN * medians[days >= _MIN_DAYS_WITH_SALES].max(initial=0.0) or _MAX_UNITS, _MAX_UNITS))


def _medians(sales: FloatArray) -> tuple[FloatArray, np.ndarray]:
    """Median of the days with sales above 0 (1 where there are none), and the number of these days."""
    days = (sales > 0).sum(axis=1)
    ordered = np.sort(np.where(sales > 0, sales, np.inf), axis=1)
    middle = ordered[np.arange(len(sales)), np.maximum(days - 1, 0) // 2]
    return np.where(days > 0, middle, 1.0), days
