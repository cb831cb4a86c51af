"""The groups of a file whose level is watched: stores, regions and categories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.core import schema
from forecasting.core.arrays import BoolArray, FloatArray

DIMENSIONS: Final = (schema.STORE, schema.REGION, schema.CATEGORY)
MIN_SERIES = 2
MAX_GROUPS = 300
"""Groups of one kind beyond which they are no longer watched: their series are."""


@dataclass(frozen=True, eq=False)
class Groups:
    """G groups of series.

    Args:
        keys: What each is: {"store": "North"}.
        member: Whether a series belongs to a group, shape (G, n) of 0 and 1.
    """

    keys: tuple[Mapping[str, str], ...]
    member: np.ndarray

    def __len__(self) -> int:
        return len(self.keys)

    def sums(self, values: FloatArray) -> FloatArray:
        """Sums over each group's series, shape (..., G, t) from (..., n, t)."""
        return np.einsum("gn,...nt->...gt", self.member, values, optimize=True)

    def any_of(self, chosen: BoolArray) -> BoolArray:
        """Series that belong to any of the chosen groups, shape (n,), from shape (G,)."""
        return np.asarray((self.member[chosen] > 0).any(axis=0))


def groups_of(labels: Mapping[str, np.ndarray], n: int) -> Groups:
    """The groups of n series, each kind only where it parts the file, and not as another kind does.

    Args:
        labels: The key and category columns -> what they say of each series, shape (n,).
    """
    keys: list[Mapping[str, str]] = []
    rows: list[np.ndarray] = []
    seen: set[bytes] = set()
    for name in DIMENSIONS:
        values = labels.get(name)
        if values is None:
            continue
        names, codes = np.unique(np.asarray(values, dtype=str), return_inverse=True)
        if not 1 < len(names) <= MAX_GROUPS:
            continue
        for code, value in enumerate(names):
            member = codes == code
            if value and member.sum() >= MIN_SERIES and member.tobytes() not in seen:
                seen.add(member.tobytes())
                keys.append({name: str(value)})
                rows.append(member)
    return Groups(tuple(keys), np.array(rows, dtype=np.float32).reshape(len(rows), n))
