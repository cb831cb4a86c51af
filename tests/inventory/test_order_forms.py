"""An order as PDF, XLSX, CSV, page to print and e-mail: the same lines in each, whatever its names are made of."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from pypdf import PdfReader
from repository import ROOT

from forecasting.core import notation
from forecasting.core.notation import Notation
from forecasting.inventory.sheets import fonts, pdf
from forecasting.inventory.sheets.email import LONGEST_LINK, order_email
from forecasting.inventory.sheets.line_order import shown
from forecasting.inventory.sheets.order_sheet import OrderSheet, SheetLine
from forecasting.inventory.sheets.print_view import order_html
from forecasting.inventory.sheets.spreadsheet import order_xlsx
from forecasting.inventory.sheets.tables import order_csv
from forecasting.inventory.sheets.wording import TIMES

HOSTILE = ("=1+1", "Tea\u202egpj", "<script>alert(1)</script>", "a\x1bb")


def sheet(*names: str, stores: tuple[str, ...] = ("Zurich",), **more: object) -> OrderSheet:
    lines = tuple(
        SheetLine(key={"product_id": name, "store": stores[place % len(stores)]}, quantity=12.0, pack_size=6.0, unit_cost=2.5, value=30.0)
        for place, name in enumerate(names)
    )
    values = {"number": "0012", "state": "placed", "shop": "Müller", "supplier": "Hansen", "contact": "Jo <jo@hansen.example>", "currency": "EUR"}
    return OrderSheet(**{**values, "order_date": date(2026, 8, 3), "due": date(2026, 8, 4), "lines": lines, **more})  # type: ignore[arg-type]


def pages_of(order: OrderSheet) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf.order_pdf(order))).pages]


@pytest.fixture
def no_other_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system on which no font is installed."""
    monkeypatch.setattr(fonts, "_others", tuple)
    fonts.font_of.cache_clear()
    yield
    fonts.font_of.cache_clear()


def test_a_pdf_says_who_delivers_what_by_when_and_for_how_much() -> None:
    (page,) = pages_of(sheet("Bread", "Tea"))
    for text in (
        "Order 0012",
        "Müller",
        "Hansen",
        "jo@hansen.example",
        "Zurich",
        "Mon 3 Aug 2026",
        "Tue 4 Aug 2026",
        "EUR",
        "60.00",
        f"2 {TIMES} 6",
        "Page 1 of 1",
    ):
        assert text in page


def test_a_long_order_has_its_header_and_its_number_on_each_page_and_no_line_twice() -> None:
    names = [f"Product {number:04d}" for number in range(300)]
    pages = pages_of(sheet(*names))
    assert all("Quantity" in page and f"Page {number} of {len(pages)}" in page for number, page in enumerate(pages, start=1))
    assert all(sum(name in page for page in pages) == 1 for name in names)
    assert ["Total" in page for page in pages].count(True) == 1


def test_the_same_order_gives_the_same_bytes() -> None:
    order = sheet("Bread", "Хлеб")
    for form in (pdf.order_pdf, order_xlsx, order_csv, order_html):
        assert form(order) == form(replace(order))


def test_a_sheet_is_written_in_the_notation_in_force() -> None:
    line = SheetLine(key={"product_id": "Bread"}, quantity=12_000.0, pack_size=7.0, unit_cost=0.0125, value=150.0)
    with notation.using(Notation(language="de")):
        (page,) = pages_of(sheet(lines=(line,)))
    for text in ("12.000", f"1.714 {TIMES} 7 + 2", "0,0125", "150,00", "Mo., 3. Aug. 2026"):
        assert text in page


def test_every_font_of_a_pdf_is_embedded() -> None:
    resources = [page["/Resources"]["/Font"] for page in PdfReader(io.BytesIO(pdf.order_pdf(sheet("Bread Ψωμί")))).pages]
    described = [font.get_object()["/FontDescriptor"] for each in resources for font in each.values()]
    assert described
    assert all("/FontFile2" in each for each in described)


