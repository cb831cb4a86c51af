"""The shelves of a shop as they are now, and its counts as they were graded, as tables and facts."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from forecasting.core import schema, spreadsheets
from forecasting.core.arrays import FloatArray
from forecasting.core.errors import StateDamaged, StorageUnavailable
from forecasting.inventory.orders import on_hand_words
from forecasting.inventory.stock import count_grades, on_hand
from forecasting.inventory.suppliers.source import keys_of
from forecasting.services import ordering, stock_counts, suppliers
from forecasting.storage.workspace import Workspace
from forecasting.training.ensemble import Ensemble

DECIMALS: Final = 3


class Graded(NamedTuple):
    """All counts that followed others, together.

    Args:
        counts: How many could be graded.
        waiting: How many wait for sales that are not saved yet.
        unbooked: How many are of shelves that sold more than there was, so that something came which nobody booked; they are not graded.
        expected: Units that were expected on the graded shelves.
        difference: Units counted beyond what was expected, below 0 where some are missing.
        value: Money of that, of the shelves whose unit cost is known; NaN where none is.
    """

    counts: int
    waiting: int
    unbooked: int
    expected: float
    difference: float
    value: float


def shelves(ws: Workspace, ensemble: Ensemble) -> pd.DataFrame:
    """What is on hand now of every series that was counted, and how that follows from its count.

    Returns:
        The key columns; `on_hand`, `counted_on, counted_units, sold_since, came_since, oversold, on_hand_low, on_hand_high` (units, see
        `on_hand.OnHand`), `age` (days up to the last saved sales), `on_hand_note` (all of it in words).

    Raises:
        StockDamaged: A saved state cannot be read.
        OrdersDamaged: What was received cannot be known for sure.
    """
    counted = stock_counts.counted(ws, ensemble.panel)
    rows = np.flatnonzero(counted.shelves.counts.known) if counted is not None else np.empty(0, dtype=np.int64)
    now = None if counted is None else counted.shelves
    table = _named(ensemble, rows).assign(on_hand=np.empty(0) if now is None else now.units[rows], **on_hand.columns(now, rows))
    table = table.assign(age=np.empty(0) if now is None else now.age[rows])
    table[on_hand_words.NOTE] = on_hand_words.notes(now, rows, ensemble.whole_units[rows])
    return _rounded(table)


def counts(ws: Workspace, ensemble: Ensemble) -> pd.DataFrame:
    """Each count that followed another one, the newest first, then by what differs most.

    Returns:
        The key columns, and the columns of `count_grades.grades`; `difference` and `value` are NaN where sales before the count are not saved yet.
        What the stock says that a unit cost then counts for `value`, else what it costs at the supplier now.

    Raises:
        StockDamaged: A saved state cannot be read.
        OrdersDamaged: What was received cannot be known for sure.
    """
    counted = stock_counts.counted(ws, ensemble.panel)
    if counted is None or counted.graded.empty:
        return _named(ensemble, np.empty(0, dtype=np.int64)).assign(**dict.fromkeys(count_grades.COLUMNS[1:], np.empty(0)))
    graded = counted.graded.assign(size=counted.graded["difference"].abs()).sort_values(["day", "size"], ascending=False, kind="stable")
    rows = graded["row"].to_numpy(dtype=np.int64)
    facts = graded.drop(columns=["row", "size"]).reset_index(drop=True)
    facts = facts.assign(value=facts["value"].fillna(facts["difference"] * _costs(ws, ensemble)[rows]))
    return _rounded(pd.concat([_named(ensemble, rows), facts], axis=1))


def graded(table: pd.DataFrame) -> Graded:
    """The counts of a table, as `counts` gives it, together."""
    known, waiting = table[table["expected"] >= 0], int(table["expected"].isna().sum())
    money = float(known["value"].sum(min_count=1)) if len(known) else np.nan
    return Graded(len(known), waiting, len(table) - len(known) - waiting, float(known["expected"].sum()), float(known["difference"].sum()), money)


def facts(ws: Workspace, ensemble: Ensemble) -> dict[str, Any]:
    """What is said of the stock beside its table: the number of its state, up to which day sales are known, and how sure a count is."""
    counted, known_to = stock_counts.counted(ws, ensemble.panel), stock_counts.sales_to(ws)
    return {
        "stock": ordering.stock_number(ws) or None,
        "sales_to": None if known_to is None else f"{known_to:%Y-%m-%d}",
        "certainty": on_hand_words.certainty(None if counted is None else counted.spread),
        "problem": "" if counted is None else counted.shelves.problem,
    }


def csv(table: pd.DataFrame) -> bytes:
    """A table as CSV, safe to open in a spreadsheet."""
    return spreadsheets.to_csv(table)


def _costs(ws: Workspace, ensemble: Ensemble) -> FloatArray:
    """What a unit of each series costs at its supplier; NaN where that is not known, and where the suppliers cannot be read: their pages say so."""
    with suppress(StateDamaged, StorageUnavailable):
        return suppliers.sourcing(ws).unit_costs(keys_of(ensemble.panel))
    return np.full(len(ensemble.panel), np.nan)


def _named(ensemble: Ensemble, rows: np.ndarray) -> pd.DataFrame:
    series = ensemble.panel.series.iloc[rows].reset_index(drop=True)
    return series[ensemble.panel.keys or [schema.UNIQUE_ID]]


def _rounded(table: pd.DataFrame) -> pd.DataFrame:
    numbers = table.select_dtypes(include=[np.number]).columns
    return table.assign(**{str(name): table[name].round(DECIMALS) for name in numbers})
