"""Why the forecast of the network or the trees changed: each version's model is asked about the other version's sales and plans, without training.

A forecast is what a model says of sales and plans. What changed of the three is put in place in every order, and the mean over all orders taken
(Shapley 1953): "recent sales" is what the new sales do, "promotions ahead" what the new plan does, the rest was trained anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from forecasting.analysis.change_explanation import names
from forecasting.analysis.change_explanation.plans import Plans, with_plans
from forecasting.analysis.change_explanation.side import Side
from forecasting.core.arrays import FloatArray
from forecasting.models.features.input_parts import shapley
from forecasting.training import plausibility

MOST_SERIES: Final = 1_000
"""Of larger files the models are not asked again, which would take minutes: each has one part."""


@dataclass(frozen=True, eq=False)
class Reruns:
    """Two versions whose models can be asked about each other's inputs.

    Args:
        before, after: The two versions.
        plans: The drivers whose plans differ.
    """

    before: Side
    after: Side
    plans: Plans

    def portions(self, name: str, yhat: tuple[FloatArray, FloatArray]) -> dict[str, FloatArray]:
        """Name -> what it adds to the change of a model's forecast, shape (n, h); one name where the models cannot be asked."""
        whole = names.model(name)
        if not self._can_ask(name):
            return {whole: yhat[1] - yhat[0]}
        players = [whole, *[names.RECENT] * (not self._same_sales), *(names.AHEAD[driver] for driver in self.plans.changed)]
        ends = {frozenset[str](): yhat[0], frozenset(players): yhat[1]}
        told = shapley(players, lambda changed: ends[changed] if changed in ends else self._asked(name, changed))
        known = np.all([np.isfinite(units) for units in told.values()], axis=0) & (self.before.means == self.after.means)[:, None]
        portions = {player: np.where(known, units, 0.0) for player, units in told.items()}
        portions[whole] = np.where(known, portions[whole], yhat[1] - yhat[0])
        return portions

    def _asked(self, name: str, changed: frozenset[str]) -> FloatArray:
        """What a model says with some of its inputs changed, shape (n, h), in units; NaN where it has no forecast."""
        replanned = {driver for driver in self.plans.changed if names.AHEAD[driver] in changed}
        later = names.RECENT in changed if not self._same_sales else len(replanned) == len(self.plans.changed)
        side, trained = self.after if later else self.before, self.after if names.model(name) in changed else self.before
        other = self.plans.before if later else self.plans.after
        swapped = {driver: other[driver] for driver in self.plans.changed if (driver in replanned) != later}
        panel = with_plans(side.ensemble.cleaned, side.rows, side.steps, swapped)
        model = trained.ensemble.models[name]
        units, _ = plausibility.capped(model.forecasts(panel, min(side.ensemble.horizon, model.horizon_)), panel)
        here = np.ix_(side.rows, side.steps)
        return np.where(side.means[:, None], units.mean[here], units.line[here])

    def _can_ask(self, name: str) -> bool:
        sides = (self.before, self.after)
        if (
            max(len(side.ensemble.panel) for side in sides) > MOST_SERIES
            or self.before.ensemble.panel.drivers.keys() != self.after.ensemble.panel.drivers.keys()
        ):
            return False
        models = [side.ensemble.models.get(name) for side in sides]
        days = max(int(side.steps[-1]) + 1 for side in sides)
        return all(model is not None and model.horizon_ >= days for model in models)

    @cached_property
    def _same_sales(self) -> bool:
        old, new = (side.ensemble.cleaned for side in (self.before, self.after))
        if old.unique_ids != new.unique_ids or not old.dates.equals(new.dates):
            return False
        return bool(np.array_equal(old.sales, new.sales, equal_nan=True)) and self._same_past

    @cached_property
    def _same_past(self) -> bool:
        old, new = (side.ensemble.cleaned for side in (self.before, self.after))
        days = len(old.dates)
        return all(np.array_equal(values[:, :days], new.drivers[name][:, :days], equal_nan=True) for name, values in old.drivers.items())
