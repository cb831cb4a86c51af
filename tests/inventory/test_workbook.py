"""The workbook of orders, recalculated by a spreadsheet: it orders what Python orders."""

from __future__ import annotations

import io
import re

import numpy as np
import openpyxl
import pandas as pd
import past_ensembles as pasts
import pytest

from forecasting.core import schema
from forecasting.inventory import arithmetic, policy
from forecasting.inventory.export import columns
from forecasting.inventory.export.workbook import FIRST, HEADER, TOTAL, orders_xlsx, quantities
from forecasting.inventory.orders import recommend, wording
from forecasting.inventory.policy import Policy
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import GivenStock

RULES = policy.RULES
DAILY = ("reorder_point", "min_max")
N = 300
LIVE = ("Position", "Order up to", "Recommended", "Order", "Value", "Reorder point")
SHARED = {"AND", "IF", "INT", "ISNUMBER", "MAX", "ROUNDUP", "SUBTOTAL"}
"""Functions that every spreadsheet has had for decades."""


@pytest.fixture(scope="module")
def recalculate(office, tmp_path_factory):
    """A spreadsheet: takes workbooks and gives them back, every formula reckoned anew."""
    home = tmp_path_factory.mktemp("books")

    def run(*books):
        sources = [home / f"{place}.xlsx" for place in range(len(books))]
        for book, source in zip(books, sources, strict=True):
            book.save(source)  # without values: openpyxl keeps formulas alone
        return [openpyxl.load_workbook(book, data_only=True) for book in office(*sources)]

    return run


