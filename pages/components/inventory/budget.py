"""What to order where the money does not reach for all of it."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import streamlit as st

from forecasting.core import formatting, schema
from forecasting.core.errors import InputError
from forecasting.inventory.budget import spend
from forecasting.inventory.budget.spend import Measure
from forecasting.inventory.orders.recommend import Orders
from pages.charts import budget as chart
from pages.charts import language
from pages.components.inventory import session, summary
from pages.components.shared import cells, markdown, product_links, writing

SHORT: Final[dict[str, tuple[str, Measure]]] = {"Money": ("Money to spend", "money"), "Shelf space": ("Space to fill", "space")}
"""What the URL says -> the amount's label, and what it is of."""
REASON: Final = "Budget"
"""Why other quantities than the recommended ones are ordered, in the order book."""
SAVES_HELP = "Margin that would otherwise be lost; units where prices are not known."
STEPS: Final = 100
"""Steps of the slider between nothing and everything."""
SLID: Final = "inventory_slid"
AMOUNT: Final = "inventory_budget"


def show(orders: Orders) -> None:
    """The amount, what it loses, and the orders that are worth it."""
    chosen = st.segmented_control("What is limited", list(SHORT), default="Money", required=True, key="inventory_short", bind="query-params")
    label, of = SHORT.get(chosen, SHORT["Money"])
    try:
        curve = spend.curve(orders, of)
    except InputError as error:
        st.caption(markdown.plain(str(error)))
        return
    amount = _amount(curve, label)
    if amount is None:
        st.caption("Slide or type an amount. Orders that prevent the most lost sales come first.")
        return
    bought = spend.spend(orders, amount, of)
    _loss(orders, curve, bought, amount, of)
    if bought.empty:
        st.caption(f"This {'budget' if of == 'money' else 'space'} is too small for any order.")
        return
    _table(orders, bought, of)
    st.button("Order this instead", on_click=_order, args=_apart(orders, bought), key="inventory_spend")


def _amount(curve: pd.DataFrame, label: str) -> float | None:
    """Asks for the amount, by a slider from nothing to everything or exactly."""
    everything = float(np.ceil(curve["budget"].iloc[-1]))
    above = st.container()
    typed = st.number_input(label, 0.0, 1e12, None, 50.0, placeholder="Amount", key=AMOUNT, bind="query-params")
    if everything > 0:
        st.session_state[SLID] = everything if typed is None else min(float(typed), everything)
        above.slider(label, 0.0, everything, step=_step(everything), key=SLID, on_change=_slid, label_visibility="collapsed", format="%,.0f")
    return typed


def _step(everything: float) -> float:
    """A round step of the slider, of at most a hundredth of everything."""
    return float(max(10 ** np.floor(np.log10(max(everything / STEPS, 1e-9))), 0.01))


def _slid() -> None:
    st.session_state[AMOUNT] = float(st.session_state[SLID])


def _loss(orders: Orders, curve: pd.DataFrame, bought: pd.DataFrame, amount: float, of: Measure) -> None:
    """What this amount loses against all recommended orders, exactly, and at every other amount."""
    gain, most = float(bought["gain"].sum()), float(curve["gain"].iloc[-1])
    lost, money = max(most - gain, 0.0), spend.in_money(orders, of)
    written = f"{writing.headline(lost)} of margin" if money else f"{formatting.headline(lost)} sales"
    spent, units, count = bought["takes"].sum(), bought["order_quantity"].sum(), formatting.count(len(bought), "line")
    cost = writing.amount(spent) if of == "money" else formatting.headline(spent)
    st.markdown(f"**{formatting.units(units)} units in {count} for {cost}**, which loses {written} against all recommended orders")
    st.plotly_chart(
        chart.lost(curve, amount, lost, money=money and of == "money"), config=language.config(), key="inventory_lost", alt="What is lost by budget"
    )


def _table(orders: Orders, bought: pd.DataFrame, of: Measure) -> None:
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
        alt=f"The orders for this {'amount' if of == 'money' else 'space'}",
    )


def _rows(orders: Orders, bought: pd.DataFrame) -> pd.DataFrame:
    """What is bought, with its name and its keys."""
    rows = orders.table.set_index(schema.UNIQUE_ID).loc[bought[schema.UNIQUE_ID]]
    keys = [name for name in schema.KEYS if name in rows]
    named = bought.assign(name=[summary.named(row) for row in rows.to_dict("records")])
    return named[["name", "order_quantity", "takes", "gain"]].assign(**{name: rows[name].to_numpy() for name in keys})


def _apart(orders: Orders, bought: pd.DataFrame) -> tuple[list[str], dict[str, float]]:
    """Series of which what is recommended is bought, and unique_id -> units of the others; nothing of what is not bought."""
    recommended = dict(zip(orders.table[schema.UNIQUE_ID], orders.table["order_quantity"], strict=True))
    chosen = spend.quantities(orders, bought)
    other = {name: units for name, units in chosen.items() if units != recommended[name]}
    return [name for name in chosen if name not in other], other


def _order(recommended: list[str], other: dict[str, float]) -> None:
    """What is recommended of some series, and other quantities of others."""
    session.as_recommended(recommended)
    if other:
        session.order_instead(other, REASON)
