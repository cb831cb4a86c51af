"""Stock in, orders out: the steps in order, for pages, command line and HTTP alike."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from forecasting.analysis import forecast_view
from forecasting.core import schema, spreadsheets
from forecasting.core.arrays import BoolArray
from forecasting.core.errors import StockDamaged
from forecasting.intake.table import is_empty
from forecasting.inventory.book import on_order
from forecasting.inventory.export import tables
from forecasting.inventory.orders.recommend import Orders, recommend_orders
from forecasting.inventory.policy import Policy
from forecasting.inventory.simulation.counted_past import CountedPast
from forecasting.inventory.stock import columns, file, state, units_sold
from forecasting.inventory.stock.count_day import CountedNow
from forecasting.inventory.stock.counts import with_counts
from forecasting.inventory.stock.file import StockFile
from forecasting.inventory.stock.state import GivenStock
from forecasting.services import named_suppliers, order_book, shop_clock, stock_counts
from forecasting.services.reading import FileTable
from forecasting.storage.stock_states import COUNTED_AT, SALES_FROM, SavedStock, StockStore
from forecasting.storage.workspace import Workspace
from forecasting.training.ensemble import Ensemble

STOCK_ROLES = columns.ROLES
"""What columns of a stock file may mean."""
LATEST: Mapping[str, int] = MappingProxyType({"day": 28, "week": 28, "month": 92})
"""Days after the last sales up to which a counting is taken as it is dated, by the period of the sales, if the forecast reaches as far."""
NOBODY: Mapping[str, float] = {}
"""Quantities that nobody changed."""


# Stock in


def guess_stock(table: FileTable) -> dict[str, str]:
    """Role -> the column of a stock file that probably has it."""
    return file.guess_mapping(table.cells)


def unused_columns(table: FileTable, mapping: Mapping[str, str]) -> tuple[str, ...]:
    """Columns with any cell that no role has."""
    return tuple(name for name in table.columns if name not in mapping.values() and not is_empty(table.cells.rows[name]).all())


def check_stock(table: FileTable, mapping: Mapping[str, str], ensemble: Ensemble, *, day_first: bool | None = None) -> StockFile:
    """What a stock file says of a version's series, and all its problems; raises InputError."""
    return file.check(table.cells, dict(mapping), ensemble.panel, day_first=day_first)


def check_typed_stock(typed: pd.DataFrame, ensemble: Ensemble, seen: pd.DataFrame | None = None) -> StockFile:
    """What a typed table says of a version's stock, and all its problems; raises InputError.

    Args:
        typed: The table.
        ensemble: Whose series it is about.
        seen: The table that was typed over: units that stand as they stood in it are no new count. None where all units were counted.
    """
    checked = file.from_frame(typed, ensemble.panel)
    before = None if seen is None else file.from_frame(seen, ensemble.panel).given.table[state.ON_HAND].to_numpy(dtype=float)
    return replace(checked, seen=before)


def stock_table(given: GivenStock, ensemble: Ensemble) -> pd.DataFrame:
    """What was given, as people see and type it."""
    return file.stock_frame(given, ensemble.panel)


def stock_template(ensemble: Ensemble) -> bytes:
    """A stock file to fill in, as CSV."""
    return file.template(ensemble.panel)


def save_stock(ws: Workspace, checked: StockFile, ensemble: Ensemble, name: str, *, whole: bool = False, after: int | None = None) -> int:
    """Keeps stock and terms for everybody who looks; the number of this state.

    Shelves whose units are given are counted now, or on the day that `checked` says; the counts of all others stay as they were, with their days.

    Args:
        ws: Where.
        checked: What to keep.
        ensemble: Whose series it is about.
        name: Where it came from; only text.
        whole: Whether it says everything, as a typed table does; what a file leaves out stays as it was saved, but for deliveries to
            shelves that it counts which were due before the first day of the forecast: they are on the shelf by now.
        after: The number of the newest state that the person saw; None to save whatever was saved meanwhile.

    Raises:
        InputError: The day of the count is still ahead.
        TryAgain: Somebody else saves, or has saved since that state.
    """
    in_shop = shop_clock.in_shop(ws)
    if checked.counted is not None:
        checked.counted.check(in_shop.date())
    given, panel, before, stays = checked.given, ensemble.panel, None, np.zeros(len(ensemble.panel), dtype=bool)
    with suppress(StockDamaged):
        now = given_stock(ws, ensemble)
        if not whole:
            given = given.over(now.arrived(np.flatnonzero(given.table[state.ON_HAND].notna()), _first_day(ensemble)))
        if now.shelves is not None:
            before = now.shelves.counts
            stays = _not_counted(checked, given) & before.known
            given = given.changed(state.ON_HAND, before.units[stays], np.flatnonzero(stays))
    counted = CountedNow(stock_counts.sales_to(ws), checked.counted, in_shop.tzinfo)
    frame = with_counts(file.stock_frame(given, panel), given, before, stays, counted)
    return StockStore(ws).save(frame, name, after=after)


