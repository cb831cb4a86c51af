"""Tomorrow sells what the same weekday sold last, a month what the same one sold last year: the benchmark, and the last fallback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Self

import numpy as np

from forecasting.core import calendar, schema, stages
from forecasting.core.arrays import FloatArray, mean_where
from forecasting.core.panel import Panel
from forecasting.core.period import DAY
from forecasting.core.progress import OnProgress, Progress
from forecasting.models.base import Model

_RECENT = 28


class SeasonalNaive(Model):
    """Repeats the last season: of days a week, of weeks and months a year.

    Each weekday sells what it sold when it was last open; one that never was gets the mean of the series' last 28 days with a row; a day
    ahead that is closed gets 0. Weeks and months sell what the same one of the year sold last; a series without a whole year of them repeats
    its last value. Source: Hyndman & Athanasopoulos, Forecasting: Principles and Practice, section 5.2.
    """

    name = schema.SEASONAL_NAIVE

    def _fit(self, panel: Panel, horizon: int, on_progress: OnProgress) -> None:  # noqa: ARG002 - the contract's signature
        none = ~np.isfinite(panel.sales).any(axis=1)
        self.unmodelled_ = {panel.unique_ids[row]: "No day has sales yet." for row in np.flatnonzero(none)}
        on_progress(Progress(stages.SEASONAL_NAIVE, 1, 1))

    def _predict(self, panel: Panel, horizon: int) -> FloatArray:
        sales, length = np.where(_telling(panel), panel.sales, np.nan), panel.period.season
        season = _last_season(sales, length)
        season = np.where(np.isnan(season), _recent_mean(sales, panel.period.steps(_RECENT))[:, None], season)
        if panel.period != DAY:
            old = np.isfinite(sales[:, : 1 - length]).any(axis=1, keepdims=True)
            season = np.where(old, season, _recent_mean(sales, 1)[:, None])
        return season[:, np.arange(1, horizon + 1) % length]

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


def _last_season(sales: FloatArray, length: int) -> FloatArray:
    """The last value of each place in the season, from that of the last day on, shape (n, length); NaN where it has none."""
    season = np.full((len(sales), length), np.nan)
    place = np.arange(1 - sales.shape[1], 1) % length
    for of in np.unique(place):
        past = sales[:, place == of][:, ::-1]
        latest = np.isfinite(past).argmax(axis=1)
        season[:, of] = np.take_along_axis(past, latest[:, None], axis=1)[:, 0]
    return season


def _recent_mean(sales: FloatArray, count: int) -> FloatArray:
    """Mean of each series' last `count` values, shape (n,); NaN where it has none."""
    known = np.isfinite(sales)
    return mean_where(sales, known & (known[:, ::-1].cumsum(axis=1)[:, ::-1] <= count), axis=1)
