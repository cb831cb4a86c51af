"""What made the parts of a change move: new sales, corrected sales and settings, told apart by trainings on what lies between two versions.

An order is stated, so that one training a cause is enough: what new days do to the old sales, then what the corrections do given the new days, then
what the settings do. Each step is split into its parts as any change is; the steps add up to the change exactly, whatever the filter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from forecasting.analysis.change_explanation import names
from forecasting.analysis.change_explanation.explain import Version, explain, without_dust
from forecasting.analysis.change_explanation.explanation import Explanation, chosen_series
from forecasting.analysis.change_explanation.window import Window
from forecasting.core import schema
from forecasting.training.ensemble import Ensemble

CERTAIN = (names.DAYS, names.PRODUCTS, *names.AHEAD.values(), names.CLOSED)
"""Parts that name their cause themselves."""


@dataclass(frozen=True, eq=False)
class Causes:
    """The causes of a change.

    Args:
        told: The explanation with a column a cause, beside the parts that name theirs themselves.
        parts: Cause -> its own parts, a row a series of `told` and a column a part, in units; each row adds up to the cause.
    """

    told: Explanation
    parts: Mapping[str, pd.DataFrame]

    def of(self, filters: Mapping[str, str]) -> Causes:
        """Of the series that a filter chooses; raises NotFound and InputError."""
        chosen = chosen_series(self.told.series, filters)
        return Causes(self.told.of(filters), {name: table[chosen].reset_index(drop=True) for name, table in self.parts.items()})

    def within(self, cause: str) -> dict[str, float]:
        """Part -> units of all series that a cause moved it by."""
        totals = self.parts[cause].sum() if cause in self.parts else pd.Series(dtype=float)
        return {str(name): float(units) for name, units in totals.items() if units}


def split_causes(told: Explanation, before: Version, steps: Sequence[tuple[str, Ensemble]]) -> Causes:
    """The causes of a change.

    Args:
        told: Its parts.
        before: The version before.
        steps: Cause -> the ensemble after it, in the order in which they are put in place; the last is that of the version after.
    """
    ids, common = told.series[schema.UNIQUE_ID], told.window.common
    nothing = np.zeros(len(ids))
    amounts = {name: told.amounts[name].to_numpy(dtype=float) if name in told.amounts else nothing for name in (names.DAYS, names.PRODUCTS)}
    both = amounts[names.PRODUCTS] == 0
    parts: dict[str, pd.DataFrame] = {}
    for cause, ensemble in steps if len(common) else ():
        after = Version(before.number, ensemble)
        step = _step(explain(before, after, Window(common, common, told.window.period)), ids, both)
        own = [name for name in step if name not in CERTAIN]
        for name in step.columns.difference(own):
            amounts[name] = amounts.get(name, nothing) + step[name].to_numpy()
        amounts[cause] = step[own].sum(axis=1).to_numpy()
        parts[cause] = step[own]
        before = after
    table = without_dust(pd.DataFrame(amounts, index=ids.index), told.units)
    shown = names.in_order([str(name) for name in table if (table[name] != 0).any()])
    return Causes(replace(told, amounts=table[shown]), parts)


def _step(of: Explanation, ids: pd.Series[str], both: np.ndarray) -> pd.DataFrame:
    """The amounts of a step, a row a series of the question; 0 for those that only one of the versions knows."""
    table = of.amounts.set_axis(of.series[schema.UNIQUE_ID]).reindex(ids).fillna(0.0).reset_index(drop=True)
    return table.mul(both, axis=0)