def suppliers_said(ws: Workspace, checked: StockFile) -> str:
    """What a stock file says of who delivers what, beside what the shop knows; empty where it says nothing. Raises StateDamaged."""
    if checked.suppliers.empty:
        return ""
    return named_suppliers.said(checked.mapping[schema.SUPPLIER], named_suppliers.facts(ws, _dated(ws, checked)))


def save_suppliers(ws: Workspace, checked: StockFile, name: str) -> str:
    """Saves who delivers what as a stock file says, where nobody else has said it; why that could not be, empty if it could."""
    return named_suppliers.save(ws, _dated(ws, checked), name)


def _dated(ws: Workspace, checked: StockFile) -> pd.DataFrame:
    """Who delivers what, as of today in the shop."""
    return checked.suppliers.assign(**{schema.DATE: pd.Timestamp(shop_clock.in_shop(ws).date())})


def _not_counted(checked: StockFile, given: GivenStock) -> BoolArray:
    """Which shelves of a stock have units that nobody counted just now, shape (n,)."""
    counted = checked.given.table[state.ON_HAND].notna().to_numpy()
    if checked.seen is not None:
        counted = counted & (checked.given.table[state.ON_HAND].to_numpy(dtype=float) != checked.seen)
    stays: BoolArray = given.table[state.ON_HAND].notna().to_numpy() & ~counted
    return stays


def saved_stock(ws: Workspace) -> SavedStock | None:
    """The stock and terms saved last; None if there are none."""
    return StockStore(ws).load()


def stock_number(ws: Workspace) -> int:
    """The number of the newest state of the stock, which never changes; 0 for none."""
    return max(StockStore(ws).numbers(), default=0)


def undo_stock(ws: Workspace) -> SavedStock:
    """Takes the last state back; raises InputError if there is none."""
    return StockStore(ws).undo()


def given_stock(ws: Workspace, ensemble: Ensemble) -> GivenStock:
    """What was saved last, by the series of a version, moved on by what was sold and what came since.

    Raises:
        StockDamaged: A saved state cannot be read.
        OrdersDamaged: What was ordered cannot be known for sure.
    """
    saved = saved_stock(ws)
    if saved is None:
        return with_orders(ws, GivenStock.nothing(len(ensemble.panel)), ensemble, None)
    given = with_orders(ws, stock_counts.stated(ws, saved, ensemble.panel), ensemble, saved.moment)
    counted = stock_counts.counted(ws, ensemble.panel)
    return given if counted is None else replace(given.changed(state.ON_HAND, counted.shelves.units), shelves=counted.shelves)


def with_orders(ws: Workspace, given: GivenStock, ensemble: Ensemble, counted: datetime | None) -> GivenStock:
    """A stock and what the order book knows of it.

    Args:
        ws: Where the book is.
        given: The stock, of the series of a version.
        ensemble: That version.
        counted: When the stock was saved, in UTC; None if it never was.

    Raises:
        OrdersDamaged: What was ordered cannot be known for sure.
    """
    book = order_book.book(ws)
    if not book.moves:
        return given
    rows = {name: row for row, name in enumerate(ensemble.panel.unique_ids)}
    moment = None if counted is None else shop_clock.in_shop(ws, counted)
    return on_order.with_orders(given, on_order.on_order(book, rows, moment))


