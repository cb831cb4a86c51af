"""The page Orders as a person meets it: its tabs, and the address that it had before."""

from __future__ import annotations

from datetime import date

import pytest
import streamlit
from app_driver import opened, texts
from order_shops import ANNA, HANSEN, MONDAY, Clock, shop_on_monday
from saved_shops import unpacked

from forecasting.services import cache, order_book, order_cards, order_proposals, orders, suppliers, workspaces
from forecasting.storage.order_book import OrderBook
from pages.components.orders import tabs

pytestmark = pytest.mark.usefixtures("fresh_caches")
THURSDAY = date(2026, 8, 6)


@pytest.mark.usefixtures("watching")
def test_the_address_of_before_leads_to_the_orders_and_keeps_what_it_named():
    at = opened("inventory", line="Tea|South", inventory_tab="Orders")
    assert at.title[0].value == "Orders"
    assert "##### Tea, South" in texts(at)
    assert "inventory_tab" not in at.query_params


@pytest.mark.usefixtures("watching")
def test_the_address_of_before_opens_the_tab_stock():
    at = opened("inventory", inventory_tab="Stock")
    assert at.query_params["orders_tab"] == "Stock"
    assert "##### Type it" in texts(at)


@pytest.fixture
def monday(tmp_path, monkeypatch):
    """A shop with a supplier of bread, counted, on a Monday morning."""
    ws = shop_on_monday(tmp_path, monkeypatch)
    monkeypatch.setattr(workspaces, "workspace", lambda: ws)
    monkeypatch.setattr(order_cards, "datetime", Clock)
    return ws


def button(at, key):
    return next(each for each in at.button if each.key and each.key.startswith(key))


def test_an_order_is_placed_with_one_press_and_a_second_one_says_when(monday):
    at = opened("orders")
    assert "##### Hansen" in texts(at)
    assert "Order by **today**, arrives tomorrow" in texts(at)
    assert [each.key for each in at.button if each.proto.type == "primary"] == ["orders_place_Hansen"]
    (order,) = [each for each in order_book.book(monday).orders.values() if each.supplier == "Hansen"]
    button(at, "orders_place_Hansen").click().run()
    assert order_book.book(monday).order(order.id).state == "placed"
    assert f"order {order.id} to Hansen" in at.toast[0].value
    acts_again = opened("orders", orders_tab="Order book")
    assert f"#{order.id}" in acts_again.dataframe[0].value["order"].tolist()


def test_a_supplier_that_got_its_order_today_is_done_and_everything_is_ordered(monday):
    at = opened("orders")
    button(at, "orders_place_Hansen").click().run()
    at = opened("orders")
    assert "**Everything else is ordered.** Next: Hansen, Wed" in texts(at)
    assert "Placed 09:00" in texts(at) or "Placed " in texts(at)
    assert not [each.key for each in at.button if each.key and each.key.startswith("orders_place_Hansen")]
    assert "Next order day: Wed" in texts(at)


def test_the_overview_says_of_orders_what_the_page_orders_says(monday):
    before = order_book.stamp(monday)
    at = opened("overview")
    assert order_book.stamp(monday) == before, "who only looks writes nothing"
    [card] = [each for each in order_cards.seen(monday).cards if each.to_send is not None]
    assert metric(at, "To order") == "1 order"
    assert "**Order from Hansen by today**" in texts(at)
    [order] = order_proposals.propose(monday, "Anna", supplier="Hansen", moment=MONDAY)
    assert (order.units, order.value) == (card.to_send.units, card.value)
    orders.place(monday, order.id, ANNA)
    at = opened("overview")
    assert metric(at, "To order") == "0 orders"
    assert "Order from" not in texts(at)


def metric(at, label):
    return next(each.value for each in at.metric if each.label == label)


def test_a_changed_quantity_asks_why_and_stays_in_a_new_session_until_it_is_taken_back(monday):
    at = opened("orders")
    number = next(each for each in at.number_input if each.key.startswith("orders_units_"))
    suggested = number.value
    assert f"**Why {suggested}?** " in texts(at), "behind `**` of a question only a space ends bold letters"
    number.set_value(6).run()
    assert f"**Why 6 instead of {suggested}?**" in texts(at)
    at.pills(key="orders_reason").set_value("Freezer full").run()
    at.button(key="orders_reason_save").click().run()
    cache.forget()
    at = opened("orders")
    assert f"{suggested} changed to 6" in texts(at)
    assert "Freezer full" in texts(at)
    assert at.dataframe[0].value["suggested"].tolist() == [suggested]
    at.button(key="orders_take_back").click().run()
    assert at.dataframe[0].value["order"].tolist() == [suggested]
    assert "changed to" not in texts(at)


