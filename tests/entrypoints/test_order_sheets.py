"""The sheet of an order over HTTP and on the command line."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from api_client import client, problem
from order_shops import ANNA, BREAD, HANSEN, shop_on_monday
from pypdf import PdfReader

from forecasting.core.shop_settings import ShopSettings
from forecasting.entrypoints.cli.verbs import main
from forecasting.inventory.sheets import fonts
from forecasting.inventory.suppliers.sourcing import Sourcing
from forecasting.services import cache, order_proposals, order_sheets, orders, shop_settings, suppliers
from forecasting.storage.workspace import VARIABLE, Workspace


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A shop with one placed order, of bread from a baker who can be written to."""
    ws = shop_on_monday(tmp_path, monkeypatch)
    monkeypatch.setenv(VARIABLE, str(ws.home))
    suppliers.save(ws, Sourcing((replace(HANSEN, contact="jo@hansen.example"),), (BREAD,)), "Anna")
    (order,) = order_proposals.propose(ws, "Anna", supplier="Hansen")
    orders.place(ws, order.id, ANNA)
    yield ws
    cache.forget()


def test_an_order_comes_in_every_form_over_http_and_on_the_command_line(shop: Workspace, tmp_path: Path) -> None:
    api = client(shop)
    for form in order_sheets.FORMS:
        answer = api.get(f"/api/orders/0001/sheet.{form}")
        assert answer.status_code == 200
        assert answer.headers["content-type"].partition(";")[0] == order_sheets.MEDIA_TYPES[form]
        assert f'filename="order-0001.{form}"' in answer.headers["content-disposition"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        out = tmp_path / f"order.{form}"
        assert main(["orders", "sheet", "0001", "--format", form, "--out", str(out)]) == 0
        assert out.read_bytes() == answer.content


def test_name_and_address_of_the_shop_stand_on_what_its_supplier_reads(shop: Workspace) -> None:
    api = client(shop)
    said = {"shop_name": " Bakery  Sommer ", "delivery_address": "Hafenstr. 1\n20457 Hamburg"}
    saved = api.put("/api/settings", json=said).json()
    assert (saved["shop_name"], saved["delivery_address"]) == ("Bakery Sommer", "Hafenstr. 1, 20457 Hamburg")
    problem(api.put("/api/settings", json={"shop_name": "x" * 201}), 422, "fields-wrong")
    for form in ("html", "txt", "json"):
        assert "Bakery Sommer" in order_sheets.file(shop, "0001", form).content.decode()
        assert "Hafenstr. 1, 20457 Hamburg" in order_sheets.file(shop, "0001", form).content.decode()
    (page,) = PdfReader(io.BytesIO(order_sheets.file(shop, "0001", "pdf").content)).pages
    assert "Hafenstr. 1, 20457 Hamburg" in page.extract_text()
    assert main(["settings", "--set", "shop_name=none"]) == 0
    assert order_sheets.sheet(shop, "0001").shop == ""


def test_one_order_over_http(shop: Workspace) -> None:
    api = client(shop)
    assert api.get("/api/orders/0001").json() == api.get("/api/orders").json()["orders"][0]
    problem(api.get("/api/orders/0099"), 404, "not-found")
    problem(api.get("/api/orders/0099/sheet.pdf"), 404, "not-found")
    problem(api.get("/api/orders/0001/sheet.doc"), 422, "fields-wrong")


def test_the_message_over_http_is_what_others_are_told(shop: Workspace) -> None:
    told = client(shop).get("/api/orders/0001/sheet.json").json()
    assert told == json.loads(json.dumps(order_sheets.message(shop, "0001")))
    assert (told["supplier"]["contact"], told["lines"][0]["pack_size"], told["state"]) == ("jo@hansen.example", 6, "placed")


def test_what_the_pdf_cannot_draw_is_said_on_the_command_line(
    shop: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fonts, "_others", tuple)
    fonts.font_of.cache_clear()
    suppliers.save(shop, Sourcing((replace(HANSEN, contact="電話"),), (BREAD,)), "Anna")
    assert main(["orders", "sheet", "0001", "--out", str(tmp_path / "order.pdf")]) == 0
    assert "no font for CJK" in capsys.readouterr().err
    assert main(["orders", "sheet", "0001", "--format", "doc"]) == 2
    assert "not 'doc'" in capsys.readouterr().err
    fonts.font_of.cache_clear()


def test_paper_is_that_of_the_country(shop: Workspace) -> None:
    heights = {}
    for country, language in (("US", ""), ("CA-QC", "fr"), ("DE", "en_US"), (None, "en_US"), (None, "")):
        shop_settings.save(shop, ShopSettings(country=country, language=language), "Anna")
        page = PdfReader(io.BytesIO(order_sheets.file(shop, "0001", "pdf").content)).pages[0]
        heights[country, language] = round(float(page.mediabox.height))
    assert list(heights.values()) == [792, 792, 842, 792, 842]


def test_numbers_days_and_money_are_written_as_the_shop_writes_them(shop: Workspace) -> None:
    shop_settings.save(shop, ShopSettings(currency="EUR", language="de"), "Anna")
    text = order_sheets.file(shop, "0001", "txt").content.decode()
    told = order_sheets.message(shop, "0001")
    assert f"EUR {told['totals']['value']:.2f}".replace(".", ",") in text
    assert "Di., 4. Aug. 2026" in text
    assert (told["currency"], told["due"]) == ("EUR", "2026-08-04")
