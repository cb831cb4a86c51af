"""What is expected of series that sell on few days: the mean, which a line of medians lies far below.

Where a fifth of the days sell nothing the median of a day says little about a week: half of a shop's sales may be missing from its sum, and no
factor on a median that is nearly 0 gives the mean back. So the models' means are blended anew, by weights that make the squared errors of sums
over a week small, which the mean does and no median; beside them stands the flat mean of half a year, for series of which neither the weekday
nor the season explains anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.core import calendar
from forecasting.core.arrays import BoolArray, FloatArray, nanmean
from forecasting.core.panel import Panel
from forecasting.models import registry
from forecasting.models.features.inputs import SHARE_WITHOUT_SALES
from forecasting.training import blend
from forecasting.training.backtest import Backtest
from forecasting.training.weights import among, one_by_one

_JUDGED: Final = 364
"""Last days by which a series is called sparse."""
_FLAT: Final = 182
"""Last days of which the flat mean is taken."""
_FLAT_KEPT: Final = 1.0
"""Share that the models keep beside the flat mean without evidence."""
_WEEK: Final = 7
FLAT: Final = "flat"
"""The flat mean among the means that are blended."""


@dataclass(frozen=True, eq=False)
class MeanBlend:
    """Of what the mean of r series is blended: m means, each with its share.

    Args:
        rows: Positions of the series.
        names: Of the means: models, and `FLAT`.
        share: Shape (r, m); rows sum to 1, or are all 0 where nothing says any.
        means: Shape (m, r, horizon), in units; NaN where one has none.
    """

    rows: np.ndarray
    names: tuple[str, ...]
    share: FloatArray
    means: FloatArray

    @property
    def ahead(self) -> FloatArray:
        """The blend, shape (r, horizon), in units; NaN where nothing says any."""
        return blend.combine(list(self.means), self.share)


@dataclass(frozen=True, eq=False)
class Means:
    """What the blended models say on average of r series.

    Args:
        rows: Positions of the series.
        past: At K past cutoffs with weights learned from the other cutoffs, shape (K, r, h), in units; NaN where nothing says any.
        now: With weights learned from all.
    """

    rows: np.ndarray
    past: FloatArray
    now: MeanBlend

    @property
    def ahead(self) -> FloatArray:
        """Now, shape (r, horizon), in units; NaN where nothing says any."""
        return self.now.ahead

    def instead(self, line: FloatArray, means: FloatArray) -> FloatArray:
        """What is expected, shape (n, h): the means of these series, shape (r, h), where there are any; the line of the others."""
        expected, own = line.copy(), line[self.rows]
        expected[self.rows] = np.where(np.isfinite(means) & np.isfinite(own), means, own)
        return expected


def sparse(panel: Panel) -> BoolArray:
    """Series that sell nothing on more than a fifth of the days on which they could, shape (n,)."""
    recent = panel.period.steps(_JUDGED)
    open_days = calendar.selling_days(panel)[:, -recent:]
    nothing = open_days & (panel.sales[:, -recent:] <= 0)
    return np.asarray(nothing.sum(axis=1) > SHARE_WITHOUT_SALES * open_days.sum(axis=1))


def blended_means(
    panel: Panel, known: Sequence[Panel], past: Backtest, ahead: Mapping[str, FloatArray], beside: Mapping[str, float], *, rows: np.ndarray
) -> Means:
    """The means of sparse series, blended by what past sums of a week call for.

    Args:
        panel: The sales of r sparse series, as the models see them.
        known: What was known of them at each cutoff.
        past: What the models forecast of them, and their means.
        ahead: Model name -> its mean of each now, shape (r, h), units a day.
        beside: Model name -> what the models before it keep beside it without evidence.
        rows: The positions of these series among all.

    Returns:
        Units a day at the cutoffs, by weights learned from the other cutoffs, and now; NaN where nothing says any.
    """
    names, week, (count, r, steps) = registry.blended_names(past.yhat), panel.period.steps(_WEEK), past.y.shape
    flat = np.array([flat_mean(then, steps) for then in known]).reshape(count, r, steps)
    flat[np.zeros((count, r), dtype=bool) if past.left_out is None else past.left_out] = np.nan
    said = [*(past.means.get(name, past.yhat[name]) for name in names), flat]
    sums = [_week_sums(past.y, values, week) for values in (past.y, *said)]
    keep, earlier = [*(beside[name] for name in names[1:]), _FLAT_KEPT], np.full(flat.shape, np.nan)
    for cut in range(count):
        others = np.arange(count) != cut
        then = [values[cut] for values in said]
        earlier[cut] = blend.combine(then, _shares(sums, others, keep, then))
    now = [ahead[name] for name in names]
    now.append(flat_mean(panel, now[0].shape[1]))
    share = _shares(sums, np.ones(count, dtype=bool), keep, now)
    return Means(rows, earlier, MeanBlend(rows, (*names, FLAT), share, np.array(now)))


def flat_mean(panel: Panel, steps: int) -> FloatArray:
    """The mean day of the last half year on every open day, shape (n, steps), in units; NaN for series without a day on which to sell."""
    recent = panel.period.steps(_FLAT)
    sold = np.where(calendar.selling_days(panel), panel.sales, np.nan)[:, -recent:]
    level = np.broadcast_to(nanmean(sold, axis=1)[:, None], (len(panel), steps))
    return np.where(calendar.closed_ahead(panel, steps) & np.isfinite(level), 0.0, level)


def _shares(sums: Sequence[FloatArray], cutoffs: BoolArray, beside: Sequence[float], forecasts: Sequence[FloatArray]) -> FloatArray:
    """Shares of forecasts, shape (r, m), learned from sums at these cutoffs; the models that are there share, or the last has all."""
    sold, *said = (values[cutoffs] for values in sums)
    shares = one_by_one(sold, said, beside, squared=True).shares
    there = np.stack([np.isfinite(values).all(axis=1) for values in forecasts], axis=1)
    return among(shares, there)


def _week_sums(y: FloatArray, values: FloatArray, week: int) -> FloatArray:
    """Values added up over each week of the days whose sales are known, shape (K, r, weeks); NaN in weeks without such a day."""
    starts, known = np.arange(0, y.shape[2], week), np.isfinite(y)
    summed = np.add.reduceat(np.where(known, values, 0.0), starts, axis=2)
    return np.where(np.add.reduceat(known, starts, axis=2) > 0, summed, np.nan)
