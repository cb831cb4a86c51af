"""Whom new series belong to: those whose pattern they follow, and what these sell in the mean."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from forecasting.core import calendar, schema
from forecasting.core.arrays import FloatArray, share
from forecasting.core.panel import Panel

MEMBERS: Final = 3
"""Series of a group that lends its pattern, at least; of the whole file 1."""
_LABELS: Final = {schema.CATEGORY: "category", schema.PRODUCT: "product", schema.STORE: "store", schema.REGION: "region"}
"""Columns by which series belong together -> what people call them; the closest first."""


@dataclass(frozen=True, eq=False)
class Grouping:
    """A way in which series belong together.

    Args:
        label: What people call what they share: "category"; empty for the whole file.
        names: Of each group.
        codes: Number of each series' group, shape (n,); -1 for series of groups that nobody can follow.
        members: Series that lend their pattern, shape (n,) of bool: models serve them.
        sales: Shape (n, d), units a day.
        days: Days with a row on which each series was open, shape (n, d) of bool.
    """

    label: str
    names: tuple[str, ...]
    codes: np.ndarray
    members: np.ndarray
    sales: FloatArray
    days: np.ndarray

    def means(self, rows: np.ndarray) -> FloatArray:
        """What the other members of each series' group sell a day in the mean, shape (len(rows), d); NaN where none of them was open."""
        there = self.members[rows, None] & self.days[rows]
        units, count = self._totals
        return share(units[self.codes[rows]] - np.where(there, self.sales[rows], 0.0), count[self.codes[rows]] - there)

    def those_of(self, group: int) -> np.ndarray:
        """The members of a group, shape (n,) of bool."""
        return self.members & (self.codes == group)

    def name(self, group: int) -> str:
        """A group for a person: "category Bread", "the whole file"."""
        return f"{self.label} {self.names[group]}" if self.label else "the whole file"

    @cached_property
    def _totals(self) -> tuple[FloatArray, FloatArray]:
        """Units that members of each group sold on days that they were open, and how many were, shape (groups, d) each."""
        rows = np.flatnonzero(self.members)
        order = rows[np.argsort(self.codes[rows], kind="stable")]
        first = np.searchsorted(self.codes[order], np.arange(len(self.names)))
        there = self.days[order]
        units = np.add.reduceat(np.where(there, self.sales[order], 0.0), first, axis=0)
        return units, np.add.reduceat(there.astype(float), first, axis=0)


def groupings(panel: Panel, days: np.ndarray, modelled: np.ndarray) -> list[Grouping]:
    """The ways in which series belong together, the closest first, the whole file last.

    Args:
        panel: What is known.
        days: Days with a row on which each series was open, shape (n, d) of bool.
        modelled: Series that models serve, shape (n,) of bool, some at least.
    """
    made = [_by(panel, column, days, modelled) for column in _LABELS if column in panel.series]
    whole = Grouping("", ("",), np.zeros(len(panel), dtype=int), modelled, panel.sales, days)
    return [*(each for each in made if each.names), whole]


def _by(panel: Panel, column: str, days: np.ndarray, modelled: np.ndarray) -> Grouping:
    """The groups by a column that have enough members; series without a value belong to none."""
    values = panel.series[column].to_numpy(dtype=str)
    names, codes = np.unique(values, return_inverse=True)
    enough = (np.bincount(codes, modelled, minlength=len(names)) >= MEMBERS) & (names != "")
    number = np.where(enough, np.cumsum(enough) - 1, -1)[codes]
    return Grouping(_LABELS[column], tuple(names[enough].tolist()), number, modelled & (number >= 0), panel.sales, days)


def days_on_sale(panel: Panel, days: np.ndarray) -> np.ndarray:
    """Days since its first row on which each series could have sold, shape (n, d) of bool.

    A day without a row, on which others of its store have some, sold nothing.

    Args:
        panel: What is known.
        days: Days with a row on which each series was open, shape (n, d) of bool.
    """
    rows = np.isfinite(panel.sales)
    others = rows.any(axis=0, keepdims=True)
    if schema.STORE in panel.series:
        names, store = np.unique(panel.series[schema.STORE].to_numpy(dtype=str), return_inverse=True)
        order = np.argsort(store, kind="stable")
        others = np.logical_or.reduceat(rows[order], np.searchsorted(store[order], np.arange(len(names))), axis=0)[store]
    since = np.arange(rows.shape[1]) >= rows.argmax(axis=1)[:, None]
    closed = calendar.closed_weekdays(panel)[:, panel.dates.day_of_week]
    if schema.OPEN in panel.drivers:
        closed = closed | (panel.drivers[schema.OPEN][:, : len(panel.dates)] <= 0)
    return days | (~rows & others & since & ~closed)
