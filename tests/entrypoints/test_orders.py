"""The order book and the suppliers over HTTP and on the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from api_client import client, problem
from order_shops import DAY, MONDAY, Clock, shop_on_monday

from forecasting.entrypoints.cli.verbs import main
from forecasting.services import cache, order_cards, order_proposals
from forecasting.storage.workspace import VARIABLE, Workspace

SUPPLIERS = """supplier,order_days,delivery_days,lead_time,product_id,unit_cost,multiple
Hansen,Mon Wed Fri,Tue Thu Sat,1,,,
Hansen,,,,Bread,2.5,6
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    ws = shop_on_monday(tmp_path, monkeypatch)
    monkeypatch.setenv(VARIABLE, str(ws.home))
    yield ws
    cache.forget()


def test_an_order_over_http_from_the_proposal_to_the_delivery(shop: Workspace) -> None:
    api = client(shop)
    (order,) = api.post("/api/orders", json={"supplier": "hansen"}, params={"by": "Anna"}).json()["orders"]
    (line,) = order["lines"]
    assert (order["state"], order["order_date"], order["due"], order["value"]) == ("proposed", "2026-08-03", "2026-08-04", line["quantity"] * 2)
    assert (line["product_id"], line["recommended"]) == ("Bread", line["quantity"])
    where = f"/api/orders/{order['id']}"
    changed = {"lines": [{"product_id": "Bread", "quantity": 60}], "reason": "Freezer full"}
    assert api.post(f"{where}/change", json=changed).json()["units"] == 60
    assert api.post(f"{where}/approve").json()["state"] == "approved"
    sent = {"headers": {"Idempotency-Key": "till-7"}, "params": {"by": "Ben"}}
    placed = api.post(f"{where}/place", **sent).json()
    assert api.post(f"{where}/place", **sent).json() == placed
    assert (placed["state"], placed["placed_by"]) == ("placed", "Ben")
    problem(api.post(f"{where}/place", headers={"Idempotency-Key": "other"}), 422, "input-error")
    problem(api.post("/api/orders/0099/place"), 404, "not-found")
    bread = next(each for each in api.post("/api/recommend", json={"lead_time": 2, "review_period": 2}).json()["orders"] if each["on_order"])
    assert (bread["product_id"], bread["on_order"]) == ("Bread", 60)
    Clock.moment = MONDAY + DAY
    note = {"lines": [{"product_id": "Bread", "quantity": 50}], "day": "2026-08-04"}
    for _ in range(2):
        part = api.post(f"{where}/receive", json=note, headers={"Idempotency-Key": "note 81"}).json()
    assert (part["state"], part["lines"][0]["received"], part["received_at"]) == ("partly_received", 50, ["2026-08-04"])
    later = {"json": {"due": "2026-08-07"}, "headers": {"Idempotency-Key": "call 3"}}
    assert [api.post(f"{where}/postpone", **later).json()["due"] for _ in range(2)] == ["2026-08-07"] * 2
    problem(api.post(f"{where}/postpone", json={"due": "2026-08-03"}), 422, "input-error")
    assert api.post(f"{where}/cancel", json={"reason": "Sold out there"}).json()["state"] == "received"
    assert [api.post(f"{where}/undo", headers={"Idempotency-Key": "oops"}).json()["state"] for _ in range(2)] == ["partly_received"] * 2
    assert api.post(f"{where}/cancel", json={"reason": "Sold out there"}).json()["state"] == "received"
    assert [each["id"] for each in api.get("/api/orders", params={"state": "received"}).json()["orders"]] == [order["id"]]
    assert api.get("/api/orders", params={"supplier": "Mills"}).json() == {"orders": []}


def test_a_long_list_of_suppliers_is_not_too_large(shop: Workspace) -> None:
    listed = [{"name": f"Supplier {number}", "contact": "x" * 999} for number in range(1_200)]
    assert len(client(shop).put("/api/suppliers", json={"suppliers": listed}).json()["suppliers"]) == len(listed)


def test_a_foreign_currency_without_its_rate_is_refused(shop: Workspace) -> None:
    api = client(shop)
    refused = api.put("/api/suppliers", json={"suppliers": [{"name": "Mills", "currency": {"code": "CHF"}}]})
    assert problem(refused, 422, "settings-error")["detail"].startswith("The currency of Mills needs its rate")
    assert [each["name"] for each in api.get("/api/suppliers").json()["suppliers"]] == ["Hansen"]