def random_orders(rule, n=N, seed=0):
    """Lines as recommendations come, among them what trips arithmetic: stock at the very point, shortfalls of whole packs, parts of units."""
    random = np.random.default_rng(seed)
    expected = np.round(random.gamma(2, 60, n), 3)
    level = np.where(random.random(n) < 0.7, np.ceil(expected * random.uniform(0.9, 1.5, n)), expected * 1.3)
    pack = random.choice([1.0, 6, 12, 2.5, 1.1], n)
    lot = (np.ceil(expected * 0.4 / pack) * pack + pack) * (rule in DAILY)
    point = level if rule in DAILY else np.floor(level / 2)
    up_to = level + lot
    usual = random.uniform(0, 2, n) * level
    traps = {1: point, 2: up_to - 3 * pack, 3: up_to - 1e-11, 4: up_to - (3 + 1e-10) * pack, 5: point - (1 - 1e-10) * lot}
    on_hand = np.select([np.arange(n) % 10 == digit for digit in traps], list(traps.values()), np.round(usual))
    on_hand = np.maximum(on_hand, 0.0)
    on_order, backorders = (np.round(random.uniform(0, 40, n)) * (np.arange(n) % 10 > most) for most in (6, 8))
    return finished(
        rule,
        unique_id=[f"series {row}" for row in range(n)],
        product_id=[f"product {row}" for row in range(n)],
        store=["North", "South"] * (n // 2) + ["North"] * (n % 2),
        on_hand=on_hand,
        on_order=on_order,
        backorders=backorders,
        pack_size=pack,
        minimum_order=random.choice([0.0, 0, 20, 50.5], n),
        unit_cost=np.round(random.uniform(0.5, 9, n), 2),
        expected=expected,
        safety_stock=up_to - lot - expected,
        reorder_point=point,
        order_up_to=up_to,
        lot=lot,
    )


def finished(rule, **columns):
    """With the columns that nothing is reckoned from."""
    table = pd.DataFrame(columns)
    n = len(table)
    position = table["on_hand"] + table["on_order"] - table["backorders"]
    quantity = quantities(table, rule)
    kinds = {"unknown": np.isnan(quantity), "order_now": quantity > 0, "overstock": position > recommend.OVERSTOCK_LEVELS * table["order_up_to"]}
    states = np.select(list(kinds.values()), list(kinds), "fine")
    days = pd.Series(pd.date_range("2026-11-22", periods=n, freq="D").as_unit("us")).where(np.arange(n) % 3 > 0)
    shares = dict.fromkeys(("service_level", "quantile", "risk", "achieved", "achieved_fill", "achieved_textbook"), 0.95)
    units = dict.fromkeys(("expected_lost", "expected_left", "textbook_order_up_to", "textbook_quantity"), 3.0)
    texts = {"why": "Both agree.", "abc": "A", "xyz": "X", "promise": "kept", "defaults": "lead_time", schema.MODEL: "blend", schema.REASON: ""}
    texts |= {"on_hand_note": "Counted today: 20 in stock"}
    cover = np.where(np.arange(n) % 4 == 0, np.inf, 5.5)
    return table.assign(
        inventory_position=position, lead_time=7.0, review_period=7.0, price=np.nan, cycles=36.0, days_of_cover=cover, **shares, **units, **texts
    ).assign(order_quantity=quantity, order_value=quantity * table["unit_cost"], order_by=days, empty_on=days, state=states)


def evidence(n):
    cutoffs = list(pd.date_range("2026-04-01", periods=6, freq="28D"))
    sales_to = pd.Timestamp("2026-11-21")
    return {"version": 7, "trained": "2026-11-22", "sales_to": sales_to, "cutoffs": cutoffs, "judged": "28 days", "errors_used": np.full(n, 168)}


def written(table, rule="order_up_to"):
    return orders_xlsx(table, evidence(len(table)), rule=rule)


def opened(content, *, values=False):
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


def places(sheet, row=HEADER):
    """Label -> column, from 1."""
    return {cell.value: cell.column for cell in sheet[row + 1]}


def column(sheet, label, n, first=FIRST):
    place = places(sheet, first - 1)[label]
    return [sheet.cell(first + 1 + row, place).value for row in range(n)]


def change(sheet, label, values):
    place = places(sheet)[label]
    for row, value in enumerate(values):
        sheet.cell(FIRST + 1 + row, place).value = value


INPUTS = {
    "on_hand": "On hand",
    "on_order": "On order",
    "backorders": "Owed",
    "pack_size": "Pack",
    "minimum_order": "Minimum",
    "unit_cost": "Unit cost",
}


@pytest.mark.slow
def test_whatever_a_buyer_changes_the_workbook_orders_what_python_orders(recalculate):
    random = np.random.default_rng(1)
    changes = {
        "on_hand": random.choice([0.0, 40, 150, 400], N),
        "on_order": np.round(random.uniform(0, 50, N), 1),
        "backorders": np.round(random.uniform(0, 50, N)),
        "pack_size": random.choice([1.0, 7, 24, 1.7], N),
        "minimum_order": random.choice([0.0, 10, 33.3], N),
        "unit_cost": np.round(random.uniform(0.5, 9, N), 2),
    }
    tables = [random_orders(rule) for rule in RULES]
    books = [opened(written(table, rule)) for table, rule in zip(tables, RULES, strict=True)]
    for book in books:
        for name, values in changes.items():
            change(book["Orders"], INPUTS[name], values.tolist())
    for rule, table, book in zip(RULES, tables, recalculate(*books), strict=True):
        sheet, units = book["Orders"], quantities(table.assign(**changes), rule)
        assert 0.1 < (units > 0).mean() < 0.9
        np.testing.assert_allclose(column(sheet, "Recommended", N), units, rtol=0, atol=1e-9, err_msg=rule)
        np.testing.assert_allclose(column(sheet, "Value", N), units * changes["unit_cost"], atol=1e-6, err_msg=rule)
        assert sheet.cell(TOTAL + 1, places(sheet)["Order"]).value == pytest.approx(units.sum())
        assert sheet.cell(TOTAL + 1, places(sheet)["Value"]).value == pytest.approx((units * changes["unit_cost"]).sum())


@pytest.mark.slow
def test_every_formula_shows_its_value_before_anybody_recalculates(recalculate):
    tables = [random_orders(rule) for rule in RULES]
    contents = [written(table, rule) for table, rule in zip(tables, RULES, strict=True)]
    for table, content, book in zip(tables, contents, recalculate(*map(opened, contents)), strict=True):
        shown, reckoned = opened(content, values=True)["Orders"], book["Orders"]
        assert column(shown, "State", N) == column(reckoned, "State", N)
        for label in sorted(places(shown).keys() & set(LIVE)):
            np.testing.assert_allclose(column(shown, label, N), column(reckoned, label, N), atol=1e-9, err_msg=label)
        assert shown.cell(TOTAL + 1, places(shown)["Order"]).value == pytest.approx(table["order_quantity"].sum())


@pytest.mark.slow
def test_real_recommendations_under_every_rule_are_what_the_formulas_give(recalculate):
    y, blend = pasts.noisy(h=28, cutoffs=6)
    made, n = pasts.ensemble(np.round(y), blend, before=np.full((12, 70), 40.0), health={"wape": 0.1}), 12
    given = GivenStock.nothing(n).changed(state.ON_HAND, np.linspace(0, 400, n)).changed(state.PACK_SIZE, 7.0).changed(state.UNIT_COST, 1.5)
    tables = [
        recommend.recommend_orders(made, given, Policy(rule=rule, lead_time=3, review_period=4, order_cost=9.0), np.arange(n)).table for rule in RULES
    ]
    books = recalculate(*(opened(written(table, rule)) for table, rule in zip(tables, RULES, strict=True)))
    for table, book in zip(tables, books, strict=True):
        sheet = book["Orders"]
        np.testing.assert_allclose(column(sheet, "Recommended", n), table["order_quantity"])
        np.testing.assert_allclose(column(sheet, "Order up to", n), table["order_up_to"])
        np.testing.assert_allclose(column(sheet, "Position", n), table["inventory_position"])
        assert column(sheet, "State", n) == table["state"].map(wording.STATES).tolist()
        assert not any(column(sheet, "Your order", n))


def test_the_state_follows_the_stock(recalculate):
    table = random_orders("order_up_to", 4).assign(on_hand=[0.0, 1e6, 0.0, 0.0], on_order=0.0, backorders=0.0)
    table = table.assign(order_quantity=quantities(table, "order_up_to"), state=["order_now", "overstock", "order_now", "order_now"])
    book = opened(written(table))
    change(book["Orders"], "On hand", [1e6, 0.0, float(table["order_up_to"].iloc[2]), None])
    assert column(recalculate(book)[0]["Orders"], "State", 4) == ["Overstock", "Order now", columns.LATER, "Order now"]


def test_an_order_of_ones_own_counts_instead_and_the_recommendation_stays(recalculate):
    table = random_orders("order_up_to", 4)
    recommended = table["order_quantity"].tolist()
    content = written(table.assign(order_quantity=[77.0, *recommended[1:]]))
    sheet = opened(content, values=True)["Orders"]
    assert column(sheet, "Your order", 4) == [77, None, None, None]
    assert column(sheet, "Order", 4) == [77, *recommended[1:]]
    assert column(sheet, "Recommended", 4) == recommended
    book = opened(content)
    change(book["Orders"], "Your order", [None, 0, 5, None])
    assert column(recalculate(book)[0]["Orders"], "Order", 4) == [recommended[0], 0, 5, recommended[3]]


def test_cleared_inputs_count_as_nothing_and_as_single_units(recalculate):
    table = random_orders("order_up_to", 10)
    book = opened(written(table))
    for label in ("On hand", "On order", "Owed", "Pack", "Minimum"):
        change(book["Orders"], label, [None] * 10)
    empty = table.assign(on_hand=0.0, on_order=0.0, backorders=0.0, pack_size=1.0, minimum_order=0.0)
    np.testing.assert_allclose(column(recalculate(book)[0]["Orders"], "Recommended", 10), quantities(empty, "order_up_to"))


def test_a_shelf_that_was_not_counted_waits_for_its_count(recalculate):
    table = random_orders("order_up_to", 4).assign(on_order=0.0, backorders=0.0)
    full = table.assign(on_hand=[0.0] * 4)
    table = table.assign(on_hand=[np.nan] * 4, state="not_counted", order_quantity=[np.nan, np.nan, 9.0, np.nan], inventory_position=np.nan)
    content = written(table)
    sheet = opened(content, values=True)["Orders"]
    assert (column(sheet, "Recommended", 4), column(sheet, "Order", 4)) == ([None] * 4, [None, None, 9, None])
    book = opened(content)
    change(book["Orders"], "On hand", [None, 0.0, None, 1e6])
    sheet = recalculate(book)[0]["Orders"]
    assert column(sheet, "State", 4) == ["Not counted", "Order now", "Order now", "Overstock"]
    assert [value or None for value in column(sheet, "Order", 4)] == [None, quantities(full, "order_up_to")[1], 9, None]


@pytest.mark.slow
def test_a_line_without_a_level_orders_nothing_until_somebody_types_an_order(recalculate):
    unknown = ["expected", "safety_stock", "reorder_point", "order_up_to", "textbook_order_up_to", "risk", "achieved"]
    contents = []
    for rule in RULES:
        table = random_orders(rule, 3)
        table.loc[1, unknown] = np.nan
        table.loc[1, ["order_quantity", "state", schema.REASON]] = [0.0, "unknown", "Too little history."]
        contents.append(written(table, rule))
    typed = [opened(content) for content in contents]
    for book in typed:
        change(book["Orders"], "Your order", [None, 5, None])
    books = recalculate(*map(opened, contents), *typed)
    for book in (*(opened(content, values=True) for content in contents), *books):
        sheet = book["Orders"]
        ordered = book in books[len(RULES) :]
        assert (column(sheet, "Order", 3)[1] or None) == (5 if ordered else None)
        assert column(sheet, "Recommended", 3)[1] is None
        assert column(sheet, "State", 3)[1] == wording.STATES["order_now" if ordered else "unknown"]


@pytest.mark.parametrize("n", [0, 1])
def test_a_workbook_of_no_or_one_line_opens(recalculate, n):
    table = random_orders("order_up_to", 4).head(n)
    for book in (opened(written(table), values=True), *recalculate(opened(written(table)))):
        sheet = book["Orders"]
        assert book.sheetnames == ["Orders", "Evidence", "About"]
        assert sheet.cell(TOTAL + 1, places(sheet)["Order"]).value == pytest.approx(table["order_quantity"].sum())


def test_no_text_of_a_file_ever_becomes_a_formula_or_a_link(recalculate):
    names = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "{=1}", "http://example.com", "007", "Brötchen 面包 🥐", " & <b>\"'", "x" * 40_000]
    table = random_orders("order_up_to", len(names)).assign(product_id=names, store=names, why=names, reason=names)
    content = written(table)
    cut = [name[:32_767] for name in names]
    for book in (opened(content, values=True), *recalculate(opened(content))):
        assert column(book["Orders"], "Product", len(names)) == cut
        assert column(book["Evidence"], "Why there is no order", len(names), 7) == cut
    sheet = opened(content)["Orders"]
    cells = [sheet.cell(FIRST + 1 + row, places(sheet)[label]) for row in range(len(names)) for label in ("Product", "Store")]
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.quotePrefix for cell in cells)
    assert not any(cell.hyperlink for cell in cells)


