"""What makes a forecast what it is: parts in units, each model's by its share, which add up exactly to what is expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from forecasting.core import calendar, schema
from forecasting.core.arrays import FloatArray
from forecasting.core.panel import Panel
from forecasting.models import registry
from forecasting.training.ensemble import Ensemble

LEVEL, CLOSED, SMALLER, SIMPLER, LIMITS, FEW_DAYS = "level", "closed", "smaller", "simpler", "limits", "few_days"
LEVELS: Final = ("trend", "level")
"""What the models call the level that all else is added to."""
LABELS: Final = {
    LEVEL: "Level now",
    "weekly": "Weekday",
    "yearly": "Season",
    "holidays": "Holidays",
    schema.PROMO: "Promotions",
    schema.PRICE: "Price",
    schema.OPEN: "Opening",
    CLOSED: "Closed days",
    schema.SEASONAL_NAIVE: "Last season's sales",
    SMALLER: "Smaller products",
    SIMPLER: "Simpler forecasts",
    LIMITS: "Scaling and limits",
    FEW_DAYS: "Sales on few days",
}
"""In the order of reading."""
MAX_SPLIT: Final = 100
"""Series of which a model's forecast is split into parts, those that sell most; a network is asked many times for it."""


@dataclass(frozen=True, eq=False)
class Contributions:
    """What the forecast of some series, added up, is made of.

    Args:
        dates: The days (weeks, months) ahead, h of them.
        average: What the series sold on an average day of the last year, added up, in units.
        forecast: Units expected on each day, shape (h,).
        parts: (part, model, or "" for what belongs to none) -> units that it adds to the average, shape (h,). With it they add up to the forecast.
    """

    dates: pd.DatetimeIndex
    average: float
    forecast: FloatArray
    parts: Mapping[tuple[str, str], FloatArray]

    def between(self, start: int, end: int) -> pd.DataFrame:
        """The mean of the days at positions from `start` up to `end`, a row a part in the order of reading.

        Returns:
            `part, label, units` and a column for each model, in units a day.
        """
        rows = [(part, source, float(values[start:end].mean())) for (part, source), values in self.parts.items()]
        table = pd.DataFrame(rows, columns=["part", "source", "units"]).pivot_table(index="part", columns="source", values="units", aggfunc="sum")
        order = sorted(table.index, key=lambda part: [*LABELS, part].index(part))
        table = table.reindex(index=order).fillna(0.0)
        labels = [LABELS.get(part) or registry.label(part) for part in order]
        return pd.DataFrame({"part": order, "label": labels, "units": table.sum(axis=1).to_numpy()}).join(table.reset_index(drop=True))


def contributions(ensemble: Ensemble, cleaned: Panel, rows: np.ndarray) -> Contributions:
    """What the forecast of the series at these positions is made of, on every day ahead.

    The models' parts add up to the line. What is expected lies above it where most days sell nothing: the difference is a part of its own.

    Args:
        ensemble: What is shown, also with a what-if.
        cleaned: The sales of all its series as the models see them.
        rows: Shape (r,), at least one.
    """
    panel = replace(cleaned.select(rows), drivers=ensemble.panel.select(rows).drivers)
    average, line, expected = _average(ensemble.panel.select(rows)), ensemble.line[rows], ensemble.expected[rows]
    parts: dict[tuple[str, str], FloatArray] = {}
    told = np.repeat(average[:, None], ensemble.horizon, axis=1)
    for column, name in enumerate(ensemble.names):
        share = ensemble.share[rows, column]
        for part, values in _model_parts(ensemble, panel, rows, name, average).items():
            units = share[:, None] * values
            told += units
            parts[part, name] = parts.get((part, name), 0.0) + units.sum(axis=0)
    rest, served = line - told, ensemble.share[rows].sum(axis=1) > 0
    closed = calendar.closed_ahead(panel, ensemble.horizon)
    kinds = np.where(served[:, None], np.where(closed, CLOSED, LIMITS), SIMPLER)
    for part in np.unique(kinds).tolist():
        parts[part, ""] = np.where(kinds == part, rest, 0.0).sum(axis=0)
    if (expected != line).any():
        parts[FEW_DAYS, ""] = (expected - line).sum(axis=0)
    return Contributions(panel.ahead(ensemble.horizon), float(average.sum()), expected.sum(axis=0), parts)


def _average(panel: Panel) -> FloatArray:
    """Units of each series on an average day of the last year with a row, shape (r,); 0 without rows."""
    last = panel.sales[:, -panel.period.year :]
    known = np.isfinite(last)
    return np.where(known, last, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)


def _model_parts(ensemble: Ensemble, panel: Panel, rows: np.ndarray, name: str, average: FloatArray) -> dict[str, FloatArray]:
    """What a model's forecast of each series adds to an average day: part -> shape (r, h), 0 where it has no share of the series.

    A series beyond the first 100 has one part, and what keeps a forecast above 0 and closed days at 0 is a part too.
    """
    yhat, share = ensemble.yhat[name][rows], ensemble.share[rows, ensemble.names.index(name)]
    parts: dict[str, FloatArray] = {}
    asked = np.flatnonzero((share > 0) & np.isfinite(yhat).all(axis=1))
    largest = asked[np.argsort(-share[asked] * yhat[asked].sum(axis=1), kind="stable")]
    split = np.sort(largest[:MAX_SPLIT]) if name in ensemble.models else largest[:0]
    whole = np.setdiff1d(asked, split)
    if len(whole):
        _add(parts, SMALLER, whole, yhat[whole] - average[whole, None], yhat.shape)
    if len(split):
        told = np.repeat(average[split, None], ensemble.horizon, axis=1)
        for part, values in ensemble.models[name].components(panel, split, ensemble.horizon).items():
            units = values - average[split, None] if part in (*LEVELS, name) else values
            told += units
            _add(parts, LEVEL if part in LEVELS else part, split, units, yhat.shape)
        closed = calendar.closed_ahead(panel.select(split), ensemble.horizon)
        rest = yhat[split] - told
        _add(parts, CLOSED, split, np.where(closed, rest, 0.0), yhat.shape)
        _add(parts, LIMITS, split, np.where(closed, 0.0, rest), yhat.shape)
    return parts


def _add(parts: dict[str, FloatArray], name: str, rows: np.ndarray, values: FloatArray, shape: tuple[int, ...]) -> None:
    if np.any(values != 0):
        parts.setdefault(name, np.zeros(shape))[rows] += values


def whole_parts(average: float, units: FloatArray, forecast: float, digits: int = 0) -> tuple[float, FloatArray]:
    """The average and the parts, rounded so that they add up to the rounded forecast (largest remainders).

    Example:
        >>> whole_parts(10.4, np.array([3.4, -1.4]), 12.4)
        (11.0, array([ 3., -2.]))
    """
    exact = np.array([average, *units]) * 10**digits
    rounded = np.floor(exact)
    missing = round(round(forecast, digits) * 10**digits - rounded.sum())
    rounded[np.argsort(rounded - exact, kind="stable")[: max(missing, 0)]] += 1
    rounded = rounded / 10**digits
    return float(rounded[0]), rounded[1:]
