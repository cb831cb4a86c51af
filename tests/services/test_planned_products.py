"""Planned products, from a wish to what a retrain learns from."""

from __future__ import annotations

import json
from datetime import date

import api_client
import pytest
import shop_workspaces as shops

from forecasting.core.errors import InputError
from forecasting.core.progress import ignore
from forecasting.entrypoints.cli.verbs import main
from forecasting.services import planned_products, product_links, training_run
from forecasting.services.planned_products import PlannedLaunch

STOLLEN = PlannedLaunch("Stollen", date(2026, 7, 9), "Food")


@pytest.fixture
def bakery(home):
    """A shop of two breads, of which one was launched 50 days ago in both regions."""
    rows = shops.sales(100).query("product_id in ('Bread', 'Cake')")
    shops.merge(home, rows[(rows["product_id"] == "Bread") | (rows["date"] >= "2026-05-12")])
    return home


def test_a_plan_says_what_is_expected_and_like_whom(bakery):
    outlook = planned_products.plan(bakery, STOLLEN)
    assert [(twin.product, twin.first, twin.category) for twin in outlook.twins] == [("Cake", date(2026, 5, 12), "Food")]
    assert outlook.units == pytest.approx(outlook.twins[0].units)
    assert (outlook.lower_80, outlook.upper_80) == (None, None)
    assert planned_products.planned(bakery) == [outlook]
    assert product_links.waiting(bakery)
    product_links.undo(bakery)
    assert planned_products.planned(bakery) == []


def test_links_and_plans_stand_side_by_side(bakery):
    planned_products.plan(bakery, STOLLEN)
    product_links.replace(bakery, "Cake", "Tart")
    state = product_links.links(bakery)
    assert (len(state.links), state.launches) == (1, (STOLLEN,))
    assert planned_products.planned(bakery)[0].twins[0].product == "Tart"
    planned_products.cancel(bakery, "Stollen")
    assert (len(product_links.links(bakery).links), product_links.links(bakery).launches) == (1, ())
    with pytest.raises(InputError, match="No launch of Stollen is planned"):
        planned_products.cancel(bakery, "Stollen")


@pytest.mark.parametrize(
    ("launch", "text"),
    [
        (PlannedLaunch(" ", STOLLEN.day), "no name"),
        (PlannedLaunch("Cake", STOLLEN.day), "has been sold already"),
        (PlannedLaunch("Stollen", STOLLEN.day, price=0.0), "above 0"),
        (PlannedLaunch("Stollen", STOLLEN.day, like="Cak"), "no earlier launch of 'Cak'.*Cake"),
        (PlannedLaunch("Stollen", STOLLEN.day, like="Bread"), "no earlier launch of 'Bread'"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_in_one_sentence(bakery, launch, text):
    with pytest.raises(InputError, match=text):
        planned_products.plan(bakery, launch)
    assert product_links.links(bakery).number == 0


def test_without_launches_or_sales_nothing_can_be_planned(home):
    assert planned_products.launches(home) == ()
    with pytest.raises(InputError, match="no sales yet"):
        planned_products.plan(home, STOLLEN)
    shops.merge(home, shops.sales(40).query("product_id == 'Bread'"))
    with pytest.raises(InputError, match="no earlier launch"):
        planned_products.plan(home, STOLLEN)


def test_a_retrain_has_a_series_a_store_of_the_planned_product_until_it_is_sold(bakery, monkeypatch):
    planned_products.plan(bakery, STOLLEN)
    seen = []

    def train(panel, *_, **__):
        seen.append(panel.unique_ids)
        raise KeyboardInterrupt

    monkeypatch.setattr(training_run.pipeline, "train", train)
    for file in (None, shops.sales(40).tail(1).assign(product_id="Stollen", region="North")):
        if file is not None:
            shops.merge(bakery, file, "launch.csv")
        with pytest.raises(KeyboardInterrupt):
            training_run.run(bakery, {"settings": shops.QUICKEST.to_dict()}, ignore)
    assert seen[0][-2:] == ["Stollen|North", "Stollen|South"]
    assert seen[1][-1] == "Stollen|North"
    assert planned_products.planned(bakery) == []


def test_the_command_line_plans_lists_and_cancels(bakery, capsys):
    assert main(["products", "--launch", "Stollen", "--day", "2026-07-09", "--price", "9.5"]) == 0
    assert capsys.readouterr().out.startswith("Stollen will be sold from 2026-07-09 on. Expected in its first 28 days: ")
    assert main(["products", "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)["launches"]
    assert (told["product"], told["day"], told["price"], told["twins"]) == ("Stollen", "2026-07-09", 9.5, ["Cake"])
    assert main(["products", "--cancel", "Stollen"]) == 0
    assert main(["products", "--launch", "Stollen"]) == 2
    assert main(["products", "--like", "Cake"]) == 2


def test_http_plans_lists_and_cancels(bakery):
    asked = api_client.client(bakery)
    planned = asked.post("/api/products/launches", json={"product": "Stollen", "day": "2026-07-09", "price": 9.5, "like": "Cake"}).json()
    assert (planned["product"], planned["price"], planned["twins"][0]["product"], planned["lower_80"]) == ("Stollen", 9.5, "Cake", None)
    assert asked.get("/api/products/launches").json() == [planned]
    assert asked.get("/api/products/links").json()["waiting"]
    assert asked.post("/api/products/launches/cancel", json={"product": "Stollen"}).json() == []
    refused = asked.post("/api/products/launches", json={"product": "Stollen", "day": "2026-07-09", "price": 0})
    assert refused.status_code == 422
