"""Links between products, from a wish to what a retrain learns from."""

from __future__ import annotations

import json
from datetime import date

import api_client
import pytest
import shop_workspaces as shops

from forecasting.core.errors import InputError, LinksDamaged
from forecasting.core.progress import ignore
from forecasting.entrypoints.cli.verbs import main
from forecasting.services import product_links, training_run, versions
from forecasting.storage.sales.table import Dataset
from forecasting.storage.versions import sales_snapshot
from forecasting.storage.versions.store import Versions


class Seen(Exception):
    """A retrain got as far as its panel."""


@pytest.fixture
def bakery(home):
    """A shop of two breads, of which the second one's name was corrected lately."""
    rows = shops.sales(30).query("product_id in ('Bread', 'Cake')")
    wrong = (rows["product_id"] == "Cake") & (rows["date"] < "2026-06-21")
    shops.merge(home, rows.assign(product_id=rows["product_id"].mask(wrong, "Cak")))
    return home


def learned_from(ws, monkeypatch):
    """The panel that a retrain would learn from."""

    def train(panel, *_, **__):
        raise Seen(panel)

    monkeypatch.setattr(training_run.pipeline, "train", train)
    with pytest.raises(Seen) as seen:
        training_run.run(ws, {"settings": shops.QUICKEST.to_dict()}, ignore)
    return seen.value.args[0]


def test_a_retrain_learns_from_the_joined_history_and_from_the_old_one_after_an_undo(bakery, monkeypatch):
    apart = learned_from(bakery, monkeypatch)
    version = Dataset(bakery).version
    assert product_links.replace(bakery, "Cak", "Cake").said == "Cak is Cake from 2026-06-21 on"
    joined = learned_from(bakery, monkeypatch)
    assert (len(apart), len(joined)) == (6, 4)
    assert joined.sales.sum() == apart.sales[~(apart.sales != apart.sales)].sum()
    product_links.undo(bakery)
    assert learned_from(bakery, monkeypatch).unique_ids == apart.unique_ids
    assert Dataset(bakery).version == version


def test_a_version_keeps_the_sales_as_they_are_and_joins_them_whenever_it_is_loaded(bakery, monkeypatch):
    link = product_links.replace(bakery, "Cak", "Cake").links[0]
    raw = Dataset(bakery).read()

    def write(folder):
        sales_snapshot.write(raw, folder)
        return {"sales_version": Dataset(bakery).version, "rows": len(raw), "product_links": [link.facts()]}

    number = Versions(bakery.versions).publish(write)
    product_links.undo(bakery)
    monkeypatch.setattr(versions.ensemble_files, "load", lambda _, panel, **__: panel)
    assert versions.load(bakery, number).series["product_id"].unique().tolist() == ["Bread", "Cake"]
    assert product_links.waiting(bakery)


def test_an_unknown_product_is_refused_with_the_names_that_come_nearest(bakery):
    with pytest.raises(InputError, match=r"no product 'Caek'.*Did you mean Cak or Cake"):
        product_links.replace(bakery, "Caek", "Cake")
    with pytest.raises(InputError, match="would hand nothing on"):
        product_links.replace(bakery, "Cak", "Cake", date(2026, 6, 1))
    with pytest.raises(InputError, match="no name"):
        product_links.replace(bakery, "Cak", "  ")


def test_a_product_whose_name_was_corrected_is_suggested_until_it_is_linked(bakery):
    assert [(pair.old, pair.new) for pair in product_links.likely(bakery)] == [("Cak", "Cake")]
    product_links.replace(bakery, "Cak", "Cake")
    assert product_links.likely(bakery) == []


def test_without_sales_there_is_nothing_to_replace(home):
    with pytest.raises(InputError, match="no sales yet"):
        product_links.replace(home, "a", "b")


def test_damaged_links_stop_a_retrain(bakery, monkeypatch):
    product_links.replace(bakery, "Cak", "Cake")
    (bakery.products / "0001.json").write_text("{")
    with pytest.raises(LinksDamaged):
        training_run.run(bakery, {"settings": shops.QUICKEST.to_dict()}, ignore)


def test_the_command_line_makes_lists_and_undoes_links(bakery, capsys):
    assert main(["products", "--replace", "Cak", "Cake", "--day", "2026-06-22"]) == 0
    assert capsys.readouterr().out == "Cak is Cake from 2026-06-22 on.\nIt takes effect with the next retrain; saved sales do not change.\n"
    assert main(["products", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"state": 1, "links": [{"old": "Cak", "new": "Cake", "day": "2026-06-22", "factor": 1.0}], "launches": [], "waiting": True}
    assert main(["products", "--separate", "Cak"]) == 0
    assert main(["products", "--undo"]) == 0
    assert "Taken back: Cak stands for itself again." in capsys.readouterr().out
    assert product_links.links(bakery).links[0].day == date(2026, 6, 22)
    assert main(["products", "--separate", "Bun"]) == 2
    assert main(["products", "--day", "2026-06-22"]) == 2


def test_a_factor_is_said_everywhere_and_refused_where_it_says_nothing(bakery, capsys):
    assert main(["products", "--replace", "Cak", "Cake", "--factor", "2"]) == 0
    assert capsys.readouterr().out.startswith("Cak is Cake from 2026-06-21 on, 1 counts as 2.\n")
    asked = api_client.client(bakery)
    assert asked.get("/api/products/links").json()["links"][0]["factor"] == 2.0
    assert asked.post("/api/products/links", json={"old": "Cak", "new": "Cake", "factor": 0.5}).json()["links"][0]["factor"] == 0.5
    assert asked.post("/api/products/links", json={"old": "Cak", "new": "Cake", "factor": 0}).status_code == 422
    for wrong in (["--replace", "Cak", "Cake", "--factor", "0"], ["--replace", "Cak", "Cake", "--factor", "nan"], ["--undo", "--factor", "2"]):
        assert main(["products", *wrong]) == 2
    assert "One Cak can count as 0.001 to 1,000 of Cake, not as 0." in capsys.readouterr().err


def test_http_makes_lists_and_undoes_links(bakery):
    asked = api_client.client(bakery)
    link = {"old": "Cak", "new": "Cake", "day": "2026-06-21", "factor": 1.0}
    assert asked.get("/api/products/links").json() == {"state": 0, "links": [], "waiting": False}
    assert asked.post("/api/products/links", json={"old": "Cak", "new": "Cake"}).json() == {"state": 1, "links": [link], "waiting": True}
    assert asked.post("/api/products/links/separate", json={"old": "Cak"}).json()["links"] == []
    assert asked.post("/api/products/links/undo").json()["links"] == [link]
    refused = asked.post("/api/products/links", json={"old": "Cake", "new": "Cak"})
    assert (refused.status_code, refused.json()["detail"]) == (422, "Cake to Cak to Cake: a product cannot hand its history on to itself.")
