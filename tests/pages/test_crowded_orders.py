"""The page Orders where a shop has many suppliers, or an order many lines to change."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import streamlit
from app_driver import opened, texts
from order_shops import BREAD, HANSEN, MONDAY, Clock, shop_on_monday

from forecasting.inventory.book.order import Line
from forecasting.inventory.suppliers.price_breaks import PriceBreaks
from forecasting.inventory.suppliers.source import Source
from forecasting.inventory.suppliers.sourcing import Sourcing
from forecasting.inventory.suppliers.supplier import Minimum
from forecasting.services import order_book, order_cards, order_proposals, suppliers, workspaces
from pages.components.orders import add_product, lines, supplier_cards
from pages.components.shared import tables

pytestmark = pytest.mark.usefixtures("fresh_caches")


@pytest.fixture
def monday(tmp_path, monkeypatch):
    """A shop with a supplier of bread, counted, on a Monday morning."""
    ws = shop_on_monday(tmp_path, monkeypatch)
    monkeypatch.setattr(workspaces, "workspace", lambda: ws)
    monkeypatch.setattr(order_cards, "datetime", Clock)
    return ws


def test_many_suppliers_are_a_table_with_cards_of_those_that_are_due(monday, monkeypatch):
    monkeypatch.setattr(supplier_cards, "MANY", 2)
    others = [replace(HANSEN, name=f"Supplier {number}", order_days=frozenset({4})) for number in range(2)]
    later = [Source(supplier=each.name, product_id=product) for each, product in zip(others, ("Hinge", "Rope 10 m"), strict=True)]
    suppliers.save(monday, Sourcing((replace(HANSEN, minimum=Minimum(units=900, weight=40)), *others), (BREAD, *later)), "Anna")
    at = opened("orders")
    listed = at.dataframe[0].value
    assert listed["supplier"].tolist()[0] == "Hansen"
    assert len(listed) == 3
    assert listed["place"].iloc[0] == "Place order"
    urgent, lacks = listed["facts"].iloc[0]
    assert urgent == "1 runs out"
    assert re.fullmatch(r"\d+ units and a weight of 40 below the minimum", lacks)
    assert "##### Hansen" in texts(at)
    assert "##### Supplier 0" not in texts(at), "it takes its next order on Friday"
    assert [each.key for each in at.button if each.proto.type == "primary"] == ["orders_place_Hansen"]


@pytest.mark.parametrize(("most", "typed"), [(500, "Hinge"), (1, "hin")])
def test_a_product_is_added_to_an_order_with_its_reason(monday, monkeypatch, most, typed):
    monkeypatch.setattr(tables, "MOST", most)
    at = opened("orders")
    [order] = [each for each in order_book.book(monday).orders.values() if each.supplier == "Hansen"]
    key = f"orders_add_{order.id}"
    assert at.button(key=f"{key}_save").disabled
    assert len(at.selectbox(key=f"{key}_product").options) == min(most, 2)
    at = opened("orders", session={f"{key}_product": typed})  # as the browser sends it
    assert at.selectbox(key=f"{key}_product").value == "Hinge"
    at.number_input(key=f"{key}_units").set_value(5.0).run()
    at.pills(key=f"{key}_why").set_value("Large order").run()
    at.button(key=f"{key}_save").click().run()
    [hinge] = [line for line in order_book.book(monday).order(order.id).lines if line.unique_id == "Hinge"]
    assert (hinge.quantity, hinge.recommended, hinge.reason) == (5, 0, "Large order")


def test_lines_changed_in_a_table_are_kept_with_one_reason_and_the_suggested_one_is_no_change(monday, monkeypatch):
    suppliers.save(monday, Sourcing((HANSEN,), (replace(BREAD, price_breaks=PriceBreaks((0, 6), (2.0, 1.5))),)), "Anna")
    [order] = order_proposals.propose(monday, "Anna", supplier="Hansen", moment=MONDAY)
    assert "Price break" in opened("orders").dataframe[0].value["why"].iloc[0]
    [line] = order.lines
    for units, reason in ((line.quantity + 6, "Large order"), (line.recommended, "Price")):
        monkeypatch.setattr(streamlit, "data_editor", lambda table, units=units, **options: table.assign(order=float(units)))  # noqa: ARG005
        at = opened("orders", session={lines.TABLE: True})
        assert "**1 line changed. Why?**" in texts(at)
        assert at.button(key="orders_table_save").disabled
        at.pills(key="orders_table_why").set_value(reason).run()
        at.button(key="orders_table_save").click().run()
        [after] = order_book.book(monday).order(order.id).lines
        assert (after.quantity, after.reason) == (units, "" if units == line.recommended else reason)
        assert "changed. Why?" not in texts(at)


def test_two_products_of_one_name_are_told_apart_by_their_keys():
    keys = ({"product_id": "Tea, green", "store": "N"}, {"product_id": "Tea", "store": "green, N"})
    named = [Line(unique_id="|".join(key.values()), key=key, recommended=0, quantity=0) for key in keys]
    assert add_product._by_name(named) == {"Tea, green, N": "Tea, green|N", "Tea, green, N (Tea|green, N)": "Tea|green, N"}
