"""Stock that is being typed: which rows come first, and the drafts that outlive a page."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from forecasting.core.arrays import BoolArray
from forecasting.inventory.stock import typed_changes
from forecasting.inventory.stock.typed_changes import CellChange
from forecasting.storage import stock_drafts
from forecasting.storage.stock_drafts import StockDraft, StockDrafts
from forecasting.storage.workspace import Workspace
from forecasting.training.ensemble import Ensemble

RECENT_DAYS: Final = 28
"""Days of sales by which products are sorted."""


@dataclass(frozen=True)
class Draft:
    """What was typed and not saved yet.

    Args:
        name: Its own name.
        moment: When it was last touched, in UTC; None if never.
        changes: The cells that were typed over.
    """

    name: str
    moment: datetime | None = None
    changes: tuple[CellChange, ...] = ()


def new_draft() -> Draft:
    """A draft in which nothing was typed, under a name of its own."""
    return Draft(stock_drafts.new_name())


def keep(ws: Workspace, draft: Draft) -> None:
    """Saves a draft as it is now; one without changes is deleted.

    Raises:
        DiskFull: Nothing was changed.
        NotWritable: Nothing may be written there.
        StorageUnavailable: It cannot be written now.
    """
    if draft.changes:
        StockDrafts(ws).save(draft.name, [asdict(change) for change in draft.changes])
    else:
        StockDrafts(ws).remove(draft.name)


def drafts(ws: Workspace) -> list[Draft]:
    """All drafts, the last touched first."""
    return [_draft(each) for each in StockDrafts(ws).listed()]


def take_over(ws: Workspace, name: str) -> Draft | None:
    """A draft under a new name, so that two who go on from one do not write over each other; None if there is none of that name."""
    old = StockDrafts(ws).load(name)
    if old is None:
        return None
    draft = Draft(stock_drafts.new_name(), old.moment, _draft(old).changes)
    keep(ws, draft)
    StockDrafts(ws).remove(name)
    return draft


def most_sold_first(table: pd.DataFrame, ensemble: Ensemble) -> tuple[np.ndarray, BoolArray]:
    """The rows of a stock table as they are typed.

    Args:
        table: Of the ensemble's series, as `ordering.stock_table` gives it.
        ensemble: Their sales.

    Returns:
        Positions of the rows, those of the series that sold most units lately first; and for each of these whether the series is no longer sold.
    """
    series = np.cumsum([place == 0 for _, place in typed_changes.keys_of(table)]) - 1
    steps = max(RECENT_DAYS // ensemble.panel.period.days, 1)
    units = np.nansum(ensemble.panel.sales[:, -steps:], axis=1)
    order = np.argsort(-units[series], kind="stable")
    return order, ensemble.silent[series][order]


def _draft(saved: StockDraft) -> Draft:
    changes = tuple(CellChange(**{**cell, "series": tuple(cell["series"])}) for cell in saved.cells)
    return Draft(saved.name, saved.moment, changes)
