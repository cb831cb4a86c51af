"""A forecast by day, week or month: what was sold in each, what is expected, and the bands of that very sum."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.arrays import FloatArray, known_sum, moving_sum
from forecasting.core.errors import InputError
from forecasting.core.panel import Panel
from forecasting.core.period import Period
from forecasting.core.spans import Spans, levels_of, spans_of
from forecasting.training.bands import quantiles
from forecasting.training.ensemble import Ensemble

SOLD = "sold"
"""Units of a week or month ahead that are sold already; its forecast includes them."""
LAST_YEAR = "last_year"
"""Units sold in the same days a year before: 364 days (52 weeks, 12 months) back, on the same weekdays."""

Limits = Callable[[int, np.ndarray], FloatArray]
"""Days added up, and how far ahead each sum begins -> limits of `schema.BANDS`, shape (4, ..., sums), in units."""


def levels(ensemble: Ensemble) -> list[Period]:
    """The levels at which the ensemble forecasts at least one whole day, week or month."""
    return [level for level in levels_of(ensemble.panel.period) if (_spans(ensemble, level).stop > len(ensemble.panel.dates)).any()]


def level_named(panel: Panel, name: str | None) -> Period:
    """The level of this name; the panel's own period for None.

    Raises:
        InputError: The sales do not come so finely.
    """
    known = {level.name: level for level in levels_of(panel.period)}
    if name is not None and name not in known:
        raise InputError(f"These sales are {panel.period.adjective}, so there is no forecast by {name}. Choose {' or '.join(known)}.")
    return panel.period if name is None else known[name]


def split(ensemble: Ensemble, rows: np.ndarray, steps: int, level: Period) -> tuple[Spans, Spans]:
    """The whole days, weeks or months that are over, and those in which the next `steps` steps lie.

    Of the latter the first may have begun already, and the last may go on behind these steps. One in whose rest the series at `rows` sell
    nothing, as on a closed Sunday, is over.

    Raises:
        InputError: No whole one lies ahead.
    """
    known, spans = len(ensemble.panel.dates), _spans(ensemble, level)
    over = spans.stop <= known
    begun = np.flatnonzero((spans.first < known) & ~over)
    for place in begun:
        over[place] = not ensemble.expected[rows, : spans.stop[place] - known].any()
    ahead = ~over & (spans.first < known + steps)
    if not ahead.any():
        over[begun], ahead[begun] = False, True
    if not ahead.any():
        reach = ensemble.panel.period.count(ensemble.horizon)
        raise InputError(f"This version forecasts {reach}, which is no whole {level.name}. For more, retrain with a longer horizon.")
    return spans.select(over), spans.select(ahead)


def history(ensemble: Ensemble, rows: np.ndarray, over: Spans) -> pd.DataFrame:
    """What the series at `rows` sold in each span: `ds`, `y` and `last_year`, in units; NaN where not known."""
    sold = known_sum(ensemble.panel.sales[rows], axis=0)
    return pd.DataFrame({schema.DS: over.dates, schema.Y: _within(over, len(sold)).sums(sold), LAST_YEAR: last_year(ensemble, rows, over)})


def last_year(ensemble: Ensemble, rows: np.ndarray, spans: Spans) -> FloatArray:
    """Units that the series at `rows` together sold in the same days a year before, shape (s,); NaN for spans that began before their first sales."""
    return _a_year_before(ensemble, known_sum(ensemble.panel.sales[rows], axis=0)[None], spans)[0]


def last_year_each(ensemble: Ensemble, rows: np.ndarray, spans: Spans) -> FloatArray:
    """The same of each of the series at `rows`, shape (r, s)."""
    return _a_year_before(ensemble, ensemble.panel.sales[rows], spans)


def total(ensemble: Ensemble, rows: np.ndarray, ahead: Spans) -> dict[str, FloatArray]:
    """The total of the series at `rows` in each span ahead, in units, shape (s,) each.

    Returns:
        `sold` already, a column a model (where a model has no forecast for a series, the blend stands in), `blend` and `expected`, which are
        the same in a sum, and the bands: of the sum over the steps still to come, from the errors of sums over as many steps.
    """
    if len(rows) == 1 or ensemble.unlaunched[rows].all():
        return {name: values.sum(axis=0) for name, values in each(ensemble, rows, ahead, filled=True).items()}
    sold, to_come = _sold(ensemble, rows, ahead).sum(axis=0), _to_come(ensemble, ahead)
    forecasts = {name: sums.sum(axis=0) for name, sums in _forecasts(ensemble, rows, to_come, filled=True).items()}
    errors, expected = ensemble.totals_of(rows), ensemble.expected[rows]

    def limits(window: int, first: np.ndarray) -> FloatArray:
        return quantiles.quantiles_of_total(errors, expected, schema.QUANTILES, window=window)[:, first]

    return _curves(sold, forecasts, _limits(to_come, limits, (len(to_come.first),)))


def each(ensemble: Ensemble, rows: np.ndarray, ahead: Spans, *, filled: bool = False) -> dict[str, FloatArray]:
    """The same of each of the series at `rows`, shape (r, s); NaN where a model has no forecast, unless the blend stands in (`filled`)."""
    sold, to_come = _sold(ensemble, rows, ahead), _to_come(ensemble, ahead)
    expected = np.nan_to_num(ensemble.expected[rows])

    def limits(window: int, first: np.ndarray) -> FloatArray:
        learned = ensemble.calibrated(window)
        if learned is None:
            return np.full((len(schema.BANDS), len(rows), len(first)), np.nan)
        bands = learned.of(rows).quantiles(moving_sum(expected, window)[:, first], schema.QUANTILES, steps=first)
        bands[ensemble.silent[rows]] = 0.0
        planned = ensemble.unlaunched[rows]
        bands[planned] = moving_sum(ensemble.bands[rows[planned]], window)[..., first]
        return bands.swapaxes(0, 1)

    return _curves(sold, _forecasts(ensemble, rows, to_come, filled=filled), _limits(to_come, limits, sold.shape))


def _a_year_before(ensemble: Ensemble, sold: FloatArray, spans: Spans) -> FloatArray:
    """Units of `sold`, shape (r, d), in the same days a year before each span, shape (r, s)."""
    year, known = ensemble.panel.period.year, np.isfinite(sold)
    started = np.where(known.any(axis=1), known.argmax(axis=1), sold.shape[1])
    there = (spans.first >= year) & (spans.stop - year <= sold.shape[1])
    moved = spans.select(there)
    sums = np.full((len(sold), len(there)), np.nan)
    sums[:, there] = moved._replace(first=moved.first - year, stop=moved.stop - year).sums(sold)
    return np.where(spans.first - year >= started[:, None], sums, np.nan)


def _spans(ensemble: Ensemble, level: Period) -> Spans:
    """All whole spans from the first sales to the end of the forecast."""
    panel = ensemble.panel
    return spans_of(pd.DatetimeIndex(panel.dates.append(panel.ahead(ensemble.horizon))), panel.period, level)


def _within(spans: Spans, known: int) -> Spans:
    """The part of spans whose first step is known that is known too."""
    return spans._replace(stop=np.minimum(spans.stop, known))


def _to_come(ensemble: Ensemble, ahead: Spans) -> Spans:
    """The part of spans that is forecast, counted from the first step ahead."""
    known = len(ensemble.panel.dates)
    return ahead._replace(first=np.maximum(ahead.first - known, 0), stop=ahead.stop - known)


def _sold(ensemble: Ensemble, rows: np.ndarray, ahead: Spans) -> FloatArray:
    """Units of each series in each span ahead that are sold already, shape (r, s); 0 in spans that have not begun."""
    known = len(ensemble.panel.dates)
    begun = ahead.first < known
    sold = np.zeros((len(rows), len(begun)))
    sold[:, begun] = np.nan_to_num(_within(ahead.select(begun), known).sums(ensemble.panel.sales[rows]))
    return sold


def _forecasts(ensemble: Ensemble, rows: np.ndarray, to_come: Spans, *, filled: bool) -> dict[str, FloatArray]:
    """Each model, and what is expected -> units of each series in the rest of each span, shape (r, s)."""
    line = ensemble.line[rows]
    yhat = {name: ensemble.yhat[name][rows] for name in ensemble.names}
    forecasts = {name: to_come.sums(np.where(np.isnan(values), line, values) if filled else values) for name, values in yhat.items()}
    expected = to_come.sums(ensemble.expected[rows])
    return forecasts | {schema.BLEND: expected, schema.EXPECTED: expected}


def _limits(to_come: Spans, limits: Limits, shape: tuple[int, ...]) -> FloatArray:
    """Limits of the sum over the rest of each span, shape (4, *shape), in units; the last axis is that of the spans."""
    window = to_come.stop - to_come.first
    bands = np.full((len(schema.BANDS), *shape), np.nan)
    for length in np.unique(window):
        bands[..., window == length] = limits(int(length), to_come.first[window == length])
    return bands


def _curves(sold: FloatArray, forecasts: dict[str, FloatArray], limits: FloatArray) -> dict[str, FloatArray]:
    """The forecasts and limits with what is sold already; a forecast lies inside its own bands, and is sure where nothing can be sold."""
    blend = forecasts[schema.BLEND]
    limits = np.where(blend == 0, 0.0, limits)
    limits[0::2], limits[1::2] = np.minimum(limits[0::2], blend), np.maximum(limits[1::2], blend)
    curves = {SOLD: sold} | {name: sold + values for name, values in forecasts.items()}
    return curves | dict(zip(schema.BANDS, sold + limits, strict=True))
