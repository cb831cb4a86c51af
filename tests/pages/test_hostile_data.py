"""Data is only ever data: whatever a name holds, files carry it as a text and figures do not draw it as mark-up."""

from __future__ import annotations

import csv
import io
import json
import re

import hostile_names as hostile
import numpy as np
import openpyxl
import pandas as pd
import pytest

from forecasting.analysis import accuracy as accuracy_module
from forecasting.analysis import contributions, forecast_view
from forecasting.core import spreadsheets, unseen
from forecasting.inventory.orders import projection
from forecasting.inventory.policy import Policy
from forecasting.services import accuracy as accuracy_service
from forecasting.services import forecasts, ordering, sales, versions
from pages.charts import accuracy as accuracy_charts
from pages.charts import forecast, stock

pytestmark = pytest.mark.slow

RUN = set("=+-@\uff1d\uff0b\uff0d\uff20")
NUMBER = r"-?\d+(\.\d+)?(e-?\d+)?"


@pytest.fixture(scope="module")
def ws(hostile_shop):
    return hostile_shop


@pytest.fixture(scope="module")
def ensemble(ws):
    return versions.load(ws, 1)


@pytest.fixture(scope="module")
def accuracy(ws, ensemble):
    return accuracy_module.accuracy(accuracy_service.judged(ws, 1, ensemble), {})


@pytest.fixture(scope="module")
def orders(ws, ensemble):
    return ordering.recommend(ensemble, ordering.given_stock(ws, ensemble), Policy(), {})


@pytest.fixture(scope="module")
def checked():
    """An upload in which nothing is right, and its columns have hostile names."""
    bad = pd.DataFrame({hostile.IMAGE: hostile.PRODUCTS, "=date": hostile.PRODUCTS, "@sales": hostile.PRODUCTS, "+promo": hostile.PRODUCTS})
    table = sales.inspect(hostile.parquet(bad), hostile.FILE_NAME)
    return sales.check(table, {"product_id": hostile.IMAGE, "date": "=date", "sales": "@sales", "promo": "+promo"})


@pytest.fixture(scope="module")
def files(ws, ensemble, accuracy, orders, checked):
    """Every CSV that there is."""
    return {
        "forecast": forecasts.forecast_csv(ensemble, {}, 14),
        "total": forecasts.forecast_csv(ensemble, {"product_id": "=1+1"}, 14, total=True),
        "orders": ordering.orders_csv(orders, 1),
        "receipt": ordering.past_check_csv(orders),
        "problems": sales.problems_csv(checked),
        "series": accuracy_service.series_csv(accuracy),
        "attention": accuracy_service.attention_csv(accuracy),
        "backtest": accuracy_service.backtest_csv(accuracy),
        "template": ordering.stock_template(ensemble),
        "sample": sales.sample_csv(),
    }


def read(content):
    header, *rows = csv.reader(io.StringIO(content.decode(), newline=""), strict=True)
    return pd.DataFrame(rows, columns=header, dtype=object)


def test_sales_keep_every_text_as_it_was_written(ensemble):
    trimmed = {name.strip() for name in hostile.PRODUCTS}
    assert set(ensemble.panel.series["product_id"]) == trimmed


@pytest.mark.parametrize("name", ["forecast", "total", "orders", "receipt", "problems", "series", "attention", "backtest", "template", "sample"])
def test_no_cell_of_any_csv_runs(files, name):
    content = files[name].decode()
    for delimiter in ",;\t":
        cells = pd.Series([cell for row in csv.reader(io.StringIO(content, newline=""), delimiter=delimiter) for cell in row], dtype=object)
        texts = cells[~cells.str.fullmatch(NUMBER)]
        assert texts[texts.str.lstrip(' "\t\r\n\u200b').str[:1].isin(RUN)].tolist() == []


@pytest.mark.parametrize("name", ["forecast", "orders", "receipt", "series", "template"])
def test_every_csv_names_every_series(files, name, ensemble):
    names = set(read(files[name])["product_id"].map(spreadsheets.as_meant))
    assert names == set(ensemble.panel.series["product_id"])


def test_a_forecast_that_is_uploaded_again_is_about_the_same_series(files, ensemble):
    table = sales.inspect(files["forecast"], "forecast.csv")
    again = sales.check(table, {**sales.guess(table), "sales": "forecast"})
    keys = ["product_id", "region", "store"]
    assert len(again.problems) == 0
    assert set(again.sales[keys].itertuples(index=False, name=None)) == set(ensemble.panel.series[keys].itertuples(index=False, name=None))


def test_a_template_that_is_filled_in_is_about_the_same_series(files, ensemble):
    filled = read(files["template"]).assign(on_hand="5").to_csv(index=False, quoting=csv.QUOTE_ALL).encode()
    table = sales.inspect(filled, "stock.csv")
    checked = ordering.check_stock(table, ordering.guess_stock(table), ensemble)
    assert len(checked.problems) == 0
    assert (checked.given.table["on_hand"] == 5).all()


def test_the_workbook_holds_no_formula_and_no_link_of_the_data(orders, ws, ensemble):
    book = openpyxl.load_workbook(io.BytesIO(ordering.orders_xlsx(orders, versions.manifest(ws, 1))))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not any(cell.hyperlink for cell in cells)
    assert {cell.data_type for cell in cells if any(name in str(cell.value) for name in hostile.FORMULAS[3:])} == {"s"}
    products = [cell.value for row in book["Orders"].iter_rows(min_row=6, max_col=1) for cell in row]
    written = {unseen.escaped_lines(name) for name in ensemble.panel.series["product_id"]}
    assert {name.rstrip(" ") for name in products} == written


def test_no_text_of_the_data_reaches_a_figure_as_mark_up(ensemble, accuracy, orders):
    filters = {"product_id": hostile.SHOWN[4]}
    total, history = accuracy.total, accuracy.history
    drawn = [
        forecast.forecast(forecast_view.view(ensemble, filters, 14), forecast.shown()),
        forecast.components(contributions.contributions(ensemble, ensemble.cleaned, np.array([4])).between(0, 14)),
        forecast.components(pd.DataFrame({"label": hostile.PRODUCTS, "units": 1.0})),
        forecast.rows_by_day(hostile.sales()["date"]),
        accuracy_charts.by_step(accuracy.steps, "wape", "day"),
        accuracy_charts.past(total, history),
        accuracy_charts.past_of(total, history, total["cutoff"].max()),
        *(stock.path(projection.projection_of(orders, place, 5.0), 3.0, ensemble.panel.period) for place in range(len(orders.table))),
    ]
    texts = [text for figure in drawn for text in _texts(json.loads(figure.to_json()))]
    tags = {tag for text in texts for tag in re.findall("<[^<>]*>?", text)}
    assert tags <= {"<b>", "</b>", "<br>", "<extra>", "</extra>"}
    assert not any("bold</b>" in text or "%{customdata" in text for text in texts)


def _texts(part):
    """Every text of a figure."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, (dict, list)):
        for value in part.values() if isinstance(part, dict) else part:
            yield from _texts(value)
