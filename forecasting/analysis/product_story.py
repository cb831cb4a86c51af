"""What stands behind a product's forecast, in three sentences: its level, what changes it, and how far such forecasts were off."""

from __future__ import annotations

from typing import Final

import numpy as np

from forecasting.analysis import forecast_view
from forecasting.analysis.contributions import contributions
from forecasting.analysis.forecast_view import View
from forecasting.core import formatting, schema
from forecasting.core.arrays import FloatArray
from forecasting.core.period import DAY
from forecasting.training import metrics
from forecasting.training.bands import quantiles
from forecasting.training.ensemble import Ensemble

PARTS: Final = {
    "yearly": ("the season adds {}", "the season takes {} away"),
    "holidays": ("holidays add {}", "holidays take {} away"),
    schema.PROMO: ("promotions add {}", "fewer promotions take {} away"),
}
"""Parts of a forecast that are named, where they add and where they take away. A price is not: its effect and the trend cannot be told apart."""
WEEKDAYS: Final = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
YEARS_FROM: Final = 1.5
"""Years of sales from which a history is told in years."""
NAMED_SHARE: Final = 0.01
"""Share of the level from which a part is named."""
EVEN_SHARE: Final = 0.15
"""How much more than the mean the best weekday must sell, as a share of the mean, to be named."""


def product_story(ensemble: Ensemble, view: View) -> list[str]:
    """Up to three sentences on the forecast of a view by its own steps.

    Args:
        ensemble: What is served.
        view: Of the series, by the sales' own steps.
    """
    rows = forecast_view.chosen_rows(ensemble, view.filters, view.steps)
    reasons = list(dict.fromkeys(str(reason) for reason in view.simpler[schema.REASON]))
    if ensemble.silent[rows].all() or ensemble.unlaunched[rows].all():
        return reasons[:1]
    served = len(view.simpler) < len(rows)
    return [_level(ensemble, rows, view), *([_parts(ensemble, rows, view)] if served else reasons[:1]), *_trust(ensemble, rows, view)]


def _level(ensemble: Ensemble, rows: np.ndarray, view: View) -> str:
    """ "From 3 years of sales we expect 287 units a day, most on Saturdays and least on Mondays, 2 % more than in the last 28 days."."""
    sold = float(np.nansum(ensemble.panel.sales[rows][:, -view.steps :]))
    change = view.total.expected / sold - 1 if sold > 0 else float("nan")
    expected = formatting.rate(view.total.expected / view.steps, view.period.name)
    return f"From {_history(ensemble, rows)} of sales we expect {expected}{_weekdays(view)}{_compared(change, view.period.count(view.steps))}."


def _history(ensemble: Ensemble, rows: np.ndarray) -> str:
    """How long these series have been sold: "3 years", "150 days"."""
    known = np.isfinite(ensemble.panel.sales[rows]).any(axis=0)
    steps, period = len(known) - int(known.argmax()), ensemble.panel.period
    years = steps / period.year
    return f"{years:.0f} years" if years >= YEARS_FROM else period.count(steps)


def _weekdays(view: View) -> str:
    """The strongest and the weakest weekday on which anything is sold; empty where all are much alike."""
    if view.period != DAY or view.steps < 7:
        return ""
    mean = view.forecast.groupby(view.forecast[schema.DS].dt.day_of_week)[schema.EXPECTED].mean()
    selling = mean[mean > 0].sort_values()
    if len(selling) < 2 or selling.max() < (1 + EVEN_SHARE) * selling.mean():
        return ""
    least, *_, best = (WEEKDAYS[day] for day in selling.index.to_numpy(dtype=int))
    return f", most on {best} and least on {least}"


def _compared(change: float, count: str) -> str:
    if np.isnan(change):
        return f"; nothing was sold in the last {count}"
    if abs(change) < 0.005:
        return f", as much as in the last {count}"
    return f", {formatting.percent(abs(change), 0)} {'more' if change > 0 else 'less'} than in the last {count}"


def _parts(ensemble: Ensemble, rows: np.ndarray, view: View) -> str:
    """ "Against an average day of last year the season adds 61 and holidays take 3 away."."""
    least = NAMED_SHARE * view.total.expected / view.steps
    parts = contributions(ensemble, ensemble.cleaned, rows).between(0, view.steps).set_index("part")["units"].to_dict()
    named = {name: parts[name] for name in PARTS if abs(parts.get(name, 0.0)) > least and formatting.headline(abs(parts[name])) != "0"}
    if not named:
        return f"Season, holidays and promotions change little in these {view.period.plural}."
    texts = [PARTS[name][units < 0].format(formatting.headline(abs(units))) for name, units in named.items()]
    return f"Against an average {view.period.name} of last year {formatting.listing(texts)}."


def _trust(ensemble: Ensemble, rows: np.ndarray, view: View) -> list[str]:
    """How far such forecasts were off, of one step and of the sum of all; nothing where none was judged."""
    step = metrics.wape(*forecast_view.shown_totals(ensemble, rows))
    totals = ensemble.totals_of(rows)
    y, f = totals.y[:, None], totals.f[:, None]
    window = min(view.steps, y.shape[2])
    if np.isnan(step) or window < 1:
        return []
    sums = _sums(y, f, window)
    whole = f", and by {formatting.percent(sums, 0)} over {view.period.count(window)}" if window > 1 and not np.isnan(sums) else ""
    return [f"In the past such forecasts were off by {formatting.percent(float(step), 0)} of sales on a single {view.period.name}{whole}."]


def _sums(y: FloatArray, f: FloatArray, window: int) -> float:
    return float(metrics.wape(*quantiles.windowed(quantiles.Errors(y, f), window)))
