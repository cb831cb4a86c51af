"""Stock files become what was given of each series; everything wrong with a row is named."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from time import process_time

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from forecasting.core import spreadsheets
from forecasting.core.errors import AmbiguousDates, ColumnsMissing, InputError, ProblemsFound
from forecasting.core.panel import Panel, unique_id
from forecasting.intake.reader import read_table
from forecasting.inventory.stock import file as stock_file
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import GivenStock


def panel(rows, keys=("product_id", "store")):
    """A panel of series by their keys, whose sales end on 10 January 2026."""
    series = pd.DataFrame(rows, columns=list(keys), dtype="str")
    series.insert(0, "unique_id", unique_id(series))
    series = series.sort_values("unique_id", ignore_index=True)
    dates = pd.date_range("2026-01-01", periods=10, freq="D").as_unit("us")
    return Panel(series, dates, np.ones((len(series), len(dates))), {})


SHOPS = panel([("bread", "east"), ("bread", "west"), ("cake", "east")])
GOODS = panel([("bread",), ("cake",)], ["product_id"])
ALL = panel([()], [])


def check(text, at=SHOPS, mapping=None, **choices):
    table = read_table(text.encode(), "stock.csv")
    return stock_file.check(table, stock_file.guess_mapping(table) if mapping is None else mapping, at, **choices)


def found(checked):
    return checked.problems[["line", "column", "value", "problem"]].to_numpy().tolist()


def column(checked, name):
    return [None if np.isnan(value) else value for value in checked.given.table[name]]


def deliveries(checked):
    return [(int(row), None if pd.isna(day) else f"{day:%Y-%m-%d}", units) for row, day, units in checked.given.due.itertuples(index=False)]


def assert_same(one: GivenStock, other: GivenStock):
    pd.testing.assert_frame_equal(one.table, other.table)
    pd.testing.assert_frame_equal(one.due, other.due)
    assert one.lead_times == other.lead_times


# Mapping


@pytest.mark.parametrize(
    ("header", "roles"),
    [
        (";".join(("product_id", "region", "store", *state.COLUMNS)), None),
        ("SKU;On Hand;On Order;ETA;MOQ;Unit Cost;Lead Time (days)", "product_id;on_hand;on_order;due;minimum_order;unit_cost;lead_time"),
        (
            "Artikelnummer;Filiale;Bestand;Bestellt;Liefertermin;VE;EK-Preis;Verkaufspreis;Lieferzeit",
            "product_id;store;on_hand;on_order;due;pack_size;unit_cost;price;lead_time",
        ),
        ("Article;Magasin;Stock;En commande;Délai;Prix d'achat;Prix", "product_id;store;on_hand;on_order;lead_time;unit_cost;price"),
        ("Producto;Tienda;Existencias;Plazo de entrega;Coste;Vida útil", "product_id;store;on_hand;lead_time;unit_cost;shelf_life"),
        ("item;quantity;note", "product_id;on_hand;"),
        ("Stock;Store;Product;Service Level", "on_hand;store;product_id;service_level"),
    ],
)
def test_names_in_several_spellings_and_languages_are_guessed(header, roles):
    names, said = header.split(";"), (roles or header).split(";")
    table = read_table(f"{header}\n{';'.join(['1'] * len(names))}\n".encode(), "stock.csv")
    assert stock_file.guess_mapping(table) == {role: name for role, name in zip(said, names, strict=True) if role}


@pytest.mark.parametrize(
    ("header", "roles"),
    [
        ("Product;On the way;Stock on hand;Safety stock", "product_id;on_order;on_hand;"),
        ("Artikelbezeichnung;Bestand (Stk);Unterwegs;Mindestbestand;kommt am*", "product_id;on_hand;on_order;;due"),
        ("Artikel;Filialbestand;im Zulauf;EK netto;VK brutto", "product_id;on_hand;on_order;unit_cost;price"),
        ("Produit;Stock magasin;En cours de commande;Stock mini;Livraison*", "product_id;on_hand;on_order;;due"),
        ("Producto;Stock en tienda;En camino;Llegada*;Valor stock", "product_id;on_hand;on_order;due;"),
        ("Prodotto;Giacenza attuale;In arrivo;Pezzi per confezione", "product_id;on_hand;on_order;pack_size"),
        ("Produto;Estoque loja;A caminho", "product_id;on_hand;on_order"),
        ("Artikel;Winkelvoorraad;Onderweg;Verwacht*", "product_id;on_hand;on_order;due"),
        ("Vare;Lagerbeholdning nu;P\u00e5 vej", "product_id;on_hand;on_order"),
        ("Tuote;Varastossa;Matkalla", "product_id;on_hand;on_order"),
        ("Produkt;Stan magazynowy;W drodze", "product_id;on_hand;on_order"),
        ("\u0442\u043e\u0432\u0430\u0440;\u043e\u0441\u0442\u0430\u0442\u043e\u043a;\u0432 \u043f\u0443\u0442\u0438", "product_id;on_hand;on_order"),
        ("\u5546\u54c1\u540d;\u5e93\u5b58\u6570\u91cf;\u5728\u9014\u6570\u91cf", "product_id;on_hand;on_order"),
        ("Item;Stock value;Stock (pcs);Stock on the way;Stock last counted*", "product_id;;on_hand;on_order;"),
        ("Item;Expected;Arrival*", "product_id;on_order;due"),
        ("Item;Min stock;Max stock;Reorder level;Total cost;Age (days)", "product_id;;;;;"),
    ],
)
def test_columns_are_known_by_their_words_and_cells(header, roles):
    """A star stands for a column of days."""
    names = [name.removesuffix("*") for name in header.split(";")]
    cells = ["2026-01-12" if name.endswith("*") else "5" for name in header.split(";")]
    table = read_table(f"{';'.join(names)}\nBread;{';'.join(cells[1:])}\nCake;{';'.join(cells[1:])}\n".encode(), "stock.csv")
    expected = {role: name for role, name in zip(roles.split(";"), names, strict=True) if role}
    assert stock_file.guess_mapping(table) == expected


def test_a_column_with_a_telling_name_and_other_cells_is_left_out():
    table = read_table(b"product,stock unit,arriving,shop name\nbread,kg,soon,Mitte\n", "stock.csv")
    assert stock_file.guess_mapping(table) == {"product_id": "product", "store": "shop name"}


def test_a_file_that_names_no_series_is_refused():
    with pytest.raises(ColumnsMissing, match="no column that says which product or store a row is about") as caught:
        check("on_hand\n5\n")
    assert caught.value.missing == ("product_id", "store")


def test_a_file_that_says_nothing_of_stock_is_refused():
    with pytest.raises(ColumnsMissing, match=r"no column with stock or terms of orders. Columns found: product, colour") as caught:
        check("product,colour\nbread,brown\n")
    assert caught.value.missing == ("on_hand",)


@pytest.mark.parametrize(
    ("mapping", "text"),
    [
        ({"product_id": "product", "on_hand": "product"}, "cannot be product_id and on_hand at once"),
        ({"product_id": "product", "on_hand": "units"}, "no column units"),
        ({"product_id": "product", "sales": "stock"}, "sales is not a role"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(mapping, text):
    with pytest.raises(InputError, match=text):
        check("product,stock\nbread,5\n", mapping=mapping)


def test_columns_without_a_role_or_a_key_of_the_series_are_kept_out():
    checked = check("product,store,colour,stock,price\nbread,east,brown,5,\ncake,west,white,6,\n", GOODS)
    assert (checked.kept_out, checked.mapping) == (("store", "colour", "price"), {"product_id": "product", "on_hand": "stock"})
    assert column(checked, "on_hand") == [5, 6]


# Series


def test_each_row_is_about_its_series():
    checked = check("store,product,on_hand,pack_size\nwest,bread,5,\neast, cake ,7,12\n")
    assert (column(checked, "on_hand"), column(checked, "pack_size")) == ([None, 5, 7], [None, None, 12])
    assert (checked.rows, checked.matched, checked.unknown, found(checked)) == (2, 2, 0, [])


def test_terms_of_a_product_count_in_all_its_stores():
    checked = check("product,pack_size,lead_times,service_level\nbread,6,3;4,0.9\ncake,12,,\n")
    assert (column(checked, "pack_size"), column(checked, "service_level")) == ([6, 6, 12], [0.9, 0.9, None])
    assert checked.given.lead_times == {0: (3, 4), 1: (3, 4)}


def test_the_row_that_names_more_keys_counts():
    checked = check("product,store,lead_time\nbread,,6\n,east,9\nbread,west,2\n")
    assert column(checked, "lead_time") == [6, 2, 9]


def test_units_of_several_series_are_a_problem_and_of_the_only_one_are_not():
    checked = check("product,on_hand,on_order,backorders\nbread,5,6,1\ncake,7,8,2\n")
    assert [row[1:] for row in found(checked)] == [[name, value, "Units of several series"] for name, value in zip(state.AMOUNTS, "561", strict=True)]
    assert checked.given.table[list(state.AMOUNTS)].fillna(-1).to_numpy().tolist() == [[-1, -1, -1], [-1, -1, -1], [7, 8, 2]]


def test_rows_about_no_series_are_named():
    checked = check("product,store,on_hand\npie,east,1\nbread,north,2\ncake,west,3\n,,4\npie,north,5\nbread,east,6\n")
    assert found(checked) == [
        [2, "product", "pie", "Unknown product"],
        [3, "store", "north", "Unknown store"],
        [4, "product, store", "cake, west", "Unknown series"],
        [5, "product", "", "No product"],
        [6, "product", "pie", "Unknown product"],
        [6, "store", "north", "Unknown store"],
    ]
    assert (checked.unknown, checked.dropped, checked.matched, column(checked, "on_hand")) == (5, 5, 1, [6, None, None])


def test_keys_keep_their_zeros_and_numbers_of_a_workbook_have_no_point():
    at = panel([("007",), ("7",), ("8.5",)], ["product_id"])
    assert column(check("sku,stock\n007,1\n7,2\n", at), "on_hand") == [1, 2, None]
    file = io.BytesIO()
    pd.DataFrame({"sku": [7, 8.5], "stock": [1, 2]}).to_excel(file, index=False)
    table = read_table(file.getvalue(), "stock.xlsx")
    assert column(stock_file.check(table, stock_file.guess_mapping(table), at), "on_hand") == [None, 1, 2]


def test_the_apostrophe_before_a_formula_is_not_part_of_a_key():
    at = panel([("=1+1",), ("-x",)], ["product_id"])
    assert column(check("sku,stock\n'=1+1,1\n-x,2\n", at), "on_hand") == [2, 1]
    before = panel([("'=1+1",), ("-x",)], ["product_id"])
    assert column(check("sku,stock\n'=1+1,1\n'-x,2\n", before), "on_hand") == [1, 2]


ODD = st.text(st.sampled_from("=+-@;,'\"\t\r\n \u200b\uff1da1"), min_size=1)


@pytest.mark.slow
@settings(max_examples=9)
@given(
    st.sampled_from([1, 30]).flatmap(
        lambda n: st.lists(ODD.map(spreadsheets.as_meant).map(str.strip).filter(bool), min_size=n, max_size=n, unique=True)
    )
)
def test_a_template_that_is_filled_in_is_about_the_same_series(names):
    at = panel([(name,) for name in names], ["product_id"])
    header, *lines = csv.reader(io.StringIO(stock_file.template(at).decode(), newline=""))
    filled = io.StringIO(newline="")
    csv.writer(filled, quoting=csv.QUOTE_ALL).writerows([header, *([line[0], str(place), *line[2:]] for place, line in enumerate(lines))])
    checked = check(filled.getvalue(), at)
    assert (header[1], column(checked, "on_hand"), found(checked)) == ("on_hand", list(range(len(at))), [])


def test_a_workspace_of_one_series_needs_no_key():
    checked = check("stock,pack size\n5,6\n", ALL)
    assert (column(checked, "on_hand"), column(checked, "pack_size"), checked.matched) == ([5], [6], 1)
    assert column(check("stock\n5\n", panel([("bread",)], ["product_id"])), "on_hand") == [5]


def test_another_products_stock_is_not_that_of_the_only_series():
    checked = check("product,stock\ncake,5\n", panel([("bread",)], ["product_id"]))
    assert (column(checked, "on_hand"), found(checked)) == ([None], [[2, "product", "cake", "Unknown product"]])


# Cells


def test_all_problems_are_collected_with_line_column_value_and_remedy():
    checked = check(
        "product,on hand,on order,due,lead time,lead time sd,lead times,review period,pack,moq,cost,shelf life,service level\n"
        "bread,x,-1,2026-02-30,7.5,181,6;x,0,0.5,-2,inf,0,0\n"
        "bread,1,,2026-01-12,366,,,1.5,,,,,\n"
        "bread,1,5,2029-01-12,,,,,,,,,1\n"
        "bread,1,5,1969-01-12,,,400,,,,,,abc\n"
        "bread,1,2e12,,,,,,,,,,120 %\n"
        "cake,1\n"
        "cake,1,2,12 Jan 2026,7,1.5,6;7;9,7,6,12,2.5,30,95\n",
        GOODS,
    )
    assert found(checked) == [
        [2, "on hand", "x", "Not a number"],
        [2, "on order", "-1", "Below zero"],
        [2, "lead time", "7.5", "Not a whole number"],
        [2, "lead time sd", "181", "Over 180"],
        [2, "review period", "0", "Below 1"],
        [2, "pack", "0.5", "Below 1"],
        [2, "moq", "-2", "Below zero"],
        [2, "cost", "inf", "Not a number"],
        [2, "shelf life", "0", "Below 1"],
        [2, "service level", "0", "Not between 0 and 1"],
        [2, "lead times", "6;x", "Not a list of days"],
        [2, "due", "2026-02-30", "No such date"],
        [3, "lead time", "366", "Over 365"],
        [3, "review period", "1.5", "Not a whole number"],
        [4, "service level", "1", "Not between 0 and 1"],
        [4, "due", "2029-01-12", "More than two years ahead"],
        [5, "service level", "abc", "Not a number"],
        [5, "lead times", "400", "Not a list of days"],
        [5, "due", "1969-01-12", "Before 1970"],
        [6, "on order", "2e12", "Over 1,000,000,000,000"],
        [6, "service level", "120 %", "Not between 0 and 1"],
        [7, "", "cake,1", "Too few cells"],
    ]
    assert checked.problems["what_to_do"].str.startswith("Skipped. ").all()
    assert checked.problems["what_to_do"][2] == "Skipped. Write whole days from 0 to 365."
    assert (checked.rows, checked.dropped, checked.matched) == (7, 6, 1)
    assert checked.given.table.loc[1].drop(["price", "holding_cost", "order_cost", "backorders", "unit_space"]).tolist() == [
        1,
        2,
        7,
        1.5,
        7,
        6,
        12,
        2.5,
        30,
        0.95,
    ]
    assert (deliveries(checked), checked.given.lead_times) == ([(1, "2026-01-12", 2.0)], {1: (6, 7, 9)})


def test_a_due_date_needs_units_on_order():
    assert found(check("product,on_order,due\nbread,,2026-01-12\ncake,0,2026-01-12\n", GOODS)) == [
        [2, "due", "2026-01-12", "A due date without units on order"]
    ]
    assert found(check("product,on_hand,due\nbread,5,2026-01-12\n", GOODS)) == [[2, "due", "2026-01-12", "A due date without units on order"]]


@pytest.mark.parametrize("unknown", ["", "NA", "n/a", "-", "null", " "])
def test_what_is_empty_was_not_given(unknown):
    checked = check(f"product,on_hand,on_order,due,lead_times,service_level,price\nbread,5,{','.join([unknown] * 5)}\ncake,6,1,,7,0.9,3\n", GOODS)
    assert (found(checked), column(checked, "price"), column(checked, "service_level")) == ([], [None, 3], [None, 0.9])


@pytest.mark.parametrize(("text", "share"), [("0.95", 0.95), ("95", 0.95), ("95 %", 0.95), ("95%", 0.95), ("99.5", 0.995), ("0.5%", 0.005)])
def test_a_service_level_is_a_share_or_percent(text, share):
    assert column(check(f"product,service_level\nbread,{text}\n", GOODS), "service_level") == [pytest.approx(share), None]


def test_decimal_commas_are_read():
    checked = check("Artikel;Bestand;EK;Servicegrad\nbread;1.234,5;2,50;0,95\ncake;7;3;97,5 %\n", GOODS)
    assert checked.given.table[["on_hand", "unit_cost", "service_level"]].to_numpy().tolist() == [[1234.5, 2.5, 0.95], [7, 3, 0.975]]


def test_a_number_that_can_be_read_two_ways_is_said():
    checked = check('product,stock\nbread,"1,234"\n', GOODS)
    assert (column(checked, "on_hand"), checked.notes) == ([1234, None], ('"1,234" in stock was read as 1234.',))


@pytest.mark.parametrize("text", ["6;7;9", "6, 7, 9", "6 7 9", "6/7/9", " 6;7;9; "])
def test_past_lead_times_are_listed(text):
    assert check(f'product,lead_times\nbread,"{text}"\n', GOODS).given.lead_times == {0: (6, 7, 9)}


def test_due_dates_that_can_be_read_two_ways_are_asked_about():
    text = "product,on_order,due\nbread,5,03/04/2026\n"
    with pytest.raises(AmbiguousDates, match="is 03/04/2026 3 April 2026 or 4 March 2026"):
        check(text, GOODS)
    assert deliveries(check(text, GOODS, day_first=True)) == [(0, "2026-04-03", 5.0)]
    assert deliveries(check(text, GOODS, day_first=False)) == [(0, "2026-03-04", 5.0)]


# Several rows of a series


def test_several_due_dates_are_several_deliveries():
    checked = check("product,on_hand,on_order,due\nbread,5,20,2026-01-20\nbread,5,10,2026-01-12\nbread,,7,\ncake,1,0,\n", GOODS)
    assert found(checked) == []
    assert deliveries(checked) == [(0, "2026-01-12", 10.0), (0, "2026-01-20", 20.0), (0, None, 7.0)]
    assert (column(checked, "on_order"), column(checked, "on_hand")) == ([37, 0], [5, 1])


def test_a_row_that_stands_there_twice_counts_once():
    checked = check("product,on_hand,on_order,due\nbread,5,20,2026-01-20\nbread,5,20,2026-01-20\n", GOODS)
    assert (found(checked), column(checked, "on_order"), len(checked.given.due)) == ([], [20, None], 1)


def test_different_values_for_one_series_are_problems():
    checked = check("product,on_hand,on_order,due,pack\nbread,5,,,6\nbread,7,,,6\ncake,,10,2026-01-12,\ncake,,11,2026-01-12,\ncake,,9,,\n", GOODS)
    assert found(checked) == [
        [2, "on_hand", "5", "Several values for one series"],
        [3, "on_hand", "7", "Several values for one series"],
        [4, "on_order", "10", "Several values for one series"],
        [5, "on_order", "11", "Several values for one series"],
    ]
    assert (column(checked, "on_hand"), column(checked, "pack_size"), deliveries(checked)) == ([None, None], [None, None], [(1, None, 9.0)])


def test_rows_that_differ_in_several_columns_are_named_for_each():
    checked = check("product,on_hand,pack\nbread,5,6\nbread,7,8\n", GOODS)
    assert [row[:3] for row in found(checked)] == [[2, "on_hand", "5"], [2, "pack", "6"], [3, "on_hand", "7"], [3, "pack", "8"]]


def test_different_past_lead_times_of_one_series_are_problems():
    checked = check("product,lead_times\nbread,6;7\nbread,6;8\ncake,3\ncake,3\n", GOODS)
    assert [row[:2] for row in found(checked)] == [[2, "lead_times"], [3, "lead_times"]]
    assert checked.given.lead_times == {1: (3,)}


# Accepting


def test_problems_are_offered_only_after_an_explicit_choice():
    checked = check("product,stock\nbread,-5\ncake,6\n", GOODS)
    with pytest.raises(ProblemsFound, match=r'1 of 2 rows cannot be used. line 2, stock: Below zero \("-5"\).*--drop-problems') as caught:
        checked.accept()
    assert caught.value.problems is checked.problems
    assert checked.accept(drop_problems=True) is checked.given


def test_names_that_no_series_can_have_or_that_are_spelled_like_one_are_told_so():
    at = panel([("7", "A"), ("Caf\u00e9", "A")])
    checked = check('product_id,store,on_hand\n007,A,1\nCAFE,A,2\nOil,A,3\n"Rye\nbread",A,4\n' + "x" * 256 + ",A,5\nCafe\u0301,A,6\n", at)
    assert checked.problems[["line", "problem", "what_to_do"]].to_numpy().tolist() == [
        [2, "Unknown product", 'Skipped. It differs from "7" only in zeros, capitals, accents or spaces.'],
        [3, "Unknown product", 'Skipped. It differs from "Caf\u00e9" only in zeros, capitals, accents or spaces.'],
        [4, "Unknown product", "Skipped. No series has it; correct the product, or train on its sales first."],
        [5, "A line break in the product", "Skipped. Write the product on one line."],
        [7, "Longer than 255 characters", "Skipped. Shorten the product."],
    ]
    assert column(checked, "on_hand") == [None, 6]


def test_rows_of_stock_that_an_unclosed_quotation_mark_swallowed_are_named():
    checked = check(
        'product_id,store,on_hand\n"cake,north,3\npie",north,4\nbun,north,5\n', panel([("cake", "north"), ("pie", "north"), ("bun", "north")])
    )
    assert found(checked) == [[2, "product_id", "cake,north,3\npie", "Unclosed quotation mark"]]
    assert checked.given.table["on_hand"].notna().sum() == 1


def test_a_series_whose_name_has_a_line_break_keeps_its_stock():
    checked = check('product_id,store,on_hand\n"Rye\nbread",north,4\n', panel([("Rye\nbread", "north")]))
    assert (found(checked), column(checked, "on_hand")) == ([], [4])


@pytest.mark.parametrize("drop", [True, False])
def test_a_file_of_nothing_but_problems_cannot_be_saved(drop):
    with pytest.raises(ProblemsFound, match=r"^The row cannot be read, so there is nothing to save\. line 2, product: Unknown product"):
        check("product,stock\npie,5\n", GOODS).accept(drop_problems=drop)


def test_without_problems_there_is_nothing_to_choose():
    assert check("product,stock\nbread,5\n", GOODS).accept().table["on_hand"][0] == 5


def test_nothing_typed_is_accepted():
    typed = stock_file.stock_frame(GivenStock.nothing(3), SHOPS)
    assert_same(stock_file.from_frame(typed, SHOPS).accept(), GivenStock.nothing(3))


# Typed and saved tables


def test_a_table_to_type_in_has_a_row_a_series_and_delivery():
    given_ = check("product,store,on_hand,on_order,due\nbread,west,5,20,2026-01-20\nbread,west,,10,2026-01-12\n").given
    typed = stock_file.stock_frame(replace(given_, lead_times={1: (6, 7)}), SHOPS)
    assert list(typed) == ["product_id", "store", *state.COLUMNS]
    assert typed[["product_id", "store"]].to_numpy().tolist() == [["bread", "east"], ["bread", "west"], ["bread", "west"], ["cake", "east"]]
    assert typed[["on_hand", "on_order"]].fillna(-1).to_numpy().tolist() == [[-1, -1], [5, 10], [-1, 20], [-1, -1]]
    assert [str(day)[:10] for day in typed["due"]] == ["NaT", "2026-01-12", "2026-01-20", "NaT"]
    assert typed["lead_times"].tolist() == ["", "6;7", "", ""]
    assert {str(kind) for kind in typed.dtypes} == {"str", "float64", "datetime64[us]"}


def test_a_typed_table_is_checked_like_a_file_by_its_rows():
    typed = stock_file.stock_frame(GivenStock.nothing(3), SHOPS)
    typed["on_hand"] = [5.0, -1.0, np.nan]
    typed["lead_times"] = ["6;7", None, "x"]
    checked = stock_file.from_frame(typed, SHOPS)
    assert found(checked) == [[2, "on_hand", "-1", "Below zero"], [3, "lead_times", "x", "Not a list of days"]]
    assert (column(checked, "on_hand"), checked.given.lead_times) == ([5, None, None], {0: (6, 7)})


@pytest.mark.parametrize("kind", [object, "datetime64[ns]", "datetime64[us]"])
def test_typed_days_come_in_several_types(kind):
    typed = stock_file.stock_frame(GivenStock.nothing(3), SHOPS).assign(on_order=[5.0, np.nan, np.nan])
    days = pd.Series([pd.Timestamp("2026-01-12"), pd.NaT, pd.NaT], dtype="datetime64[us]")
    typed["due"] = pd.Series([days[0].date(), None, None], dtype=object) if kind is object else days.astype(kind)
    assert deliveries(stock_file.from_frame(typed, SHOPS)) == [(0, "2026-01-12", 5.0)]


def test_whole_numbers_typed_into_a_table_are_numbers():
    typed = pd.DataFrame({"product_id": ["bread", "cake"], "on_hand": [5, 6], "pack_size": pd.array([6, None], dtype="Int64")})
    checked = stock_file.from_frame(typed, GOODS)
    assert (column(checked, "on_hand"), column(checked, "pack_size")) == ([5, 6], [6, None])


@pytest.mark.parametrize("kind", ["int64", "Int64", object])
def test_long_numbers_of_products_stay_apart(kind):
    ids = [1_700_000_000_000_000_000, 1_700_000_000_000_000_001]
    typed = pd.DataFrame({"product_id": pd.Series(ids, dtype=kind), "on_hand": [5, 6]})
    assert column(stock_file.from_frame(typed, panel([(str(number),) for number in ids], ["product_id"])), "on_hand") == [5, 6]


def test_rows_of_series_that_there_are_no_more_are_counted_and_no_problem():
    before = stock_file.stock_frame(GivenStock.nothing(3).changed(state.ON_HAND, np.array([1.0, 2.0, 3.0])), SHOPS)
    checked = stock_file.from_frame(before, panel([("bread", "west"), ("pie", "west")]))
    assert (checked.unknown, found(checked), column(checked, "on_hand"), checked.matched) == (2, [], [2, None], 1)


def test_a_table_saved_by_product_gives_its_terms_to_the_stores_of_now():
    before = stock_file.stock_frame(GivenStock.nothing(2).changed(state.PACK_SIZE, np.array([6.0, 12.0])).changed(state.ON_HAND, 5.0), GOODS)
    checked = stock_file.from_frame(before.drop(columns="on_hand"), SHOPS)
    assert (column(checked, "pack_size"), found(checked)) == ([6, 6, 12], [])


def test_a_table_saved_without_keys_says_nothing_of_several_series():
    saved = stock_file.stock_frame(GivenStock.nothing(1).changed(state.ON_HAND, 5.0), ALL)
    checked = stock_file.from_frame(saved, SHOPS)
    assert (checked.unknown, checked.matched, found(checked)) == (1, 0, [])


def test_the_template_has_a_row_a_series():
    text = stock_file.template(SHOPS).decode().splitlines()
    assert text[0] == "product_id,store," + ",".join(state.COLUMNS)
    assert [line.split(",")[:2] for line in text[1:]] == [["bread", "east"], ["bread", "west"], ["cake", "east"]]


# There and back


FEW_TABLES = settings(max_examples=9)
MANY = 30
"""To read a table costs a hundred times what a row of it does: a few tables of many rows try as many cells as a hundred of a few rows."""
KEY = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=6).map(str.strip).filter(bool)
AMOUNT = st.none() | st.floats(0, 1e9).map(lambda value: round(value, 3)) | st.integers(0, 10_000).map(float)
DAYS = st.none() | st.integers(1, 365).map(float)
VALUES = {
    state.ON_HAND: AMOUNT,
    state.BACKORDERS: AMOUNT,
    state.LEAD_TIME: DAYS,
    state.LEAD_TIME_SD: st.none() | st.floats(0, 180),
    state.REVIEW_PERIOD: DAYS,
    state.PACK_SIZE: st.none() | st.floats(1, 1e6),
    state.MINIMUM_ORDER: AMOUNT,
    state.UNIT_COST: AMOUNT,
    state.PRICE: AMOUNT,
    state.HOLDING_COST: AMOUNT,
    state.ORDER_COST: AMOUNT,
    state.SHELF_LIFE: DAYS,
    state.UNIT_SPACE: AMOUNT,
    state.SERVICE_LEVEL: st.none() | st.floats(0.001, 0.999),
}
DUE = st.none() | st.dates(pd.Timestamp(2025, 1, 1).date(), pd.Timestamp(2027, 1, 1).date())


@st.composite
def stated(draw):
    """A panel and anything that may be given of it."""
    names = draw(st.sampled_from([["product_id"], ["product_id", "store"], ["region"], ["product_id", "region", "store"]]))
    most = draw(st.sampled_from([1, 3, MANY]))
    rows = draw(st.lists(st.tuples(*(KEY for _ in names)), min_size=most, max_size=most, unique=True))
    assume(not any(text.startswith("'") for row in rows for text in row))
    at = panel(rows, names)
    n = len(at)
    table = GivenStock.nothing(n).table
    for name, values in VALUES.items():
        table[name] = np.array([np.nan if value is None else value for value in draw(st.lists(values, min_size=n, max_size=n))])
    due = []
    for row in range(n):
        days = sorted(draw(st.lists(DUE, max_size=3, unique=True)), key=lambda day: (day is None, day or 0))
        due += [(row, pd.NaT if day is None else pd.Timestamp(day), float(draw(st.integers(1, 999)))) for day in days]
        table.loc[row, state.ON_ORDER] = sum(units for place, _, units in due if place == row) if days else draw(st.sampled_from([np.nan, 0.0]))
    frame = pd.DataFrame(due, columns=["row", "day", "units"]).astype({"row": np.int64, "day": "datetime64[us]", "units": float})
    listed = st.none() | st.lists(st.integers(0, 365), min_size=1, max_size=4).map(tuple)
    lists = draw(st.lists(listed, min_size=n, max_size=n))
    return at, GivenStock(table, frame, {row: days for row, days in enumerate(lists) if days})


@pytest.mark.slow
@FEW_TABLES
@given(stated())
def test_what_was_given_comes_back_from_its_csv_and_its_table(case):
    at, before = case
    typed = stock_file.stock_frame(before, at)
    assert_same(stock_file.from_frame(typed, at).accept(), before)
    table = read_table(spreadsheets.to_csv(typed), "stock.csv")
    mapping = {name: name for name in typed}
    if typed[list(state.COLUMNS)].replace("", np.nan).isna().all(axis=None):
        return
    checked = stock_file.check(table, mapping, at)
    assert_same(checked.accept(), before)
    assert spreadsheets.to_csv(stock_file.stock_frame(checked.given, at)) == spreadsheets.to_csv(typed)


def test_csv_workbook_and_parquet_of_the_same_stock_are_the_same():
    header = "product,store,on_hand,on_order,due,lead_times,service_level"
    before = check(f"{header}\nbread,west,5.5,20,2026-01-20,6;7,0.9\nbread,west,,1,,,\ncake,east,1,,,4,\n").given
    typed = stock_file.stock_frame(before, SHOPS)
    book, columns = io.BytesIO(), io.BytesIO()
    typed.to_excel(book, index=False)
    typed.to_parquet(columns, index=False)
    for content in (spreadsheets.to_csv(typed), book.getvalue(), columns.getvalue()):
        table = read_table(content, "stock")
        assert_same(stock_file.check(table, stock_file.guess_mapping(table), SHOPS).accept(), before)


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8) | st.sampled_from(["bread", "5", "-1", "0.95", "1,5", "2026-01-12"])
SEEN = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8)
"""Many cells with control characters among them make a file of bytes that is refused whole."""
USUAL = [["bread", "cake"], ["5", "0", ""], ["7", ""], ["2026-01-12", ""], ["3", ""], ["6;7", ""], ["0.95", "97 %", ""]]
ROW = st.tuples(*(st.sampled_from(cells) | st.sampled_from(cells) | SEEN for cells in USUAL)).map(list)


@pytest.mark.slow
@settings(max_examples=30)
@given(st.lists(st.lists(CELL, min_size=7, max_size=7), min_size=1, max_size=3))
def test_any_text_gives_sound_stock_or_problems(rows):
    assert_sound(rows)


@pytest.mark.slow
@FEW_TABLES
@given(st.lists(ROW, min_size=MANY, max_size=MANY))
def test_rows_of_usual_and_of_odd_cells_give_sound_stock_or_problems(rows):
    assert_sound(rows)


def assert_sound(rows):
    roles = ["product_id", "on_hand", "on_order", "due", "lead_time", "lead_times", "service_level"]
    text = pd.DataFrame(rows, columns=roles).to_csv(index=False)
    try:
        checked = check(text, GOODS, {role: role for role in roles}, day_first=True)
    except InputError:
        return
    table = checked.given.table
    assert ((table >= 0) | table.isna()).all(axis=None)
    assert ((table["service_level"] < 1) | table["service_level"].isna()).all()
    assert checked.given.due.groupby("row")["units"].sum().to_dict() == table["on_order"][table["on_order"] > 0].to_dict()


def test_10_000_series_are_checked_within_seconds():
    at = panel([(f"P{i:05d}", store) for i in range(2_500) for store in "abcd"])
    given_ = GivenStock.nothing(len(at))
    for name in (state.ON_HAND, state.PACK_SIZE, state.LEAD_TIME, state.UNIT_COST):
        given_ = given_.changed(name, np.arange(len(at)) % 300 + 1.0)
    given_ = replace(given_, lead_times={row: (6, 7, row % 9) for row in range(0, len(at), 2)})
    typed = stock_file.stock_frame(given_, at)
    table = read_table(spreadsheets.to_csv(typed), "stock.csv")
    begun = process_time()
    checked = stock_file.check(table, stock_file.guess_mapping(table), at)
    again = stock_file.from_frame(typed, at)
    assert process_time() - begun < 5
    assert_same(checked.given, given_)
    assert_same(again.given, given_)


# Who delivers


def test_a_column_of_suppliers_says_who_delivers_what_a_row_names_and_changes_no_stock():
    text = "product_id,store,on_hand,Lieferant\nbread,east,3,Hansen\nbread,west,4,\nbeer,east,5,Brewery\ncake,east,6,Mills\n"
    checked, plain = check(text), check(text.replace("Lieferant", "Comment"))
    assert_same(checked.given, plain.given)
    assert checked.suppliers[["product_id", "store", "supplier"]].to_numpy().tolist() == [["bread", "east", "Hansen"], ["cake", "east", "Mills"]]
    assert (checked.mapping["supplier"], checked.kept_out, plain.kept_out, len(plain.suppliers)) == ("Lieferant", (), ("Comment",), 0)
    open_keys = check("product_id,on_hand,Vendor\nbread,,Hansen\nbread,,Mills\ncake,6,Mills\n")
    assert open_keys.suppliers["supplier"].tolist() == ["Mills", "Mills"]
    assert "bread from Mills, before from Hansen" in " ".join(open_keys.notes)
