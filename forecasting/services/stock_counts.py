"""The stock as it moves on after a count, and counts held against what was expected."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Condition
from typing import Any, Final
from weakref import ref

import numpy as np
import pandas as pd
from cachetools import LRUCache, cached

from forecasting.core import caches, schema
from forecasting.core.arrays import FloatArray
from forecasting.core.errors import SalesDamaged
from forecasting.core.panel import Panel, unique_id
from forecasting.core.period import Period
from forecasting.inventory.book.events import Book
from forecasting.inventory.stock import count_grades, file, on_hand, state, units_sold
from forecasting.inventory.stock.count_grades import Spread
from forecasting.inventory.stock.counts import Counts, counts_of, numbers
from forecasting.inventory.stock.on_hand import OnHand
from forecasting.inventory.stock.state import GivenStock
from forecasting.inventory.stock.units_sold import UnitsSold
from forecasting.services import order_book, saved_sales, shop_clock
from forecasting.storage.sales import log
from forecasting.storage.sales.table import Dataset
from forecasting.storage.stock_states import SavedStock, StockStore
from forecasting.storage.workspace import Workspace

MOST_STATES: Final = 16
"""Saved states of the stock that are looked at, the newest ones."""
DAMAGED: Final = -2
"""Stands for the version of sales that cannot be read."""
UNREADABLE: Final = "The saved sales cannot be read, so nothing that was sold since the count is taken off."


@dataclass(frozen=True, eq=False)
class CountedStock:
    """The counts of a shop.

    Args:
        panel: The series that they are about.
        shelves: What is on hand now.
        graded: Each count that followed another one, as `count_grades.grades` gives them.
        spread: How far counts lay from what was expected; None before two counts of a shelf tell it.
    """

    panel: Panel
    shelves: OnHand
    graded: pd.DataFrame
    spread: Spread | None


def counted(ws: Workspace, panel: Panel) -> CountedStock | None:
    """The counts of a panel's series; None before any.

    Raises:
        StockDamaged: A saved state cannot be read.
        OrdersDamaged: What was received cannot be known for sure.
    """
    now = basis(ws)
    return _counted(ws, panel, now) if now[0] else None


@caches.of_live
@cached(LRUCache(2), key=lambda ws, saved, panel: (ws, saved.number, saved.moment, ref(panel)), condition=Condition())
def stated(ws: Workspace, saved: SavedStock, panel: Panel) -> GivenStock:  # noqa: ARG001
    """What a saved state says of a panel's series, which nobody changes; read once."""
    return file.from_frame(saved.frame, panel).given


def basis(ws: Workspace) -> tuple[int, int, int]:
    """What the stock follows from: the number of its newest state, the version of the sales, and how often something of the order book moved."""
    return max(StockStore(ws).numbers(), default=0), sales_version(ws), order_book.moves(ws)


def sales_version(ws: Workspace) -> int:
    """The version of the sales, -1 for none; one of its own while they cannot be read, so that nothing is remembered of that once they can."""
    try:
        saved_sales.saved(ws)
    except SalesDamaged:
        return DAMAGED
    return log.newest(ws.sales)


@caches.of_live
@cached(LRUCache(2), key=lambda ws, panel, basis: (ws, ref(panel), basis), condition=Condition())
def _counted(ws: Workspace, panel: Panel, basis: tuple[int, int, int]) -> CountedStock | None:  # noqa: ARG001
    """Worked out once for what it follows from."""
    states = StockStore(ws).line(MOST_STATES)
    if not states:
        return None
    newest = stated(ws, states[-1], panel).table[state.ON_HAND].to_numpy(dtype=float)
    units = [*(numbers(each.frame, panel, state.ON_HAND) for each in states[:-1]), newest]
    counts = [counts_of(one, each.frame, panel, shop_clock.in_shop(ws, each.moment)) for one, each in zip(units, states, strict=True)]
    receipts = _receipts(order_book.book(ws), panel)
    try:
        sold_to, sold = _sold(ws, panel, counts)
    except SalesDamaged:
        n = len(panel)
        unknown = np.full(n, np.nan)
        shelves = OnHand(counts[-1], np.zeros(n), _came(receipts, counts[-1]), unknown, unknown, UNREADABLE)
        return CountedStock(panel, shelves, count_grades.grades([], [], UnitsSold.of(_no_sales(panel), panel), receipts, _EVER), None)
    dated = [place for place, each in enumerate(counts) if each.dated]
    costs = [numbers(states[place].frame, panel, state.UNIT_COST) for place in dated]
    graded = count_grades.grades([counts[place] for place in dated], costs, sold, receipts, sold_to)
    spread = count_grades.learned(graded)
    return CountedStock(panel, _on_hand(counts[-1], sold, receipts, sold_to, spread), graded, spread)


