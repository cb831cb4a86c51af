"""Why Prophet's forecast changed: trend, weekday, time of year and holidays, and of each driver what was planned and what was learned anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

import numpy as np

from forecasting.analysis.change_explanation import names
from forecasting.analysis.change_explanation.plans import Plans, with_plans
from forecasting.analysis.change_explanation.products import Factor, named
from forecasting.analysis.change_explanation.side import Side
from forecasting.core.arrays import FloatArray
from forecasting.models.features.input_parts import shapley
from forecasting.models.prophet.curves import TREND
from forecasting.models.prophet.model import ProphetModel
from forecasting.training import plausibility

Parts = dict[str, FloatArray]
Drivers = frozenset[str]
NONE: Final = Drivers()
_MULTIPLICATIVE: Final = "multiplicative"


@dataclass(frozen=True, eq=False)
class _Curves:
    """A version's curves of n series on h days.

    Args:
        under: Drivers that are as the other version plans them -> component -> shape (n, h), in units; `limits` is what keeps the forecast above 0
            and under what is believable. They add up to the forecast.
        drivers: Those whose plans differ.
    """

    under: Mapping[Drivers, Parts]
    drivers: tuple[str, ...]

    @property
    def own(self) -> Parts:
        """The components as they were served."""
        return self.under[NONE]

    @property
    def swapped(self) -> Parts:
        """The components under all of the other version's plans."""
        return self.under[Drivers(self.drivers)]

    def planned(self, total: Callable[[Parts], FloatArray]) -> Parts:
        """Driver -> what the other version's plan of it would add to a total of the components."""
        return shapley(list(self.drivers), lambda swapped: total(self.under[swapped])) if self.drivers else {}


def products_of(before: Side, after: Side, yhat: tuple[FloatArray, FloatArray], plans: Plans) -> list[list[Factor]]:
    """The products that add up to Prophet's forecast, each as its factors.

    Additive seasons have one, whose change is that of its parts. Where seasons are shares of the trend on both sides there are two: the trend
    times all of them, and what the limits add.

    Args:
        before, after: The two versions.
        yhat: What it forecast on each side as it was served, shape (n, h), in units.
        plans: The drivers whose plans differ.
    """
    models = [side.ensemble.models.get(ProphetModel.name) for side in (before, after)]
    fitted = [model for model in models if isinstance(model, ProphetModel)]
    if len(fitted) < 2:
        return [[named(names.model(ProphetModel.name), *yhat)]]
    here, there = _curves(fitted[0], before, yhat[0], plans.after), _curves(fitted[1], after, yhat[1], plans.before)
    curves = _matched(here, there), _matched(there, here)
    if any(model.settings.mode != _MULTIPLICATIVE for model in fitted):
        return [[Factor(*yhat, _portions(*curves, _sum))]]
    shares = _over_trend(curves[0]), _over_trend(curves[1])
    times, limits = [_times(of.own) for of in shares], [of.own[names.LIMITS] for of in shares]
    portions = _portions(*shares, _times)
    seasons = {name: units for name, units in portions.items() if name not in (names.TREND, names.LIMITS)}
    held = _portions(*shares, lambda parts: parts[names.LIMITS])
    rest = {name: units for name, units in held.items() if name == names.LIMITS or name in names.AHEAD.values()}
    trend = named(names.TREND, shares[0].own[TREND], shares[1].own[TREND])
    return [[trend, Factor(times[0], times[1], seasons)], [Factor(limits[0], limits[1], rest)]]


def _curves(model: ProphetModel, side: Side, yhat: FloatArray, others: Mapping[str, FloatArray]) -> _Curves:
    """The curves of a version under its own plans, which gave `yhat`, and under the other version's."""
    rows, drivers = np.arange(len(side.rows)), tuple(others)
    panel = side.panel
    limit = side.ceiling if others else np.empty(0)
    under = {}
    for swapped in (Drivers(some) for size in range(len(drivers) + 1) for some in combinations(drivers, size)):
        planned = with_plans(panel, rows, side.steps, {name: others[name] for name in swapped}) if swapped else panel
        parts = {name: units[:, side.steps] for name, units in model.open_components(planned, int(side.steps[-1]) + 1).items()}
        whole = _sum(parts)
        under[swapped] = {**parts, names.LIMITS: (plausibility.believable(whole, limit) if swapped else yhat) - whole}
    return _Curves(under, drivers)


def _matched(curves: _Curves, others: _Curves) -> _Curves:
    """The curves, with the other version's of series that have none here: none of their parts changed, the model's share did."""
    here, there, nothing = np.isfinite(curves.own[TREND]), np.isfinite(others.own[TREND]), np.zeros_like(curves.own[TREND])
    every = dict.fromkeys(name for of in (curves, others) for parts in of.under.values() for name in parts)
    own = {name: np.nan_to_num(np.where(here, curves.own.get(name, nothing), others.own.get(name, nothing))) for name in every}
    known = here & there
    return replace(
        curves,
        under={swapped: {name: np.where(known, of.get(name, nothing), own[name]) for name in every} for swapped, of in curves.under.items()},
    )


def _over_trend(curves: _Curves) -> _Curves:
    """The seasons and drivers in shares of the trend, 0 where that is 0; the limits in units, with what is lost by that."""

    def shares(parts: Parts) -> Parts:
        trend = parts[TREND]
        told = {name: units if name == TREND else _over(units, trend) for name, units in parts.items() if name != names.LIMITS}
        return {**told, names.LIMITS: _sum(parts) - trend * _times(told)}

    return replace(curves, under={swapped: shares(parts) for swapped, parts in curves.under.items()})


def _portions(before: _Curves, after: _Curves, total: Callable[[Parts], FloatArray]) -> Parts:
    """Name -> what it adds to the change of a total of the parts: each part under equal plans, as the mean over both, and each plan."""
    learned = {name: (after.swapped[name] - before.own[name] + after.own[name] - before.swapped[name]) / 2 for name in before.own}
    portions = {names.OF_PROPHET.get(name) or names.EFFECT.get(name, name): units for name, units in learned.items()}
    gained, lost = before.planned(total), after.planned(total)
    return {**portions, **{names.AHEAD[driver]: (gained[driver] - lost[driver]) / 2 for driver in before.drivers}}


def _times(parts: Parts) -> FloatArray:
    """1 + all shares of the trend, shape (n, h)."""
    shares = [units for name, units in parts.items() if name not in (TREND, names.LIMITS)]
    return 1.0 + np.sum(shares, axis=0) if shares else np.ones_like(parts[TREND])


def _sum(parts: Parts) -> FloatArray:
    total: FloatArray = np.sum(list(parts.values()), axis=0)
    return total


def _over(units: FloatArray, trend: FloatArray) -> FloatArray:
    return np.divide(units, trend, out=np.zeros_like(units), where=trend != 0)
