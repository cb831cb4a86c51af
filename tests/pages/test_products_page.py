"""All products on one page, and all of one product on another."""

from __future__ import annotations

import dataclasses
import re
from datetime import date

import pandas as pd
import pytest
import shop_workspaces as shops
from app_driver import curves, numbers, opened, texts
from patience import PATIENCE
from repository import ROOT
from streamlit.testing.v1 import AppTest

from forecasting.analysis import forecast_view, replacements
from forecasting.core import formatting
from forecasting.services import ordering, versions
from forecasting.services import product_links as links_of_products
from pages.components.shared import markdown, product_links


def alone(page, **query):
    """A page run by itself, as a deep link runs it."""
    at = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=PATIENCE)
    for name, value in query.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    return at


def listed(at):
    return at.dataframe[0].value["product"].tolist()


@pytest.mark.usefixtures("watching")
def test_the_list_is_searched_sorted_and_filtered_and_hides_what_is_no_longer_sold():
    at = opened("products", sort="Name")
    assert listed(at) == ["Bread", "Cake", "New bun", "Soap", "Tea"]
    assert "5 sold, 1 no longer sold is hidden" in texts(at)
    at.text_input(key="search").set_value("PIE").run()
    assert listed(at) == ["Old pie"]
    at.text_input(key="search").set_value("").run()
    at.pills(key="products_flags").set_value(["gone", "young"]).run()
    assert listed(at) == ["New bun", "Old pie"]
    at.pills(key="products_flags").set_value([]).run()
    at.selectbox(key="category").set_value("Drinks").run()
    assert listed(at) == ["Tea"]
    at.text_input(key="search").set_value("nowhere").run()
    assert "No product fits." in texts(at)


@pytest.mark.usefixtures("watching")
def test_the_list_adds_up_to_the_total_of_the_overview(published):
    at = alone("products")
    total = forecast_view.view(versions.load(published, 1), {}, 14).total.expected
    assert at.dataframe[0].value["next"].sum() == pytest.approx(total)
    assert f"{formatting.units(total)} units in the next 14 days" in texts(at)
    assert {"revenue", "cover", "stock"}.isdisjoint(at.dataframe[0].value.columns)


def shown(at, name):
    """The page of another product, in the same session."""
    at.query_params["product"] = name
    at.run()
    assert not at.exception
    return at


@pytest.mark.usefixtures("watching")
def test_a_tapped_name_opens_the_product_with_the_filters():
    at = opened("products", region="South")
    at.session_state["products_opened"] = product_links.address("Tea", {"region": "South"})
    at.run()
    assert at.title[0].value == "Tea"
    assert at.query_params["product"] == "Tea"
    assert at.session_state["region"] == "South"


@pytest.mark.usefixtures("watching")
@pytest.mark.parametrize(
    ("page", "table"),
    [
        ("overview", "overview_gaining"),
        ("overview", "overview_losing"),
        ("accuracy", "accuracy_series"),
        ("forecast", "forecast_simpler"),
        ("orders", "inventory_opened"),
    ],
)
def test_a_name_in_a_table_opens_its_product_in_its_place(page, table):
    at = opened(page, session={table: product_links.address("Bread", {"region": "South"})})
    assert (at.title[0].value, at.selectbox(key="region").value) == ("Bread", "South")


def links(at):
    """Where the page's links to products lead."""
    return [link.proto.query_string for link in at.get("page_link") if link.proto.page == "product"]


@pytest.mark.usefixtures("watching")
def test_a_name_in_text_is_a_link_to_its_product_in_its_place():
    assert links(opened("forecast", product_id="Bread", region="South")) == ["product=Bread&in_region=South"]
    assert links(opened("orders", line="Tea|South", show="order_now")) == ["product=Tea&in_region=South"]
    checked = links(opened("accuracy"))
    assert checked
    assert all("in_region" in link for link in checked)


@pytest.mark.usefixtures("watching")
def test_the_place_in_a_link_comes_before_the_one_looked_at_before():
    at = opened("product", session={"region": "North"}, product="Bread", in_region="South")
    assert at.selectbox(key="region").value == "South"
    assert "in_region" not in at.query_params


ODD = {
    "Bread": "a/b & 100 % ?x=1#y",
    "Cake": "=1+1",
    "Soap": "😀 \"bun\" 'x'",
    "Tea": ":material/home: **b**",
    "New bun": "long " * 51,
}


@pytest.mark.usefixtures("watching", "fresh_caches")
def test_odd_names_are_listed_and_have_their_page(monkeypatch):
    def renamed(ws, version, load=versions.load):
        ensemble = load(ws, version)
        series = ensemble.panel.series.replace({"product_id": ODD, "category": {"Drinks": ""}})
        return dataclasses.replace(ensemble, panel=dataclasses.replace(ensemble.panel, series=series))

    monkeypatch.setattr(versions, "load", renamed)
    at = opened("products", sort="Name")
    assert sorted(listed(at)) == sorted(map(product_links.label, ODD.values()))
    at.switch_page("pages/product.py")
    for name in ODD.values():
        assert shown(at, name).title[0].value == markdown.plain(name)
        assert at.metric