def moved_on(ws: Workspace, saved: SavedStock, keys: pd.DataFrame, period: Period) -> FloatArray:
    """What is on hand of the series of one product, which a forecast need not know: the count, less what was sold since, and what came.

    Args:
        ws: Where.
        saved: The stock saved last.
        keys: The key columns of the series, one row each, as text; all of the same product.
        period: What a row of the sales is.

    Returns:
        Shape (n,), units, at least 0; NaN where nothing was counted. While the sales cannot be read, nothing that was sold is taken off.

    Raises:
        OrdersDamaged: What was received cannot be known for sure.
    """
    series = keys.reset_index(drop=True).assign(**{schema.UNIQUE_ID: unique_id(keys.reset_index(drop=True))})
    panel = Panel(series, pd.DatetimeIndex([]), np.empty((len(series), 0)), {}, period)
    counts = counts_of(numbers(saved.frame, panel, state.ON_HAND), saved.frame, panel, shop_clock.in_shop(ws, saved.moment))
    sold_to, sold = _EVER, UnitsSold.of(_no_sales(panel), panel)
    with suppress(SalesDamaged):
        now = saved_sales.saved(ws)
        if now is not None and now.last is not None:
            rows = Dataset(ws).rows_of({schema.PRODUCT: str(keys[schema.PRODUCT].iloc[0])}, now.version)
            sold_to, sold = np.datetime64(units_sold.end_of(now.last, period), "D"), UnitsSold.of(rows, panel)
    return _on_hand(counts, sold, _receipts(order_book.book(ws), panel), sold_to, None).units


def sales_to(ws: Workspace) -> pd.Timestamp | None:
    """The last day whose sales are saved; None where there are none, or they cannot be read."""
    try:
        now = saved_sales.saved(ws)
    except SalesDamaged:
        return None
    return None if now is None else now.last


def forget() -> None:
    """Keeps nothing any more."""
    for cached_function in (_counted, stated):
        one: Any = cached_function
        one.cache_clear()


_EVER: Final = np.datetime64("1970-01-01", "D")


def _on_hand(counts: Counts, sold: UnitsSold, receipts: pd.DataFrame, sold_to: np.datetime64, spread: Spread | None) -> OnHand:
    n = len(counts.units)
    units = np.where(counts.known, sold.between(np.arange(n), counts.sales_from, np.full(n, sold_to)), 0.0)
    passed = np.maximum((sold_to - counts.sales_from).astype("timedelta64[D]").astype(float), 0.0)
    age = np.where(counts.known, passed, np.nan)
    margin = np.full(n, np.nan) if spread is None else np.where(counts.known, spread.margin(units, np.nan_to_num(age)), np.nan)
    return OnHand(counts, units, _came(receipts, counts), age, margin)


def _came(receipts: pd.DataFrame, counts: Counts) -> FloatArray:
    rows = np.flatnonzero(counts.known)
    since = pd.DataFrame({"row": rows, "day": counts.day[rows].astype("datetime64[us]"), "moment": counts.booked_to[rows]})
    units = np.zeros(len(counts.units))
    units[rows] = on_hand.came(receipts, since)
    return units


def _sold(ws: Workspace, panel: Panel, counts: Sequence[Counts]) -> tuple[np.datetime64, UnitsSold]:
    """The day after the last one whose sales are saved, and what was sold since the first count; raises SalesDamaged."""
    now = saved_sales.saved(ws)
    if now is None or now.last is None:
        return _EVER, UnitsSold.of(_no_sales(panel), panel)
    sold_to = np.datetime64(units_sold.end_of(now.last, panel.period), "D")
    days = [each.sales_from[each.known] for each in counts if each.known.any()]
    first = min((day.min() for day in days), default=sold_to)
    if first >= sold_to:
        return sold_to, UnitsSold.of(_no_sales(panel), panel)
    sales = Dataset(ws).read(now.version)
    begun = pd.Timestamp(first) - pd.Timedelta(days=panel.period.days)
    return sold_to, UnitsSold.of(sales[sales[schema.DATE] > begun], panel)


def _no_sales(panel: Panel) -> pd.DataFrame:
    columns = {name: pd.Series(dtype="str") for name in panel.keys}
    return pd.DataFrame({schema.DATE: pd.Series(dtype="datetime64[us]"), schema.SALES: pd.Series(dtype=float), **columns})


def _receipts(book: Book, panel: Panel) -> pd.DataFrame:
    """What came of all orders, by series."""
    rows = {name: row for row, name in enumerate(panel.unique_ids)}
    listed = [
        (rows[name], movement.day, movement.when.replace(tzinfo=None), units)
        for order in book.orders.values()
        for movement in order.movements
        if movement.kind == "received"
        for name, units in movement.quantities.items()
        if name in rows
    ]
    frame = pd.DataFrame(listed, columns=["row", "day", "when", "units"])
    return frame.astype({"row": np.int64, "day": "datetime64[us]", "when": "datetime64[us]", "units": float})
