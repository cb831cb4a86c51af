"""Forecasts as CSV, safe to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from forecasting.analysis import by_span
from forecasting.analysis.forecast_view import chosen_rows, total_curves
from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.core.period import Period
from forecasting.core.spans import Spans
from forecasting.training.ensemble import Ensemble

DECIMALS = 3
ROWS_AT_ONCE: Final = 10_000
"""Rows that are made together where a table is sent as it is made."""


class Layout(NamedTuple):
    """What a row of the table is, and what it has beside the forecast.

    Args:
        total: A row stands for the sum of all chosen series, instead of one series.
        level: What a row's date stands for; None for a step of the sales.
        last_year: Whether the units of the same days a year before stand beside the forecast.
    """

    total: bool = False
    level: Period | None = None
    last_year: bool = False


USUAL = Layout()
"""A row a series and step, as scripts rely on it."""


def forecast_table(ensemble: Ensemble, filters: Mapping[str, str], steps: int, layout: Layout = USUAL) -> pd.DataFrame:
    """The forecast as people exchange it.

    Args:
        ensemble: What is served.
        filters: Column -> value.
        steps: Days ahead: weeks or months where the sales come so.
        layout: What a row is.

    Returns:
        `date`, the key and category columns that exist (only the filters' for a total), the models of the blend, `forecast`, `expected`,
        the bands and `model`; units in a step, rounded to 3 decimals; empty where a model has no forecast. Of one series and step `forecast` is
        the line, close to the median, and `expected` the mean; of any sum both are what is expected, and the models' columns sums of their lines.
        By week or month `date` is its first day, only whole ones are there, and `sold` are the units sold already, which the others include.
        `last_year` comes last where it is asked for.

    Raises:
        NotFound: The filters choose nothing.
        InputError: A column that does not exist, more days than the version forecasts, or no whole week or month of them.
    """
    return pd.DataFrame(forecast_columns(ensemble, filters, chosen_rows(ensemble, filters, steps), steps, layout))


def forecast_columns(ensemble: Ensemble, filters: Mapping[str, str], rows: np.ndarray, steps: int, layout: Layout = USUAL) -> dict[str, np.ndarray]:
    """The columns of that table, of the series at `rows`, which the filters choose."""
    _, ahead = by_span.split(ensemble, rows, steps, layout.level or ensemble.panel.period)
    named = _named(ensemble, filters, rows, ahead.dates, layout)
    curves = {name: values.ravel() for name, values in _curves(ensemble, rows, steps, ahead, layout).items()}
    named |= {name: values.round(DECIMALS) for name, values in curves.items()}
    named |= {name: rounded(curves[name]) for name in (schema.FORECAST, schema.EXPECTED)}
    named[schema.MODEL] = _behind(ensemble, rows, len(ahead.dates), layout)
    if layout.last_year:
        before = by_span.last_year(ensemble, rows, ahead) if layout.total else by_span.last_year_each(ensemble, rows, ahead)
        named[by_span.LAST_YEAR] = before.ravel().round(DECIMALS)
    return named


def rows_of_series(ensemble: Ensemble, rows: np.ndarray, steps: int, layout: Layout) -> int:
    """Rows of each series at `rows` in that table."""
    if layout.level in (None, ensemble.panel.period):
        return steps
    return len(by_span.split(ensemble, rows, steps, layout.level or ensemble.panel.period)[1].dates)


def page_columns(
    ensemble: Ensemble, filters: Mapping[str, str], rows: np.ndarray, steps: int, layout: Layout, *, part: slice
) -> dict[str, np.ndarray]:
    """The columns of some of the series at `rows`, as the whole table has them; `part` says which, a total is one.

    A table by week or month is made whole: which weeks are over depends on all of its series.
    """
    if layout.total or layout.level in (None, ensemble.panel.period):
        return forecast_columns(ensemble, filters, rows if layout.total else rows[part], steps, layout)
    count = rows_of_series(ensemble, rows, steps, layout)
    lines = slice(part.start * count, part.stop * count)
    return {name: values[lines] for name, values in forecast_columns(ensemble, filters, rows, steps, layout).items()}


class Blocks(NamedTuple):
    """That table in blocks of whole series.

    Args:
        columns: The columns of each block, in order.
        texts: What the columns of texts hold, each once.
        is_large: Whether there is more than one block.
    """

    columns: Iterator[dict[str, np.ndarray]]
    texts: frozenset[str]
    is_large: bool


def forecast_blocks(ensemble: Ensemble, filters: Mapping[str, str], steps: int, layout: Layout = USUAL) -> Blocks:
    """The forecast table, of which a large one is made some series at a time; raises what `forecast_table` raises, at once.

    A table by week or month, or of a total, is one block: which weeks are over depends on all of its series, and it has few rows.
    """
    rows = chosen_rows(ensemble, filters, steps)
    by_span.split(ensemble, rows, steps, layout.level or ensemble.panel.period)
    by_step = not layout.total and layout.level in (None, ensemble.panel.period)
    size = max(ROWS_AT_ONCE // steps, 1) if by_step else len(rows)
    parts = [rows[start : start + size] for start in range(0, len(rows), size)]
    texts = filters.values() if layout.total else (text for labels in ensemble.labels.values() for text in labels[rows])
    return Blocks((forecast_columns(ensemble, filters, part, steps, layout) for part in parts), frozenset(texts), len(parts) > 1)


def rounded(units: FloatArray) -> FloatArray:
    """Units as the table writes them, to 3 decimals; what these would make nothing of adds up all the same, and has 6.

    Example:
        >>> rounded(np.array([12.34567, 0.0, 0.00042])).tolist()
        [12.346, 0.0, 0.00042]
    """
    coarse = units.round(DECIMALS)
    return np.where(coarse == 0, units.round(2 * DECIMALS), coarse)


def _named(ensemble: Ensemble, filters: Mapping[str, str], rows: np.ndarray, dates: pd.DatetimeIndex, layout: Layout) -> dict[str, np.ndarray]:
    """The columns that say what each row is."""
    count = len(dates)
    if layout.total:
        return {schema.DATE: dates.to_numpy(), **{name: np.full(count, filters[name], object) for name in schema.FILTERS if name in filters}}
    named: dict[str, np.ndarray] = {schema.DATE: np.tile(dates.to_numpy(), len(rows))}
    return named | {name: np.repeat(labels[rows], count) for name, labels in ensemble.labels.items()}


def _curves(ensemble: Ensemble, rows: np.ndarray, steps: int, ahead: Spans, layout: Layout) -> dict[str, FloatArray]:
    """The numbers of each row, in order, in arrays that end in an axis of dates."""
    by_step = layout.level is None or layout.level == ensemble.panel.period
    line_alone = layout.total and len(rows) == 1 and bool(ensemble.apart[rows].any())
    if by_step and not line_alone:
        curves = total_curves(ensemble, rows, steps) if layout.total else _by_step(ensemble, rows, steps)
    else:  # a total is what is expected, also one of a single series, which a chart would show as its line
        curves = by_span.total(ensemble, rows, ahead) if layout.total else by_span.each(ensemble, rows, ahead)
    curves[schema.FORECAST] = curves.pop(schema.BLEND)
    names = (*([] if by_step else [by_span.SOLD]), *ensemble.blended, schema.FORECAST, schema.EXPECTED, *schema.BANDS)
    return {name: curves[name] for name in names}


def _by_step(ensemble: Ensemble, rows: np.ndarray, steps: int) -> dict[str, FloatArray]:
    """Each series' forecast and bands as they were published, shape (r, steps)."""
    curves = {name: ensemble.yhat[name][rows, :steps] for name in (*ensemble.blended, schema.BLEND)}
    curves[schema.EXPECTED] = ensemble.expected[rows, :steps]
    return curves | {name: ensemble.bands[rows, position, :steps] for position, name in enumerate(schema.BANDS)}


def _behind(ensemble: Ensemble, rows: np.ndarray, count: int, layout: Layout) -> np.ndarray:
    """What stands behind each row; the blend behind a total of several."""
    if not layout.total:
        return np.repeat(ensemble.behind[rows], count)
    behind = np.unique(ensemble.behind[rows])
    return np.full(count, behind[0] if len(behind) == 1 else schema.BLEND, object)
