"""What to order where the money does not reach for all of it."""

from __future__ import annotations

from typing import Final

import pandas as pd
import streamlit as st

from forecasting.core import formatting, numerals, schema
from forecasting.core.errors import InputError
from forecasting.inventory.budget import spend
from forecasting.inventory.budget.spend import Measure
from forecasting.inventory.orders.recommend import Orders
from pages.components.inventory import session, summary
from pages.components.shared import cells, markdown, product_links

SHORT: Final[dict[str, tuple[str, Measure]]] = {"Money": ("Money to spend", "money"), "Shelf space": ("Space to fill", "space")}
"""What the URL says -> the amount's label, and what it is of."""
SAVES_HELP = "Margin that would otherwise be lost; units where prices are not known."


def show(orders: Orders) -> None:
    """The amount, and the orders that are worth it."""
    chosen = st.segmented_control("What is limited", list(SHORT), default="Money", required=True, key="inventory_short", bind="query-params")
    label, of = SHORT.get(chosen, SHORT["Money"])
    amount = st.number_input(label, 0.0, 1e12, None, 50.0, placeholder="Amount", key="inventory_budget", bind="query-params")
    if amount is None:
        st.caption("Type an amount. Orders that prevent the most lost sales come first.")
        return
    try:
        bought = spend.spend(orders, amount, of)
    except InputError as error:
        st.caption(markdown.plain(str(error)))
        return
    if bought.empty:
        st.caption(f"This {'budget' if of == 'money' else 'space'} is too small for any order.")
        return
    spent, units, count = bought["takes"].sum(), bought["order_quantity"].sum(), formatting.count(len(bought), "order")
    st.markdown(f"**{formatting.units(units)} units in {count} for {numerals.write(spent, 2)}**")
    rows = _rows(orders, bought)
    cells.show(
        product_links.legible(rows, "name"),
        column_order=("name", "order_quantity", "takes", "gain"),
        column_config={
            "name": product_links.column(product_links.addresses(rows), "inventory_bought", 130),
            "order_quantity": st.column_config.NumberColumn("Order", format="%,.0f", width=60),
            "takes": st.column_config.NumberColumn("Takes", format="%,.2f", width=70),
            "gain": st.column_config.NumberColumn("Saves", format="%,.0f", width=65, help=SAVES_HELP),
        },
        hide_index=True,
        height="content" if len(bought) <= 5 else 220,
        alt="The orders for this amount",
    )
    st.button("Order this instead", on_click=_order, args=(orders, bought), key="inventory_spend")


def _rows(orders: Orders, bought: pd.DataFrame) -> pd.DataFrame:
    """What is bought, with its name and its keys."""
    rows = orders.table.set_index(schema.UNIQUE_ID).loc[bought[schema.UNIQUE_ID]]
    keys = [name for name in schema.KEYS if name in rows]
    named = bought.assign(name=[summary.named(row) for row in rows.to_dict("records")])
    return named[["name", "order_quantity", "takes", "gain"]].assign(**{name: rows[name].to_numpy() for name in keys})


def _order(orders: Orders, bought: pd.DataFrame) -> None:
    """These quantities, and nothing of the other recommended ones."""
    chosen = spend.quantities(orders, bought)
    for name, recommended in zip(orders.table[schema.UNIQUE_ID], orders.table["order_quantity"], strict=True):
        if name in chosen:
            session.set_quantity(name, None if chosen[name] == recommended else chosen[name])
