"""From a stock file to orders, on the command line and as the pages ask."""

from __future__ import annotations

import io
from dataclasses import replace
from io import BytesIO

import numpy as np
import openpyxl
import pandas as pd
import pytest

from forecasting.core.errors import InputError, NotFound
from forecasting.entrypoints.cli.verbs import main
from forecasting.inventory.budget import spend
from forecasting.inventory.orders import projection
from forecasting.inventory.policy import Policy
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import GivenStock
from forecasting.services import ordering, sales, versions

SHORT = ["--lead-time", "3", "--review-period", "4"]
STOCK = """product_id,region,on_hand,on_order,due,pack_size,unit_cost,price
Bread,North,60,120,2026-07-02,12,0.8,2
Bread,South,900,,,12,0.8,2
Cake,North,20,,,6,3,7
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "stock.csv"
    path.write_text(STOCK)
    return path


@pytest.fixture(scope="module")
def made(published):
    return versions.load(published, 1)


def orders_of(printed):
    return pd.read_csv(io.BytesIO(printed))


def test_without_stock_shelves_are_taken_for_empty_and_it_says_so(shop, capfdbinary):
    assert main(["recommend", *SHORT]) == 0
    out, told = capfdbinary.readouterr()
    table = orders_of(out)
    assert (table["on_hand"] == 0).all()
    assert (table.set_index("product_id").loc["Bread", "order_quantity"] > 200).all()
    assert table.set_index("product_id").loc["Old pie", "order_quantity"] == 0
    assert b"every shelf counts as empty" in told
    assert (table["version"] == 1).all()


def test_a_stock_file_gives_orders_in_packs_with_what_they_cost(shop, file, capfdbinary):
    assert main(["recommend", "--stock", str(file), *SHORT, "--product-id", "Bread"]) == 0
    table = orders_of(capfdbinary.readouterr().out).set_index("region")
    assert table["on_hand"].to_dict() == {"North": 60, "South": 900}
    assert (table["order_quantity"] % 12 == 0).all()
    assert table.loc["South", "order_quantity"] == 0
    assert table.loc["South", "state"] == "overstock"
    north = table.loc["North"]
    assert north["order_quantity"] == np.ceil(max(north["order_up_to"] - 180, 0) / 12) * 12
    np.testing.assert_allclose(table["order_value"], 0.8 * table["order_quantity"])


def test_a_stock_file_with_problems_is_refused_with_all_of_them_and_their_rows(shop, tmp_path, capsys):
    path = tmp_path / "stock.csv"
    path.write_text(STOCK.replace("900", "many").replace("Cake", "Gateau"))
    assert main(["recommend", "--stock", str(path), *SHORT]) == 2
    told = capsys.readouterr().err
    assert "many" in told
    assert "Gateau" in told
    assert main(["recommend", "--stock", str(path), *SHORT, "--drop-problems"]) == 0


def test_columns_of_a_stock_file_that_are_left_out_are_told(shop, tmp_path, capsys):
    path = tmp_path / "stock.csv"
    path.write_text("product_id,region,Vendor says,Empty,In stock (pcs)\nBread,North,5,,60\n")
    assert main(["recommend", "--stock", str(path), *SHORT]) == 0
    assert "Columns of stock.csv left out: Vendor says. --map ROLE=COLUMN uses one" in capsys.readouterr().err
    assert main(["recommend", "--stock", str(path), *SHORT, "--map", "on_order=Vendor says"]) == 0
    assert "left out" not in capsys.readouterr().err


def test_due_dates_that_can_be_read_two_ways_need_an_answer(shop, tmp_path, capsys):
    path = tmp_path / "stock.csv"
    path.write_text(STOCK.replace("2026-07-02", "02/07/2026"))
    assert main(["recommend", "--stock", str(path), *SHORT]) == 2
    assert "--day-first" in capsys.readouterr().err
    assert main(["recommend", "--stock", str(path), *SHORT, "--day-first"]) == 0


def test_the_command_line_and_the_page_give_the_same(shop, file, capfdbinary, made):
    assert main(["recommend", "--stock", str(file), *SHORT]) == 0
    printed = capfdbinary.readouterr().out
    table = sales.inspect(file.read_bytes(), "stock.csv")
    given = ordering.check_stock(table, ordering.guess_stock(table), made).accept()
    assert ordering.orders_csv(ordering.recommend(made, given, Policy(lead_time=3, review_period=4), {}), 1) == printed


def test_saved_stock_counts_where_no_file_is_given(shop, file, capfdbinary, made):
    table = sales.inspect(file.read_bytes(), "stock.csv")
    ordering.save_stock(shop, ordering.check_stock(table, ordering.guess_stock(table), made), made, "stock.csv")
    assert main(["recommend", *SHORT]) == 0
    found = orders_of(capfdbinary.readouterr().out).set_index(["product_id", "region"])
    assert found.loc[("Bread", "South"), "on_hand"] == 900
    ordering.undo_stock(shop)
    assert not ordering.given_stock(shop, made).table.notna().any().any()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--service-level", "95"], "between 0 and 1"),
        (["--lead-time", "-1"], "lead time"),
        (["--store", "X"], "no store to filter by"),
        (["--product-id", "Pizza"], "No series fits"),
        (["--stock", "nowhere.csv"], "nowhere.csv"),
        (["--map", "units=Y", "--stock"], "--map takes"),
    ],
)
def test_bad_input_is_one_clear_message(shop, file, capsys, arguments, says):
    assert main(["recommend", *arguments, *([str(file)] if arguments[-1] == "--stock" else [])]) == 2
    assert says in capsys.readouterr().err


def test_more_days_than_were_judged_say_what_helps(shop, capfdbinary):
    assert main(["recommend"]) == 0
    out, told = capfdbinary.readouterr()
    table = orders_of(out)
    assert (table["state"] == "order_now").any()
    assert main(["recommend", "--lead-time", "30"]) == 0
    out, told = capfdbinary.readouterr()
    assert (orders_of(out).set_index("product_id")["state"].drop("Old pie") == "unknown").all()
    assert b"Retrain with a longer horizon" in told


def test_the_workbook_comes_with_the_csv(shop, file, tmp_path):
    assert main(["recommend", "--stock", str(file), *SHORT, "--out", str(tmp_path / "o.csv"), "--xlsx", str(tmp_path / "o.xlsx")]) == 0
    book = openpyxl.load_workbook(tmp_path / "o.xlsx")
    assert len(pd.read_csv(tmp_path / "o.csv")) > 5
    formulas = [cell.value for row in book.worksheets[0].iter_rows() for cell in row if isinstance(cell.value, str) and cell.value.startswith("=")]
    assert any("ROUNDUP" in formula for formula in formulas)


def test_quantities_that_a_person_changed_are_in_the_files(made, file):
    table = sales.inspect(file.read_bytes(), "stock.csv")
    given = ordering.check_stock(table, ordering.guess_stock(table), made).accept()
    found = ordering.recommend(made, given, Policy(lead_time=3, review_period=4), {"product_id": "Bread"})
    changed = {"Bread|North": 36.0}
    csv = orders_of(ordering.orders_csv(found, 1, changed)).set_index("region")
    assert csv.loc["North", "order_quantity"] == 36
    assert csv.loc["North", "order_value"] == pytest.approx(36 * 0.8)
    assert openpyxl.load_workbook(BytesIO(ordering.orders_xlsx(found, {"version": 1}, changed)))


def test_a_budget_buys_what_loses_most_and_never_costs_more(made):
    given = GivenStock.nothing(len(made.panel)).changed(state.UNIT_COST, 2.0).changed(state.PRICE, 5.0).changed(state.PACK_SIZE, 6.0)
    found = ordering.recommend(made, given, Policy(lead_time=3, review_period=4), {})
    whole = found.table["order_value"].sum()
    bought = spend.spend(found, 0.4 * whole)
    assert bought["value"].sum() <= 0.4 * whole
    assert bought["value"].sum() > 0.35 * whole
    assert (bought["order_quantity"] % 6 == 0).all()
    everything = spend.spend(found, 10 * whole)
    assert everything["value"].sum() == pytest.approx(whole)
    assert bought["gain"].sum() < everything["gain"].sum()
    assert bought["gain"].sum() > 0.45 * everything["gain"].sum()
    with pytest.raises(InputError, match="unit_cost"):
        spend.spend(ordering.recommend(made, GivenStock.nothing(len(made.panel)), Policy(lead_time=3, review_period=4), {}), 100.0)


def test_shelf_space_may_be_what_is_short(made):
    given = GivenStock.nothing(len(made.panel)).changed(state.UNIT_SPACE, np.arange(1.0, len(made.panel) + 1))
    found = ordering.recommend(made, given, Policy(lead_time=3, review_period=4), {})
    bought = spend.spend(found, 500.0, "space")
    assert 400 < bought["takes"].sum() <= 500
    assert bought["value"].isna().all()
    with pytest.raises(InputError, match="unit_cost"):
        spend.spend(found, 500.0)
    with pytest.raises(InputError, match="from 0 on"):
        spend.spend(found, -1.0, "space")


def test_goods_that_earn_nothing_get_nothing_of_a_short_budget(made):
    prices = np.full(len(made.panel), 5.0)
    prices[:3] = 1.0
    given = GivenStock.nothing(len(made.panel)).changed(state.UNIT_COST, 2.0).changed(state.PRICE, prices)
    found = ordering.recommend(made, given, Policy(lead_time=3, review_period=4), {})
    bought = spend.spend(found, 100.0)
    assert not set(bought["unique_id"]) & set(made.panel.unique_ids[:3])


def test_a_budget_on_the_command_line_orders_only_what_it_buys(shop, file, tmp_path, capfdbinary):
    assert main(["recommend", "--stock", str(file), *SHORT, "--budget", "60", "--past-check", str(tmp_path / "p.csv")]) == 0
    out, told = capfdbinary.readouterr()
    table = orders_of(out)
    assert 0 < table["order_value"].sum() <= 60
    assert b"Within the limit" in told
    past_check = pd.read_csv(tmp_path / "p.csv")
    assert len(past_check) == len(table)
    assert {"service", "fill_rate", "average_stock", "lost", "turns", "cost", "service_textbook", "promise"} <= set(past_check)
    assert main(["recommend", *SHORT, "--space", "60"]) == 2


def test_the_flag_of_the_past_check_still_answers_to_its_first_name(shop, file, tmp_path, capsys):
    for flag in ("--past-check", "--receipt"):
        assert main(["recommend", "--stock", str(file), *SHORT, flag, str(tmp_path / f"{flag}.csv")]) == 0
    assert (tmp_path / "--receipt.csv").read_bytes() == (tmp_path / "--past-check.csv").read_bytes()
    with pytest.raises(SystemExit):
        main(["recommend", "--help"])
    shown = capsys.readouterr().out
    assert "--past-check FILE" in shown
    assert "--receipt" not in shown


def test_least_cost_needs_prices_and_says_where_there_are_none(shop, file, capsys):
    assert main(["recommend", "--stock", str(file), *SHORT, "--target", "costs"]) == 0
    assert "7 series have no price or unit cost" in capsys.readouterr().err


def test_filters_choose_and_refuse(made):
    found = ordering.recommend(made, GivenStock.nothing(len(made.panel)), Policy(lead_time=3, review_period=4), {"region": "South"})
    assert set(found.table["region"]) == {"South"}
    with pytest.raises(NotFound):
        ordering.recommend(made, GivenStock.nothing(len(made.panel)), Policy(), {"region": "East"})


def test_the_path_of_a_shelf_starts_with_what_is_on_it(made):
    given = GivenStock.nothing(len(made.panel)).changed(state.ON_HAND, 100.0)
    found = ordering.recommend(made, given, Policy(lead_time=3, review_period=4), {})
    path = projection.projection_of(found, 0, float(found.table["order_quantity"].iloc[0]))
    assert len(path.ordered.evening) == 7
    assert path.alone.evening[0] == pytest.approx(100 - made.yhat["blend"][found.rows[0], 0])
    assert path.ordered.evening[-1] > path.alone.evening[-1]
    assert (path.lower.evening <= path.ordered.evening + 1e-9).all()
    more = projection.projection_of(found, 0, 0.0, on_hand=200.0)
    assert more.alone.evening[0] == pytest.approx(path.alone.evening[0] + 100)


def test_the_same_stock_gives_the_same_orders_after_a_new_version_with_other_series(made):
    given = GivenStock.nothing(len(made.panel)).changed(state.ON_HAND, np.arange(len(made.panel), dtype=float))
    kept = ordering.stock_table(given, made)
    fewer = replace(made, panel=made.panel.select(np.arange(3, len(made.panel))))
    again = ordering.check_typed_stock(kept, fewer).given
    np.testing.assert_array_equal(again.table[state.ON_HAND], np.arange(3, len(made.panel), dtype=float))


def test_a_new_count_has_the_deliveries_that_were_due_before_it(shop, made):
    def save(text):
        table = sales.inspect(text.encode(), "stock.csv")
        ordering.save_stock(shop, ordering.check_stock(table, ordering.guess_stock(table), made), made, "stock.csv")

    save("product_id,region,on_hand,on_order,due\nBread,North,10,40,2026-06-30\nBread,North,10,50,2026-07-02\nTea,North,3,60,2026-06-29\n")
    save("product_id,region,on_hand\nBread,North,45\n")
    kept = ordering.given_stock(shop, made)
    rows = made.panel.unique_ids.index("Bread|North"), made.panel.unique_ids.index("Tea|North")
    assert kept.table.loc[list(rows), state.ON_HAND].tolist() == [45, 3]
    assert kept.table.loc[list(rows), state.ON_ORDER].tolist() == [50, 60]
    assert len(kept.due) == 2
