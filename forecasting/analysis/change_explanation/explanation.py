"""Why a forecast changed between two versions: by series, amounts with names that add up to the change exactly, whatever the filter."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from forecasting.analysis.change_explanation.window import Window
from forecasting.core import schema
from forecasting.core.errors import InputError, NotFound

BEFORE, AFTER, CHANGE, LEFT, CAME = "before", "after", "change", "left", "came"


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why the forecasts of some series changed.

    Args:
        window: The days of the question.
        series: A row a series: `unique_id`, its key columns and its category.
        units: The same rows: `before`, `after`, in units.
        amounts: The same rows, a column a part in the order of reading, in units; each row adds up to after - before.
        days: The same rows: units of the days that `left`, below 0 for a series that sells, and that `came`.
    """

    window: Window
    series: pd.DataFrame
    units: pd.DataFrame
    amounts: pd.DataFrame
    days: pd.DataFrame

    def of(self, filters: Mapping[str, str]) -> Explanation:
        """Of the series that a filter chooses; raises NotFound where there are none, and InputError for a column that the sales do not have."""
        chosen = chosen_series(self.series, filters)
        tables = (self.series[chosen], self.units[chosen], self.amounts[chosen], self.days[chosen])
        series, units, amounts, days = (table.reset_index(drop=True) for table in tables)
        return Explanation(self.window, series, units, amounts.loc[:, (amounts != 0).any(axis=0)], days)

    @cached_property
    def before(self) -> float:
        """Units of all series in the first version."""
        return float(self.units[BEFORE].sum())

    @cached_property
    def after(self) -> float:
        """Units of all series in the second."""
        return float(self.units[AFTER].sum())

    @property
    def change(self) -> float:
        """Units that came or left."""
        return self.after - self.before

    @cached_property
    def parts(self) -> dict[str, float]:
        """Name -> units of all series; they add up to the change."""
        return {str(name): float(units.sum()) for name, units in self.amounts.items()}

    @property
    def left(self) -> float:
        """Units of the days of the first version alone."""
        return float(self.days[LEFT].sum())

    @property
    def came(self) -> float:
        """Units of the days of the second alone."""
        return float(self.days[CAME].sum())

    def table(self) -> pd.DataFrame:
        """A row a series, most changed first: its columns, `before`, `after`, `change` and a column a part, in units, not rounded."""
        labels = self.series.drop(columns=schema.UNIQUE_ID)
        change = (self.units[AFTER] - self.units[BEFORE]).rename(CHANGE)
        whole = pd.concat([labels, self.units, change, self.amounts], axis=1)
        order = change.abs().sort_values(ascending=False, kind="stable").index
        return whole.loc[order].reset_index(drop=True)


def chosen_series(series: pd.DataFrame, filters: Mapping[str, str]) -> np.ndarray:
    """Which series the filters choose, shape (n,) of bool."""
    chosen = np.ones(len(series), dtype=bool)
    for name, value in filters.items():
        if name not in series:
            have = ", ".join(column for column in schema.FILTERS if column in series) or "none"
            raise InputError(f"These sales have no {name} to filter by. Filters that exist: {have}.")
        chosen &= series[name].isin([value, unicodedata.normalize("NFC", value)]).to_numpy()
    if not chosen.any():
        asked = ", ".join(f"{name} {value[:80]}" for name, value in filters.items())
        raise NotFound(f"No series fits these filters: {asked}.")
    return chosen
