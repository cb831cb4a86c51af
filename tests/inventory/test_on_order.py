"""What the book adds to a counted stock: nothing doubled, nothing lost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from forecasting.inventory.book import deliveries
from forecasting.inventory.book.events import Book, Event, book_of
from forecasting.inventory.book.on_order import on_order, with_orders
from forecasting.inventory.book.order import Line, Order
from forecasting.inventory.stock.state import GivenStock

MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ROWS = {"bread": 0, "milk": 1}


def placed(moment: datetime, units: float = 10, identity: str = "0001", days: int = 2) -> list[Event]:
    lines = tuple(Line(unique_id=name, key={"product_id": name}, recommended=units, quantity=units) for name in ("bread", "beer"))
    due = moment.date() + timedelta(days=days)
    order = Order(id=identity, supplier="Hansen", version=7, order_date=moment.date(), due=due, state="proposed", lines=lines)
    return [
        Event(kind="proposed", order=identity, when=moment, by="Anna", proposal=order),
        Event(kind="placed", order=identity, when=moment, by="Anna"),
    ]


def received(moment: datetime, units: float, identity: str = "0001") -> Event:
    return Event(kind="received", order=identity, when=moment, by="Anna", quantities={"bread": units, "beer": units}, day=moment.date())


def counted(on_hand: float = 5, ordered: float = float("nan"), due: date | None = None) -> GivenStock:
    given = GivenStock.nothing(2)
    table = given.table.copy()
    table.loc[0, ["on_hand", "on_order"]] = [on_hand, ordered]
    rows = [(0, due, ordered)] if ordered > 0 else []
    frame = pd.DataFrame(rows, columns=["row", "day", "units"]).astype({"row": np.int64, "day": "datetime64[us]", "units": float})
    return GivenStock(table, frame, {})


def joined(given: GivenStock, book: Book, moment: datetime | None) -> tuple[float, float, list[tuple[str, float]]]:
    stock = with_orders(given, on_order(book, ROWS, moment))
    due = [(str(day.date()), float(units)) for day, units in zip(stock.due["day"], stock.due["units"], strict=True)]
    assert np.isnan(stock.table.loc[1, "on_order"])
    assert stock.due["units"].sum() == np.nan_to_num(stock.table.loc[0, "on_order"])
    return float(stock.table.loc[0, "on_hand"]), float(stock.table.loc[0, "on_order"]), due


def test_what_was_placed_after_the_count_counts_on_top() -> None:
    book = book_of(placed(MONDAY + DAY))
    assert joined(counted(ordered=4, due=date(2026, 11, 24)), book, MONDAY) == (5, 14, [("2026-11-24", 4.0), ("2026-11-26", 10.0)])
    assert joined(counted(), book, None)[:2] == (5, 10)


@pytest.mark.parametrize(("ordered", "total"), [(4, 10), (10, 10), (15, 15), (float("nan"), 10)])
def test_of_what_was_placed_before_the_larger_figure_counts(ordered: float, total: float) -> None:
    assert joined(counted(ordered=ordered, due=date(2026, 11, 28)), book_of(placed(MONDAY - DAY)), MONDAY)[1] == total


def test_what_came_since_the_count_is_on_the_shelf_and_no_longer_on_order() -> None:
    book = book_of([*placed(MONDAY - DAY), received(MONDAY + DAY, 10)])
    assert joined(counted(ordered=10, due=date(2026, 11, 24)), book, MONDAY) == (15, 0, [])
    assert joined(counted(ordered=10), book_of([*placed(MONDAY - DAY), received(MONDAY + DAY, 4)]), MONDAY)[:2] == (9, 6)


def test_what_came_before_the_count_was_counted_however_late_it_is_booked() -> None:
    late = Event(kind="received", order="0001", when=MONDAY + DAY, by="Anna", quantities={"bread": 10, "beer": 10}, day=MONDAY.date() - DAY)
    assert joined(counted(ordered=0), book_of([*placed(MONDAY - 3 * DAY), late]), MONDAY)[:2] == (5, 0)


def test_what_will_not_come_is_not_waited_for() -> None:
    gone = Event(kind="cancelled", order="0001", when=MONDAY + DAY, by="Anna")
    assert joined(counted(ordered=10, due=date(2026, 11, 24)), book_of([*placed(MONDAY - DAY), gone]), MONDAY) == (5, 0, [])


def test_an_order_that_was_not_sent_is_not_on_order() -> None:
    assert np.isnan(with_orders(counted(), on_order(book_of(placed(MONDAY)[:1]), ROWS, MONDAY)).table.loc[0, "on_order"])


def test_lead_times_and_delays_are_learned_from_the_sent_order() -> None:
    events: list[Event] = []
    for number, days in enumerate((2, 3, 7), start=1):
        moment = MONDAY + 10 * number * DAY
        events += [*placed(moment, identity=f"{number:04d}"), received(moment + days * DAY, 10, f"{number:04d}")]
    orders = book_of(events).of_supplier("hansen")
    assert (deliveries.lead_time(orders), deliveries.delays(orders), deliveries.fill(orders)) == (3, (0, 1, 5), 1)
    assert (deliveries.lead_time(orders[:2]), deliveries.delays(orders[:2])) == (None, ())
