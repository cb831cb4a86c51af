"""Stock typed into the page's table: in a useful order, kept as a draft, and never over what somebody else saved."""

from __future__ import annotations

import pytest
import streamlit
from app_driver import opened, texts
from shop_workspaces import count

from forecasting.core.errors import DiskFull
from forecasting.services import ordering, stock_typing, versions
from pages.components.inventory import typed_draft
from pages.components.shared import tables

pytestmark = pytest.mark.usefixtures("fresh_caches")


class Editor:
    """Stands in for the table that a person types into, which AppTest cannot: it types once, as the browser would."""

    def __init__(self):
        self.shown, self.typed = None, {}

    def __call__(self, table, **options):
        self.shown, self.order = table.copy(), options["column_order"]
        self.pressed = lambda: options["on_change"](*options["args"])
        self.key = options["key"]
        for (product, region, column), value in self.typed.items():
            table = table.copy()
            table.loc[(table["product_id"] == product) & (table["region"] == region), column] = value
        return table

    def cell(self, product, region, column):
        rows = self.shown.set_index(["product_id", "region"])
        return rows.loc[(product, region), column]


@pytest.fixture
def editor(monkeypatch):
    stand_in = Editor()
    monkeypatch.setattr(streamlit, "data_editor", stand_in)
    return stand_in


def on_tab(**query):
    return opened("orders", orders_tab="Stock", **query)


def on_hand(ws, name):
    made = versions.load(ws, 1)
    table = ordering.given_stock(ws, made).table
    return table["on_hand"].tolist()[made.panel.series["unique_id"].tolist().index(name)]


def test_most_sold_come_first_and_what_nobody_sells_any_more_is_behind_a_line(shop, editor):
    at = on_tab()
    order, gone = stock_typing.most_sold_first(
        ordering.stock_table(ordering.given_stock(shop, versions.load(shop, 1)), versions.load(shop, 1)), versions.load(shop, 1)
    )
    assert editor.order[:5] == ["product_id", "region", "on_hand", "on_order", "due"]
    assert editor.shown["product_id"].iloc[0] == "Bread"
    assert "Old pie" not in editor.shown["product_id"].tolist()
    assert len(editor.shown) == len(order) - gone.sum()
    at.toggle(key="inventory_editor_gone").set_value(True).run()
    assert at.toggle(key="inventory_editor_gone").label == "Show 1 row no longer sold"
    assert "Old pie" in editor.shown["product_id"].tolist()


def test_what_was_typed_comes_back_after_another_tab_and_after_a_reload(shop, editor):
    editor.typed = {("Bread", "North", "on_hand"): 12.0}
    at = on_tab()
    assert "1 cell changed and not saved yet" in texts(at)
    name = at.query_params["draft"]
    editor.typed = {}
    at.switch_page("pages/overview.py").run()
    at.switch_page("pages/orders.py").run()
    assert editor.cell("Bread", "North", "on_hand") == 12.0
    at = on_tab(draft=name)
    assert editor.cell("Bread", "North", "on_hand") == 12.0
    assert at.query_params["draft"] != name
    at.button(key="inventory_save_typed").click().run()
    assert on_hand(shop, "Bread|North") == 12.0
    assert "draft" not in at.query_params
    assert stock_typing.drafts(shop) == []


def test_a_draft_that_somebody_left_is_offered(shop, editor):
    editor.typed = {("Bread", "North", "on_hand"): 12.0}
    on_tab()
    editor.typed = {}
    at = on_tab()
    assert "1 cell typed and not saved, last on" in texts(at)
    at.button[[button.label for button in at.button].index("Go on with it")].click().run()
    assert editor.cell("Bread", "North", "on_hand") == 12.0
    at.button(key="inventory_discard").click().run()
    assert (stock_typing.drafts(shop), "not saved yet" in texts(at)) == ([], False)


