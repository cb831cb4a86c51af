"""Why Prophet has no forecast of a series, in words a person can act on."""

from __future__ import annotations

from collections.abc import Container

import numpy as np

from forecasting.panel import FloatArray

_FEWEST = 14
_SPIKE = 1e4
_RUNAWAY = 10.0
_RECENT = 28


def before_fit(sales: FloatArray, days: np.ndarray) -> dict[int, str]:
    """Series that it would be pointless to fit.

    Args:
        sales: Shape (n, d), in units.
        days: Days that a fit would read, shape (n, d).

    Returns:
        Position -> reason.
    """
    reasons = {row: _unfit(values[read]) for row, (values, read) in enumerate(zip(sales, days, strict=True))}
    return {row: reason for row, reason in reasons.items() if reason is not None}


def _unfit(sales: FloatArray) -> str | None:
    """What is wrong with the sales of one series' days."""
    if len(sales) < _FEWEST:
        return f"Only {_days(len(sales))} of sales; Prophet needs {_FEWEST}."
    if not sales.any():
        return f"Nothing was sold on any of {len(sales)} days."
    if np.ptp(sales) == 0:
        return f"Sales never change: every day sells {_units(sales[0])}."
    largest, usual = sales.max(), float(np.median(sales[sales > 0]))
    if largest > _SPIKE * usual:
        return f"One day sells {_units(largest)}, {_units(largest / usual)} times a usual day ({_units(usual)}). Correct that day and retrain."
    return None


def after_fit(yhat: FloatArray, sales: FloatArray, *, skip: Container[int]) -> dict[int, str]:
    """Series whose forecast nobody should see.

    Args:
        yhat: Unclipped forecasts, shape (n, horizon), in units.
        sales: Shape (n, d), in units.
        skip: Positions not to look at.

    Returns:
        Position -> reason.
    """
    reasons = {row: _absurd(yhat[row], sales[row]) for row in range(len(sales)) if row not in skip}
    return {row: reason for row, reason in reasons.items() if reason is not None}


def _absurd(yhat: FloatArray, sales: FloatArray) -> str | None:
    """What is wrong with the forecast of one series."""
    if not np.isfinite(yhat).all():
        return "Prophet's line has no finite value."
    furthest, largest = yhat[np.abs(yhat).argmax()], np.nanmax(sales)
    if abs(furthest) > _RUNAWAY * largest:
        return f"Prophet's line runs away to {_units(furthest)}; the largest day ever sold {_units(largest)}."
    recent = np.nan_to_num(sales[-_RECENT:]).mean()
    if yhat.mean() < 0 and recent > 0:
        return f"Prophet's line falls below zero; the last {_days(_RECENT)} sold {_units(recent)} a day."
    return None


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _units(value: float) -> str:
    """A number as a person writes it: 3, 2.5, 1.2e9."""
    return f"{value:.3g}".replace("e+0", "e").replace("e+", "e") if value != round(value) or abs(value) >= 1e6 else f"{value:,.0f}"
