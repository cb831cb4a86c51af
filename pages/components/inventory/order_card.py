"""The card of one line: its order, how its stock runs down, the sum in words, and the proof."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from forecasting.core import formatting, schema
from forecasting.core.errors import ShelfcastError
from forecasting.inventory.orders import on_hand_words, projection, wording
from forecasting.inventory.orders.recommend import NOT_COUNTED, Orders
from forecasting.services import changed_quantities, models, old_stock, workspaces
from forecasting.services import product_links as links_of_products
from pages.charts import language, stock
from pages.components.inventory import session, summary
from pages.components.orders import reasons
from pages.components.shared import markdown, product_links
from pages.components.why import order_link

if TYPE_CHECKING:
    from forecasting.storage.stock_states import SavedStock

ASKED: Final = "inventory_asked"
"""Where the session keeps the series and the units whose reason is still to be said."""
REASON: Final = "inventory_reason"
PROMISES: Final = {wording.NOT_KEPT: ("promise not kept", "orange"), wording.NOT_JUDGED: ("not checked yet", "gray")}
CLOSE: Final = 0.03
"""Share of cycles below the promise up to which it counts as kept; more may still be chance where cycles are few."""


def show(orders: Orders, place: int | None, saved: SavedStock | None, version: int) -> None:
    """All of it, of a version, with what the stock counted last says of products that this one replaces; a text where no line is chosen."""
    with st.container(border=True, key="inventory_card"):
        if place is None:
            st.caption("Choose a state above to see its orders.")
            return
        row = orders.table.iloc[place].to_dict()
        _title(orders, row)
        _amounts(orders, row, place)
        if row["reason"]:
            st.caption(markdown.plain(row["reason"]))
            return
        if row["counted"]:
            quantity = 0.0 if math.isnan(row["order_quantity"]) else row["order_quantity"]
            st.plotly_chart(
                stock.path(projection.projection_of(orders, place, quantity), row["reorder_point"], orders.ensemble.panel.period),
                config=language.config(),
                key="inventory_path",
                alt=f"Expected stock of {summary.named(row)}, with the order and without",
            )
        st.caption("  \n".join(markdown.plain(line) for line in (wording.sum_of(orders, place), row[on_hand_words.NOTE]) if line))
        order_link.show(orders, place, version)
        _old_stock(orders, saved, row)
        if row["state"] == NOT_COUNTED:
            st.button("Count it", icon=":material/inventory_2:", on_click=summary.to_stock, key="inventory_count")
        _proof(row)


def _old_stock(orders: Orders, saved: SavedStock | None, row: Mapping[Hashable, Any]) -> None:
    """What is left of products that this one replaces, which its order does not count."""
    try:
        ws, period = workspaces.workspace(), orders.ensemble.panel.period
        left = old_stock.old_stock(ws, saved, links_of_products.links(ws).links, row, period)
    except ShelfcastError as error:
        st.error(markdown.plain(str(error)))
        return
    for each in left:
        worth = "" if each.link.factor == 1 else f", worth {formatting.units(each.counts_as)} of these"
        text = f"{formatting.units(each.on_hand)} of {each.link.old}, which this product replaces, are on hand{worth}. They are not counted here."
        st.caption(f":blue[:material/info:] {markdown.plain(text)}")


def _title(orders: Orders, row: Mapping[Hashable, Any]) -> None:
    name, color = wording.STATES[row["state"]], summary.COLORS[row["state"]]
    lasts = summary.shelf(orders, row)
    badges = f":{color}-badge[{name}]" + (f" :{summary.shelf_color(lasts)}-badge[{markdown.plain(lasts)}]" if row["counted"] else "")
    with st.container(gap=None):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"##### {markdown.plain(summary.named(row))}", anchors=False, width="stretch")
            product_links.link(product_links.name_of(row), row, text="Product", icon=":material/chevron_right:")
        st.markdown(f"{badges} :gray[{markdown.plain(str(row.get(schema.CATEGORY, '')))}]")


def _amounts(orders: Orders, row: Mapping[Hashable, Any], place: int) -> None:
    """The order, to be changed, beside what is there and what comes."""
    name, whole = row[schema.UNIQUE_ID], bool(orders.ensemble.whole_units[orders.rows[place]])
    recommended = 0.0 if row["reason"] else float(row["recommended"])
    now, key = float(row["order_quantity"]), f"inventory_order_{name}"
    asked = st.session_state.get(ASKED)
    shown = asked[1] if asked is not None and asked[0] == name else now
    pack = max(float(row["pack_size"]), 1.0 if whole else 0.1)
    st.session_state[key] = None if math.isnan(shown) else round(shown) if whole else shown
    with st.grid(3, min_column_width=90):
        st.number_input(
            "Order",
            min_value=0 if whole else 0.0,
            step=round(pack) if whole else pack,
            placeholder="-",
            key=key,
            on_change=_typed,
            args=(key, name, now, recommended),
            help="You can change it, with a reason. The chart and the totals follow, and it stays whatever is trained later.",
        )
        st.metric("In stock", summary.NOT_COUNTED if not row["counted"] else formatting.units(row["on_hand"]))
        st.metric("Coming", formatting.units(row["on_order"]))
    _ask_reason(name, now)
    if math.isnan(now) or now == recommended:
        return
    own = changed_quantities.lines(workspaces.workspace()).get(name)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        suggested = "nothing before it is counted" if math.isnan(recommended) else formatting.units(recommended)
        why = "" if own is None else f". Reason: {own.reason}"
        st.caption(markdown.plain(f"Recommended: {suggested}{why}"), width="content")
        st.button("Use it", type="tertiary", on_click=session.as_recommended, args=([name],), key="inventory_use")
    if now % row["pack_size"]:
        st.caption(f":orange[:material/warning:] Not whole packs of {formatting.units(row['pack_size'])}.")


def _typed(key: str, name: str, now: float, recommended: float) -> None:
    """Asks why, but for the quantity that was there, and for the one that is recommended."""
    value = st.session_state[key]
    st.session_state.pop(ASKED, None)
    if value is None or float(value) == recommended:
        session.as_recommended([name])
    elif float(value) != now:
        st.session_state[ASKED] = (name, float(value))


def _ask_reason(name: str, now: float) -> None:
    """Why another quantity is ordered: one press, or a few words."""
    asked = st.session_state.get(ASKED)
    if asked is None or asked[0] != name:
        return
    instead = "" if math.isnan(now) else f" instead of {formatting.units(now)}"
    reasons.ask_why(f"Why {formatting.units(asked[1])}{instead}?", REASON, lambda reason: _save(name, asked[1], reason), _forget)


def _save(name: str, units: float, reason: str) -> None:
    if session.order_instead({name: units}, reason):
        _forget()


def _forget() -> None:
    st.session_state.pop(ASKED, None)
    reasons.forget(REASON)


def _proof(row: Mapping[Hashable, Any]) -> None:
    """What the past says of it, what a textbook would do, and what was assumed."""
    close = ("as promised", "green") if row["achieved"] >= row["service_level"] - CLOSE else ("a little low, may be chance", "gray")
    text, color = PROMISES.get(row["promise"], close)
    st.markdown(f":{color}-badge[{text}]")
    simpler = "" if row[schema.MODEL] == schema.BLEND else f"Simpler forecast: {models.label(row[schema.MODEL])}."
    facts = {str(name): value for name, value in row.items()}
    lines = [wording.proof(facts), wording.textbook(facts), simpler, wording.assumed(facts)]
    st.caption("  \n".join(markdown.plain(line) for line in lines if line))
