"""Why Prophet's forecast changed: trend, weekday, time of year and holidays, and of each driver what was planned and what was learned anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from forecasting.analysis.change_explanation import names
from forecasting.analysis.change_explanation.plans import Plans, with_plans
from forecasting.analysis.change_explanation.products import Factor, named
from forecasting.analysis.change_explanation.side import Side
from forecasting.core.arrays import FloatArray
from forecasting.models.prophet.curves import TREND
from forecasting.models.prophet.model import CLOSED, ProphetModel

Parts = dict[str, FloatArray]
_MULTIPLICATIVE: Final = "multiplicative"


@dataclass(frozen=True, eq=False)
class _Curves:
    """A version's curves of n series on h days.

    Args:
        parts: Component -> shape (n, h), in units, or but for the trend in shares of it; they lack what holds a forecast above 0 and under its limit.
        swapped: Driver -> the same under the other version's plan, where that differs.
    """

    parts: Parts
    swapped: Parts

    @property
    def trend(self) -> FloatArray:
        return self.parts[TREND]

    def over_trend(self) -> _Curves:
        """In shares of the trend; 0 where that is 0."""
        return _Curves(
            {name: units if name == TREND else _over(units, self.trend) for name, units in self.parts.items()},
            {name: _over(units, self.trend) for name, units in self.swapped.items()},
        )


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
    here, there = _curves(fitted[0], before, plans.after), _curves(fitted[1], after, plans.before)
    curves = _matched(here, there), _matched(there, here)
    if any(model.settings.mode != _MULTIPLICATIVE for model in fitted):
        whole = [np.sum(list(of.parts.values()), axis=0) for of in curves]
        return [[Factor(*yhat, {**_portions(*curves), names.LIMITS: yhat[1] - whole[1] - (yhat[0] - whole[0])})]]
    shares = curves[0].over_trend(), curves[1].over_trend()
    times = [1 + np.sum([units for name, units in of.parts.items() if name != TREND], axis=0) for of in shares]
    portions = {name: units for name, units in _portions(*shares).items() if name != names.TREND}
    rest = [units - of.trend * share for units, of, share in zip(yhat, shares, times, strict=True)]
    return [[named(names.TREND, shares[0].trend, shares[1].trend), Factor(times[0], times[1], portions)], [named(names.LIMITS, *rest)]]


def _matched(curves: _Curves, others: _Curves) -> _Curves:
    """The curves, with the other version's of series that have none here: none of their parts changed, the model's share did."""
    here, there, nothing = np.isfinite(curves.trend), np.isfinite(others.trend), np.zeros_like(curves.trend)
    every = dict.fromkeys([*curves.parts, *others.parts])
    parts = {name: np.where(here, curves.parts.get(name, nothing), others.parts.get(name, nothing)) for name in every}
    parts = {name: np.nan_to_num(units) for name, units in parts.items()}
    swapped = {name: np.where(here & there, units, parts.get(name, nothing)) for name, units in curves.swapped.items()}
    return _Curves(parts, swapped)


def _curves(model: ProphetModel, side: Side, others: Mapping[str, FloatArray]) -> _Curves:
    """The curves of a version, and its drivers' effects under the other version's plans."""
    horizon, rows = int(side.steps[-1]) + 1, np.arange(len(side.rows))
    panel = replace(side.panel, drivers=side.ensemble.panel.select(side.rows).drivers)

    def parts(of: Mapping[str, FloatArray]) -> Parts:
        told = model.components(with_plans(panel, rows, side.steps, of), rows, horizon)
        return {name: units[:, side.steps] for name, units in told.items() if name != CLOSED}

    swapped = parts(others) if others else {}
    return _Curves(parts({}), {name: swapped.get(name, np.zeros((len(rows), len(side.steps)))) for name in others})


def _portions(before: _Curves, after: _Curves) -> Parts:
    """Name -> what it adds to the change of all parts together, in their own unit."""
    portions: Parts = {}
    for name in before.parts:
        old, new = before.parts[name], after.parts[name]
        if name in names.OF_PROPHET:
            portions[names.OF_PROPHET[name]] = new - old
        elif name in before.swapped:
            planned = (before.swapped[name] - old + new - after.swapped[name]) / 2
            portions |= {names.AHEAD[name]: planned, names.EFFECT[name]: new - old - planned}
        else:
            portions[names.EFFECT[name]] = new - old
    return portions


def _over(units: FloatArray, trend: FloatArray) -> FloatArray:
    return np.divide(units, trend, out=np.zeros_like(units), where=trend != 0)
