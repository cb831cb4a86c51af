"""All that a version's past says about what is usual, learned once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecasting.analysis.monitoring import common_factor, coverage, rows, weekday_profile
from forecasting.analysis.monitoring.coverage import UsualRanges
from forecasting.analysis.monitoring.e_detector import Threshold
from forecasting.analysis.monitoring.grading import LOOK, MIN_CUTOFFS, Past
from forecasting.analysis.monitoring.groups import Groups, groups_of
from forecasting.analysis.monitoring.spreads import Spreads, learn_spreads
from forecasting.analysis.monitoring.usual_scores import UsualScores
from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.core.period import DAY, Period


@dataclass(frozen=True, eq=False)
class Calibration:
    """What is usual.

    Args:
        past: Past cutoffs.
        groups: Stores, regions and categories.
        blocks: The block of each series whose common part is taken out, shape (n,).
        spreads: Of the file's weeks, and of the groups'; None where there are too few cutoffs, or too short ones.
        spread: Variance of a version's own mean score.
        threshold: From where on a series is an alarm.
        ranges: How the 80 % ranges held; None where there are too few cutoffs.
        weekday_limit: Share of a week's units on other weekdays than forecast from which on it is an alarm; NaN where not known.
        zero_chance: How likely each group sells as good as nothing on a step, shape (G,); None without cutoffs.
    """

    past: Past
    groups: Groups
    blocks: np.ndarray
    spreads: tuple[Spreads, Spreads] | None
    spread: float
    threshold: Threshold
    ranges: UsualRanges | None
    weekday_limit: float
    zero_chance: FloatArray | None

    @property
    def is_judged(self) -> bool:
        """Whether levels and ranges can be judged."""
        return self.spreads is not None


def calibrate(past: Past, usual: UsualScores, labels: Mapping[str, np.ndarray], period: Period) -> Calibration:
    """Learns what is usual.

    Args:
        past: Past cutoffs.
        usual: What is usual of their scores.
        labels: The key and category columns -> what they say of each series, shape (n,).
        period: What a step is.
    """
    n = past.y.shape[1]
    groups = groups_of(labels, n)
    blocks = common_factor.blocks_of(labels.get(schema.CATEGORY), n)
    enough = past.cutoffs >= MIN_CUTOFFS and past.y.shape[2] >= 2 * LOOK[period.name]
    spreads = learn_spreads(past, groups, LOOK[period.name]) if enough else None
    return Calibration(
        past=past,
        groups=groups,
        blocks=blocks,
        spreads=spreads,
        spread=usual.spread,
        threshold=usual.threshold,
        ranges=coverage.learn_ranges(past, period),
        weekday_limit=weekday_profile.learn_limit(past) if period == DAY else float("nan"),
        zero_chance=_zero_chance(past, groups) if past.cutoffs and len(groups) else None,
    )


def _zero_chance(past: Past, groups: Groups) -> FloatArray:
    """How likely each group sells as good as nothing on a step of a past cutoff, shape (G,)."""
    both = np.isfinite(past.y) & np.isfinite(past.expected)
    sold, expected = (groups.sums(np.where(both, values, 0.0)) for values in (past.y, past.expected))
    return rows.zero_chance(sold, expected)
