"""How good past forecasts were, of the series that a filter chooses: by day ahead, by cutoff and by series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from forecasting.analysis.backtest_bands import LEVELS, LIMITS, PROBABILITIES, UNKNOWN, BacktestBands
from forecasting.analysis.error_sums import MEASURES, ErrorSums, add_up_errors
from forecasting.analysis.forecast_view import chosen_rows, shown_errors, shown_totals
from forecasting.core import schema
from forecasting.core.arrays import FloatArray, at_rows, known_sum, share
from forecasting.training import metrics
from forecasting.training.bands import quantiles
from forecasting.training.bands.quantiles import Errors
from forecasting.training.bands.residuals import known_days

BY_CUTOFF = "by_cutoff"
DECIMALS = 3


@dataclass(frozen=True, eq=False)
class Accuracy:
    """The backtest of the chosen series. Where a model had no forecast the blend stands in, so that all are judged on the same days.

    Args:
        judged: What it is taken from.
        rows: Positions of the r series.
        overall: Columns `model` and `MEASURES`; a row for the blend and for each model that forecast any of these series; none where
            the blend forecast none of them.
        steps: The same by `step` ahead, from 1.
        cutoffs: The same by `cutoff`.
        better: How much smaller the blend's error is than that of the seasonal naive forecast, as a share of the latter.
        promise: Columns `level`, and the share of `days`, of `sums` over `judged.window` days, and of days of the `total` of several series
            that were inside the band that promised it; NaN where not known.
        total: Columns `cutoff, step, ds, sales`, the blend and its models, and `schema.BANDS`: units a day of all series added up. The blend of
            several is what was expected of them.
        history: Columns `ds, sales`, the same on every day of the file; NaN on days on which no series has a row.
        tallies: Blend and each model -> by cutoff and series, shape (K, r).
    """

    judged: BacktestBands
    rows: np.ndarray
    overall: pd.DataFrame
    steps: pd.DataFrame
    cutoffs: pd.DataFrame
    better: float
    promise: pd.DataFrame
    total: pd.DataFrame
    history: pd.DataFrame
    tallies: Mapping[str, ErrorSums]

    @property
    def of_total(self) -> float:
        """The error of what was expected of the series together, in which misses partly cancel, as a share; NaN where not defined."""
        return float(metrics.wape(*shown_totals(self.judged.ensemble, self.rows)))


def accuracy(judged: BacktestBands, filters: Mapping[str, str]) -> Accuracy:
    """How good the forecasts of the chosen series were.

    Raises:
        NotFound: The filters choose nothing.
        InputError: A column that does not exist.
    """
    ensemble = judged.ensemble
    rows = chosen_rows(ensemble, filters, 1)
    names = [name for name in (schema.BLEND, *ensemble.names) if np.isfinite(at_rows(ensemble.past.yhat[name], rows)).any()]
    names = names if schema.BLEND in names else []
    both = add_up_errors(judged, names, rows)
    by_step = {name: sums for name, (sums, _) in both.items()}
    by_cutoff = {name: sums.added(1) for name, sums in by_step.items()}
    overall = {name: sums.added(0) for name, sums in by_cutoff.items()}
    limits = quantiles.past_total_quantiles(ensemble.totals_of(rows), _judged_days(ensemble.total_errors_of(rows)), PROBABILITIES)
    return Accuracy(
        judged=judged,
        rows=rows,
        overall=pd.DataFrame([{schema.MODEL: name, **sums.measures()} for name, sums in overall.items()], columns=[schema.MODEL, *MEASURES]),
        steps=_long(schema.STEP, range(1, ensemble.past.horizon + 1), {name: sums.added(0) for name, sums in by_step.items()}),
        cutoffs=_long(schema.CUTOFF, ensemble.past.cutoffs, by_cutoff),
        better=float(better(overall)) if names else np.nan,
        promise=_promise(judged, rows, limits),
        total=_total(judged, rows, names, limits),
        history=pd.DataFrame({schema.DS: ensemble.panel.dates, schema.SALES: known_sum(ensemble.panel.sales[rows], axis=0)}),
        tallies={name: by_row for name, (_, by_row) in both.items()},
    )


def better(tallies: Mapping[str, ErrorSums]) -> FloatArray:
    """How much less the blend missed than the seasonal naive forecast, as a share of what that missed."""
    return 1.0 - share(tallies[schema.BLEND].missed, tallies[schema.SEASONAL_NAIVE].missed)


def _long(column: str, values: Any, tallies: Mapping[str, ErrorSums]) -> pd.DataFrame:
    """A row for each value and model."""
    parts = [pd.DataFrame({column: values, schema.MODEL: name, **sums.measures()}) for name, sums in tallies.items()]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[column, schema.MODEL, *MEASURES])


def _judged_days(errors: Errors) -> FloatArray:
    """Forecasts only of days that have sales: the totals of both are then of the same rows."""
    return np.where(np.isfinite(errors.y), errors.f, np.nan)


def _promise(judged: BacktestBands, rows: np.ndarray, limits: FloatArray) -> pd.DataFrame:
    columns: dict[str, Any] = {
        "level": LEVELS,
        "days": _kept(at_rows(judged.missed, rows)),
        "sums": _kept(at_rows(judged.missed_sums, rows)),
        "total": np.full(len(LEVELS), np.nan),
    }
    if len(rows) > 1:
        sold = judged.ensemble.totals_of(rows).y
        known = np.isfinite(sold) & np.isfinite(limits).all(axis=0)
        inside = (limits[0::2] <= sold) & (sold <= limits[1::2]) & known
        columns["total"] = _parts(inside.sum(axis=(1, 2)), known.sum())
    return pd.DataFrame(columns)


def _kept(missed: np.ndarray) -> FloatArray:
    """The share of days (or sums) that each level held, shape (levels,)."""
    counts = np.bincount(missed[missed != UNKNOWN].ravel(), minlength=len(LEVELS) + 1)
    return _parts(np.cumsum(counts)[: len(LEVELS)], counts.sum())


def _parts(counts: np.ndarray, whole: int) -> FloatArray:
    return share(counts.astype(float), np.full(len(counts), float(whole)))


def _total(judged: BacktestBands, rows: np.ndarray, names: list[str], limits: FloatArray) -> pd.DataFrame:
    ensemble = judged.ensemble
    count, _, horizon = ensemble.past.y.shape
    sold, _ = shown_totals(ensemble, rows)
    known = known_days(shown_errors(ensemble, rows))
    step = np.tile(np.arange(1, horizon + 1), count)
    columns: dict[str, Any] = {
        schema.CUTOFF: np.repeat(ensemble.past.cutoffs.to_numpy(), horizon),
        schema.STEP: step,
        schema.DS: ensemble.panel.dates.to_numpy()[np.repeat(judged.cuts, horizon) + step - 1],
        schema.SALES: sold.ravel(),
    }
    for name in names:
        f = ensemble.expected_errors.f if name == schema.BLEND and len(rows) > 1 else judged.yhat[name]
        of = f[:, rows] if len(rows) == 1 else ensemble.in_sums(at_rows(f, rows), rows)
        total = np.where(known, of, 0.0).sum(axis=1)
        columns[name] = np.where(known.any(axis=1), total, np.nan).ravel()
    drawn = [judged.limit(name)[:, rows[0]] for name in schema.BANDS] if len(rows) == 1 else list(limits[LIMITS])
    return pd.DataFrame(columns | {name: values.ravel() for name, values in zip(schema.BANDS, drawn, strict=True)})


def by_series(accuracy: Accuracy) -> pd.DataFrame:
    """How good the forecast of each series was, the largest error first.

    Returns:
        `unique_id`, the key and category columns that exist, `model` (what serves it today), `sales` (units a day), `missed` (units a day by
        which the blend was off), `MEASURES` of the blend, `better` than the seasonal naive forecast, today's shares, `why` they are so,
        `MEASURES` of each model as `prophet_wape` and so on (NaN where it had no forecast), and the WAPE `by_cutoff` as lists.
    """
    judged, rows = accuracy.judged, accuracy.rows
    ensemble = judged.ensemble
    health = ensemble.health.iloc[rows]
    added = {name: values.added(0) for name, values in accuracy.tallies.items()}
    blend = added.get(schema.BLEND)
    if blend is None:
        return pd.DataFrame()
    columns: dict[str, Any] = {str(name): ensemble.panel.series[name].to_numpy()[rows] for name in ensemble.panel.series}
    columns |= {schema.MODEL: health[schema.MODEL].to_numpy(), schema.SALES: share(blend.sold, blend.days), "missed": share(blend.missed, blend.days)}
    columns |= blend.measures() | {"better": better(added)}
    columns |= {f"{name}_share": ensemble.share[rows, position] for position, name in enumerate(ensemble.names)}
    columns |= {"why": health["why"].to_numpy() if "why" in health else ""}
    for name in (name for name in ensemble.names if name in added):
        there = np.isfinite(at_rows(ensemble.past.yhat[name], rows)).any(axis=(0, 2))
        columns |= {f"{name}_{measure}": np.where(there, values, np.nan) for measure, values in added[name].measures().items()}
    columns[BY_CUTOFF] = list(accuracy.tallies[schema.BLEND].measures()["wape"].T)
    return pd.DataFrame(columns).sort_values("wape", ascending=False, kind="stable", na_position="last", ignore_index=True)


def series_table(accuracy: Accuracy) -> pd.DataFrame:
    """`by_series` as people exchange it: rounded to 6 decimals, and a column for each cutoff instead of the lists."""
    table = by_series(accuracy)
    dates = [f"wape_{day:%Y-%m-%d}" for day in accuracy.judged.ensemble.past.cutoffs]
    errors = pd.DataFrame(table.pop(BY_CUTOFF).tolist() if len(table) else [], columns=dates)
    return pd.concat([table, errors], axis=1).round(2 * DECIMALS)


def backtest_table(accuracy: Accuracy) -> pd.DataFrame:
    """Every forecast of the past beside what was sold, one row a series, cutoff and day ahead.

    Returns:
        `date, cutoff, step`, the key and category columns that exist, `sales`, the models, `forecast` (the line of the blend), `expected` (the
        mean) and the bands that the cutoff would have had, learned from the others; units a day, rounded to 3 decimals; empty where not known.
    """
    judged, rows = accuracy.judged, accuracy.rows
    ensemble, past = judged.ensemble, judged.ensemble.past
    shape = (len(past.y), len(rows), past.horizon)
    cutoff, series, step = (index.ravel() for index in np.indices(shape))
    columns: dict[str, Any] = {
        schema.DATE: ensemble.panel.dates.to_numpy()[judged.cuts[cutoff] + step],
        schema.CUTOFF: past.cutoffs.to_numpy()[cutoff],
        schema.STEP: step + 1,
    }
    columns |= {str(name): ensemble.panel.series[name].to_numpy()[rows][series] for name in ensemble.panel.series if name != schema.UNIQUE_ID}
    columns |= {schema.SALES: past.y[:, rows].ravel()} | {name: past.yhat[name][:, rows].ravel() for name in ensemble.names}
    columns |= {schema.FORECAST: past.yhat[schema.BLEND][:, rows].ravel(), schema.EXPECTED: ensemble.expected_errors.f[:, rows].ravel()}
    columns |= {name: judged.limit(name)[:, rows].ravel() for name in schema.BANDS}
    numbers = [schema.SALES, *ensemble.names, schema.FORECAST, schema.EXPECTED, *schema.BANDS]
    return pd.DataFrame(columns).astype(dict.fromkeys(numbers, float)).round(dict.fromkeys(numbers, DECIMALS))
