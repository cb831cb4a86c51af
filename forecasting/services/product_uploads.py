"""Which uploads changed a product, and how much."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Condition
from typing import Any, Final, NamedTuple

import pandas as pd
from cachetools import LRUCache, cached

from forecasting.core import schema
from forecasting.services import saved_sales
from forecasting.storage.sales.table import Dataset
from forecasting.storage.sales.uploads import Upload
from forecasting.storage.workspace import Workspace

MOST: Final = 6
"""Newest uploads that are looked through: each is read as it was before and after."""


class ProductUpload(NamedTuple):
    """What an upload did to a product.

    Args:
        upload: The upload.
        new: Rows that it added to it.
        changed: Rows of it whose values it replaced.
    """

    upload: Upload
    new: int
    changed: int


def product_uploads(ws: Workspace, keys: Mapping[str, str]) -> tuple[ProductUpload, ...]:
    """Those of the newest uploads that changed the rows with these key values, newest first; none where nothing is saved. Raises SalesDamaged."""
    now = saved_sales.saved(ws)
    return () if now is None else _uploads(ws, now, tuple(sorted(keys.items())))


@cached(LRUCache(64), key=lambda ws, now, keys: (ws, now.version, keys), condition=Condition())
def _uploads(ws: Workspace, now: saved_sales.SavedSales, keys: tuple[tuple[str, str], ...]) -> tuple[ProductUpload, ...]:
    dataset, wanted = Dataset(ws), dict(keys)
    found = []
    for upload in now.lineage.seen_in(now.version)[: -MOST - 1 : -1]:
        version = int(upload.version or 0)
        after = dataset.rows_of(wanted, version)
        before = after.head(0) if upload.replaced_sample else dataset.rows_of(wanted, version - 1)
        new, changed = _compared(before, after)
        found += [ProductUpload(upload, new, changed)] if new or changed else []
    return tuple(found)


def _compared(before: pd.DataFrame, after: pd.DataFrame) -> tuple[int, int]:
    """Rows of `after` that `before` has not got, and rows that both have with different values."""
    keys = [name for name in (schema.DATE, *schema.KEYS) if name in after]
    new = after.set_index(keys)
    old = before.reindex(columns=after.columns).set_index(keys)
    there = new.index.isin(old.index)
    same = old.reindex(new.index[there])
    differs = (same != new[there]) & ~(same.isna() & new[there].isna())
    return int((~there).sum()), int(differs.any(axis=1).sum())


def forget() -> None:
    """Keeps nothing any more."""
    kept: Any = _uploads
    kept.cache_clear()
