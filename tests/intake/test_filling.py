"""Cells that stand once for many rows are filled down, and no others."""

from __future__ import annotations

import pytest

from forecasting.intake.reader import read_table


def column(text, name):
    table = read_table(text.encode(), "a.csv")
    return table.rows[name].tolist(), table.notes


def test_lines_of_an_order_take_its_date_but_no_numbers():
    text = "Name,Created at,Total,Lineitem name,Lineitem quantity\n#1,2026-03-01,9,Tea,1\n#1,,,Milk,2\n#2,2026-03-02,5,Tea,3\n#3,,,Milk,4\n"
    table = read_table(text.encode(), "a.csv")
    assert table.rows["Created at"].tolist() == ["2026-03-01", "2026-03-01", "2026-03-02", ""]
    assert table.rows["Total"].tolist() == ["9", "", "5", ""]
    assert table.notes == ("1 empty cell of Created at filled with the value of the row above.",)


def test_lines_below_an_order_without_its_number_belong_to_it():
    text = "Order,Date,Customer,Product,Qty\nS1,2026-03-01,Ann,Tea,1\n,,,Milk,2\nS2,2026-03-01,Bob,Tea,3\n,,,Milk,4\n"
    assert column(text, "Date")[0] == ["2026-03-01"] * 4
    assert column(text, "Order")[0] == ["S1", "S1", "S2", "S2"]


def test_an_outline_is_filled_down():
    text = "Region,Store,Date,Units\nNorth,A,2026-03-01,5\n,,2026-03-02,6\n,B,2026-03-01,5\n,,2026-03-02,6\nSouth,C,2026-03-01,1\n,,2026-03-02,2\n"
    assert column(text, "Region")[0] == ["North"] * 4 + ["South"] * 2
    assert column(text, "Store")[0] == ["A", "A", "B", "B", "C", "C"]
    assert column(text, "Store")[1] == ("7 empty cells of Region, Store filled with the value of the row above.",)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("date,item,sku,units\n2026-03-01,Tea,T1,5\n2026-03-01,Milk,,6\n2026-03-02,Tea,T1,5\n2026-03-02,Milk,,6\n", "sku"),
        ("date,units\n2026-03-01,5\n,6\n2026-03-03,7\n2026-03-04,8\n", "date"),
        ("date,item,units,note\n2026-03-01,Tea,5,rain\n2026-03-02,Tea,6,\n2026-03-03,Tea,7,\n2026-03-04,Tea,8,sun\n", "note"),
        ("item,units,due\nTea,20,2026-01-20\nTea,10,2026-01-12\nTea,7,\nMilk,0,\n", "due"),
        ("date,item,units\n2026-03-01,Tea,5\n2026-03-02,Tea,\n2026-03-03,Tea,\n", "units"),
    ],
)
def test_cells_that_are_simply_empty_stay_empty(text, name):
    cells, notes = column(text, name)
    assert "" in cells
    assert notes == ()


TERMS = (
    "supplier,order_days,contact,product_id\nHansen,Mon,h@x.com,Bread\nHansen,,,Tea\nMills,,,Rolls\nMills,,,Buns\nCoop,Tue,c@x.com,Jam\nCoop,,,Oil\n"
)


def test_terms_of_one_supplier_are_never_those_of_the_next():
    table = read_table(TERMS.encode(), "a.csv", contents="suppliers")
    assert table.rows["order_days"].tolist() == ["Mon", "", "", "", "Tue", ""]
    assert table.notes == ()
    assert "Mon" in read_table(TERMS.encode(), "a.csv").rows["order_days"].tolist()[2:4]


def test_names_of_suppliers_are_filled_down_and_their_terms_are_not():
    text = "supplier,order_days,product_id,unit_cost\nHansen,Mon,Bread,1\n,,Tea,2\nMills,,Rolls,1\n,,Buns,2\n"
    table = read_table(text.encode(), "a.csv", contents="suppliers")
    assert table.rows["supplier"].tolist() == ["Hansen", "Hansen", "Mills", "Mills"]
    assert table.rows["order_days"].tolist() == ["Mon", "", "", ""]


def test_stock_takes_its_names_but_no_terms_from_the_row_above():
    text = "store,due,product,on_hand\nNorth,2026-03-01,Tea,5\n,,Milk,6\nSouth,2026-03-04,Tea,1\n,,Milk,2\n"
    table = read_table(text.encode(), "a.csv", contents="stock")
    assert table.rows["store"].tolist() == ["North", "North", "South", "South"]
    assert table.rows["due"].tolist() == ["2026-03-01", "", "2026-03-04", ""]


def test_a_delivery_note_takes_a_store_but_no_product_from_the_row_above():
    stores = read_table(b"store,product,quantity\nNorth,Tea,5\n,Milk,6\nSouth,Tea,1\n,Milk,2\n", "a.csv", contents="delivery")
    assert stores.rows["store"].tolist() == ["North", "North", "South", "South"]
    products = read_table(b"product,quantity\nTea,5\n,6\nMilk,1\n,2\n", "a.csv", contents="delivery")
    assert products.rows["product"].tolist() == ["Tea", "", "Milk", ""]