@pytest.mark.parametrize(("choice", "bread"), [("mine", 12.0), ("theirs", 30.0)])
def test_two_who_type_do_not_overwrite_each_other(shop, editor, choice, bread):
    count(shop, "product_id,region,on_hand\nBread,North,20\nTea,North,7\n")
    editor.typed = {("Bread", "North", "on_hand"): 12.0}
    at = on_tab()
    editor.typed = {}
    count(shop, "product_id,region,on_hand\nBread,North,30\nTea,North,8\n")
    at.run()
    assert "Somebody else saved 1 cell that you typed too" in texts(at)
    assert "Bread, North, in stock: saved 30, yours 12" in texts(at)
    assert at.button(key="inventory_save_typed").disabled
    at.button(key=f"inventory_clash_{choice}").click().run()
    assert editor.cell("Bread", "North", "on_hand") == bread
    if choice == "mine":
        at.button(key="inventory_save_typed").click().run()
    assert (on_hand(shop, "Bread|North"), on_hand(shop, "Tea|North")) == (bread, 8.0)


def test_a_save_that_comes_after_anothers_saves_nothing(shop, editor, monkeypatch):
    editor.typed = {("Bread", "North", "on_hand"): 12.0}
    at = on_tab()
    real = ordering.save_stock

    def late(ws, *asked, **options):
        monkeypatch.setattr(ordering, "save_stock", real)
        count(ws, "product_id,region,on_hand\nTea,North,8\n")
        return real(ws, *asked, **options)

    monkeypatch.setattr(ordering, "save_stock", late)
    at.button(key="inventory_save_typed").click().run()
    assert "Somebody else saved stock meanwhile" in texts(at)
    at.button(key="inventory_save_typed").click().run()
    assert (on_hand(shop, "Bread|North"), on_hand(shop, "Tea|North")) == (12.0, 8.0)


def test_a_full_disk_leaves_the_draft_on_the_page(shop, editor, monkeypatch):
    def full(*_):
        raise DiskFull("The disk is full: what was typed was not saved.")

    monkeypatch.setattr(stock_typing, "keep", full)
    editor.typed = {("Bread", "North", "on_hand"): 12.0}
    at = on_tab()
    assert "What you typed is on this page only" in texts(at)
    at.run()
    assert "What you typed is on this page only" in texts(at)


def test_of_very_many_rows_the_browser_gets_some_and_what_was_typed_outlives_a_search(shop, editor, monkeypatch):
    monkeypatch.setattr(tables, "MOST_TYPED", 2)
    editor.typed = {("Bread", "North", "on_hand"): 12.0}
    at = on_tab()
    assert len(editor.shown) == 2
    assert "The 2 most sold of " in texts(at)
    editor.typed = {}
    at.text_input(key="inventory_editor_search").set_value("NORTH tea").run()
    assert editor.shown[["product_id", "region"]].to_numpy().tolist() == [["Tea", "North"]]
    assert "1 cell changed and not saved yet" in texts(at)
    state = {editor.key: {"edited_rows": {0: {"on_hand": 7}}}, typed_draft.DRAFT: at.session_state[typed_draft.DRAFT]}
    with monkeypatch.context() as patched:
        patched.setattr(streamlit, "session_state", state)
        editor.pressed()  # the next press comes before the page is drawn
    at.session_state[typed_draft.DRAFT] = state[typed_draft.DRAFT]
    at.text_input(key="inventory_editor_search").set_value("nowhere").run()
    assert "has \u201cnowhere\u201d" in texts(at)
    assert "2 cells changed and not saved yet" in texts(at)
    at.button(key="inventory_save_typed").click().run()
    assert (on_hand(shop, "Bread|North"), on_hand(shop, "Tea|North")) == (12.0, 7.0)


def test_a_problem_of_what_was_typed_names_its_row(shop, editor):
    editor.typed = {("Tea", "North", "lead_times"): "soon"}
    at = on_tab()
    assert at.dataframe[-1].value[["row", "column", "value"]].to_numpy().tolist() == [["Tea, North", "Past lead times", "soon"]]
    assert at.button(key="inventory_save_typed").disabled
