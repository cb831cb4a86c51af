"""The series of each product, in all its stores and regions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.core.errors import NotFound
from forecasting.core.panel import Panel

ALL_SALES = "All sales"


@dataclass(frozen=True, eq=False)
class ProductGroups:
    """p products and their series. In sales without a product column every series counts as one.

    Args:
        names: What each product is called, shape (p,), sorted.
        rows: Positions of all their r series in the panel, product by product.
        first: Where each product's series begin in `rows`, shape (p,).
    """

    names: np.ndarray
    rows: np.ndarray
    first: np.ndarray

    def __len__(self) -> int:
        return len(self.names)

    @property
    def sizes(self) -> np.ndarray:
        """How many series each product has, shape (p,)."""
        return np.diff(self.first, append=len(self.rows))

    def sums(self, values: FloatArray) -> FloatArray:
        """Sums over the series of each product, shape (p, ...), of values in the order of `rows`."""
        sums: FloatArray = np.add.reduceat(values, self.first, axis=0)
        return sums

    def least(self, values: np.ndarray) -> np.ndarray:
        """The smallest value among the series of each product, shape (p, ...); NaN counts as none unless all are."""
        least: np.ndarray = np.fmin.reduceat(values, self.first, axis=0)
        return least

    def any(self, values: np.ndarray) -> np.ndarray:
        """Whether one series of each product has it, shape (p,) of bool."""
        return np.logical_or.reduceat(values, self.first)

    def all(self, values: np.ndarray) -> np.ndarray:
        """Whether every series of each product has it, shape (p,) of bool."""
        return np.logical_and.reduceat(values, self.first)


def labels(panel: Panel) -> np.ndarray:
    """What the product of each series is called, shape (n,) of texts: in sales without products the keys of the series."""
    if schema.PRODUCT in panel.series:
        return panel.series[schema.PRODUCT].to_numpy(dtype=object)
    if not panel.keys:
        return np.full(len(panel), ALL_SALES, object)
    joined = np.array([", ".join(keys) for keys in zip(*(panel.series[name] for name in panel.keys), strict=True)], dtype=object)
    return joined if len(set(joined)) == len(joined) else panel.series[schema.UNIQUE_ID].to_numpy(dtype=object)


def groups(panel: Panel, rows: np.ndarray) -> ProductGroups:
    """The products of the series at `rows`, at least one."""
    codes, names = pd.factorize(labels(panel)[rows], sort=True)
    order = np.argsort(codes, kind="stable")
    return ProductGroups(np.asarray(names, dtype=object), rows[order], np.flatnonzero(np.diff(codes[order], prepend=-1)))


def filters_of(panel: Panel, name: str) -> Mapping[str, str]:
    """The filters that choose the series of a product.

    Raises:
        NotFound: There is no such product.
    """
    position = np.flatnonzero(labels(panel) == name)
    if not len(position):
        raise NotFound(f"No product is called {name}.")
    if schema.PRODUCT in panel.series:
        return {schema.PRODUCT: name}
    return {key: str(panel.series[key].iloc[position[0]]) for key in panel.keys}
