"""Tomorrow sells what the same weekday sold last: the benchmark, and the fallback when nothing better can be said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Self

import numpy as np

from forecasting import calendar, schema
from forecasting.models.base import Model
from forecasting.panel import FloatArray, Panel
from forecasting.progress import OnProgress, Progress

_RECENT = 28


class SeasonalNaive(Model):
    """Repeats the last day that each weekday was open.

    A weekday that never was gets the mean of the series' last 28 days with a row; a day ahead that is closed gets 0.
    """

    name = schema.SEASONAL_NAIVE

    def _fit(self, panel: Panel, horizon: int, on_progress: OnProgress) -> None:  # noqa: ARG002 - the contract's signature
        none = ~np.isfinite(panel.sales).any(axis=1)
        self.unmodelled_ = {panel.unique_ids[row]: "No day has sales yet." for row in np.flatnonzero(none)}
        on_progress(Progress("Seasonal naive", 1, 1))

    def _predict(self, panel: Panel, horizon: int) -> FloatArray:
        sales = np.where(_telling(panel), panel.sales, np.nan)
        week = _last_week(sales, panel.dates.day_of_week.to_numpy())
        week = np.where(np.isnan(week), _recent_mean(sales)[:, None], week)
        return week[:, panel.ahead(horizon).day_of_week]

    def _save(self, folder: Path) -> None:
        state = {"horizon": self.horizon_, "unmodelled": self.unmodelled_}
        (folder / "seasonal_naive.json").write_text(json.dumps(state, ensure_ascii=False, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The model that `save` wrote; it forecasts the same."""
        state = json.loads((folder / "seasonal_naive.json").read_text(encoding="utf-8"))
        model = cls()
        model.horizon_, model.unmodelled_ = state["horizon"], state["unmodelled"]
        return model


def _telling(panel: Panel) -> np.ndarray:
    """Days that say what a series sells, shape (n, d); every day with a row, where a series has no others."""
    days = calendar.selling_days(panel)
    return np.where(days.any(axis=1, keepdims=True), days, np.isfinite(panel.sales))


def _last_week(sales: FloatArray, weekdays: np.ndarray) -> FloatArray:
    """The last value that each weekday has, Monday first, shape (n, 7); NaN where it has none."""
    week = np.full((len(sales), 7), np.nan)
    for weekday in range(7):
        past = sales[:, weekdays == weekday][:, ::-1]
        if past.shape[1]:
            latest = np.isfinite(past).argmax(axis=1)
            week[:, weekday] = np.take_along_axis(past, latest[:, None], axis=1)[:, 0]
    return week


def _recent_mean(sales: FloatArray) -> FloatArray:
    """Mean of each series' last 28 values, shape (n,); NaN where it has none."""
    known = np.isfinite(sales)
    recent = known & (known[:, ::-1].cumsum(axis=1)[:, ::-1] <= _RECENT)
    count = recent.sum(axis=1)
    return np.where(count > 0, np.where(recent, sales, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)