@pytest.mark.parametrize("name", ["Käse", "Ψωμί ολικής", "Хлеб ржаной", "שוקולד", "Պանիր", "Bánh mì"])
def test_letters_of_many_scripts_are_drawn_without_another_font(name: str, no_other_fonts: None) -> None:
    order = sheet(name)
    assert pdf.undrawn(order) == []
    assert name.split()[0] in pages_of(order)[0]


def test_letters_without_a_font_are_named_and_never_drawn_as_something_else(no_other_fonts: None) -> None:
    order = sheet("緑茶", "चाय", "🍞 loaf")
    assert pdf.undrawn(order) == ["CJK", "Devanagari", "bread (U+1F35E)"]
    (page,) = pages_of(order)
    assert "No font for these letters" in page
    assert "CJK, Devanagari, bread (U+1F35E)" in page


def test_a_font_of_the_system_draws_what_the_own_font_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write_font(tmp_path / "wqy-zenhei.ttf", "緑茶")
    (tmp_path / "unifont.ttf").write_bytes(b"no font")
    monkeypatch.setattr(fonts, "_folders", lambda: iter([tmp_path]))
    caches = (fonts._installed, fonts._others, fonts.font_of, fonts._font)
    for each in caches:
        each.cache_clear()
    try:
        order = sheet("緑茶 ", "ขนม")
        assert pdf.undrawn(order) == ["Thai"]
        assert "緑茶" in pages_of(order)[0]
    finally:
        for each in caches:
            each.cache_clear()


def _write_font(file: Path, letters: str) -> None:
    """A font of squares for these letters."""
    names = [".notdef", *(f"uni{ord(letter):04X}" for letter in letters)]
    pen = TTGlyphPen(None)
    for step, point in enumerate(((0, 0), (0, 500), (500, 500), (500, 0))):
        (pen.lineTo if step else pen.moveTo)(point)
    pen.closePath()
    glyph = pen.glyph()
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder(names)
    font.setupCharacterMap({ord(letter): name for letter, name in zip(letters, names[1:], strict=True)})
    font.setupGlyf(dict.fromkeys(names, glyph))
    font.setupHorizontalMetrics(dict.fromkeys(names, (600, 0)))
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": "Squares", "styleName": "Regular", "psName": "Squares"})
    font.setupOS2()
    font.setupPost()
    font.save(file)


@pytest.mark.parametrize(
    ("text", "visual"),
    [
        ("Tea 12", "Tea 12"),
        ("אב 12 (x)", "(x) 12 בא"),
        ("שוקולד (100 g) מריר", "רירמ (g 100) דלוקוש"),
        ("Tea שי (12)", "Tea (12) יש"),
        ("1,200 ₪ שי", "יש ₪ 1,200"),
    ],
)
def test_letters_from_the_right_stand_in_the_order_of_unicode(text: str, visual: str) -> None:
    assert shown(text) == visual


def test_arabic_letters_join_and_lam_and_alef_are_one() -> None:
    assert shown("شاي") == "\ufef1\ufe8e\ufeb7"
    assert shown("سلام") == "\ufee1\ufefc\ufeb3"
    assert shown("بيبسي (250 مل)").startswith("(")


@pytest.mark.parametrize("paper", ["A4", "letter"])
def test_long_names_wrap_on_either_paper(paper: str) -> None:
    order = sheet("Very long name of a cheese " * 5, "x" * 300, stores=("Zurich", "Basel"))
    page = PdfReader(io.BytesIO(pdf.order_pdf(order, paper))).pages[0]  # type: ignore[arg-type]
    assert (round(float(page.mediabox.width)), round(float(page.mediabox.height))) == {"A4": (595, 842), "letter": (612, 792)}[paper]
    assert sum(line.count("x") for line in page.extract_text().splitlines() if set(line) == {"x"}) == 300


def test_a_name_of_a_thousand_words_ends_with_points() -> None:
    pages = pages_of(sheet("word " * 1_000, "Tea"))
    assert len(pages) == 1
    assert "…" in pages[0]