@pytest.mark.usefixtures("watching")
def test_a_product_has_its_forecast_its_story_and_its_uploads(published):
    at = opened("product", product="Bread")
    ensemble = versions.load(published, 1)
    total = forecast_view.view(ensemble, {"product_id": "Bread"}, 14).total.expected
    assert numbers(at)["Next 14 days"] == formatting.headline(total)
    assert numbers(at)["In stock"] == "not counted"
    assert "From 420 days of sales we expect" in plain(at)
    assert curves(at)[:4] == ["95\u00a0% range", "80\u00a0% range", "Sales", "Same weekday last year"]
    assert at.table[0].value["What"].tolist() == [markdown.plain("Upload sales.csv: 840 rows new")]
    at.selectbox(key="region").set_value("South").run()
    south = forecast_view.view(ensemble, {"product_id": "Bread", "region": "South"}, 14).total.expected
    assert numbers(at)["Next 14 days"] == formatting.headline(south)
    bun = shown(at, "New bun")  # which is not sold in the South
    assert "5 days" in plain(bun)
    assert numbers(bun)["Next 14 days"] != "0"
    gone = shown(at, "Old pie")
    assert "0 until new sales" in plain(gone)
    assert [metric.delta for metric in gone.metric][::3] == ["no longer sold", "nothing to judge"]
    gone = shown(at, "Gone / 100 %")
    assert ("knows no product called Gone / 100 %" in plain(gone), list(gone.metric)) == (True, [])
    assert "names no product" in plain(shown(at, ""))


def plain(at):
    """What a page says, without what keeps it from being Markdown."""
    return texts(at).replace("\u2060", "").replace("\\", "")


@pytest.mark.usefixtures("fresh_caches")
def test_counted_stock_stands_beside_the_forecast(shop):
    ensemble = versions.load(shop, 1)
    typed = pd.DataFrame({"product_id": ["Tea", "Tea", "Bread"], "region": ["North", "South", "North"], "on_hand": [30, 9000, 400]})
    ordering.save_stock(shop, ordering.check_typed_stock(typed, ensemble), ensemble, "typed")
    at = opened("products")
    rows = at.dataframe[0].value.set_index("product")
    assert rows.loc["Tea", "flag"] == ["Runs out"]
    assert rows["cover"].notna().to_dict() == {"Tea": True, "Bread": True} | dict.fromkeys(["Cake", "Soap", "New bun"], False)
    at.switch_page("pages/product.py")
    assert numbers(shown(at, "Tea"))["In stock"] == "9,030"
    assert at.dataframe[0].value["shelf"].tolist() == ["North", "South"]
    assert at.dataframe[0].value["lasts"].iloc[0][0].startswith("Empty")
    assert "1 of 2 shelves counted" in texts(shown(at, "Bread"))


@pytest.mark.parametrize("name", ["a/b", "100 % & more", "?x=1#y", "😀 \"bun\" 'x'", ":material/home: Bun", "  "])
def test_a_name_is_a_parameter_and_a_label_whatever_it_holds(name):
    assert product_links.address(name, {"store": "A", "category": "B"}) == {"product": name, "in_store": "A"}
    assert product_links.label(name).replace("\u2060", "") == name
    assert ":material/" not in product_links.label(name)


def test_a_replaced_product_is_said_seen_and_undone(shop):
    at = opened("products")
    at.button(key="products_replace").click().run()
    at.button(key="products_replace").click()
    at.selectbox(key="products_old").set_value("Cake")
    at.selectbox(key="products_new").set_value("Tea")
    at.button(key="products_save").click().run()
    assert [str(link) for link in links_of_products.links(shop).links] == ["Cake is Tea from 2026-07-01 on"]
    assert "**Cake** is **Tea** since 1 Jul 2026" in texts(at)
    assert "Replaced or planned products have changed, not in the forecast yet" in texts(at)
    at.button(key="products_separate_Cake").click().run()
    assert not at.exception
    assert links_of_products.links(shop).links == ()
    assert "Not in the forecast yet" not in texts(at)


def test_the_page_of_a_product_says_what_it_continues_and_that_of_a_former_one_leads_on(shop):
    links_of_products.replace(shop, "Old pie", "Cake")
    at = opened("product", product="Cake")
    assert "Continues **Old pie** since" in texts(at)
    at.button(key="product_separate_Old pie").click().run()
    assert links_of_products.links(shop).links == ()


def test_products_that_look_like_one_are_asked_about_once(shop, monkeypatch):
    pair = replacements.Replacement("Old pie", date(2026, 6, 1), "Cake", date(2026, 6, 2))
    monkeypatch.setattr(links_of_products, "_likely", lambda *_: [pair])
    at = opened("products")
    assert "**Old pie** stopped on 1 Jun 2026, **Cake** began on 2 Jun 2026. One product?" in texts(at)
    at.button(key="products_same_Old pie").click().run()
    assert "One product?" not in texts(at)
    assert links_of_products.links(shop).links[0].old == "Old pie"


def test_damaged_links_are_named_and_the_page_stays(shop):
    links_of_products.replace(shop, "Old pie", "Cake")
    (shop.products / "0001.json").write_text("{")
    assert "are damaged and cannot be read" in " ".join(error.value for error in opened("products").error)
    at = opened("product", product="Cake")
    assert at.title[0].value == "Cake"


def test_a_product_to_come_is_planned_seen_and_cancelled(shop):
    rows = shops.sales(60)
    shops.merge(shop, rows[rows["product_id"] == "Tea"].assign(product_id="Mate"), "more.csv")
    at = opened("products")
    at.button(key="products_plan").click()
    at.run()
    at.button(key="products_plan").click()
    at.text_input(key="products_launch").set_value("Stollen")
    at.date_input(key="products_day").set_value(date(2026, 7, 4))
    at.button(key="products_plan_save").click().run()
    assert not at.exception
    assert links_of_products.links(shop).launches[0].product == "Stollen"
    assert re.search(r"\*\*Stollen\*\* from 4 Jul 2026: [\d,]+ in the first 28 days, like Mate", texts(at))
    at.button(key="products_cancel_Stollen").click().run()
    assert links_of_products.links(shop).launches == ()


@pytest.mark.usefixtures("watching")
def test_without_launches_the_page_says_why_none_can_be_planned():
    assert "These sales show no earlier launch" in " ".join(caption.value for caption in opened("products").caption)
