"""Reasons why Prophet has no forecast of a series, in words that a person can act on."""

from __future__ import annotations

from collections.abc import Container

import numpy as np

from forecasting.core.arrays import FloatArray
from forecasting.core.period import DAY, MONTH, WEEK, Period

_FEWEST = {DAY: 35, WEEK: 10, MONTH: 8}
"""Rows from which a curve has fewer parts than there is to learn from: a line, its turns and a week have about as many as 35 days."""
_RECENT = {DAY: 28, WEEK: 4, MONTH: 3}
_MAX_TIMES_MEDIAN = 1e4
_MAX_TIMES_PAST = 10.0


def before_fit(sales: FloatArray, days: np.ndarray, period: Period = DAY) -> dict[int, str]:
    """Series that are not worth fitting, and why.

    Args:
        sales: Shape (n, d), in units.
        days: Days that a fit would read, shape (n, d).
        period: What a day is.

    Returns:
        Position -> reason.
    """
    reasons = {row: _unfit(values[read], period) for row, (values, read) in enumerate(zip(sales, days, strict=True))}
    return {row: reason for row, reason in reasons.items() if reason is not None}


def _unfit(sales: FloatArray, period: Period) -> str | None:
    """Why a series with these sales is not worth fitting; None if it is."""
    if len(sales) < _FEWEST[period]:
        return f"Only {period.count(len(sales))} of sales; Prophet needs {_FEWEST[period]}."
    if not sales.any():
        return f"Nothing was sold on any of {period.count(len(sales))}."
    if np.ptp(sales) == 0:
        return f"Sales never change: every {period.name} sells {_units(sales[0])}."
    largest, usual = sales.max(), float(np.median(sales[sales > 0]))
    if largest > _MAX_TIMES_MEDIAN * usual:
        times, step = _units(largest / usual), period.name
        return f"One {step} sells {_units(largest)}, {times} times a usual {step} ({_units(usual)}). Correct that {step} and retrain."
    return None


def after_fit(yhat: FloatArray, sales: FloatArray, *, skip: Container[int], period: Period = DAY) -> dict[int, str]:
    """Series whose forecast must not be used, and why.

    Args:
        yhat: Unclipped forecasts, shape (n, horizon), in units.
        sales: Shape (n, d), in units.
        skip: Positions to leave out.
        period: What a day is.

    Returns:
        Position -> reason.
    """
    reasons = {row: _absurd(yhat[row], sales[row], period) for row in range(len(sales)) if row not in skip}
    return {row: reason for row, reason in reasons.items() if reason is not None}


def _absurd(yhat: FloatArray, sales: FloatArray, period: Period) -> str | None:
    """Why the forecast of one series must not be used; None if it may."""
    if not np.isfinite(yhat).all():
        return "Prophet's line has no finite value."
    furthest, largest = yhat[np.abs(yhat).argmax()], np.nanmax(sales)
    if abs(furthest) > _MAX_TIMES_PAST * largest:
        return f"Prophet's line runs away to {_units(furthest)}; the largest {period.name} ever sold {_units(largest)}."
    recent = np.nan_to_num(sales[-_RECENT[period] :]).mean()
    if yhat.mean() < 0 and recent > 0:
        return f"Prophet's line falls below zero; the last {period.count(_RECENT[period])} sold {_units(recent)} a {period.name}."
    return None


def _units(value: float) -> str:
    """A number as a person writes it: 3, 2.5, 1.2e9."""
    return f"{value:.3g}".replace("e+0", "e").replace("e+", "e") if value != round(value) or abs(value) >= 1e6 else f"{value:,.0f}"
