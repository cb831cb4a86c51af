"""The groups of a file whose level is watched: stores, regions and categories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.arrays import BoolArray, FloatArray

DIMENSIONS: Final = (schema.STORE, schema.REGION, schema.CATEGORY)
MIN_SERIES = 2
MAX_GROUPS = 300
"""Groups of one kind beyond which they are no longer watched: their series are."""


@dataclass(frozen=True, eq=False)
class Groups:
    """G groups of n series; a series may be in one of each kind.

    Args:
        keys: What each is: {"store": "North"}.
        rows: Positions of the series of each, ascending, group by group.
        first: Where each group begins in `rows`, shape (G,).
        n: How many series there are in all.
    """

    keys: tuple[Mapping[str, str], ...]
    rows: np.ndarray
    first: np.ndarray
    n: int

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def sizes(self) -> np.ndarray:
        """How many series each group has, shape (G,)."""
        return np.diff(self.first, append=len(self.rows))

    def member(self, place: int) -> BoolArray:
        """Which series belong to the group at a position, shape (n,)."""
        return self.any_of(np.arange(len(self)) == place)

    def any_of(self, chosen: BoolArray) -> BoolArray:
        """Series that belong to any of the chosen groups, shape (n,), from shape (G,)."""
        there = np.zeros(self.n, dtype=bool)
        there[self.rows[np.repeat(chosen, self.sizes)]] = True
        return there

    def sums(self, values: FloatArray) -> FloatArray:
        """Sums over each group's series, shape (..., G, t) from (..., n, t)."""
        return self._reduced(np.add, values)

    def counts(self, chosen: BoolArray) -> np.ndarray:
        """How many series of each group are among the chosen ones, shape (G,), from shape (n,)."""
        return self._reduced(np.add, chosen[:, None].astype(int))[:, 0]

    def some(self, values: BoolArray) -> BoolArray:
        """Whether any series of each group has it, shape (..., G, t) from (..., n, t)."""
        return self._reduced(np.logical_or, values)

    def _reduced(self, by: np.ufunc, values: np.ndarray) -> np.ndarray:
        """One array after the other: the series of all groups together are up to three times as many."""
        if not len(self):
            return np.empty((*values.shape[:-2], 0, values.shape[-1]), dtype=values.dtype)
        each = [by.reduceat(np.take(one, self.rows, axis=0), self.first, axis=0) for one in values.reshape(-1, *values.shape[-2:])]
        return np.array(each).reshape(*values.shape[:-2], len(self), values.shape[-1])


def groups_of(labels: Mapping[str, np.ndarray], n: int) -> Groups:
    """The groups of n series, each kind only where it parts the file, and not as another kind does.

    Args:
        labels: The key and category columns -> what they say of each series, shape (n,).
    """
    keys: list[Mapping[str, str]] = []
    rows: list[np.ndarray] = []
    seen: set[bytes] = set()
    for name in (dimension for dimension in DIMENSIONS if dimension in labels):
        for value, members in _parted(labels[name]):
            if value and len(members) >= MIN_SERIES and members.tobytes() not in seen:
                seen.add(members.tobytes())
                keys.append({name: value})
                rows.append(members)
    sizes = np.array([0, *map(len, rows)])
    return Groups(tuple(keys), np.concatenate([np.empty(0, dtype=int), *rows]), np.cumsum(sizes)[: len(rows)], n)


def _parted(labels: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """Each text with the positions of its series; none where it does not part the file, or into too many."""
    codes, names = pd.factorize(np.asarray(labels, dtype=str).astype(object), sort=True)
    if not 1 < len(names) <= MAX_GROUPS:
        return []
    parts = np.split(np.argsort(codes, kind="stable"), np.cumsum(np.bincount(codes))[:-1])
    return list(zip(map(str, names), parts, strict=True))
