"""The fits of a panel in blocks of series, which other processes may do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np

from forecasting.core import calendar
from forecasting.core.arrays import FloatArray
from forecasting.core.engine import Engine, blocks
from forecasting.core.halving import Divisible
from forecasting.core.panel import Panel
from forecasting.core.period import DAY, Period
from forecasting.core.settings import ProphetSettings
from forecasting.models.prophet import reasons as prophet_reasons
from forecasting.models.prophet import yearly_index
from forecasting.models.prophet.curves import Curve, SeasonColumns
from forecasting.models.prophet.fitting import FittingTask

_SHARE: Final = {"additive": 1.0, "multiplicative": 0.08}
"""Mode -> share of an engine's cells that a block has: a fit takes twelve times as long where seasons are shares of the trend."""


@dataclass(frozen=True, eq=False)
class BlockFits:
    """Fits that have begun.

    Args:
        panel: Of which series.
        layout: What the season columns mean.
        year: The yearly season that young series follow, shape (d + a year,); see `yearly_index`.
        young: Whether a series is too young for a yearly season of its own, shape (n,).
        reasons: Position -> why a series is not worth fitting.
        outcomes: Of each block, position -> its curve, or the text of its error.
    """

    panel: Panel
    layout: SeasonColumns
    year: FloatArray
    young: np.ndarray
    reasons: dict[int, str]
    outcomes: Iterator[dict[int, Curve | str]]


def begin(panel: Panel, settings: ProphetSettings, engine: Engine) -> BlockFits:
    """Begins the fits of all series of a panel that are worth it."""
    days = calendar.selling_days(panel)
    reasons = prophet_reasons.before_fit(panel.sales, days, panel.period)
    layout = _layout(panel, days, settings.country if panel.period == DAY else None)
    year, young = yearly_index.yearly_index(panel, panel.period.year), _young(days, panel.period)
    rows = np.array([row for row in by_dates(days) if row not in reasons], dtype=int)
    size = max(1, int(_SHARE[settings.mode] * engine.cells) // len(panel.dates))
    parts = [rows[block] for block in blocks(len(rows), size)]
    work = FittingTask(panel, days, layout, settings)
    results = engine.run(fit_block, [partial(_block, work, year, young, part) for part in parts], BY_SERIES)
    outcomes = ({int(part[place]): outcome for place, outcome in result.items()} for part, result in zip(parts, results, strict=True))
    return BlockFits(panel, layout, year, young, reasons, outcomes)


def fit_block(work: FittingTask) -> dict[int, Curve | str]:
    """The curve of each series, or the text of its error, by its position in the block; every process can do it."""
    return {row: outcome for outcomes in work.fit(list(range(len(work.panel)))) for row, outcome in outcomes.items()}


def _halves(work: FittingTask) -> list[FittingTask]:
    n = len(work.panel)
    return [work.select(rows) for rows in (np.arange(n // 2), np.arange(n // 2, n))] if n > 1 else []


def _joined(halves: Sequence[tuple[FittingTask, dict[int, Curve | str]]]) -> dict[int, Curve | str]:
    starts = np.cumsum([0, *(len(work.panel) for work, _ in halves)])
    return {int(start) + row: outcome for start, (_, outcomes) in zip(starts, halves, strict=False) for row, outcome in outcomes.items()}


def _lost(_: FittingTask, why: str) -> dict[int, Curve | str]:
    return {0: why}


BY_SERIES: Final = Divisible(_halves, _joined, _lost)
"""A block without those of its series that cannot be fitted, whose outcome is why."""


def by_dates(days: np.ndarray) -> list[int]:
    """Positions of the series so that those fitted on the same days follow each other: they share their design matrix."""
    return sorted(range(len(days)), key=lambda row: days[row].tobytes())


def _block(work: FittingTask, year: FloatArray, young: np.ndarray, rows: np.ndarray) -> FittingTask:
    """The fits of some series, of which young ones learn from sales over the year that all series share."""
    block = work.select(rows)
    sales = block.panel.sales
    over_year = np.where(young[rows, None], sales / year[: sales.shape[1]], sales)
    return replace(block, panel=replace(block.panel, sales=over_year))


def _young(days: np.ndarray, period: Period) -> np.ndarray:
    """Whether a series' days span less than the two years that a yearly season of its own needs, shape (n,) of bool."""
    span = days.shape[1] - days.argmax(axis=1) - days[:, ::-1].argmax(axis=1)
    least = 2 * period.year if period != DAY else 2 * 365 + 1
    return span < least


def _layout(panel: Panel, days: np.ndarray, country: str | None) -> SeasonColumns:
    """The layout for a panel's past: the holidays on which at least one series was open, and its drivers."""
    names: set[str] = set()
    if country is not None:
        row = {date: i for i, date in enumerate(panel.dates)}
        holiday_names = calendar.holidays_of(country, tuple(range(panel.dates[0].year, panel.last.year + 1)))
        names = {name for date, on in holiday_names.items() if date in row and days[:, row[date]].any() for name in on}
    return SeasonColumns(country, tuple(sorted(names)), tuple(panel.drivers))