LONG = "<r>" + "x" * 32_760 + "</r>"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<r><t>x</t></r>", "<r><t>x</t></r> "),
        ("<r></si><si><t>x</t></si><si></r>", "<r></si><si><t>x</t></si><si></r> "),
        ("<r>&</r>", "<r>&</r> "),
        (LONG, f"{LONG[:-1]} "),
        ("<b>bold</b> & ]]>", "<b>bold</b> & ]]>"),
        ("\x00=1", "\\u0000=1"),
        ("a\rb", "a\\u000db"),
        ("_x0041_", "_x0041_"),
        ("\uffff", "\\uffff"),
        ("\u202e\uff1d1+1", "\\u202e\uff1d1+1"),
    ],
)
def test_every_text_stands_in_its_cell_as_it_was(text, shown):
    """Signs that nobody sees stand there as escapes."""
    table = random_orders("order_up_to", 2).assign(product_id=pd.Series([text, "Bread"], dtype=object), store="x")
    sheet = opened(written(table.assign(why=table["product_id"])))["Orders"]
    assert column(sheet, "Product", 2) == [shown, "Bread"]
    assert [cell.data_type for cell in sheet[FIRST + 1][:2]] == ["s", "s"]


def test_money_is_there_only_where_it_is_known():
    table = random_orders("order_up_to", 3)
    some = opened(written(table.assign(unit_cost=[2.0, np.nan, np.nan])), values=True)["Orders"]
    assert [bool(value) for value in column(some, "Value", 3)][1:] == [False, False]
    assert column(some, "Unit cost", 3) == [2, None, None]
    none = opened(written(table.assign(unit_cost=np.nan)))["Orders"]
    assert not {"Value", "Unit cost"} & places(none).keys()


