"""The table of products with classes and stock, what a search finds in it, and which uploads changed a product."""

from __future__ import annotations

import dataclasses
import io

import numpy as np
import pandas as pd
import past_ensembles
import pytest
import shop_workspaces as shops

from forecasting.core import schema
from forecasting.inventory.policy import Policy
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import GivenStock
from forecasting.services import ordering, product_uploads, products

NAMES = ["Crème brûlée", "Croissant", "Croissant", "=1+1", "Straße 5"]


@pytest.fixture(scope="module")
def ensemble():
    sold, forecast = past_ensembles.noisy(5, 28, 5)
    series = {schema.PRODUCT: NAMES, schema.STORE: ["N", "N", "S", "N", "N"], schema.CATEGORY: ["Dessert", "Pastry", "Pastry", "Odd", "Odd"]}
    ensemble = past_ensembles.ensemble(sold, forecast, series=series, health={"wape": 0.1, "why": "", "notes": ""})
    return dataclasses.replace(ensemble, yhat={name: np.full((5, 28), 40.0) for name in ensemble.yhat})


@pytest.fixture(scope="module")
def table(ensemble):
    return products.products_table(ensemble, {}, 28, None)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("CROI", ["Croissant"]),
        ("creme brul", ["Crème brûlée"]),
        ("brûlée dess", ["Crème brûlée"]),
        ("strasse", ["Straße 5"]),
        ("=1+", ["=1+1"]),
        ("(", []),
        ("pastry", ["Croissant"]),
        ("", ["=1+1", "Croissant", "Crème brûlée", "Straße 5"]),
    ],
)
def test_a_search_finds_words_whatever_their_case_and_accents(table, text, names):
    assert products.matching(table, text)["product"].tolist() == names


def test_only_counted_shelves_say_something_of_stock(ensemble):
    given = GivenStock.nothing(5).changed(state.ON_HAND, np.array([60.0, 9000.0]), np.array([1, 2]))
    orders = ordering.recommend(ensemble, given, Policy(), {})
    table = products.products_table(ensemble, {}, 28, orders).set_index("product")
    assert table["stock"].to_dict() == {"=1+1": pytest.approx(np.nan, nan_ok=True), "Croissant": 9060.0} | dict.fromkeys(
        ["Crème brûlée", "Straße 5"], pytest.approx(np.nan, nan_ok=True)
    )
    assert (table["cover"]["Croissant"], table["cover"].notna().sum()) == (1.5, 1)
    assert table[["runs_out", "overstock"]].to_numpy().tolist() == [[False, False], [True, True], [False, False], [False, False]]


def test_the_csv_has_flags_in_words_and_runs_no_formula(table):
    content = products.products_csv(table)
    read = pd.read_csv(io.BytesIO(content))
    assert b"\n'=1+1," in content
    assert read.columns.tolist()[-1] == "flags"
    assert {"spark", "search", "value"}.isdisjoint(read.columns)


def test_the_uploads_that_changed_a_product_say_how_many_rows(home):
    all_days = shops.sales(12).query("product_id in ('Bread', 'Tea')")
    first = all_days[all_days.date > all_days.date.min() + pd.Timedelta(days=1)]
    tea = first[first.product_id == "Tea"]
    shops.merge(home, first, "first.csv")
    shops.merge(home, tea.assign(sales=tea.sales + (np.arange(len(tea)) < 3)), "tea.csv")
    shops.merge(home, all_days[all_days.product_id == "Bread"], "longer.csv")
    told = {name: product_uploads.product_uploads(home, {schema.PRODUCT: name}) for name in ("Tea", "Bread", "Nothing")}
    assert [(each.upload.name, each.new, each.changed) for each in told["Tea"]] == [("tea.csv", 0, 3), ("first.csv", 20, 0)]
    assert [each.upload.name for each in told["Bread"]] == ["longer.csv", "first.csv"]
    assert told["Bread"][0].new == 4
    assert told["Nothing"] == ()
    assert [each.new for each in product_uploads.product_uploads(home, {schema.PRODUCT: "Tea", schema.REGION: "North"})] == [0, 10]
