"""Pages in the notation of the shop: tables, charts and the card where it is chosen."""

from __future__ import annotations

import ast
import doctest
import re
from datetime import date

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from app_driver import opened, texts
from repository import ROOT

from forecasting.core import formatting, notation
from forecasting.core.notation import Notation
from forecasting.core.shop_settings import ShopSettings
from forecasting.inventory.book.order import Order
from forecasting.inventory.proposals import minimum
from forecasting.inventory.suppliers.supplier import Minimum, Supplier
from forecasting.services import shop_settings
from pages.charts import language
from pages.components.orders import notes
from pages.components.orders import wording as order_wording
from pages.components.settings import moments
from pages.components.shared import cells, paper, parts, sales_worth, writing

DAY = date(2026, 11, 30)
GERMAN = Notation(currency="EUR", language="de")
FRAME = pd.DataFrame({"units": [1234.5, float("nan")], "when": [pd.Timestamp(2026, 11, 21), pd.NaT], "name": ["a", "b"]})
COLUMNS = {
    "units": st.column_config.NumberColumn("Units", format="%+,.1f"),
    "when": st.column_config.DateColumn("When", format="D MMM YYYY"),
    "name": st.column_config.TextColumn("Name"),
}


@pytest.fixture(autouse=True)
def _plain_afterwards():
    with notation.using(notation.PLAIN):
        yield


def test_dialogs_and_fragments_write_as_the_shop_chose_though_they_run_without_the_entry_script(monkeypatch):
    monkeypatch.setattr(shop_settings, "notation", lambda _: GERMAN)
    assert parts.in_notation(formatting.units)(1234.0) == "1.234"
    own = [path.name for path in (ROOT / "pages").rglob("*.py") if re.search(r"st\.(dialog|fragment)\(", path.read_text())]
    assert own == ["parts.py"]


def test_the_note_of_a_proposal_is_written_as_the_shop_chose():
    said = [
        f"1,240 units were added for free delivery, which saves {20:,.2f} and is worth {1234.5:,.2f}.",
        "12.75 of weight more would fill the last.",
    ]
    lacking = minimum._lacking(np.array([1011.7, 5, 0]), Supplier(name="Mills", minimum=Minimum(value=1500, units=20)))
    order = Order(id="1", supplier="Mills", version=1, order_date=DAY, due=DAY, state="proposed", lines=(), note=" ".join([lacking, *said]))
    with notation.using(GERMAN):
        assert notes.note(order, None) == (
            "1.011,70 € below the minimum value of 1.500,00 € and 5 below the minimum units of 20. "
            "1.240 units were added for free delivery, which saves 20,00 € and is worth 1.234,50 €. 12.75 of weight more would fill the last."
        ).replace(" €", "\N{NO-BREAK SPACE}€")


def test_the_examples_in_the_docstrings_hold():
    assert [doctest.testmod(module).failed for module in (cells, language, moments, paper, sales_worth)] == [0] * 5


def test_a_table_is_left_to_the_browser_as_long_as_nothing_is_chosen():
    frame, columns = cells.written(FRAME, COLUMNS)
    assert frame is FRAME
    assert columns is COLUMNS


def test_cells_are_written_beside_their_values_which_stay_numbers():
    with notation.using(GERMAN):
        styled, columns = cells.written(FRAME, COLUMNS)
        body = styled._translate(sparse_index=False, sparse_cols=False)["body"]
    assert styled.data is FRAME
    assert [[cell["display_value"] for cell in row if cell["type"] == "td"] for row in body] == [["+1.234,5", "21. Nov. 2026", "a"], ["", "", "b"]]
    assert [columns[name]["type_config"].get("format") for name in ("units", "when")] == [None, None]
    assert COLUMNS["units"]["type_config"]["format"] == "%+,.1f"


def test_a_table_too_large_to_write_is_left_to_the_browser(monkeypatch):
    monkeypatch.setattr(cells, "MOST_CELLS", 5)
    with notation.using(GERMAN):
        assert cells.written(FRAME, COLUMNS)[0] is FRAME


def test_paper_reads_as_the_screen():
    with notation.using(Notation(language="fa")):
        assert paper.cell(1234.5, COLUMNS["units"]) == "\\" + cells.text(1234.5, "%+,.1f") == "\\+۱٬۲۳۴٫۵"  # noqa: RUF001
        assert paper.cell(date(2026, 11, 21), COLUMNS["when"]) == "۲۱ نوامبر ۲۰۲۶"


