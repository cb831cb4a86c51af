"""What the saved sales are, and what the version that serves knows of them; read anew only once the sales changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Condition
from typing import Any

import pandas as pd
from cachetools import LRUCache, cached

from forecasting.services import sales
from forecasting.storage.sales import log
from forecasting.storage.sales.lineage import Lineage
from forecasting.storage.sales.table import Dataset
from forecasting.storage.sales.uploads import Upload
from forecasting.storage.workspace import Workspace


@dataclass(frozen=True, eq=False)
class SavedSales:
    """The sales of a workspace as they are.

    Args:
        version: Their version.
        lineage: Which uploads each version consists of.
        daily: Units and money a day over all series, as `Dataset.daily` gives them.
    """

    version: int
    lineage: Lineage
    daily: pd.DataFrame

    @property
    def last(self) -> pd.Timestamp | None:
        """The last day with sales; None without any."""
        return None if self.daily.empty else self.daily.index[-1]

    @property
    def is_sample(self) -> bool:
        """Whether they have rows of the sample."""
        return self.was_sample(self.version)

    @property
    def has_own(self) -> bool:
        """Whether they have rows that are not the sample's."""
        return any(not sales.is_sample(upload) for upload in self.lineage.seen_in(self.version))

    def was_sample(self, version: int) -> bool:
        """Whether a version of the sales had rows of the sample."""
        return any(sales.is_sample(upload) for upload in self.lineage.seen_in(version))


@dataclass(frozen=True)
class Unused:
    """Saved sales that differ from those that a version learned from.

    Args:
        last: The last day that is saved; None where nothing is saved any more.
        added: Uploads that it has not seen, oldest first.
        taken_back: Uploads that it learned from and that were taken back since.
    """

    last: pd.Timestamp | None
    added: tuple[Upload, ...] = ()
    taken_back: tuple[Upload, ...] = ()


def saved(ws: Workspace) -> SavedSales | None:
    """The saved sales, which may all have been taken back; None where nothing was ever saved. Raises SalesDamaged."""
    newest = log.newest(ws.sales)
    return _saved(ws, newest) if newest >= 0 else None


@cached(LRUCache(2), condition=Condition())
def _saved(ws: Workspace, newest: int) -> SavedSales:
    dataset = Dataset(ws)
    return SavedSales(newest, dataset.lineage(), dataset.daily(newest))


def unused(ws: Workspace, manifest: Mapping[str, Any]) -> Unused | None:
    """What is saved but not in the forecast of a version; None where it knows all. Raises SalesDamaged."""
    now, learned = saved(ws), int(manifest["sales_version"])
    if now is None or learned not in now.lineage.compositions:
        return None
    standing, seen = now.lineage.seen_in(now.version), now.lineage.seen_in(learned)
    added, gone = (tuple(upload for upload in one if upload not in other) for one, other in ((standing, seen), (seen, standing)))
    return Unused(now.last, added, gone) if added or gone else None


def forget() -> None:
    """Keeps nothing any more."""
    kept: Any = _saved
    kept.cache_clear()