def test_the_workbook_recalculates_and_runs_no_name() -> None:
    page = openpyxl.load_workbook(io.BytesIO(order_xlsx(sheet(*HOSTILE))))["Order"]
    rows = list(page.iter_rows(values_only=True))
    head = next(place for place, row in enumerate(rows) if row[0] == "No.")
    assert rows[head][:7] == ("No.", "Product", "Quantity", "Pack size", "Packs", "Unit cost", "Value")
    first = head + 2
    assert rows[head + 1][:7] == (1, "=1+1", 12, 6, f"=C{first}/D{first}", 2.5, f"=ROUND(C{first}*F{first},2)")
    assert page.cell(first, 2).data_type == "s"
    assert [row[1] for row in rows[head + 2 : head + 5]] == ["Tea\\u202egpj", "<script>alert(1)</script>", "a\\u001bb"]
    assert rows[head + 5][6] == f"=SUM(G{first}:G{first + 3})"
    values = openpyxl.load_workbook(io.BytesIO(order_xlsx(sheet(*HOSTILE))), data_only=True)["Order"]
    assert values.cell(head + 6, 7).value == 120


def test_the_csv_has_every_line_and_runs_no_name() -> None:
    rows = list(csv.DictReader(io.StringIO(order_csv(sheet(*HOSTILE)).decode())))
    assert [row["product_id"] for row in rows] == ["'=1+1", "Tea\\u202egpj", "<script>alert(1)</script>", "a\\u001bb"]
    assert (rows[0]["order"], rows[0]["due"], rows[0]["store"], rows[0]["quantity"], rows[0]["value"]) == (
        "0012",
        "2026-08-04",
        "Zurich",
        "12.0",
        "30.0",
    )


def test_the_page_to_print_runs_nothing() -> None:
    page = order_html(sheet(*HOSTILE), "letter").decode()
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "\u202e" not in page
    assert "size: letter" in page


def test_an_email_has_every_line_and_its_link_as_many_as_it_has_room_for() -> None:
    few, many = order_email(sheet("Bread", "Crème & thé")), order_email(sheet(*(f"Product {number}" for number in range(500))))
    assert (few.to, few.subject) == ("jo@hansen.example", "Order 0012 from Müller")
    link = parse_qs(urlsplit(few.link).query)
    assert (link["subject"], link["body"]) == ([few.subject], [few.body.replace("\n", "\r\n")])
    assert f"- 12 Crème & thé (2 {TIMES} 6)" in few.body
    assert few.body.endswith("Total: 24 units in 2 lines, EUR 60.00.\n\nKind regards\nMüller")
    assert many.body.count("\n- ") == 500
    assert len(many.link) <= LONGEST_LINK
    assert "more: see the order sheet attached" in parse_qs(urlsplit(many.link).query)["body"][0]


def test_an_address_cannot_add_a_header_to_an_email() -> None:
    link = order_email(sheet("Tea?cc=x@y.z&bcc=a", contact="a@b.example?bcc=x@evil.example")).link
    assert link.startswith("mailto:a@b.example?subject=")
    assert set(parse_qs(urlsplit(link).query)) == {"subject", "body"}


@pytest.mark.parametrize("state", ["proposed", "cancelled"])
def test_every_form_says_that_an_order_is_not_to_be_delivered(state: str) -> None:
    order = sheet("Tea", state=state)
    said = order.title
    assert said in pages_of(order)[0]
    assert said in order_html(order).decode()
    assert said in order_email(order).subject
    assert openpyxl.load_workbook(io.BytesIO(order_xlsx(order)))["Order"]["A1"].value == said


def test_an_order_of_nothing_is_a_sheet_too() -> None:
    assert "Nothing is to be delivered." in pages_of(sheet())[0]
    for form in (order_xlsx, order_csv, order_html):
        assert form(sheet())


def test_libraries_that_draw_are_imported_when_a_sheet_is_asked_for() -> None:
    code = "import sys, forecasting.services.order_sheets; print([name for name in ('reportlab', 'xlsxwriter') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
