"""Do the ranges hold what they promised? The share of days outside the 80 % range, by week, against that of past cutoffs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecasting.analysis.monitoring.grading import LOOK, LOOKS, Graded, Past, last_look
from forecasting.core.arrays import BoolArray, FloatArray, nanmean, share, t_quantile
from forecasting.core.period import Period

ALPHA = 0.01
MIN_CUTOFFS = 3
MARGIN = 0.005


class CoverageCheck(NamedTuple):
    """Shares of days outside the 80 % range.

    Args:
        outside: Of the newest weeks; NaN where there are too few.
        usual: Of past cutoffs.
        lowest: Where ranges begin to be too wide.
        highest: Where an alarm begins.
    """

    outside: float
    usual: float
    lowest: float
    highest: float

    @property
    def is_broken(self) -> bool:
        """Whether the ranges hold less than they should."""
        return bool(self.outside > self.highest)

    @property
    def is_wide(self) -> bool:
        """Whether they hold more than chance explains."""
        return bool(self.outside < self.lowest)


class UsualRanges(NamedTuple):
    """What share of days usually lies outside the 80 % range, and where ranges begin to be too wide, and an alarm."""

    usual: float
    lowest: float
    highest: float


def learn_ranges(past: Past, period: Period) -> UsualRanges | None:
    """What past cutoffs say; None where fewer than three are known."""
    look, weeks = LOOK[period.name], max(LOOKS[period.name])
    before = _logit(_weekly(past.outside, past.ordinary, look))
    means = nanmean(before, axis=1)
    means = means[np.isfinite(means)]
    if len(means) < MIN_CUTOFFS:
        return None
    within = float(np.nan_to_num(nanmean((before - nanmean(before, axis=1)[:, None]) ** 2, axis=(0, 1))))
    deviation = float(np.sqrt(means.var(ddof=1) * (1 + 1 / len(means)) + within / weeks))
    reach = float(t_quantile(1 - ALPHA, len(means) - 1)) * deviation
    return UsualRanges(*(float(1 / (1 + np.exp(-value))) for value in (means.mean(), means.mean() - reach, means.mean() + reach)))


def check_coverage(usual: UsualRanges | None, graded: Graded, usable: BoolArray) -> CoverageCheck | None:
    """The newest weeks beside those of past cutoffs; None where these say nothing.

    Args:
        usual: As `learn_ranges` gives it.
        graded: The newest steps.
        usable: Series that count, shape (n,).
    """
    if usual is None:
        return None
    look, weeks = LOOK[graded.period.name], max(LOOKS[graded.period.name])
    end = last_look(graded.dates, graded.period)
    part = slice(max(end - weeks * look, 0), end)
    newest = _weekly(graded.outside[usable, part], graded.ordinary[part], look)
    outside = float(nanmean(newest, axis=0)) if np.isfinite(newest).sum() >= weeks else np.nan
    return CoverageCheck(outside, *usual)


def _weekly(outside: np.ndarray, ordinary: BoolArray, look: int) -> FloatArray:
    """Share of series-steps outside, by week, shape (..., weeks); NaN in weeks without any."""
    weeks = outside.shape[-1] // look
    known = (outside >= 0) & ordinary[..., None, :]
    count, missed = (
        values[..., : weeks * look].sum(axis=-2).reshape(*outside.shape[:-2], weeks, look).sum(axis=-1) for values in (known, known & (outside == 1))
    )
    return share(missed, count)


def _logit(shares: FloatArray) -> FloatArray:
    held = np.clip(shares, MARGIN, 1 - MARGIN)
    return np.log(held / (1 - held))
