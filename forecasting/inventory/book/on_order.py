"""What the order book knows of shelves, joined with what was counted or uploaded: units on the way, and units that came since the count.

A stock file says what was on order when it was saved. Orders that were placed before are in its figure: of that, less what came or was cancelled
since, and of what the book still expects of them, the larger counts. Orders that were placed later count on top. What came since is on the shelf.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np
import pandas as pd

from forecasting.core.arrays import FloatArray
from forecasting.inventory.book.events import Book
from forecasting.inventory.book.order import Movement, Order
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import GivenStock


@dataclass(frozen=True, eq=False)
class OnOrder:
    """What the book says of n series, in units.

    Args:
        before: Shape (n,), still to come of orders placed before the stock was saved.
        later: Shape (n,), still to come of orders placed since.
        gone: Shape (n,), what came or was cancelled since, of orders placed before.
        came: Shape (n,), what came since, of all orders.
        due: What is still to come: `row`, `day` and `units`, as `GivenStock.due` has them.
    """

    before: FloatArray
    later: FloatArray
    gone: FloatArray
    came: FloatArray
    due: pd.DataFrame


def on_order(book: Book, rows: Mapping[str, int], counted: datetime | None) -> OnOrder:
    """What the book says is on the way to the series of a version.

    Args:
        book: All orders.
        rows: unique_id -> position of the series; lines of other series are left out.
        counted: When the stock was saved, by the clock in the shop; None if it never was: then all orders were placed later.
    """
    before, later, gone, came = (np.zeros(len(rows)) for _ in range(4))
    due: list[tuple[int, date, float]] = []
    for order in book.orders.values():
        is_later = counted is None or (order.placed_at is not None and order.placed_at > counted)
        for row, units in _outstanding(order, rows):
            (later if is_later else before)[row] += units
            due.append((row, order.due, units))
        for movement in (each for each in order.movements if counted is None or _is_since(each, counted)):
            for row, units in _known(movement.quantities, rows):
                came[row] += units if movement.kind == "received" else 0.0
                gone[row] += 0.0 if is_later else units
    return OnOrder(before, later, gone, came, _frame(due))


def with_orders(given: GivenStock, known: OnOrder) -> GivenStock:
    """The stock with what the book knows.

    Args:
        given: What was saved last, of the same series.
        known: What the book says of them since then.
    """
    table = given.table.copy()
    table[state.ON_HAND] = table[state.ON_HAND] + known.came
    stated = table[state.ON_ORDER].to_numpy(dtype=float)
    extra = np.maximum(np.nan_to_num(stated) - known.gone - known.before, 0.0)
    about = (known.before + known.later + known.gone) > 0
    table[state.ON_ORDER] = np.where(about, known.before + known.later + extra, stated)
    theirs = given.due[~about[given.due["row"].to_numpy(dtype=int)]]
    left = _latest(given.due[about[given.due["row"].to_numpy(dtype=int)]], extra)
    due = pd.concat([theirs, left, known.due], ignore_index=True)
    return replace(given, table=table, due=due.sort_values(["row", "day"], ignore_index=True))


def _outstanding(order: Order, rows: Mapping[str, int]) -> Iterator[tuple[int, float]]:
    if order.outstanding:
        yield from _known({line.unique_id: line.outstanding for line in order.lines if line.outstanding}, rows)


def _known(quantities: Mapping[str, float], rows: Mapping[str, int]) -> Iterator[tuple[int, float]]:
    yield from ((rows[name], units) for name, units in quantities.items() if name in rows)


def _is_since(movement: Movement, counted: datetime) -> bool:
    """Whether units moved after a count: what came on an earlier day was counted, whenever it was booked."""
    day = counted.date()
    return movement.day > day or (movement.when > counted and (movement.day == day or movement.kind == "cancelled"))


def _latest(due: pd.DataFrame, units: FloatArray) -> pd.DataFrame:
    """Of the deliveries of each series, the last ones, as many units as it has left."""
    late_first = due.sort_values(["row", "day"], ascending=[True, False], na_position="last")
    after = late_first.groupby("row")["units"].cumsum() - late_first["units"]
    left = np.clip(units[late_first["row"].to_numpy(dtype=int)] - after, 0.0, late_first["units"])
    return late_first.assign(units=left)[left > 0]


def _frame(due: list[tuple[int, date, float]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "row": np.array([row for row, _, _ in due], dtype=np.int64),
            "day": np.array([day for _, day, _ in due], dtype="datetime64[us]"),
            "units": np.array([units for _, _, units in due], dtype=float),
        }
    )
