"""The newest days that a past cutoff forecast without knowing them: what each product sold in them, and what was expected."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from forecasting.analysis.product_groups import ProductGroups
from forecasting.core import formatting
from forecasting.core.arrays import FloatArray
from forecasting.training.bands import quantiles, residuals
from forecasting.training.bands.residuals import Errors, RunningSums
from forecasting.training.ensemble import Ensemble

RANGE: Final = (0.1, 0.9)
"""The ends of the 80 % range."""


class LastGraded(NamedTuple):
    """Sums of p products over the newest days, shape (p,) each, in units; NaN where too few of these days are known.

    Args:
        sold: What was sold.
        expected: What the newest past cutoff forecast for these days.
        lower: Lower end of the 80 % range that this sum would have had then, learned from the cutoffs before; NaN where there are none.
        upper: Its upper end.
    """

    sold: FloatArray
    expected: FloatArray
    lower: FloatArray
    upper: FloatArray

    @property
    def below(self) -> np.ndarray:
        """Products that sold less than the range, shape (p,) of bool."""
        return self.sold < self.lower

    @property
    def above(self) -> np.ndarray:
        """Products that sold more than the range, shape (p,) of bool."""
        return self.sold > self.upper


def in_words(newest: str, sold: float, expected: float, lower: float, upper: float) -> str:
    """One sentence on the newest days of a product; empty where they were not graded.

    Args:
        newest: How many days: "28 days".
        sold: Units.
        expected: Units that were forecast.
        lower: Lower end of their 80 % range.
        upper: Its upper end.

    Example:
        >>> in_words("28 days", 412.0, 530.4, 470.0, 590.0).replace(formatting.NBSP, " ")
        'The last 28 days sold 412, below the forecast made before them: 530, 80 % range 470 to 590.'
    """
    if np.isnan(sold) or np.isnan(lower):
        return ""
    place = "below the" if sold < lower else "above the" if sold > upper else "within the range of the"
    span = f"80{formatting.NBSP}% range {formatting.span(lower, upper)}"
    return f"The last {newest} sold {formatting.headline(sold)}, {place} forecast made before them: {formatting.headline(expected)}, {span}."


def window(ensemble: Ensemble, steps: int) -> int:
    """How many of the newest steps are looked at: those asked for, as far as past forecasts went; 0 without any."""
    return min(steps, ensemble.past.horizon) if len(ensemble.past.cutoffs) else 0


def last_graded(ensemble: Ensemble, of: ProductGroups, steps: int) -> LastGraded:
    """What the newest days of each product were, and were expected to be.

    Args:
        ensemble: What is served.
        of: The products.
        steps: Days (weeks, months) back, as far as past forecasts went.
    """
    length = window(ensemble, steps)
    if not length:
        return LastGraded(*(np.full(len(of), np.nan) for _ in LastGraded._fields))
    cumulated = _cumulated(ensemble, of)
    newest = RunningSums(*(values[-1:, :, -length - 1 :] for values in cumulated))
    sold, expected = (values[0, :, 0] for values in residuals.window_sums(newest, length))
    learned = quantiles.learn_bands(quantiles.past_sums(cumulated, length).without(len(ensemble.past.cutoffs) - 1))
    if learned is None:
        return LastGraded(sold, expected, np.full(len(of), np.nan), np.full(len(of), np.nan))
    start = np.array([ensemble.past.horizon - length])
    lower, upper = learned.quantiles(expected[:, None], RANGE, steps=start)[:, :, 0].T
    return LastGraded(sold, expected, lower, upper)


def _cumulated(ensemble: Ensemble, of: ProductGroups) -> RunningSums:
    """The errors of each product's total, added up from each cutoff on."""
    if len(of) == len(of.rows):
        return RunningSums(*(values[:, of.rows] for values in ensemble.cumulated))
    return residuals.cumulate(_totals(ensemble.total_errors_of(of.rows), of))


def _totals(errors: Errors, of: ProductGroups) -> Errors:
    """Errors of sums over each product's series that have both; a day on which all of its series are closed has a forecast of 0 and no sales."""
    y, f = (values.swapaxes(0, 1) for values in errors)
    both = np.isfinite(y) & np.isfinite(f)
    sold, expected = (of.sums(np.where(both, values, 0.0)) for values in (y, f))
    some = of.any(both)
    closed = of.any(np.isnan(y) & (f == 0))
    sold, expected = np.where(some, sold, np.nan), np.where(some | closed, expected, np.nan)
    return Errors(sold.swapaxes(0, 1), expected.swapaxes(0, 1))