@pytest.fixture
def placed(monday):
    """An order of bread that was placed."""
    (order,) = order_proposals.propose(monday, "Anna", supplier="Hansen", moment=MONDAY)
    orders.place(monday, order.id, ANNA)
    return order


def receiving(monkeypatch, order, units):
    """The dialog of a delivery in whose table a person typed that `units` came, which AppTest cannot."""
    monkeypatch.setattr(streamlit, "data_editor", lambda table, **options: table.assign(came=float(units)))  # noqa: ARG005
    return opened("orders", session={tabs.ORDER: order.id, "orders_receiving": (order.id, "first")}, orders_tab="Order book")


def test_a_press_on_an_order_that_was_placed_meanwhile_says_when_and_places_nothing(monday):
    at = opened("orders")
    (order,) = [each for each in order_book.book(monday).orders.values() if each.supplier == "Hansen"]
    orders.place(monday, order.id, ANNA)
    button(at, "orders_place_Hansen").click().run()
    assert at.toast[0].value.startswith("Already placed at ")
    assert "by Anna" in at.toast[0].value
    assert [each.state for each in order_book.book(monday).orders.values() if each.supplier == "Hansen"].count("placed") == 1


def test_a_delivery_that_is_whole_is_booked(monday, placed, monkeypatch):
    at = receiving(monkeypatch, placed, placed.units)
    assert f"**{placed.units:,.0f} of {placed.units:,.0f} units came.**" in texts(at)
    at.button(key="orders_receive_book").click().run()
    assert order_book.book(monday).order(placed.id).state == "received"
    assert f"Received, forecast v{placed.version}" in texts(at), "nothing of it is due any more"


def test_the_rest_of_a_short_delivery_stays_on_order(monday, placed, monkeypatch):
    at = receiving(monkeypatch, placed, placed.units - 2)
    assert f"**{placed.units - 2:,.0f} of {placed.units:,.0f} units came.** 2 stay on order, due tomorrow." in texts(at)
    next(each for each in at.date_input if each.label == "Comes on").set_value(THURSDAY).run()
    assert "2 stay on order, due Thu 6 Aug." in texts(at)
    assert at.button(key="orders_receive_book").label == f"Book {placed.units - 2:,.0f} units"
    at.button(key="orders_receive_book").click().run()
    order = order_book.book(monday).order(placed.id)
    assert (order.state, order.outstanding, order.due) == ("partly_received", 2, THURSDAY)
    assert [each.value for each in at.metric if each.label == "Next delivery"] == ["Thu 6 Aug"]


def test_the_shelf_after_a_delivery_follows_what_was_typed(monday, placed, monkeypatch):
    shown = []
    monkeypatch.setattr(streamlit, "data_editor", lambda table, **options: shown.append(table) or table)  # noqa: ARG005
    typed = {"edited_rows": {0: {"came": placed.units - 2}}}
    opened(
        "orders",
        session={tabs.ORDER: placed.id, "orders_receiving": (placed.id, "first"), "orders_counts_first": typed},
        orders_tab="Order book",
    )
    assert shown[-1][["missing", "shelf"]].to_numpy().tolist() == [[2, f"20 + {placed.units - 2:,.0f} = {placed.units + 18:,.0f}"]]


def test_an_order_cancelled_by_mistake_is_back_with_one_press(monday, placed):
    at = opened("orders", session={tabs.ORDER: placed.id}, orders_tab="Order book")
    at.button(key="orders_panel_cancel_sure").click().run()
    assert f"**Order {placed.id} is cancelled.**" in texts(at)
    assert order_book.book(monday).order(placed.id).state == "cancelled"
    at.button(key="orders_cancelled_undo").click().run()
    assert order_book.book(monday).order(placed.id).state == "placed"
    assert "is cancelled" not in texts(at)


