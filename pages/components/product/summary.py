"""The head of a product's page and its four numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import streamlit as st

from forecasting.analysis import products
from forecasting.analysis.forecast_view import View
from forecasting.core import formatting, numerals, schema
from forecasting.services import products as services
from pages.components.products import wording
from pages.components.shared import layout, markdown, writing
from pages.components.shared import wording as shared
from pages.components.shared.addresses import FORECAST, ORDERS, PRODUCTS
from pages.components.shared.figures import Chip, figure

NEXT_HELP: Final = f"Units that we expect to sell, and their 80{formatting.NBSP}% range: {shared.RANGE_CHIP}. {shared.RANGE_HELP}"
LAST_YEAR_HELP: Final = "Units sold in the same weeks last year, on the same weekdays."


def unknown(name: str) -> None:
    """The address names no product, or one that the live version does not know."""
    layout.head("Product", "Not found" if name else "None chosen")
    text = f"The forecast that is live knows no product called {markdown.plain(name)}." if name else "The address names no product."
    why = " It may have another name, or its sales were taken back or are not in the forecast yet." if name else ""
    with layout.empty("search_off", "No such product." if name else "Which product?", f"{text}{why}"):
        st.page_link(PRODUCTS, label="All products", icon=":material/sell:")


def head(name: str, row: Mapping[str, Any], filters: Mapping[str, str], ahead: str) -> None:
    """The way back, the name, what it is, and where to go on."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="product_flags"):
        st.page_link(PRODUCTS, label="Products", icon=":material/chevron_left:")
        for flag in (flag for flag in wording.FLAGS if row.get(flag, False)):
            st.badge(wording.FLAGS[flag], color=wording.COLORS[flag])
    with layout.head(markdown.plain(name), _facts(row, ahead)):
        st.page_link(FORECAST, label="Forecast", icon=":material/show_chart:", query_params=dict(filters))
        st.page_link(ORDERS, label="Order", icon=":material/inventory_2:", query_params=dict(filters))


def _facts(row: Mapping[str, Any], ahead: str) -> str:
    """ "Pastry · 1.79 a unit, about 14,380 in the next 28 days · class AX"."""
    price = row[products.REVENUE] / row[products.NEXT] if row[products.NEXT] > 0 else math.nan
    money = "" if math.isnan(price) else f"{writing.amount(price)} a unit, about {writing.headline(row[products.REVENUE])} in the next {ahead}"
    facts = [markdown.plain(str(row.get(schema.CATEGORY) or "")), money, f"class {row[services.CLASS]}"]
    return " · ".join([fact for fact in facts if fact])


def numbers(view: View, row: Mapping[str, Any], most: int) -> None:
    """The answer in four numbers; how long the stock lasts is told up to `most` days."""
    ahead = view.period.count(view.steps)
    span, miss = ("no longer sold", "nothing to judge") if row[products.GONE] else (_span(view), _miss(view))
    with st.grid(4, min_column_width=150):
        figure(f"Next {ahead}", formatting.headline(view.total.expected), Chip(span), NEXT_HELP)
        _last_year(view)
        _stock(row, shelves=view.n_series, most=most)
        figure(f"Last {ahead}", formatting.headline(row[products.LAST]), Chip(miss), wording.MISS_HELP)


def _span(view: View) -> str:
    lower, upper = view.total.lower_80, view.total.upper_80
    return "no range yet" if math.isnan(lower) else formatting.span(lower, upper)


def _miss(view: View) -> str:
    return "too new to tell" if math.isnan(view.wape) else f"{formatting.percent(view.wape, 0)} usual miss"


def _last_year(view: View) -> None:
    change, text = shared.change(view.total.expected, view.last_year)
    more = Chip(text, "green" if change >= 0 else "orange", "up" if change >= 0 else "down", "more now" if change >= 0 else "less now")
    figure("Last year", formatting.headline(view.last_year), more if text else Chip("no sales then"), LAST_YEAR_HELP)


def _stock(row: Mapping[str, Any], *, shelves: int, most: int) -> None:
    """Units on the shelves that were counted, and how long the first of them lasts, up to `most` days."""
    stock, cover = (row.get(name, math.nan) for name in (services.STOCK, services.COVER))
    if math.isnan(stock):
        figure("In stock", "not counted", Chip("count it below"), wording.COVER_HELP)
        return
    lasts = f"lasts {'over ' if cover >= most else ''}{formatting.count(math.floor(cover), 'day')}"
    lasts = lasts if cover >= 1 else "empty today" if cover > 0 else "empty now"
    chip = Chip(lasts if shelves == 1 else f"first shelf {lasts}", "red" if row.get(services.RUNS_OUT) else "gray")
    figure("In stock", formatting.units(stock), chip, wording.COVER_HELP)


def chart_title(view: View, product: Mapping[str, str]) -> tuple[str, str]:
    """The title of the chart, and a line about it."""
    where = [value for key, value in view.filters.items() if key not in product]
    what = view.two_numbers if view.n_series == 1 else f"{numerals.write(view.n_series)} shelves added up"
    return "Sales and forecast", markdown.plain(" · ".join([*[", ".join(where)] * bool(where), *[what] * bool(what)])) or "Units"


def row_of(table: pd.DataFrame, name: str) -> dict[str, Any]:
    """What the table of products says of one."""
    return {str(column): value for column, value in table[table[products.PRODUCT] == name].iloc[0].items()}
