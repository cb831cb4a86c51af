"""Stock in, orders out: the steps in order, for pages, command line and HTTP alike."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd

from forecasting.analysis import forecast_view
from forecasting.core import schema, spreadsheets
from forecasting.core.errors import StockDamaged
from forecasting.intake import reader
from forecasting.inventory.export import tables
from forecasting.inventory.orders import recommend as orders
from forecasting.inventory.orders.recommend import Orders
from forecasting.inventory.policy import Policy
from forecasting.inventory.stock import file, state
from forecasting.inventory.stock.file import StockFile
from forecasting.inventory.stock.state import GivenStock
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


def guess_stock(table: reader.Table) -> dict[str, str]:
    """Role -> the column of a stock file that probably has it."""
    return file.guess_mapping(table)


def check_stock(table: reader.Table, mapping: Mapping[str, str], made: Ensemble, *, day_first: bool | None = None) -> StockFile:
    """What a stock file says of a version's series, and all its problems; raises InputError."""
    return file.check(table, dict(mapping), made.panel, day_first=day_first)


def check_typed_stock(typed: pd.DataFrame, made: Ensemble) -> StockFile:
    """The same of a table that was typed."""
    return file.from_frame(typed, made.panel)


def stock_table(given: GivenStock, made: Ensemble) -> pd.DataFrame:
    """What was given, as people see and type it."""
    return file.stock_frame(given, made.panel)


def stock_template(made: Ensemble) -> bytes:
    """A stock file to fill in, as CSV."""
    return file.template(made.panel)


def save_stock(ws: Workspace, checked: StockFile, made: Ensemble, name: str, *, whole: bool = False) -> int:
    """Keeps stock and terms for everybody who looks; the number of this state.

    Args:
        ws: Where.
        checked: What to keep.
        made: Whose series it is about.
        name: Where it came from; only text.
        whole: Whether it says everything, as a typed table does; what a file leaves out stays as it was saved, but for deliveries to
            shelves that it counts which were due before the first day of the forecast: they are on the shelf by now.
    """
    given = checked.given
    if not whole:
        with suppress(StockDamaged):
            counted = np.flatnonzero(given.table[state.ON_HAND].notna())
            given = given.over(given_stock(ws, made).arrived(counted, made.panel.ahead(1)[0]))
    return StockStore(ws).save(file.stock_frame(given, made.panel), name)


def saved_stock(ws: Workspace) -> SavedStock | None:
    """The stock and terms saved last; None if there are none."""
    return StockStore(ws).load()


def stock_number(ws: Workspace) -> int:
    """The number of the newest state of the stock, which never changes; 0 for none."""
    return max(StockStore(ws).numbers(), default=0)


def undo_stock(ws: Workspace) -> SavedStock:
    """Takes the last state back; raises InputError if there is none."""
    return StockStore(ws).undo()


def given_stock(ws: Workspace, made: Ensemble) -> GivenStock:
    """What was saved last, by the series of a version; nothing if nothing was."""
    saved = saved_stock(ws)
    return GivenStock.nothing(len(made.panel)) if saved is None else file.from_frame(saved.frame, made.panel).given


def start(made: Ensemble, saved: SavedStock | None) -> int:
    """Days of sales not seen before the stock was counted, in whole steps; none where the forecast does not reach far enough for that."""
    late, most = days_late(made, saved)
    days = made.panel.period.days
    return late // days * days if 0 < late <= most else 0


def days_late(made: Ensemble, saved: SavedStock | None) -> tuple[int, int]:
    """Days from the first morning after the last sales to the counting, below 0 where it came before; and up to how many of them count."""
    if saved is None:
        return 0, 0
    usual, counted = Policy(), pd.Timestamp(saved.moment.astimezone().replace(tzinfo=None)).normalize()
    spare = made.horizon * made.panel.period.days - usual.lead_time - usual.review_period
    return (counted - made.panel.ahead(1)[0]).days, min(max(spare, 0), LATEST)


# Orders out


def recommend(made: Ensemble, given: GivenStock, policy: Policy, filters: Mapping[str, str]) -> Orders:
    """What to order of the series that the filters choose; raises NotFound and InputError."""
    return orders.recommend_orders(made, given, policy, forecast_view.chosen_rows(made, filters, 1))


def orders_table(found: Orders, version: int, quantities: Mapping[str, float] = NOBODY) -> pd.DataFrame:
    """The orders as people exchange them, most urgent first; `quantities` are those that a person changed, by unique_id."""
    return tables.orders_table(found, version, quantities)


def orders_csv(found: Orders, version: int, quantities: Mapping[str, float] = NOBODY) -> bytes:
    """The same as CSV, safe to open in a spreadsheet."""
    return spreadsheets.to_csv(orders_table(found, version, quantities))


def orders_xlsx(found: Orders, manifest: Mapping[str, Any], quantities: Mapping[str, float] = NOBODY) -> bytes:
    """The same as a workbook whose quantities are formulas, with the evidence for each line."""
    return tables.workbook(found, manifest, quantities)


def receipt_csv(found: Orders) -> bytes:
    """How the same rule did in the past, series by series, beside the textbook, as CSV."""
    return spreadsheets.to_csv(tables.past_check_table(found))