def test_the_rest_of_a_short_delivery_will_not_come(monday, placed, monkeypatch):
    at = receiving(monkeypatch, placed, placed.units - 2)
    at.segmented_control(key="orders_rest_first").set_value("Will not come").run()
    assert "2 will not come; they are proposed anew where they are needed." in texts(at)
    at.button(key="orders_receive_book").click().run()
    order = order_book.book(monday).order(placed.id)
    assert (order.state, order.outstanding) == ("received", 0)


def test_more_than_ordered_is_booked_as_such(monday, placed, monkeypatch):
    at = receiving(monkeypatch, placed, placed.units + 4)
    assert "4 more than ordered, booked as such." in texts(at)
    at.button(key="orders_receive_book").click().run()
    order = order_book.book(monday).order(placed.id)
    assert (order.state, sum(line.received for line in order.lines)) == ("received", placed.units + 4)


def test_nothing_that_came_is_booked_only_where_the_rest_will_not_come(placed, monkeypatch):
    at = receiving(monkeypatch, placed, 0)
    assert at.button(key="orders_receive_book").disabled
    at.segmented_control(key="orders_rest_first").set_value("Will not come").run()
    assert not at.button(key="orders_receive_book").disabled


def field(at, kind, label):
    return next(each for each in at.get(kind) if each.label == label)


def test_a_supplier_is_changed_in_its_dialog_and_what_was_not_touched_stays(monday):
    at = opened("orders", session={"orders_supplier_edited": ("Hansen", suppliers.number(monday))}, orders_tab="Suppliers")
    assert field(at, "text_input", "Name").disabled
    field(at, "number_input", "Minimum value").set_value(50.0)
    field(at, "text_input", "Currency").set_value("chf")
    field(at, "number_input", "Rate").set_value(1.06)
    next(each for each in at.button if each.label == "Save" and each.proto.is_form_submitter).click().run()
    (saved,) = suppliers.sourcing(monday).suppliers
    assert (saved.minimum.value, saved.currency.code, saved.currency.rate) == (50, "CHF", 1.06)
    assert (saved.order_days, saved.delivery_days, saved.lead_time) == (HANSEN.order_days, HANSEN.delivery_days, HANSEN.lead_time)
    assert "Saved Hansen" in texts(at)


@pytest.mark.parametrize(
    ("label", "text", "said"),
    [("Currency", "Fr", "three letters"), ("Closed on", "at Christmas", "closed days cannot be read")],
)
def test_what_the_dialog_of_a_supplier_cannot_read_is_said_and_saves_nothing(monday, label, text, said):
    before = suppliers.number(monday)
    at = opened("orders", session={"orders_supplier_edited": ("Hansen", before)}, orders_tab="Suppliers")
    field(at, "text_input", label).set_value(text)
    next(each for each in at.button if each.label == "Save" and each.proto.is_form_submitter).click().run()
    assert said in texts(at)
    assert field(at, "text_input", label).value == text
    assert suppliers.number(monday) == before


def test_a_damaged_order_book_is_said_and_the_other_tabs_open(monday):
    OrderBook(monday).path.parent.mkdir(parents=True, exist_ok=True)
    OrderBook(monday).path.write_bytes(b'{"kind": "placed"}\n')
    at = opened("orders")
    assert any("order book" in each.value for each in at.error)
    assert opened("orders", orders_tab="Stock").get("data_editor") or any("order book" in each.value for each in at.error)


def test_suppliers_are_saved_from_a_file_and_each_product_has_its_own(home, monkeypatch, tmp_path):
    ws = unpacked("shop_4", tmp_path)
    monkeypatch.setattr(workspaces, "workspace", lambda: ws)
    at = opened("orders")
    assert "No suppliers yet" in texts(at)
    at.button(key="orders_first_supplier").click().run()
    content = b"supplier,product_id,order_days,minimum_value,unit_cost,multiple\nHansen,Bread,Mon Thu,50,2.00,6\n"
    at.file_uploader(key="orders_suppliers_uploader").upload("suppliers.csv", content).run()
    at.button(key="orders_suppliers_save").click().run()
    (supplier,) = suppliers.sourcing(ws).suppliers
    assert (supplier.name, supplier.order_days, supplier.minimum.value) == ("Hansen", {0, 3}, 50)
    assert at.dataframe[0].value["orders"].tolist() == ["Mon Thu"]