def test_suppliers_over_http_are_replaced_as_a_whole(shop: Workspace) -> None:
    api = client(shop)
    before = api.get("/api/suppliers").json()
    assert (before["state"], [each["name"] for each in before["suppliers"]]) == (1, ["Hansen"])
    assert before["sources"][0]["multiple"] == 6
    wanted = {"suppliers": [*before["suppliers"], {"name": "Mills", "minimum": {"value": 50}}], "sources": before["sources"]}
    after = api.put("/api/suppliers", json={**wanted, "state": 1}).json()
    assert (after["state"], after["suppliers"][1]["minimum"]["value"], after["suppliers"][0]) == (2, 50, before["suppliers"][0])
    problem(api.put("/api/suppliers", json={**wanted, "state": 1}), 409, "changed-meanwhile")
    problem(api.put("/api/suppliers", json={"suppliers": [], "sources": before["sources"]}), 422, "settings-error")
    assert api.get("/api/suppliers").json() == after


def test_an_order_on_the_command_line(shop: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, note = tmp_path / "suppliers.csv", tmp_path / "note.csv"
    file.write_text(SUPPLIERS)
    note.write_text("product_id,quantity\nBread,10\n")

    def run(*words: str) -> list[dict[str, object]]:
        assert main([*words, "--json"]) == 0
        answer: dict[str, list[dict[str, object]]] = json.loads(capsys.readouterr().out)
        return answer.get("orders", answer.get("sources", []))

    assert run("suppliers", str(file))[0]["unit_cost"] == 2.5
    (order,) = run("orders", "propose", "--supplier", "Hansen")
    identity = str(order["id"])
    assert run("orders", "change", identity, "--product-id", "Bread", "--quantity", "30", "--reason", "Price")[0]["value"] == 75
    assert run("orders", "approve", identity)[0]["state"] == "approved"
    assert run("orders", "place", identity, "--key", "a") == run("orders", "place", identity, "--key", "a")
    assert run("orders", "receive", identity, "--file", str(note), "--date", "2026-08-03")[0]["lines"][0]["received"] == 10
    assert run("orders", "receive", identity, "--file", str(note), "--date", "2026-08-03")[0]["lines"][0]["received"] == 10
    assert run("orders", "cancel", identity)[0]["state"] == "received"
    assert [each["id"] for each in run("orders", "list", "--state", "received")] == [identity]
    assert main(["orders", "list"]) == 0
    assert "0001  Hansen  received  order 2026-08-03, due 2026-08-04: 30 units in 1 line, 75.00." in capsys.readouterr().out
    assert main(["orders", "place", identity, "--key", "b"]) == 2
    assert "is received" in capsys.readouterr().err
    assert main(["suppliers"]) == 0
    assert "Hansen: 1 product\n" in capsys.readouterr().out


def test_more_than_was_ordered_is_booked_and_said(shop: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (order,) = order_proposals.propose(shop, "Anna", supplier="Hansen")
    assert main(["orders", "place", order.id]) == 0
    note = tmp_path / "note.csv"
    note.write_text(f"product_id,quantity\nBread,{order.units + 4:.0f}\n")
    assert main(["orders", "receive", order.id, "--file", str(note), "--date", "2026-08-03"]) == 0
    assert " 4 more than ordered, booked as such." in capsys.readouterr().out


def test_a_supplier_that_is_closed_for_good_and_shelves_without_a_recommendation_are_named(
    shop: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    api = client(shop)
    gone = {"name": "Mills", "closures": [{"first": "2026-01-01", "last": "2040-01-01"}]}
    before = api.get("/api/suppliers").json()
    sources = [*before["sources"], {"supplier": "Mills", "product_id": "Hinge"}]
    assert api.put("/api/suppliers", json={"suppliers": [*before["suppliers"], gone], "sources": sources}).status_code == 200
    proposed = api.post("/api/orders").json()
    assert [each["supplier"] for each in proposed["orders"]] == ["Hansen"]
    mills, nobody = proposed["left_out"]
    assert (mills["supplier"], mills["series"], mills["of"], nobody["supplier"], nobody["series"]) == ("Mills", 1, 1, "", 1)
    assert mills["reason"] == "Mills takes no orders from 2026-08-03 on: it is closed on every one of its order days. Shorten its closures."
    assert nobody["reason"].startswith("An order must cover 14 days, but past forecasts were only checked over 7 days. Retrain with a longer horizon")
    refused = problem(api.post("/api/orders", json={"supplier": "Mills"}), 422, "input-error")
    assert refused["detail"] == mills["reason"]
    assert main(["orders", "propose"]) == 0
    order, *said = capsys.readouterr().out.splitlines()
    assert order.startswith("0001  Hansen  proposed")
    assert said == [
        f"Mills: nothing is proposed for 1 shelf. {mills['reason']}",
        f"Without a supplier: nothing is proposed for 1 shelf. {nobody['reason']}",
    ]
    assert [each.to_dict() for each in order_cards.to_order(shop, "Anna", MONDAY).left_out] == proposed["left_out"]


def test_a_file_of_suppliers_with_problems_changes_nothing(shop: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "suppliers.csv"
    file.write_text(SUPPLIERS.replace("2.5", "cheap"))
    assert main(["suppliers", str(file)]) == 2
    assert "cheap" in capsys.readouterr().err
    assert main(["suppliers", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["state"] == 1
