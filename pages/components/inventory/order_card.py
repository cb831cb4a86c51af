"""The card of one line: its order, how its stock runs down, the sum in words, and the proof."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, Final

import streamlit as st

from forecasting.core import formatting, schema
from forecasting.inventory.orders import projection, wording
from forecasting.inventory.orders.recommend import Orders
from forecasting.services import models
from pages.charts import forecast, stock
from pages.components.inventory import session, summary
from pages.components.shared import markdown

PROMISES: Final = {wording.NOT_KEPT: ("promise not kept", "orange"), wording.NOT_JUDGED: ("not checked yet", "gray")}
CLOSE: Final = 0.03
"""Share of cycles below the promise up to which it counts as kept; more may still be chance where cycles are few."""


def show(orders: Orders, place: int | None) -> None:
    """All of it; a line of text where no line is chosen."""
    with st.container(border=True, key="inventory_card"):
        if place is None:
            st.caption("Choose a state above to see its orders.")
            return
        row = orders.table.iloc[place].to_dict()
        _title(orders, row)
        quantity = _amounts(orders, row)
        if row["reason"]:
            st.caption(markdown.plain(row["reason"]))
            return
        st.plotly_chart(
            stock.path(projection.projection_of(orders, place, quantity), row["reorder_point"], orders.ensemble.panel.period),
            config=forecast.CONFIG,
            key="inventory_path",
            alt=f"Expected stock of {summary.named(row)}, with the order and without",
        )
        st.caption(markdown.plain(wording.sum_of(orders, place)))
        _proof(row)


def _title(orders: Orders, row: Mapping[Hashable, Any]) -> None:
    name, color = wording.STATES[row["state"]], summary.COLORS[row["state"]]
    with st.container(gap=None):
        st.markdown(f"##### {markdown.plain(summary.named(row))}", anchors=False)
        st.markdown(f":{color}-badge[{name}] :gray[{markdown.plain(_detail(orders, row))}]")


def _detail(orders: Orders, row: Mapping[Hashable, Any]) -> str:
    """ "Bakery · empty Mon 23 Nov"."""
    parts = [str(row[schema.CATEGORY])] if schema.CATEGORY in row else []
    parts += [] if row["empty_on"] != row["empty_on"] else [f"empty {summary.when(orders, row['empty_on'])}"]
    return " · ".join(parts)


def _amounts(orders: Orders, row: Mapping[Hashable, Any]) -> float:
    """The order, to be changed, beside what is there and what comes."""
    name, typed = row[schema.UNIQUE_ID], session.quantities(orders)
    recommended, key = float(row["order_quantity"]) if not row["reason"] else 0.0, f"inventory_order_{row[schema.UNIQUE_ID]}"
    whole, pack = bool(orders.ensemble.whole), max(float(row["pack_size"]), 1.0 if orders.ensemble.whole else 0.1)
    now = typed.get(name, recommended)
    st.session_state[key] = round(now) if whole else now
    with st.grid(3, min_column_width=90):
        st.number_input(
            "Order",
            min_value=0 if whole else 0.0,
            step=round(pack) if whole else pack,
            key=key,
            on_change=_typed,
            args=(key, name, recommended),
            help="You can change it. The chart and the totals follow.",
        )
        st.metric("In stock", formatting.units(row["on_hand"]))
        st.metric("Coming", formatting.units(row["on_order"]))
    if now != recommended:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(f"Recommended: {formatting.units(recommended)}", width="content")
            st.button("Use it", type="tertiary", on_click=session.set_quantity, args=(name, None), key="inventory_use")
        if now % row["pack_size"]:
            st.caption(f":orange[:material/warning:] Not whole packs of {formatting.units(row['pack_size'])}.")
    return now


def _typed(key: str, name: str, recommended: float) -> None:
    units = float(st.session_state[key] or 0)
    session.set_quantity(name, None if units == recommended else units)


def _proof(row: Mapping[Hashable, Any]) -> None:
    """What the past says of it, what a textbook would do, and what was assumed."""
    close = ("as promised", "green") if row["achieved"] >= row["service_level"] - CLOSE else ("a little low, may be chance", "gray")
    text, color = PROMISES.get(row["promise"], close)
    st.markdown(f":{color}-badge[{text}]")
    simpler = "" if row[schema.MODEL] == schema.BLEND else f"Simpler forecast: {models.label(row[schema.MODEL])}."
    facts = {str(name): value for name, value in row.items()}
    lines = [wording.proof(facts), wording.textbook(facts), simpler, wording.assumed(facts)]
    st.caption("  \n".join(markdown.plain(line) for line in lines if line))
