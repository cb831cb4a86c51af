"""Products that are planned and not sold yet, which no order of ours contains: what a first order would be, to be taken over by a person."""

from __future__ import annotations

from typing import Final

import numpy as np
import streamlit as st

from forecasting.core import formatting, numerals, schema
from forecasting.inventory.orders import first_orders
from forecasting.inventory.orders.first_orders import FirstOrder
from forecasting.inventory.orders.recommend import Orders
from pages.components.inventory import session, summary
from pages.components.shared import layout, markdown, product_links

MOST: Final = 20
"""First orders that are listed at most."""
REASON: Final = "First order"
"""Why a first order is ordered, in the order book."""
WHAT: Final = "Nothing of these has been sold yet, so that they are in no order and no total until you take one over."


def show(orders: Orders) -> None:
    """A proposal a shelf, with its reason; nothing where nothing is planned."""
    proposals = first_orders.first_orders(orders)
    if not proposals:
        return
    with layout.card("Products to come", WHAT):
        for proposal in proposals[:MOST]:
            _proposal(orders, proposal)
        if len(proposals) > MOST:
            st.caption(f"The first {MOST} of {numerals.write(len(proposals))}. Filter to see the others.")


def _proposal(orders: Orders, proposal: FirstOrder) -> None:
    row = orders.table.iloc[proposal.place].to_dict()
    name, taken = str(row[schema.UNIQUE_ID]), float(np.nan_to_num(row["order_quantity"]))
    with st.container(gap=None):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            product_links.link(product_links.name_of(row), row, text=summary.named(row))
            if not taken:
                st.button(
                    f"Order {formatting.units(proposal.units)}",
                    type="tertiary",
                    icon=":material/add:",
                    key=f"inventory_first_{name}",
                    disabled=not proposal.units,
                    on_click=_take_over,
                    args=(name, proposal.units),
                )
            else:
                st.badge(f"You order {formatting.units(taken)}", icon=":material/check:", color="blue")
                st.button("Undo", type="tertiary", key=f"inventory_first_undo_{name}", on_click=session.as_recommended, args=([name],))
        st.caption(markdown.plain(proposal.reason))


def _take_over(name: str, units: float) -> None:
    session.order_instead({name: units}, REASON)
