"""Series that sold on a day or two and then no more: near zero, and for a person to check."""

from __future__ import annotations

from typing import Final

import numpy as np

from forecasting.core import calendar, formatting
from forecasting.core.arrays import FloatArray
from forecasting.core.panel import Panel
from forecasting.training.cold_start.age import needs_cold_start

QUIET: Final = 14
"""Days without a sale, at least."""
MAX_SALE_DAYS: Final = 2
"""Days with a sale, at most."""
_HALF_LIFE: Final = 10
"""Days without a sale that halve what is expected: 35 launches of a bakery sold so much after such a start."""


def untested(panel: Panel) -> np.ndarray:
    """New series that sold on a day or two, the last more than 14 days (2 weeks, 1 month) ago, shape (n,) of bool."""
    sold = panel.sales > 0
    days = sold.sum(axis=1)
    return needs_cold_start(panel) & (days > 0) & (days <= MAX_SALE_DAYS) & (_quiet(sold) > panel.period.steps(QUIET))


def _quiet(sold: np.ndarray) -> np.ndarray:
    """Days since the last sale, shape (n,); 1 for one on the last day."""
    return sold[:, ::-1].argmax(axis=1) + 1


def forecast(panel: Panel, horizon: int) -> FloatArray:
    """What such series may still sell, shape (n, horizon), units a day; 0 on closed days, NaN for all others.

    Their sales a day since the first one, halved for every 10 days without a sale: each such day makes it likelier that nobody asks for it any more
    (Teunter, Syntetos & Babai 2011, Intermittent demand: linking forecasting to inventory obsolescence).
    """
    first = np.isfinite(panel.sales).argmax(axis=1)
    rate = np.nansum(panel.sales, axis=1) / (panel.sales.shape[1] - first)
    left = rate * 0.5 ** (_quiet(panel.sales > 0) * panel.period.days / _HALF_LIFE)
    closed = calendar.closed_ahead(panel, horizon)
    return np.where(untested(panel)[:, None], np.where(closed, 0.0, left[:, None]), np.nan)


def reasons(panel: Panel, which: np.ndarray) -> dict[str, str]:
    """Why these series (shape (n,) of bool) are for a person to check, by unique_id, in two sentences each."""
    return {panel.unique_ids[row]: _reason(panel, int(row)) for row in np.flatnonzero(which)}


def _reason(panel: Panel, row: int) -> str:
    sold = panel.sales[row] > 0
    last = panel.dates[np.flatnonzero(sold)[-1]]
    return (
        f"Too new, check by hand: sold {formatting.units(float(np.nansum(panel.sales[row])))} on {panel.period.count(int(sold.sum()))},"
        f" the last on {formatting.date(last)}. It is not ordered until you have checked it."
    )
