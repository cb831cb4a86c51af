"""A version's forecast of some series on some days as the product that it is: scaling to totals x shares x forecasts of the models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from forecasting.core import calendar, schema
from forecasting.core.arrays import BoolArray, FloatArray
from forecasting.core.panel import Panel
from forecasting.training import plausibility
from forecasting.training.ensemble import Ensemble
from forecasting.training.expectation import MeanBlend
from forecasting.training.reconciliation import FARTHEST

_RECENT_DAYS, _RECENT_STEPS = 200, 16
"""What a panel keeps of a long past: it is copied for thousands of series."""
_SAME = 1e-9
"""A scaling that is nearer to 1 is arithmetic, not scaling."""


class Member(NamedTuple):
    """What is blended.

    Args:
        share: Shape (n, 1); 0 where it has no forecast.
        yhat: Its forecast, shape (n, h), in units; NaN where it has none.
    """

    share: FloatArray
    yhat: FloatArray


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two versions that are held against each other, on n series and h days that both forecast.

    Args:
        ensemble: The version.
        rows: Positions of the series in it, shape (n,).
        steps: Positions of the days ahead in it, shape (h,).
        means: Series whose product is that of their means, shape (n,) of bool; of the others it is that of the line.
    """

    ensemble: Ensemble
    rows: np.ndarray
    steps: np.ndarray
    means: BoolArray

    @cached_property
    def expected(self) -> FloatArray:
        """What is shown in totals, shape (n, h), in units."""
        return self.ensemble.expected[np.ix_(self.rows, self.steps)]

    @property
    def behind(self) -> np.ndarray:
        """What stands behind each series, shape (n,) of texts."""
        return self.ensemble.behind[self.rows]

    @property
    def blended(self) -> BoolArray:
        """Series that models serve, shape (n,)."""
        return np.asarray(self.ensemble.share[self.rows].sum(axis=1) > 0)

    @cached_property
    def panel(self) -> Panel:
        """Its last sales as the models see them, and its drivers: all that says which days ahead are closed and what is assumed of prices."""
        whole = self.ensemble.cleaned
        first = max(0, len(whole.dates) - max(whole.period.steps(_RECENT_DAYS), _RECENT_STEPS))
        drivers = {name: values[:, first:] for name, values in whole.drivers.items()}
        return replace(whole, dates=whole.dates[first:], sales=whole.sales[:, first:], drivers=drivers).select(self.rows)

    @property
    def ceiling(self) -> FloatArray:
        """The most that a day ahead can believably sell, shape (n,), in units."""
        whole = self.ensemble.cleaned
        return plausibility.ceiling(replace(whole, drivers={}).select(self.rows), self.ensemble.horizon)

    @cached_property
    def closed(self) -> BoolArray:
        """Days on which nothing can be sold, shape (n, h)."""
        return calendar.closed_ahead(self.panel, int(self.steps[-1]) + 1)[:, self.steps]

    def take(self, rows: np.ndarray) -> Side:
        """The same of some of the series."""
        return replace(self, rows=self.rows[rows], means=self.means[rows])

    def members(self) -> dict[str, Member]:
        """Model, or the flat mean -> its part in the blend."""
        here = np.ix_(self.rows, self.steps)
        share = self.ensemble.share[self.rows]
        members = {name: Member(share[:, [column]], self.ensemble.yhat[name][here]) for column, name in enumerate(self.ensemble.names)}
        blend = self.ensemble.means
        if blend is not None and self.means.any():
            nothing = Member(np.zeros((len(self.rows), 1)), np.full((len(self.rows), len(self.steps)), np.nan))
            places = np.searchsorted(blend.rows, self.rows[self.means])
            for name in dict.fromkeys([*members, *blend.names]):
                members[name] = self._of_means(members.get(name, nothing), blend, name, places)
        return {name: Member(np.where(np.isfinite(of.yhat).all(axis=1, keepdims=True), of.share, 0.0), of.yhat) for name, of in members.items()}

    def _of_means(self, line: Member, blend: MeanBlend, name: str, places: np.ndarray) -> Member:
        """A member with its mean, at `places` of the blend, instead of its line where means are blended; of no share where that mean is not."""
        share, yhat = line.share.copy(), line.yhat.copy()
        share[self.means] = 0.0
        if name in blend.names:
            column = blend.names.index(name)
            share[self.means, 0] = blend.share[places, column]
            yhat[self.means] = blend.means[column][np.ix_(places, self.steps)]
        return Member(share, yhat)

    def scaling(self, members: Mapping[str, Member]) -> FloatArray:
        """By what the blend of these members was scaled to forecasts of totals, shape (n, h): 1 where it was not, or is 0."""
        raw = np.sum([of.share * np.nan_to_num(of.yhat) for of in members.values()], axis=0)
        served = np.where(self.means[:, None], self.expected, self.ensemble.line[np.ix_(self.rows, self.steps)])
        ratio = np.divide(served, raw, out=np.ones_like(raw), where=raw > 0)
        believed = (ratio >= 1 / FARTHEST - _SAME) & (ratio <= FARTHEST + _SAME) & (np.abs(ratio - 1) > _SAME)
        return np.where(believed, ratio, 1.0)


def tells_means(ensemble: Ensemble) -> BoolArray:
    """Series of which it is kept of what their mean is blended, shape (n,)."""
    told = np.zeros(len(ensemble.panel), dtype=bool)
    if ensemble.means is not None and schema.EXPECTED in ensemble.yhat:
        some = np.isfinite(ensemble.means.means).any(axis=2).T & (ensemble.means.share > 0)
        told[ensemble.means.rows] = some.any(axis=1)
    return told
