"""What a person sees of an ensemble under a filter: one curve, one total, one table."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.analysis import by_span, two_numbers
from forecasting.core import formatting, schema
from forecasting.core.arrays import FloatArray
from forecasting.core.errors import InputError, NotFound
from forecasting.core.period import DAY, Period
from forecasting.core.spans import Spans
from forecasting.training import metrics, reasons
from forecasting.training.bands import quantiles
from forecasting.training.bands.quantiles import Errors
from forecasting.training.ensemble import Ensemble

WITHOUT_SALES = (reasons.STOPPED, reasons.NO_SALES)
"""What stands behind series that are forecast to sell nothing: no longer sold, or never yet."""


@dataclass(frozen=True)
class Range:
    """A number with its bands, in units; NaN where no error of that kind was seen."""

    expected: float
    lower_80: float
    upper_80: float
    lower_95: float
    upper_95: float


@dataclass(frozen=True, eq=False)
class View:
    """The total of the series that a filter chooses; a day is a week or a month where the sales come so.

    Args:
        filters: Column -> value; empty for everything.
        n_series: Series added up.
        steps: Days ahead.
        last: Last day with sales.
        history: `ds, y, last_year`: units sold in each day (week or month, by `level`), and in the same days a year before; NaN where not known.
        forecast: `ds, last_year`, a column for each model that takes part and for the benchmark (where a model has no forecast for a series, the
            blend stands in), `blend`, `expected` and the bands; by week or month also the units that are `sold` already, which the others include.
            Of one series by its own steps `blend` is the line and the bands are its own; of any sum it is what is expected, and so are they.
        total: Of the sum over the days, from errors of sums over as many days.
        last_year: Units sold in the same days 364 days (52 weeks, 12 months) before; NaN where not known.
        busiest: The day ahead on which most is expected, and its units.
        weights: What stands behind the units forecast -> its share of them, by the names of models or, where none has a part, of what serves
            instead (`schema.MODEL` of the health table); sums to 1, empty where nothing is forecast.
        wape: Error of this very total (of the series, if it is one) in the backtest, as a share.
        coverage_80: Share of days inside the 80 % band that each past cutoff would have had from the other cutoffs.
        simpler: Series not served by the blend: `unique_id`, their columns, `model`, `reason`.
        two_numbers: Why what is expected differs from the line, a sentence; empty where both agree.
        period: What a day is.
        level: What a row of `history` and `forecast` is: the period, or a week or month of whole ones.
    """

    filters: Mapping[str, str]
    n_series: int
    steps: int
    last: pd.Timestamp
    history: pd.DataFrame
    forecast: pd.DataFrame
    total: Range
    last_year: float
    busiest: tuple[pd.Timestamp, float]
    weights: Mapping[str, float]
    wape: float
    coverage_80: float
    simpler: pd.DataFrame
    two_numbers: str = ""
    period: Period = DAY
    level: Period = DAY

    @property
    def both(self) -> bool:
        """Whether `blend` is a line with other sums than what is expected: of one series by its own steps, where the two differ."""
        return bool(self.two_numbers) and not self.forecast[schema.EXPECTED].equals(self.forecast[schema.BLEND])


def options(
    ensemble: Ensemble, filters: Mapping[str, str], names: Collection[str] = schema.FILTERS, *, only_sold: bool = False
) -> dict[str, list[str]]:
    """For each of these filter columns that exists, the values that exist under the other filters, sorted.

    Args:
        ensemble: Whose series.
        filters: Column -> value.
        names: Of the columns.
        only_sold: Whether values are left out of which nothing is sold any more, unless there are no others.
    """
    values, sold = {}, ~ensemble.silent
    for name in (column for column in schema.FILTERS if column in names and column in ensemble.panel.series):
        others = {column: value for column, value in filters.items() if column != name}
        chosen = mask(ensemble, others)
        chosen = chosen & sold if only_sold and (chosen & sold).any() else chosen
        values[name] = ensemble.texts_of(name, chosen)
    return values


def sold(ensemble: Ensemble) -> str:
    """How many products are sold, for a person: "148 products"; series where products have no names. Those no longer sold do not count."""
    series = ensemble.panel.series[~ensemble.silent]
    if schema.PRODUCT in series:
        return formatting.count(series[schema.PRODUCT].nunique(), "product")
    return formatting.count(len(series), "series", "series")


def mask(ensemble: Ensemble, filters: Mapping[str, str]) -> np.ndarray:
    """Which series the filters choose, shape (n,) of bool.

    Raises:
        InputError: A column that these sales do not have.
    """
    chosen = np.ones(len(ensemble.panel), dtype=bool)
    for name, value in filters.items():
        if name not in ensemble.labels:
            have = ", ".join(column for column in schema.FILTERS if column in ensemble.labels) or "none"
            raise InputError(f"These sales have no {name} to filter by. Filters that exist: {have}.")
        chosen &= ensemble.labelled(name, value) | ensemble.labelled(name, unicodedata.normalize("NFC", value))
    return chosen


def chosen_rows(ensemble: Ensemble, filters: Mapping[str, str], steps: int) -> np.ndarray:
    """Positions of the series that the filters choose.

    Raises:
        NotFound: None.
        InputError: More days than the version forecasts.
    """
    if not 1 <= steps <= ensemble.horizon:
        most = ensemble.panel.period.count(ensemble.horizon)
        raise InputError(f"This version forecasts 1 to {most}, not {steps}. For more, retrain with a longer horizon.")
    rows = np.flatnonzero(mask(ensemble, filters))
    if not len(rows):
        asked = ", ".join(f"{name} {value[:80]}" for name, value in filters.items())
        raise NotFound(f"No series fits these filters: {asked}.")
    return rows


def view(ensemble: Ensemble, filters: Mapping[str, str], steps: int, level: Period | None = None) -> View:
    """The total of the series that the filters choose, over the next `steps` days, by day or by a coarser level.

    Raises:
        NotFound: The filters choose nothing.
        InputError: A column that does not exist, more days than the version forecasts, or a level with no whole week or month ahead.
    """
    rows = chosen_rows(ensemble, filters, steps)
    panel = ensemble.panel
    level = level or panel.period
    over, ahead = by_span.split(ensemble, rows, steps, level)
    expected = ensemble.expected[rows, :steps].sum(axis=0)
    busiest = int(np.argmax(expected))
    weights = _weights(ensemble, rows, steps)
    curves = total_curves(ensemble, rows, steps) if level == panel.period else by_span.total(ensemble, rows, ahead)
    curves = {name: curve for name, curve in curves.items() if name not in ensemble.blended or name in weights}
    simpler = ensemble.health.iloc[rows].loc[lambda table: table[schema.MODEL] != schema.BLEND, [schema.UNIQUE_ID, schema.MODEL, schema.REASON]]
    return View(
        filters=dict(filters),
        n_series=len(rows),
        steps=steps,
        last=panel.last,
        history=by_span.history(ensemble, rows, over),
        forecast=pd.DataFrame({schema.DS: ahead.dates, **curves, by_span.LAST_YEAR: by_span.last_year(ensemble, rows, ahead)}),
        total=total_range(ensemble, rows, steps),
        last_year=_last_year(ensemble, rows, steps),
        busiest=(panel.ahead(steps)[busiest], float(expected[busiest])),
        weights=weights,
        wape=float(metrics.wape(*shown_totals(ensemble, rows))),
        coverage_80=_coverage(ensemble, rows),
        simpler=simpler.merge(panel.series, on=schema.UNIQUE_ID),
        two_numbers=two_numbers.in_words(ensemble, rows, steps),
        period=panel.period,
        level=level,
    )


def total_curves(ensemble: Ensemble, rows: np.ndarray, steps: int) -> dict[str, FloatArray]:
    """Units a day of the series at `rows` added up: a curve a model, `blend`, `expected`, and the bands of that total; each of shape (days,).

    The blend of one series is its line, inside its own bands. Medians do not add up: the blend of several is what is expected of them together.
    """
    line, expected = ensemble.line[rows, :steps], ensemble.expected[rows, :steps]
    curves = {}
    for name in ensemble.names:
        yhat = ensemble.yhat[name][rows, :steps]
        curves[name] = np.where(np.isnan(yhat), line, yhat).sum(axis=0)
    curves |= {schema.BLEND: (line if len(rows) == 1 else expected).sum(axis=0), schema.EXPECTED: expected.sum(axis=0)}
    if len(rows) == 1 or ensemble.unlaunched[rows].all():
        limits = ensemble.bands[rows, :, :steps].sum(axis=0)
    else:
        limits = quantiles.quantiles_of_total(ensemble.totals_of(rows), expected, schema.QUANTILES)
    return curves | dict(zip(schema.BANDS, limits, strict=True))


def total_range(ensemble: Ensemble, rows: np.ndarray, steps: int) -> Range:
    """What is expected of the series at `rows` over the next `steps` days, with the bands of that very sum."""
    ahead = ensemble.expected[:, :steps]
    expected = float(ahead[rows].sum())
    if ensemble.unlaunched[rows].all():  # all days and stores are wrong by the ratio by which the level is
        return Range(expected, *(float(value) for value in ensemble.bands[rows, :, :steps].sum(axis=(0, 2))))
    if len(rows) > 1:
        limits = quantiles.quantiles_of_total(ensemble.totals_of(rows), ahead[rows], schema.QUANTILES, window=steps)[:, 0]
    else:
        learned = ensemble.calibrated(steps)
        limits = quantiles.quantiles(ensemble.expected_errors, ahead, rows, schema.QUANTILES, window=steps, learned=learned)[:, 0]
    return Range(expected, *(float(value) for value in limits))


def shown_errors(ensemble: Ensemble, rows: np.ndarray) -> Errors:
    """The past errors of what is shown of the series at `rows` by their own steps: of the line of one, of what was expected of several."""
    return ensemble.errors_of(rows) if len(rows) == 1 else ensemble.total_errors_of(rows)


def shown_totals(ensemble: Ensemble, rows: np.ndarray) -> tuple[FloatArray, FloatArray]:
    """These added up: units sold and forecast after each past cutoff, shape (K, t)."""
    if len(rows) == 1:
        return quantiles.total_errors(ensemble.errors_of(rows))
    totals = ensemble.totals_of(rows)
    return totals.y, totals.f


def _last_year(ensemble: Ensemble, rows: np.ndarray, steps: int) -> float:
    """Units of the next `steps` days a year ago."""
    known = len(ensemble.panel.dates)
    days = Spans(ensemble.panel.ahead(1), np.array([known]), np.array([known + steps]))
    return float(by_span.last_year(ensemble, rows, days)[0])


def _weights(ensemble: Ensemble, rows: np.ndarray, steps: int) -> dict[str, float]:
    """What stands behind the units forecast -> its share of them; what has no part is left out."""
    units, share = ensemble.expected[rows, :steps].sum(axis=1), ensemble.share[rows]
    behind = dict(zip(ensemble.names, (share * units[:, None]).sum(axis=0).tolist(), strict=True))
    alone = share.sum(axis=1) == 0
    for name in np.unique(ensemble.behind[rows[alone]].astype(str)):
        behind[str(name)] = behind.get(str(name), 0.0) + float(units[alone & (ensemble.behind[rows] == name)].sum())
    total = sum(behind.values())
    return {name: part / total for name, part in behind.items() if part > 0}


def _coverage(ensemble: Ensemble, rows: np.ndarray) -> float:
    """Leave-one-cutoff-out coverage of the 80 % band of the total, or of the one series."""
    if len(rows) > 1:
        totals, f = ensemble.totals_of(rows), ensemble.total_errors_of(rows).f
        return float(metrics.coverage(totals.y, *quantiles.past_total_quantiles(totals, f, schema.QUANTILES[:2])))
    limits = quantiles.past_quantiles(ensemble.errors, schema.QUANTILES[:2], occasions=ensemble.occasions)
    return float(metrics.coverage(ensemble.errors.y[:, rows], *limits[:, :, rows]))