@pytest.mark.parametrize("rule", RULES)
def test_lots_and_reorder_points_are_there_where_the_rule_has_them(rule):
    there = {"Lot", "Reorder point"} & places(opened(written(random_orders(rule, 3), rule))["Orders"]).keys()
    assert there == ({"Lot", "Reorder point"} if rule in DAILY else set())


def test_days_are_days_and_what_is_beyond_the_forecast_is_empty():
    table = random_orders("order_up_to", 6)
    sheet = opened(written(table))["Orders"]
    assert column(sheet, "Order by", 6) == [None if pd.isna(day) else day.to_pydatetime() for day in table["order_by"]]
    assert sheet.cell(FIRST + 2, places(sheet)["Order by"]).number_format == "yyyy-mm-dd"
    assert column(sheet, "Cover, days", 6) == [None, 5.5, 5.5, 5.5, None, 5.5]


def test_only_functions_that_every_spreadsheet_has():
    for rule in RULES:
        sheet = opened(written(random_orders(rule, 3), rule))["Orders"]
        texts = [cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
        assert {name for text in texts for name in re.findall(r"([A-Z]+)\(", text)} <= SHARED
        assert texts


def test_it_is_ready_to_work_with_and_to_print():
    sheet = opened(written(random_orders("order_up_to", 20)))["Orders"]
    last = FIRST + 20
    assert sheet.freeze_panes == f"C{FIRST + 1}"
    assert sheet.auto_filter.ref == f"A{HEADER + 1}:{openpyxl.utils.get_column_letter(sheet.max_column)}{last}"
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == f"${HEADER + 1}:${HEADER + 1}"
    checks = {str(check.sqref).rstrip("0123456789"): (check.operator, check.formula1) for check in sheet.data_validations.dataValidation}
    assert len(checks) == 7
    assert sorted(set(checks.values())) == [("greaterThanOrEqual", "0"), ("greaterThanOrEqual", "1")]


def test_units_have_decimals_only_where_some_are_not_whole():
    whole = random_orders("order_up_to", 3).assign(on_hand=3.0, order_up_to=9.0, pack_size=1.0, minimum_order=0.0)
    formats = [
        sheet.cell(FIRST + 1, places(sheet)["On hand"]).number_format
        for sheet in (opened(written(table))["Orders"] for table in (whole, whole.assign(on_hand=2.5)))
    ]
    assert formats == ["#,##0", "#,##0.00"]


def test_evidence_says_what_stands_behind_each_line():
    book = opened(written(random_orders("order_up_to", 3)), values=True)
    sheet = book["Evidence"]
    facts = {sheet.cell(row, 1).value: sheet.cell(row, 2).value for row in (3, 4, 5)}
    assert facts == {
        "Model": "v7, trained 2026-11-22",
        "Sales to": "2026-11-21",
        "Past check": "6 past dates, 2026-04-01 to 2026-08-19, 28 days ahead each",
    }
    line = {label: sheet.cell(8, place).value for label, place in places(sheet, 6).items()}
    expected = {"Product": "product 0", "Version": 7, "Cutoffs": 6, "Errors used": 168, "Service level": 0.95, "Cycles": 36, "Model": "Blend"}
    assert expected.items() <= line.items()
    assert line["Assumed"] == "lead time 7 days"


def test_every_column_is_explained():
    book = opened(written(random_orders("min_max", 3), "min_max"))
    explained = {row[0].value for row in book["About"].iter_rows() if row[1].value}
    assert set(places(book["Orders"])) | set(places(book["Evidence"], 6)) <= explained


def test_the_same_orders_are_the_same_file():
    table = random_orders("order_up_to", 5)
    assert written(table) == written(table)


def test_the_tolerance_is_that_of_the_arithmetic():
    sheet = opened(written(random_orders("order_up_to", 3)))["Orders"]
    assert f"-{arithmetic.TOLERANCE:.0E}," in column(sheet, "Recommended", 3)[0]
