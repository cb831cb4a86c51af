"""The inventory page as a person meets it, and what the overview says of it."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime

import numpy as np
import pandas as pd
import pytest
import shop_workspaces as shops
from app_driver import chart, numbers, opened, texts

from forecasting.core import formatting
from forecasting.core.errors import QuestionsOpen
from forecasting.intake.understood import Choice, Question
from forecasting.inventory.budget import spend
from forecasting.inventory.orders import wording
from forecasting.inventory.policy import Policy
from forecasting.inventory.stock import state
from forecasting.services import ordering, product_links, sales, versions
from forecasting.training import reasons
from pages.components.inventory import summary
from pages.components.shared import markdown

pytestmark = pytest.mark.usefixtures("fresh_caches")

STOCK = """product_id,region,on_hand,on_order,due,pack_size,unit_cost,price
Bread,North,60,120,2026-07-02,12,0.8,2
Bread,South,9000,,,12,0.8,2
Cake,North,20,,,6,3,7
Cake,South,0,,,6,3,7
Soap,North,70,,,1,1,3
Soap,South,5,,,1,1,3
Tea,North,200,,,1,2,3
Tea,South,210,,,1,2,3
"""
SHORT = Policy(lead_time=3, review_period=4)
ASKED = {"inventory_lead": "3", "inventory_review": "4"}
"""The same in the URL."""


def count(ws, text=STOCK):
    """Saves this stock."""
    return shops.count(ws, text)


@pytest.fixture
def counted(shop, monkeypatch):
    """A workspace of its own with stock, counted on the morning after the last sales."""
    count(shop)
    real = ordering.saved_stock
    monkeypatch.setattr(ordering, "saved_stock", lambda ws: (kept := real(ws)) and replace(kept, moment=datetime(2026, 7, 1, 8, 30).astimezone()))
    return shop


def found_in(ws, policy=SHORT, filters=None):
    made = versions.load(ws, 1)
    return ordering.recommend(made, ordering.given_stock(ws, made), policy, filters or {})


def listed(at):
    return at.dataframe[0].value


def test_an_empty_workspace_has_nothing_to_order():
    at = opened("orders")
    assert at.title[0].value == "Orders"
    assert "Upload your first sales file." in texts(at)
    assert not at.metric


def test_a_line_is_chosen_by_its_name_without_a_mouse_and_says_what_is_left_of_the_product_before(counted):
    product_links.replace(counted, "Cake", "Bread", factor=2.0)
    at = opened("orders", **ASKED, line="Bread|North")
    left = markdown.plain("20 of Cake, which this product replaces, are on hand, worth 40 of these. They are not counted here.")
    assert "##### Bread, North" in texts(at)
    assert left in texts(at)
    picker = at.selectbox(key="inventory_picked")
    assert picker.value == "Bread|North"
    picker.select("Tea, South").run()
    assert "##### Tea, South" in texts(at)
    assert left not in texts(at)
    assert at.query_params["line"] == "Tea|South"


def test_the_first_order_of_a_planned_product_is_proposed_and_taken_over_by_a_person(counted, monkeypatch):
    load = versions.load

    def with_plan(ws, version):
        ensemble = load(ws, version)
        soap = np.flatnonzero((ensemble.panel.series["product_id"] == "Soap").to_numpy())
        past, health = ensemble.panel.sales.copy(), ensemble.health.copy()
        past[soap] = np.nan
        health.loc[health.index[soap], ["model", "reason"]] = reasons.TOO_NEW, "Not sold yet."
        return replace(ensemble, panel=replace(ensemble.panel, sales=past), health=health)

    monkeypatch.setattr(versions, "load", with_plan)
    at = opened("orders", **ASKED)
    before = numbers(at)["Units to order"]
    offers = [button for button in at.button if button.key.startswith("inventory_first_")]
    assert len(offers) == 2
    assert "until a second order can arrive" in texts(at)
    offer = next(button for button in offers if not button.disabled)
    units = int(offer.label.removeprefix("Order "))
    offer.click().run()
    assert f"You order {units}" in texts(at)
    assert int(numbers(at)["Units to order"].replace(",", "")) == int(before.replace(",", "")) + units
    at.button(key=offer.key.replace("first_", "first_undo_")).click().run()
    assert numbers(at)["Units to order"] == before


def test_without_stock_it_asks_what_is_on_the_shelves_and_takes_them_for_empty(watching):
    at = opened("orders", **ASKED)
    assert "What is on your shelves?" in texts(at)
    assert markdown.plain("Assumed: nothing in stock, lead time 3 days, review every 4 days, single units") in texts(at)
    found = found_in(watching)
    assert numbers(at)["Order now"] == f"{found.totals()['order_now']:.0f} lines"
    assert numbers(at)["Units to order"] == formatting.units(found.totals()["units"])
    assert numbers(at)["Will run out"] == numbers(at)["Overstock"] == "not counted"
    assert not any("Empty" in text for texts in listed(at)["shelf"] for text in texts)
    assert numbers(at)["In stock"] == "not counted"
    assert not at.get("plotly_chart")
    at.button(key="inventory_add").click().run()
    assert "##### Type it" in texts(at)


def test_the_page_answers_in_four_numbers_that_agree_with_the_orders(counted):
    at = opened("orders", **ASKED)
    found = found_in(counted)
    totals = found.totals()
    assert "Stock of 1 Jul 2026, 08:30" in texts(at)
    assert list(numbers(at))[:4] == ["Order now", "Units to order", "Will run out", "Overstock"]
    assert numbers(at)["Order now"] == f"{totals['order_now']:.0f} lines"
    assert numbers(at)["Units to order"] == formatting.units(totals["units"])
    assert numbers(at)["Will run out"] == formatting.count(int(totals["runs_out"]), "shelf", "shelves")
    assert at.metric[1].delta == f"costs {totals['value']:,.2f}"
    at = opened("orders", **ASKED, product_id="Cake")
    assert at.metric[1].delta == f"costs {found_in(counted, filters={'product_id': 'Cake'}).totals()['value']:,.2f}"


def test_the_list_is_worst_first_and_the_first_line_is_on_the_card(counted):
    at = opened("orders", **ASKED)
    found = found_in(counted)
    urgent = found.urgent()
    rows = urgent[urgent["state"].isin(["order_now", "soon", "not_counted"])]
    assert listed(at)["name"].tolist() == [summary.named(row) for row in rows.to_dict("records")]
    assert listed(at)["order_quantity"].fillna(-1).tolist() == rows["order_quantity"].fillna(-1).tolist()
    assert f"##### {listed(at)['name'].iloc[0]}" in texts(at)
    place = int(rows.index[0])
    assert markdown.plain(wording.sum_of(found, place)) in texts(at)
    assert markdown.plain(wording.proof(found.table.iloc[place].to_dict())) in texts(at)


PARTLY = "product_id,region,on_hand\nBread,North,60\nCake,North,0\n"


def test_shelves_that_nobody_counted_are_not_counted_rather_than_empty(shop):
    count(shop, PARTLY)
    at = opened("orders", **ASKED)
    found = found_in(shop)
    assert "**2 of 9 counted.**" in texts(at)
    assert numbers(at)["Will run out"] == f"{found.totals()['runs_out']} shelves" == "2 shelves"
    assert numbers(at)["Units to order"] == formatting.units(
        found.table.set_index("unique_id").loc[["Bread|North", "Cake|North"], "recommended"].sum()
    )
    rows = listed(at).set_index("name")
    others = rows.drop(["Bread, North", "Cake, North"])
    assert {tuple(chips) for chips in others["shelf"]} == {("Not counted",)}
    assert others[["order_quantity", "on_hand", "days_of_cover"]].isna().all(axis=None)
    assert others.index[0] == "Bread, South"
    assert "2 of 9 shelves counted" in texts(opened("overview"))


def test_the_card_of_a_shelf_that_was_not_counted_shows_no_zero_and_leads_to_counting(shop):
    count(shop, PARTLY)
    at = opened("orders", **ASKED, line="Tea|South")
    assert numbers(at)["In stock"] == "not counted"
    assert at.number_input(key="inventory_order_Tea|South").value is None
    assert "Not counted\\. Filled up" in texts(at)
    at.button(key="inventory_count").click().run()
    assert "##### Type it" in texts(at)


def test_red_is_kept_for_a_shelf_that_runs_out(counted):
    at = opened("orders", **ASKED, line="Cake|South")
    assert ":gray-badge[Order now] :red-badge[Empty now]" in texts(at)
    assert ":red-badge" not in texts(opened("orders", **ASKED, line="Bread|North"))


def test_products_no_longer_sold_are_left_out_until_they_are_asked_for(shop):
    count(shop, f"{STOCK}Old pie,North,5,,,1,1,3\n")
    at = opened("orders", **ASKED, show="overstock")
    assert "Old pie, North" not in listed(at)["name"].tolist()
    assert numbers(at)["Overstock"] == f"{len(listed(at))} shelf" if len(listed(at)) == 1 else f"{len(listed(at))} shelves"
    assert at.toggle(key="gone").label == "Show 1 shelf no longer sold, 1 with stock left"
    at.toggle(key="gone").set_value(True).run()
    assert "Old pie, North" in listed(at)["name"].tolist()


@pytest.mark.parametrize(
    ("now", "says"), [("2026-07-01", ""), ("2026-07-04", "These orders start on Wed 1 Jul: what was sold since then is not saved yet.")]
)
def test_orders_start_today_or_say_why_not(counted, monkeypatch, now, says):
    monkeypatch.setattr(ordering, "today", lambda: pd.Timestamp(now))
    said = texts(opened("orders", **ASKED))
    assert says in said
    assert ("These orders" in said) == bool(says)


def test_a_line_whose_promise_was_not_kept_says_so_in_the_list(counted, monkeypatch):
    real = ordering.recommend

    def broken(*asked, **counted):
        found = real(*asked, **counted)
        worst = found.urgent().index[0]
        return replace(found, table=found.table.assign(promise=["not kept" if place == worst else "kept" for place in found.table.index]))

    monkeypatch.setattr(ordering, "recommend", broken)
    rows = listed(opened("orders", **ASKED))
    assert list(rows["state"].iloc[0]) == ["Order now", "Often missed"]
    assert all(len(states) == 1 for states in rows["state"].iloc[1:])


def test_the_url_chooses_states_and_line(counted):
    at = opened("orders", **ASKED, show="overstock", line="Bread|South")
    assert listed(at)["name"].tolist() == ["Bread, South"]
    assert markdown.plain("Nothing to order: 9,000 on the shelf") in texts(at)
    at = opened("orders", **ASKED, line="Cake|North")
    assert "##### Cake, North" in texts(at)


def test_the_chart_shows_stock_with_the_order_and_without(counted):
    at = opened("orders", **ASKED, line="Cake|South")
    names = [trace.get("name") for trace in chart(at)["data"]]
    assert names[:3] == ["80\u00a0% range", "With order", "Without"]
    assert "Empty now" in [note.get("text") for note in chart(at)["layout"]["annotations"]]


def test_another_policy_is_answered_at_once(counted):
    at = opened("orders")
    assert at.slider(key="inventory_lead").value == 7
    at.slider(key="inventory_lead").set_value(3).run()
    at.slider(key="inventory_review").set_value(4).run()
    at.slider(key="inventory_service").set_value(80).run()
    wanted = found_in(counted, replace(SHORT, service_level=0.8)).totals()["units"]
    assert numbers(at)["Units to order"] == formatting.units(wanted)


def test_classes_targets_and_rules_reach_the_orders(counted):
    at = opened("orders", **ASKED, inventory_by_class="true", inventory_a="99")
    wanted = found_in(counted, replace(SHORT, class_levels=(0.99, 0.95, 0.9)))
    assert numbers(at)["Units to order"] == formatting.units(wanted.totals()["units"])
    at = opened("orders", **ASKED, inventory_target="Lowest cost", inventory_rule="Min max", inventory_order_cost="5")
    wanted = found_in(counted, replace(SHORT, target="costs", rule="min_max", order_cost=5.0))
    assert numbers(at)["Units to order"] == formatting.units(wanted.totals()["units"])


def test_a_quantity_that_a_person_types_counts_everywhere(counted):
    at = opened("orders", **ASKED, line="Cake|South")
    before = found_in(counted)
    recommended = before.table.set_index("unique_id").loc["Cake|South", "order_quantity"]
    missed = at.metric[2].delta
    at.number_input(key="inventory_order_Cake|South").set_value(6).run()
    assert f"Why 6 instead of {recommended:.0f}?" in texts(at)
    at.pills(key="inventory_reason").set_value("Freezer full").run()
    at.button(key="inventory_reason_save").click().run()
    at = opened("orders", **ASKED, line="Cake|South")
    assert markdown.plain(f"Recommended: {recommended:.0f}. Reason: Freezer full") in texts(at)
    assert numbers(at)["Units to order"] == formatting.units(before.totals()["units"] - recommended + 6)
    assert "You changed 1 line." in texts(at)
    assert listed(at).set_index("name").loc["Cake, South", "order_quantity"] == 6
    row = listed(at).set_index("name").loc["Cake, South"]
    assert (list(row["state"]), row["recommended"]) == (["Order now", "Changed"], recommended)
    assert f"You order 6, {recommended - 6:.0f} fewer than recommended" in texts(at)
    assert at.metric[2].delta != missed
    at.button(key="inventory_use").click().run()
    assert "You changed" not in texts(at)
    at.number_input(key="inventory_order_Cake|South").set_value(7).run()
    at.pills(key="inventory_reason").set_value("Price").run()
    at.button(key="inventory_reason_save").click().run()
    assert "Not whole packs of 6" in texts(at)
    at.button(key="inventory_undo").click().run()
    assert numbers(at)["Units to order"] == formatting.units(before.totals()["units"])


def test_more_days_than_were_judged_say_why_there_is_no_advice(counted):
    at = opened("orders", inventory_lead="30")
    assert "No advice for" in texts(at)
    assert "but past forecasts were only checked over 14 days" in texts(at)
    assert not [each for each in at.get("plotly_chart") if "With order" in each.proto.spec]


def test_full_shelves_need_no_order(shop):
    shelves = "".join(f"{name},{place},150\n" for name in ("Bread", "Cake", "Soap", "Tea", "New bun", "Old pie") for place in ("North", "South"))
    count(shop, f"product_id,region,on_hand\n{shelves}")
    at = opened("orders", inventory_lead="0", inventory_review="1")
    assert numbers(at)["Order now"] == "0 lines"
    assert numbers(at)["Units to order"] == "0"
    assert markdown.plain("Nothing to order:") in texts(at)


def test_filters_that_exclude_each_other_can_be_cleared(counted):
    at = opened("orders", product_id="New bun", region="South")
    assert "Nothing matches these filters." in texts(at)
    at.button(key="clear").click().run()
    assert at.metric


def test_a_filter_changes_every_number(counted):
    at = opened("orders", **ASKED, product_id="Cake")
    found = found_in(counted, filters={"product_id": "Cake"})
    assert numbers(at)["Units to order"] == formatting.units(found.totals()["units"])
    assert set(listed(at)["name"]) <= {"Cake, North", "Cake, South"}


def test_the_same_question_is_answered_once(counted, monkeypatch):
    asked, real = [], ordering.recommend
    monkeypatch.setattr(ordering, "recommend", lambda *given, **counted: asked.append(given[2]) or real(*given, **counted))
    at = opened("orders", **ASKED)
    at.button(key="inventory_nothing").click().run() if [each for each in at.button if each.key == "inventory_nothing"] else at.run()
    assert asked.count(SHORT) == 1


def test_a_budget_buys_the_orders_that_are_worth_most(counted):
    at = opened("orders", **ASKED, inventory_budget="100")
    found = found_in(counted)
    bought = spend.spend(found, 100.0)
    assert f"for {bought['value'].sum():,.2f}" in texts(at)
    at.button(key="inventory_spend").click().run()
    assert numbers(at)["Units to order"] == formatting.units(bought["order_quantity"].sum())


def test_a_budget_without_costs_says_what_is_missing(watching):
    assert "unit costs" in texts(opened("orders", **ASKED, inventory_budget="100"))


def test_a_stock_file_is_read_saved_and_counts(shop):
    at = opened("orders", orders_tab="Stock")
    at.file_uploader(key="inventory_uploader").upload("stock.csv", STOCK.encode()).run()
    assert numbers(at)["Shelves counted"] == "8 of 10"
    assert numbers(at)["Problems"] == "0"
    at.button(key="inventory_save_file").click().run()
    assert not at.exception
    assert markdown.plain("Saved. Orders now use this stock.") in texts(at)
    assert "What is on your shelves?" not in texts(at)
    assert ordering.given_stock(shop, versions.load(shop, 1)).table["on_hand"].sum() == 9565


def test_columns_that_are_not_used_are_asked_about(shop):
    at = opened("orders", orders_tab="Stock")
    text = STOCK.replace("on_order", "Vendor says").replace("pack_size", "Stock on the way")
    at.file_uploader(key="inventory_uploader").upload("stock.csv", text.encode()).run()
    assert {box.label: box.value for box in at.selectbox}["Coming"] == "Stock on the way"
    offered = next(box for box in at.selectbox if box.label == "*Vendor says*")
    assert {"Owed", "Pack of"} <= set(offered.options)
    assert "Coming" not in offered.options
    offered.set_value("backorders").run()
    assert {box.label: box.value for box in at.selectbox}["Owed"] == "Vendor says"
    assert not [box for box in at.selectbox if box.label == "*Vendor says*"]
    assert "Columns not used yet" not in texts(at)


def test_a_stock_file_whose_dates_read_two_ways_is_asked_about(shop):
    at = opened("orders", orders_tab="Stock")
    text = STOCK.replace("2026-07-02", "02/07/2026")
    at.file_uploader(key="inventory_uploader").upload("stock.csv", text.encode()).run()
    assert "can be read two ways" in texts(at)
    at.radio[-1].set_value(True).run()
    assert numbers(at)["Shelves counted"] == "8 of 10"


def test_a_stock_file_that_has_no_table_before_a_question_asks_it(shop, monkeypatch):
    sheets = Question("sheet", "Which sheet?", tuple(Choice(name, f"Sheet {name}", {"sheet": name}) for name in ("A", "B")))

    def inspect(content, name, answers=sales.NOTHING_SAID, real=sales.inspect, **options):
        if answers.sheet is None:
            raise QuestionsOpen("--sheet A", understood={}, questions=[sheets])
        return real(content, name, answers, **options)

    monkeypatch.setattr(sales, "inspect", inspect)
    at = opened("orders", orders_tab="Stock")
    at.file_uploader(key="inventory_uploader").upload("stock.csv", STOCK.encode()).run()
    assert "--sheet" not in texts(at)
    at.radio[-1].set_value("A").run()
    assert numbers(at)["Shelves counted"] == "8 of 10"


def test_a_file_that_only_counts_leaves_the_terms_as_they_were(counted):
    made = count(counted, "product_id,region,on_hand\nBread,North,7\n")
    table = ordering.given_stock(counted, made).table
    place = made.panel.series["unique_id"].tolist().index("Bread|North")
    assert table.loc[place, ["on_hand", "pack_size", "unit_cost"]].tolist() == [7.0, 12.0, 0.8]
    typed = ordering.stock_table(ordering.given_stock(counted, made), made).assign(pack_size=float("nan"))
    ordering.save_stock(counted, ordering.check_typed_stock(typed, made), made, "typing", whole=True)
    assert ordering.given_stock(counted, made).table["pack_size"].isna().all()


def test_problems_of_a_stock_file_are_shown_by_line_before_anything_is_saved(shop):
    at = opened("orders", orders_tab="Stock")
    bad = STOCK.replace("9000", "many").replace("Cake,North", "Gateau,North")
    at.file_uploader(key="inventory_uploader").upload("stock.csv", bad.encode()).run()
    assert numbers(at)["Problems"] == "2"
    assert at.dataframe[0].value["value"].tolist()[0] == "many"
    assert at.button(key="inventory_save_file").disabled
    at.checkbox[0].check().run()
    at.button(key="inventory_save_file").click().run()
    assert ordering.saved_stock(shop) is not None


def test_a_file_that_is_none_says_so(shop):
    at = opened("orders", orders_tab="Stock")
    at.file_uploader(key="inventory_uploader").upload("stock.xlsx", b"no workbook").run()
    assert "This file cannot be read." in texts(at)
    at.button(key="inventory_another").click().run()
    assert "##### Type it" in texts(at)


def test_what_was_saved_can_be_taken_back(counted):
    at = opened("orders", orders_tab="Stock")
    assert "from stock\\.csv" in texts(at)
    at.button(key="inventory_take_back").click().run()
    assert ordering.saved_stock(counted) is None


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("2026-06-28", "These orders start on Wed 1 Jul: what was sold since then is not saved yet"),
        ("2026-08-10", "No sales are saved of the 40 days before the stock was counted, so these orders start on 1 Jul 2026"),
    ],
)
def test_stock_and_sales_of_different_days_are_named(shop, monkeypatch, day, says):
    count(shop)
    real = ordering.saved_stock
    monkeypatch.setattr(ordering, "saved_stock", lambda ws: replace(real(ws), moment=datetime.fromisoformat(f"{day} 08:30").astimezone()))
    assert says in texts(opened("orders"))


def test_damaged_stock_says_so_and_is_replaced_by_a_new_file(shop):
    count(shop)
    for path in shop.stock.glob("*.parquet"):
        path.write_bytes(b"nothing")
    at = opened("orders")
    assert markdown.plain("is damaged and cannot be read") in texts(at)
    assert numbers(opened("overview"))["To order"] == "not counted"
    at.file_uploader(key="inventory_uploader").upload("stock.csv", STOCK.encode()).run()
    at.button(key="inventory_save_file").click().run()
    assert "Order now" in numbers(at)


def test_names_from_a_file_read_as_they_were_written(watching, monkeypatch):
    odd = "<img src=x onerror=alert(1)> **x** :red[x] $x$ :tada:"

    def renamed(ws, version, load=versions.load):
        ensemble = load(ws, version)
        return replace(ensemble, panel=replace(ensemble.panel, series=ensemble.panel.series.replace("Cake", odd)))

    monkeypatch.setattr(versions, "load", renamed)
    said = texts(opened("orders", **ASKED, line="Cake|North"))
    assert markdown.plain(odd) in said
    assert odd not in said


def test_the_downloads_hold_what_the_page_shows(counted):
    found = found_in(counted)
    table = pd.read_csv(io.BytesIO(ordering.orders_csv(found, 1, {"Cake|South": 6.0})))
    cake = table[(table["product_id"] == "Cake") & (table["region"] == "South")]
    assert cake["order_quantity"].tolist() == [6]
    assert ordering.orders_xlsx(found, versions.manifest(counted, 1), {"Cake|South": 6.0})


def test_the_overview_says_what_to_order_once_stock_was_counted(counted):
    at = opened("overview")
    found = found_in(counted, Policy())
    assert list(numbers(at))[:4] == ["Next 14 days", "To order", "Will run out", "Last 7 days"]
    assert numbers(at)["To order"] == f"{found.totals()['order_now']:.0f} lines"
    assert numbers(at)["Will run out"] == f"{found.totals()['runs_out']:.0f} shelves"
    assert "will run out before an order arrives" in texts(at)
    assert "First: Cake, South, Wed 1 Jul" in texts(at)


def test_the_overview_without_stock_asks_nothing_of_the_shelves(watching, monkeypatch):
    monkeypatch.setattr(ordering, "recommend", lambda *_, **__: pytest.fail("Nobody counted the stock."))
    at = opened("overview")
    assert numbers(at)["To order"] == numbers(at)["Will run out"] == "not counted"


def test_every_column_that_may_be_typed_has_a_label(shop):
    count(shop)
    made = versions.load(shop, 1)
    columns = ordering.stock_table(ordering.given_stock(shop, made), made).columns
    assert set(state.COLUMNS) <= set(columns)
    assert set(columns) - set(state.COLUMNS) == {"product_id", "region"}
