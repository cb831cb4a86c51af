"""Columns by the words of their names and by their cells."""

from __future__ import annotations

import pytest

from forecasting.intake.column_guess import guess_mapping
from forecasting.intake.reader import read_table


def guessed(header, *lines, delimiter=","):
    text = "\n".join([header, *lines])
    return guess_mapping(read_table(text.encode(), "sales.csv"))


def days(line, count=30):
    """The line on `count` days; `#` is the number of the day."""
    return [f"2026-03-{day:02d}," + line.replace("#", str(day % 7)) for day in range(1, count + 1)]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("日付,商品名,店舗,数量,単価", "date product_id store sales price"),
        ("日期,商品名称,门店,销量,单价", "date product_id store sales price"),
        ("판매일,상품명,매장,판매수량,단가", "date product_id store sales price"),
        ("Дата,Товар,Магазин,Количество,Цена", "date product_id store sales price"),
        ("Tarih,Ürün,Şube,Miktar,Fiyat", "date product_id store sales price"),
        ("Data,Naziv,Prodavnica,Količina,Cena", "date product_id store sales price"),
        ("Fecha,Producto,Sucursal,Cantidad,Precio", "date product_id store sales price"),
        ("Bill Date,Item Description,Outlet Name,Total Qty,Rate", "date product_id store sales"),
        ("Created at,Lineitem name,Location,Lineitem quantity,Lineitem price", "date product_id store sales price"),
        ("Posting Date,Description,Location Code,Quantity,Line Amount", "date product_id store sales"),
        ("InvoiceDate,StockCode,Branch,Quantity,UnitPrice", "date product_id store sales price"),
        ("Data,Produkt,Sklep,Ilość,Cena", "date product_id store sales price"),
    ],
)
def test_names_of_many_languages(header, expected):
    names = header.split(",")
    guess = guessed(header, *days("Bread,Mitte,#,2.5"))
    assert guess == dict(zip(expected.split(), names, strict=False))


@pytest.mark.parametrize(
    ("header", "line", "sales"),
    [
        ("Date,Item,Gross Sales,Net Sales,Qty", "Bread,88.80,74.00,#", "Qty"),
        ("Date,Item,Sales,Quantity,Profit", "Bread,88.80,#,1.1", "Quantity"),
        ("Date,Item,Sales,YTD Sales", "Bread,#,400", "Sales"),
        ("Date,Item,Revenue", "Bread,88.80", "Revenue"),
        ("Date,Item,Weekly_Sales,Temperature,Fuel_Price", "Bread,#,21.5,2.7", "Weekly_Sales"),
        ("Date,Item,Inventory Level,Units Sold,Units Ordered,Demand Forecast", "Bread,231,#,55,135.4", "Units Sold"),
        ("Date,Item,Returned quantity,Quantity", "Bread,0,#", "Quantity"),
        ("Date,Item,Postal Code,Customers,Number sold", "Bread,10115,80,#", "Number sold"),
        ("Date,Article,Quantité,Ventes", "Bread,#,88.80", "Quantité"),
    ],
)
def test_units_come_before_money_and_other_numbers_are_none(header, line, sales):
    assert guessed(header, *days(line))["sales"] == sales


def test_numbers_that_count_receipts_are_no_sales():
    lines = [f"2026-03-{day:02d},{3 * day + part // 3},Bread" for day in range(1, 29) for part in range(9)]
    assert "sales" not in guessed("Date,Transaction,Item", *lines)


def test_a_mostly_empty_key_loses_to_a_filled_one():
    lines = [f"2026-03-{day:02d},{'B-1' if day < 4 else ''},Bread,{day % 5}" for day in range(1, 29)]
    assert guessed("Date,SKU,Item,Qty", *lines)["product_id"] == "Item"


def test_a_column_that_tells_every_row_apart_is_no_product():
    lines = [f"2026-03-{day:02d},A{day},Bread,{day % 5}" for day in range(1, 29)]
    assert guessed("Date,Item ID,Item Name,Qty", *lines)["product_id"] == "Item Name"


def test_a_region_that_changes_from_day_to_day_is_no_key():
    regions = ["East", "West", "South"]
    lines = [
        f"2026-03-{day:02d},{store},Bread,{regions[(day * day + place) % 3]},{day % 5}" for day in range(1, 29) for place, store in enumerate("AB")
    ]
    assert guessed("Date,Store,Product,Region,Units", *lines) == {"date": "Date", "product_id": "Product", "store": "Store", "sales": "Units"}
    lines = [f"2026-03-{day:02d},{store},Bread,{regions[place]},{day % 5}" for day in range(1, 29) for place, store in enumerate("AB")]
    assert guessed("Date,Store,Product,Region,Units", *lines)["region"] == "Region"


def test_the_date_of_the_sale_is_taken_of_several():
    guess = guessed(
        "Ship Date,Order Date,last-updated-date,Item,Qty", *[f"2026-04-{day:02d},2026-03-{day:02d},2026-05-01,Bread,3" for day in range(1, 20)]
    )
    assert guess["date"] == "Order Date"


def test_where_a_customer_lives_is_no_region_and_a_time_zone_neither():
    guess = guessed("Date,Item,Qty,ship-state,Customer Country,Time Zone", *days("Bread,#,Ohio,US,Eastern"))
    assert "region" not in guess
    assert "store" not in guess


def test_the_country_of_customers_is_no_region_but_that_of_stores_is():
    lines = [f"{n},A{n % 3},Tea,2,2026-03-{1 + n // 4:02d},7,UK" for n in range(80)]
    online = guessed("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,CustomerID,Country", *lines)
    assert online == {"date": "InvoiceDate", "product_id": "StockCode", "sales": "Quantity"}
    assert guessed("Date,Store,Country,Units", *days("A,UK,#"))["region"] == "Country"


def test_a_flag_of_promotions_is_one_by_its_words():
    assert guessed("date,item,on_promo,qty", *[f"2026-03-{day:02d},Bread,{day % 2},{day % 5}" for day in range(1, 29)])["promo"] == "on_promo"


def test_a_column_of_the_lines_of_orders_is_judged_by_its_own_name():
    guess = guessed("Order Date,Order Lines/Product,Order Lines/Quantity,Order Lines/Unit Price", *days("Desk,#,9.50"))
    assert guess == {"date": "Order Date", "product_id": "Order Lines/Product", "price": "Order Lines/Unit Price", "sales": "Order Lines/Quantity"}


def test_the_lines_of_an_order_in_one_cell_name_no_product():
    assert guessed("Date,Product(s),Items sold", *days('"2× Mug, 1 x Bowl",#')) == {"date": "Date", "sales": "Items sold"}
    assert guessed("Date,Product,Items sold", *days("2x4 timber,#"))["product_id"] == "Product"


@pytest.mark.parametrize(("units", "expected"), [("5", None), ("0", "Open")])
def test_a_flag_of_opening_days_is_none_where_closed_days_have_sales(units, expected):
    lines = [*days("Yes,7", 20), *days(f"No,{units}", 20)]
    assert guessed("Date,Open,Quantity", *lines).get("open") == expected
