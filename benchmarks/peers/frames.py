"""What peers are given, and the same without gaps, as most libraries want it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

SERIES = ["unique_id", "ds"]
ATTRIBUTES = ("product_id", "store", "region", "category")
DRIVERS = ("price", "promo", "open")
SPARSE = 0.2
"""Share of days without a sale from which on a file's sales are counted as sparse."""


class Task(NamedTuple):
    """What to forecast, and from what.

    Args:
        past: Rows `unique_id, ds, y`, attributes and drivers, sorted; days without a row are missing.
        ahead: Rows of the days to forecast that are known to have one: the same columns without `y`.
        horizon: Days ahead.
    """

    past: pd.DataFrame
    ahead: pd.DataFrame
    horizon: int

    @property
    def drivers(self) -> list[str]:
        """Names of the drivers that the file has."""
        return [name for name in DRIVERS if name in self.past]

    @property
    def attributes(self) -> list[str]:
        """Names of the attributes that the file has."""
        return [name for name in ATTRIBUTES if name in self.past]

    @property
    def sparse(self) -> bool:
        """Whether many days are without a sale."""
        return bool((self.past.y == 0).mean() > SPARSE)


def read(file: Path, horizon: int) -> Task:
    """The task that a file holds: rows of the days ahead have no `y`."""
    rows = pd.read_csv(file, parse_dates=["ds"], dtype={name: str for name in ("unique_id", *ATTRIBUTES)})
    rows = rows.sort_values(SERIES, ignore_index=True)
    past = rows[rows.y.notna()]
    ahead = rows[(rows.ds > past.ds.max()) & rows.unique_id.isin(past.unique_id)]
    return Task(past.reset_index(drop=True), ahead.drop(columns="y").reset_index(drop=True), horizon)


def regular(task: Task) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Past and days ahead of every series with a row each day, from its first sale on.

    A day without a row sold nothing, had no promotion, was closed, and had the price before it.
    """
    first, last = task.past.groupby("unique_id").ds.min(), task.past.ds.max()
    lengths = (last - first).dt.days.to_numpy() + 1 + task.horizon
    steps = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    grid = pd.DataFrame({"unique_id": np.repeat(first.index, lengths), "ds": np.repeat(first.to_numpy(), lengths) + pd.to_timedelta(steps, unit="D")})
    rows = grid.merge(pd.concat([task.past, task.ahead]), on=SERIES, how="left")
    by_series = rows.groupby("unique_id")
    rows[task.attributes] = by_series[task.attributes].transform("first")
    for name in task.drivers:
        rows[name] = by_series[name].ffill().groupby(rows.unique_id).bfill().fillna(0.0) if name == "price" else rows[name].fillna(0.0)
    ahead = rows.ds > last
    return rows[~ahead].fillna({"y": 0.0}).reset_index(drop=True), rows[ahead].drop(columns="y").reset_index(drop=True)
