"""The cards of a product's page: what stands behind its forecast, what changed and will change, its stock, its price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import streamlit as st

from forecasting.analysis import last_graded, product_story, products
from forecasting.analysis.day_marks import PROMOTION, DayMark
from forecasting.analysis.forecast_view import View
from forecasting.core import formatting, numerals, schema, unseen
from forecasting.core.errors import ShelfcastError
from forecasting.inventory.orders import projection, wording
from forecasting.inventory.orders.recommend import Orders
from forecasting.inventory.stock import state
from forecasting.services import product_uploads, workspaces
from pages.charts import language, marks, price, stock
from pages.components.inventory import summary
from pages.components.orders import tabs
from pages.components.shared import cells, layout, markdown
from pages.components.shared.addresses import ORDERS

if TYPE_CHECKING:
    from forecasting.training.ensemble import Ensemble

SHELVES: Final = 12
"""Shelves of a product that are listed at most."""
NOT_COUNTED: Final = "No stock was counted yet. Until it is, orders assume empty shelves."
NO_ORDER: Final = "Nothing was counted of this product. It has no order until it is."


def story(ensemble: Ensemble, view: View, row: Mapping[str, Any]) -> None:
    """Three sentences, how its newest days were forecast, and what was changed in its past sales before the models learned from them."""
    newest = view.period.count(last_graded.window(ensemble, view.steps))
    graded = "" if row[products.GONE] else last_graded.in_words(newest, *(row[name] for name in products.GRADED))
    st.markdown(markdown.plain(" ".join([*product_story.product_story(ensemble, view), graded]).strip()))
    notes = ensemble.health.loc[ensemble.health[schema.UNIQUE_ID].isin(_ids(ensemble, view)), schema.NOTES]
    if texts := [note for note in dict.fromkeys(notes.astype(str)) if note]:
        st.caption(markdown.plain(" ".join(texts[:2])))


def _ids(ensemble: Ensemble, view: View) -> pd.Series:
    chosen = pd.Series(True, ensemble.panel.series.index)
    for name, value in view.filters.items():
        chosen &= ensemble.panel.series[name] == value
    return ensemble.panel.series.loc[chosen, schema.UNIQUE_ID]


def happenings(days: Sequence[DayMark], filters: Mapping[str, str], first_ahead: pd.Timestamp) -> None:
    """What is to come, and which uploads changed the product."""
    coming = [{"Day": mark.days, "What": mark.name} for mark in days if mark.last >= first_ahead]
    rows = [*coming, *_uploads(filters)]
    if not rows:
        st.caption("No holiday, promotion or closed day is known ahead.")
        return
    st.table(
        pd.DataFrame(rows).map(markdown.plain),
        border="horizontal",
        hide_index=True,
        height="content" if len(rows) <= SHELVES else 430,
        alt="Days that stand out ahead, and uploads that changed this product",
    )


def _uploads(filters: Mapping[str, str]) -> list[dict[str, str]]:
    keys = {name: value for name, value in filters.items() if name in schema.KEYS}
    try:
        uploads = product_uploads.product_uploads(workspaces.workspace(), keys)
    except ShelfcastError as error:
        return [{"Day": "", "What": f"The saved sales cannot be read: {error}"}]
    return [{"Day": formatting.date(_moment(each)), "What": f"Upload {each.upload.name}: {_rows(each)}"} for each in uploads]


def _moment(each: product_uploads.ProductUpload) -> pd.Timestamp:
    return pd.Timestamp(each.upload.when.astimezone().replace(tzinfo=None))


def _rows(each: product_uploads.ProductUpload) -> str:
    parts = [f"{formatting.count(each.new, 'row')} new"] if each.new else []
    return ", ".join([*parts, *([f"{numerals.write(each.changed)} changed"] if each.changed else [])])


def shelf(orders: Orders | None, rows: np.ndarray, filters: Mapping[str, str]) -> None:
    """The stock of one shelf as it runs down, or of several as a list; asks to count where nothing was."""
    counted = [] if orders is None else [int(row) for row in rows if orders.stock.given[state.ON_HAND].iloc[row]]
    if orders is None or not counted:
        st.caption(NOT_COUNTED if orders is None else NO_ORDER)
        st.page_link(ORDERS, label="Count it", icon=":material/inventory_2:", query_params={tabs.KEY: tabs.STOCK})
    elif len(rows) == 1:
        _path(orders, counted[0])
    else:
        _shelves(orders, counted, filters, len(rows))


def _path(orders: Orders, place: int) -> None:
    row = orders.table.iloc[place].to_dict()
    if row["reason"]:
        st.caption(markdown.plain(row["reason"]))
        return
    st.plotly_chart(
        stock.path(projection.projection_of(orders, place, float(row["order_quantity"])), row["reorder_point"], orders.ensemble.panel.period),
        config=language.config(),
        key="product_path",
        alt=f"Expected stock of {summary.named(row)}, with the order and without",
    )
    st.caption(markdown.plain(wording.sum_of(orders, place)))


def _shelves(orders: Orders, counted: list[int], filters: Mapping[str, str], shelves: int) -> None:
    lines = orders.table.iloc[counted].sort_values("days_of_cover", kind="stable").head(SHELVES)
    table = lines.assign(
        shelf=[summary.named({name: row[name] for name in schema.KEYS if name in row and name not in filters}) for row in lines.to_dict("records")],
        lasts=pd.Series([[summary.shelf(orders, row)] for row in lines.to_dict("records")], lines.index),
    )
    lasts = {text: summary.shelf_color(text) for (text,) in table["lasts"]}
    units = "%,.0f" if orders.ensemble.whole else "%,.1f"
    number, chips = st.column_config.NumberColumn, st.column_config.MultiselectColumn
    columns: dict[str, Any] = {
        "shelf": st.column_config.TextColumn("Shelf", width=100),
        state.ON_HAND: number("In stock", format=units, width=68),
        "order_quantity": number("Order", format=units, width=60),
        "lasts": chips("Lasts", options=list(lasts), color=list(lasts.values()), width=142, help=summary.RUNS_OUT_HELP),
    }
    cells.show(
        unseen.legible(table[list(columns)]),
        column_config=columns,
        hide_index=True,
        placeholder="-",
        height="content",
        alt="The shelves of this product, the emptiest first",
    )
    if len(counted) < shelves:
        st.caption(f"{numerals.write(len(counted))} of {numerals.write(shelves)} shelves counted.")


def prices(ensemble: Ensemble, rows: np.ndarray, steps: int, days: Sequence[DayMark], assumed: Sequence[str]) -> None:
    """The price as it was and as it is assumed, with the promotions among the marked days; nothing where nothing is known of them.

    Args:
        ensemble: What is served.
        rows: Positions of the product's series.
        steps: Steps ahead.
        days: Days that stand out.
        assumed: What is taken for granted of the days ahead, in sentences.
    """
    figure = price.price(ensemble.panel, rows, steps)
    promotions = [mark for mark in days if mark.kind == PROMOTION]
    if figure is None and not assumed:
        return
    with layout.card("Price and promotion", "What the forecast takes for granted"):
        if figure is not None:
            st.plotly_chart(
                marks.add_marks(figure, promotions, names=False),
                config=language.config(),
                key="product_price",
                alt="The price of the last year with its promotions, and the one assumed ahead",
            )
        if assumed:
            st.caption("  \n".join(markdown.plain(text) for text in assumed))