def test_charts_name_days_and_months_in_the_language():
    assert (language.config(), language.separators(), language.hover("week")) == (language.CONFIG, ".,", "Week of %-d %b %Y")
    with notation.using(GERMAN):
        names = language.config()["locales"][language.SHOP]["format"]
        assert (names["shortDays"][0], names["shortMonths"][2], language.separators()) == ("So.", "März", ",.")
        assert [tick["value"] for tick in language.ticks()] == ["%-d. %b", "%b\n%Y"]
    with notation.using(Notation(language="ja")):
        assert language.hover("day") == "%Y年%-m月%-d日(%a)"


def test_money_and_days_of_inputs_and_columns_are_written_as_the_shop_chose():
    forms = {
        Notation(): ("DD/MM/YYYY", "%,.2f"),
        Notation(language="en_US", currency="USD"): ("MM/DD/YYYY", "$%,.2f"),
        Notation(language="de", currency="EUR"): ("DD.MM.YYYY", "%,.2f\xa0€"),
        Notation(language="sv", currency="EUR"): ("YYYY-MM-DD", "%,.2f\xa0€"),
        Notation(language="ja", currency="JPY"): ("YYYY/MM/DD", "￥%,.0f"),
    }
    for chosen, written in forms.items():
        with notation.using(chosen):
            assert (writing.day_form(), writing.money_form()) == written
    assert writing.money_form("CHF") == "CHF\xa0%,.2f"
    with notation.using(Notation(language="en_IE", currency="EUR")):
        assert cells.text(-1234.5, writing.money_form()) == "-€1,234.50"
        assert cells.text(date(2026, 11, 21), "ddd D MMM") == "Sat, 21 Nov"


def test_a_dollar_does_not_begin_a_formula():
    with notation.using(Notation(currency="USD", language="en")):
        assert writing.amount(5.0) == r"\$5.00"


@pytest.mark.usefixtures("fresh_caches")
def test_the_card_shows_how_it_looks_before_it_is_saved(home):
    at = opened("settings")
    assert "1,234\\.50" in texts(at)
    chosen = {str(each.key).split("_", 3)[-1]: each for each in at.selectbox}
    chosen["currency"].set_value("EUR")
    chosen["language"].set_value("de").run()
    assert "1\\.234,50 €" in texts(at)
    next(button for button in at.button if button.key == "settings_save").click().run()
    assert shop_settings.notation(home) == GERMAN
    assert shop_settings.state(home).values == ShopSettings(currency="EUR", language="de")


def test_pages_write_no_number_past_the_notation_of_the_shop():
    own = {("cells.py", "value:.10g"), ("questions.py", "choice.units:,.0f"), ("take_back.py", "step.units[1] - step.units[0]:+,.0f")}
    found = set()
    for file in (ROOT / "pages").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            form = ast.unparse(node.format_spec)[2:-1] if isinstance(node, ast.FormattedValue) and node.format_spec else ""
            if re.search(r",|\.[1-9{].*[fg]|g$", form):
                found.add((file.name, f"{ast.unparse(node.value)}:{form}"))
    assert found == own, "cells and charts write by their own formats, texts with `numerals` and `formatting`"


@pytest.mark.parametrize(("shop", "share"), [(GERMAN, "%.0f%%"), (Notation(language="en_US"), "%.1f%%")])
def test_a_bar_has_no_decimals_where_the_browser_would_write_them_with_another_sign(shop, share):
    columns = {
        "miss": st.column_config.ProgressColumn("Usual miss", format="%.1f%%", max_value=100),
        "units": st.column_config.NumberColumn(format="%,.0f"),
    }
    with notation.using(shop):
        _, bare = cells.written(pd.DataFrame({"miss": [11.3], "units": [1234.0]}), columns)
    assert [cells.settings(bare[name])["format"] for name in columns] == [share, None]


@pytest.mark.parametrize(
    ("shop", "days"), [(Notation(), "Mon Thu Sun"), (Notation(language="de"), "Mo Do So"), (Notation(language="en_US"), "Sun Mon Thu")]
)
def test_weekdays_of_suppliers_are_written_as_dates_are_and_in_the_order_of_the_week(shop, days):
    with notation.using(shop):
        assert order_wording.weekdays({6, 3, 0}) == days
