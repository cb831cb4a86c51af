"""Stock in, orders out: the steps in order, for pages, command line and HTTP alike."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from forecasting.analysis import forecast_view
from forecasting.core import schema, spreadsheets
from forecasting.core.errors import StockDamaged
from forecasting.intake.table import is_empty
from forecasting.inventory.book import on_order
from forecasting.inventory.export import tables
from forecasting.inventory.orders.recommend import Orders, recommend_orders
from forecasting.inventory.policy import Policy
from forecasting.inventory.stock import file, state
from forecasting.inventory.stock.file import StockFile
from forecasting.inventory.stock.state import GivenStock
from forecasting.services import order_book, shop_clock
from forecasting.services.reading import FileTable
from forecasting.storage.stock_states import SavedStock, StockStore
from forecasting.storage.workspace import Workspace
from forecasting.training.ensemble import Ensemble

STOCK_ROLES = (*schema.KEYS, *state.COLUMNS)
"""What columns of a stock file may mean."""
LATEST = 28
"""Days after the last sales up to which a counting is taken as it is dated, if the forecast reaches as far."""
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


def check_typed_stock(typed: pd.DataFrame, ensemble: Ensemble) -> StockFile:
    """What a typed table says of a version's stock, and all its problems; raises InputError."""
    return file.from_frame(typed, ensemble.panel)


def stock_table(given: GivenStock, ensemble: Ensemble) -> pd.DataFrame:
    """What was given, as people see and type it."""
    return file.stock_frame(given, ensemble.panel)


def stock_template(ensemble: Ensemble) -> bytes:
    """A stock file to fill in, as CSV."""
    return file.template(ensemble.panel)


def save_stock(ws: Workspace, checked: StockFile, ensemble: Ensemble, name: str, *, whole: bool = False, after: int | None = None) -> int:
    """Keeps stock and terms for everybody who looks; the number of this state.

    Args:
        ws: Where.
        checked: What to keep.
        ensemble: Whose series it is about.
        name: Where it came from; only text.
        whole: Whether it says everything, as a typed table does; what a file leaves out stays as it was saved, but for deliveries to
            shelves that it counts which were due before the first day of the forecast: they are on the shelf by now.
        after: The number of the newest state that the person saw; None to save whatever was saved meanwhile.

    Raises:
        TryAgain: Somebody else saves, or has saved since that state.
    """
    given = checked.given
    if not whole:
        with suppress(StockDamaged):
            counted = np.flatnonzero(given.table[state.ON_HAND].notna())
            given = given.over(given_stock(ws, ensemble).arrived(counted, ensemble.panel.ahead(1)[0]))
    return StockStore(ws).save(file.stock_frame(given, ensemble.panel), name, after=after)


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
    """What was saved last, by the series of a version, and what the order book knows since then; raises StockDamaged or OrdersDamaged."""
    saved = saved_stock(ws)
    given = GivenStock.nothing(len(ensemble.panel)) if saved is None else file.from_frame(saved.frame, ensemble.panel).given
    return with_orders(ws, given, ensemble, None if saved is None else saved.moment)


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


def start(ensemble: Ensemble, saved: SavedStock | None) -> int:
    """Days of sales not seen before the orders start, in whole steps; none where the forecast does not reach far enough for that."""
    late, most = days_late(ensemble, saved)
    days = ensemble.panel.period.days
    return late // days * days if 0 < late <= most else 0


def days_late(ensemble: Ensemble, saved: SavedStock | None) -> tuple[int, int]:
    """Days from the first morning after the last sales to the counting, or to today without one, below 0 where it came before; and up to how
    many of them count."""
    usual, day = Policy(), today() if saved is None else counted_on(saved)
    spare = ensemble.horizon * ensemble.panel.period.days - usual.lead_time - usual.review_period
    return (day - ensemble.panel.ahead(1)[0]).days, min(max(spare, 0), LATEST)


def order_origin(ensemble: Ensemble, saved: SavedStock | None, policy: Policy, day: date) -> date:
    """The day from which lead times count: the first one of the recommendation; or `day` itself where the forecast does not reach far enough."""
    step, dates = ensemble.panel.period.steps(policy.start), ensemble.panel.ahead(ensemble.horizon)
    first: date = dates[step].date()
    return first if (day - dates[0].date()).days <= days_late(ensemble, saved)[1] else day


def counted_on(saved: SavedStock) -> pd.Timestamp:
    """The day on which a stock was counted, by the clock on the wall."""
    return pd.Timestamp(saved.moment.astimezone().replace(tzinfo=None)).normalize()


def today() -> pd.Timestamp:
    """This day, by the clock on the wall."""
    return pd.Timestamp.now().normalize()


# Orders out


def recommend(ensemble: Ensemble, given: GivenStock, policy: Policy, filters: Mapping[str, str]) -> Orders:
    """What to order of the series that the filters choose; raises NotFound and InputError."""
    return recommend_orders(ensemble, given, policy, forecast_view.chosen_rows(ensemble, filters, 1))


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
