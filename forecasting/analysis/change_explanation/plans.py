"""Prices and promotions on the days ahead, as each of two versions assumes them: what was planned, or what goes on where nothing was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from forecasting.analysis.change_explanation.side import Side
from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.core.panel import Panel

DRIVERS: Final = (schema.PRICE, schema.PROMO)


@dataclass(frozen=True, eq=False)
class Plans:
    """The drivers of which two versions assume other values on some of their common days.

    Args:
        before, after: Driver -> shape (n, h).
    """

    before: Mapping[str, FloatArray]
    after: Mapping[str, FloatArray]

    @property
    def changed(self) -> tuple[str, ...]:
        """Names of the drivers."""
        return tuple(self.before)

    def take(self, rows: np.ndarray) -> Plans:
        """The same of some of the series."""
        before, after = ({name: values[rows] for name, values in of.items()} for of in (self.before, self.after))
        return Plans(before, after)


def plans(before: Side, after: Side) -> Plans:
    """What differs in the plans of two versions."""
    both = [name for name in DRIVERS if name in before.ensemble.panel.drivers and name in after.ensemble.panel.drivers]
    values = {name: (_ahead(before, name), _ahead(after, name)) for name in both}
    differ = {name: two for name, two in values.items() if (two[0] != two[1]).any()}
    return Plans({name: two[0] for name, two in differ.items()}, {name: two[1] for name, two in differ.items()})


def with_plans(panel: Panel, rows: np.ndarray, steps: np.ndarray, plan: Mapping[str, FloatArray]) -> Panel:
    """The panel with other values of drivers, shape (rows, steps), on some days ahead of some series; all else stays as it is assumed now."""
    d, horizon, drivers = len(panel.dates), int(steps[-1]) + 1, dict(panel.drivers)
    for name, values in plan.items():
        given = np.full((len(panel), max(drivers[name].shape[1], d + horizon)), np.nan)
        given[:, : drivers[name].shape[1]] = drivers[name]
        given[:, d : d + horizon] = panel.driver(name, horizon)[:, d:]
        given[np.ix_(rows, d + steps)] = values
        drivers[name] = given
    return replace(panel, drivers=drivers)


def _ahead(side: Side, name: str) -> FloatArray:
    panel = side.panel
    return panel.driver(name, int(side.steps[-1]) + 1)[:, len(panel.dates) + side.steps]