def start(ensemble: Ensemble, saved: SavedStock | None, sales_to: pd.Timestamp | None = None) -> int:
    """Days of sales not seen before the orders start, in whole steps; none where the forecast does not reach far enough for that.

    Args:
        ensemble: Its sales are those seen.
        saved: The stock saved last.
        sales_to: The last day whose sales are saved, by which the stock moved on.
    """
    late, most = days_late(ensemble, saved, sales_to)
    if not 0 < late <= most:
        return 0
    first, period = _first_day(ensemble), ensemble.panel.period
    return int(period.positions(pd.DatetimeIndex([first + pd.Timedelta(days=late)]), first)[0]) * period.days


def days_late(ensemble: Ensemble, saved: SavedStock | None, sales_to: pd.Timestamp | None = None) -> tuple[int, int]:
    """Days from the first morning after the last sales to the day that the stock stands for, or to today without one, below 0 where it was counted
    before and no sales came since; and up to how many of them count."""
    usual, day = Policy(), today() if saved is None else counted_on(saved)
    if saved is not None and sales_to is not None:
        day = max(day, units_sold.end_of(sales_to, ensemble.panel.period))
    spare = ensemble.horizon * ensemble.panel.period.days - usual.lead_time - usual.review_period
    return (day - _first_day(ensemble)).days, min(max(spare, 0), LATEST[ensemble.panel.period.name])


def order_origin(ensemble: Ensemble, policy: Policy, day: date) -> date:
    """The day from which lead times count: the first one of the recommendation; or `day` itself where the forecast does not reach far enough."""
    step, dates = ensemble.panel.period.steps(policy.start), ensemble.panel.period.begin(ensemble.panel.ahead(ensemble.horizon))
    first: date = dates[step].date()
    return first if (day - dates[0].date()).days <= days_late(ensemble, None)[1] else day


def _first_day(ensemble: Ensemble) -> pd.Timestamp:
    """The first day that is forecast."""
    day: pd.Timestamp = ensemble.panel.period.begin(ensemble.panel.ahead(1))[0]
    return day


def counted_on(saved: SavedStock) -> pd.Timestamp:
    """The day on which a stock was counted, by the clock on the wall; the day after, where that is said to have been at closing."""
    local = saved.moment.astimezone()
    now = pd.Timestamp(local.replace(tzinfo=None)).normalize()
    counted = saved.frame[saved.frame[state.ON_HAND].notna()] if SALES_FROM in saved.frame else saved.frame.iloc[:0]
    if counted.empty or counted[SALES_FROM].isna().all():
        return now
    made = (counted[COUNTED_AT] + (local.utcoffset() or timedelta())).dt.normalize().fillna(now)
    return pd.Timestamp(counted[SALES_FROM].fillna(made).max())


def today() -> pd.Timestamp:
    """This day, by the clock on the wall."""
    return pd.Timestamp.now().normalize()


# Orders out


def recommend(ensemble: Ensemble, given: GivenStock, policy: Policy, filters: Mapping[str, str], *, counted: CountedPast | None = None) -> Orders:
    """What to order of the series that the filters choose, with what was `counted` of their past already; raises NotFound and InputError."""
    return recommend_orders(ensemble, given, policy, forecast_view.chosen_rows(ensemble, filters, 1), counted=counted)


def orders_table(orders: Orders, version: int, quantities: Mapping[str, float] = NOBODY) -> pd.DataFrame:
    """The orders as people exchange them, most urgent first; `quantities` are those that a person changed, by unique_id."""
    return tables.orders_table(orders, version, quantities)


def orders_csv(orders: Orders, version: int, quantities: Mapping[str, float] = NOBODY) -> bytes:
    """The orders as CSV, safe to open in a spreadsheet."""
    return spreadsheets.to_csv(orders_table(orders, version, quantities))


def orders_xlsx(orders: Orders, manifest: Mapping[str, Any], quantities: Mapping[str, float] = NOBODY) -> bytes:
    """The orders as a workbook whose quantities are formulas, with the evidence for each line."""
    return tables.workbook(orders, manifest, quantities)


def past_check_csv(orders: Orders) -> bytes:
    """How the same rule did in the past, series by series, beside the textbook, as CSV."""
    return spreadsheets.to_csv(tables.past_check_table(orders))
