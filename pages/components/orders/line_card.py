"""The card of one line: its order, to be changed with a reason, how its stock runs down, and the sum in words."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from datetime import date
from typing import Any, Final

import streamlit as st

from forecasting.core import formatting
from forecasting.inventory.book.events import Event
from forecasting.inventory.book.order import Line, Order
from forecasting.inventory.orders import projection
from forecasting.inventory.orders import wording as order_words
from forecasting.inventory.orders.recommend import Orders
from forecasting.services import order_lines, orders, workspaces
from forecasting.services.order_cards import SupplierCard
from forecasting.services.order_lines import Effect
from forecasting.services.orders import Wish
from pages.charts import language, stock
from pages.components.inventory import summary
from pages.components.orders import acts, reasons, wording
from pages.components.shared import markdown, product_links
from pages.components.why import order_link

ASKED: Final = "orders_asked"
"""Where the session keeps the order, the series and the units whose reason is still to be said."""
REASON: Final = "orders_reason"
APART: Final = "\N{LEFT-TO-RIGHT MARK}"
"""Between two numbers without a word: digits that are read from the right would change places. Right behind `**` it would keep that from ending."""


def show(order: Order, line: Line, recommendation: Orders, version: int) -> None:
    """All of it, of a version's recommendation."""
    place = order_lines.place_of(recommendation, line)
    row = {} if place is None else recommendation.table.iloc[place].to_dict()
    with st.container(border=True, key="orders_line_card"):
        _title(line, row)
        _amounts(order, line, row, recommendation, place)
        _ask_reason(order, line)
        if place is None:
            st.caption("The live forecast does not know this product any more.")
            return
        if row["counted"] and not row["reason"]:
            curve = projection.projection_of(recommendation, place, line.quantity)
            path = stock.path(curve, row["reorder_point"], recommendation.ensemble.panel.period)
            name = summary.named(row)
            st.plotly_chart(path, config=language.config(), key="orders_path", alt=f"Expected stock of {name}, with the order and without")
        ours = formatting.units(line.recommended)
        said = order_lines.sum_of(recommendation, place, order, line).removeprefix(f"Order {ours}: ")
        st.markdown(f"**Why {ours}?** {APART}{markdown.plain(said[0].upper() + said[1:])}")
        order_link.show(recommendation, place, version)
        st.caption(markdown.plain(order_words.proof({str(name): value for name, value in row.items()})))


def _title(line: Line, row: Mapping[Hashable, Any]) -> None:
    with st.container(gap=None):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"##### {markdown.plain(wording.line_name(line))}", anchors=False, width="stretch")
            if row:
                product_links.link(product_links.name_of(row), row, text="Product", icon=":material/chevron_right:")
        price = "" if line.unit_cost is None else f", {wording.money(line.unit_cost)} each"
        pack = row.get("pack_size", 1.0)
        st.caption(markdown.plain(f"{'Single units' if pack == 1 else f'Packs of {formatting.units(pack)}'}{price}"))


def _amounts(order: Order, line: Line, row: Mapping[Hashable, Any], recommendation: Orders, place: int | None) -> None:
    """The order, to be changed, beside what is there and what comes."""
    whole = place is None or bool(recommendation.ensemble.whole_units[recommendation.rows[place]])
    pack, key = max(float(row.get("pack_size", 1.0)), 1.0 if whole else 0.1), f"orders_units_{order.id}_{line.unique_id}"
    asked = st.session_state.get(ASKED)
    units = asked[2] if asked is not None and asked[:2] == (order.id, line.unique_id) else line.quantity
    st.session_state[key] = round(units) if whole else float(units)
    with st.grid(3, min_column_width=90):
        st.number_input(
            "Order",
            min_value=0 if whole else 0.0,
            step=round(pack) if whole else pack,
            key=key,
            on_change=_typed,
            args=(key, order.id, line),
            disabled=not order.id,
            help="You can change it. The cards and the chart follow, and it stays whatever is trained later.",
        )
        st.metric("In stock", formatting.units(row["on_hand"]) if row and row["counted"] else summary.NOT_COUNTED)
        st.metric("Coming", formatting.units(row["on_order"]) if row else "-")


def _typed(key: str, identity: str, line: Line) -> None:
    """Asks why, but for the quantity that was there, and for the one that is recommended."""
    units = st.session_state[key]
    st.session_state.pop(ASKED, None)
    if units is None or float(units) == line.quantity:
        return
    if float(units) == line.recommended:
        take_back(identity, line.unique_id)
    else:
        st.session_state[ASKED] = (identity, line.unique_id, float(units))


def _ask_reason(order: Order, line: Line) -> None:
    """Why another quantity is ordered: one press, or a few words."""
    asked = st.session_state.get(ASKED)
    if asked is None or asked[:2] != (order.id, line.unique_id):
        return
    question = f"Why {formatting.units(asked[2])} instead of {formatting.units(line.quantity)}?"
    reasons.ask_why(question, REASON, lambda reason: _save(asked, reason), _forget)


def _save(asked: tuple[str, str, float], reason: str) -> None:
    identity, name, units = asked
    if acts.act(lambda by: orders.change(workspaces.workspace(), identity, Wish(by=by, quantities={name: units}, reason=reason))) is not None:
        _forget()


def _forget() -> None:
    st.session_state.pop(ASKED, None)
    reasons.forget(REASON)


def take_back(identity: str, name: str) -> None:
    """Orders what is recommended again."""
    acts.act(lambda by: orders.restore(workspaces.workspace(), identity, [name], by))


def changed(card: SupplierCard, order: Order, line: Line, recommendation: Orders, changes: Mapping[str, Event]) -> None:
    """What a person changed of the chosen line: why, who, when, what it saves now and costs later, and the way back; nothing if nobody did."""
    if not line.reason:
        return
    ours = formatting.units(line.recommended)
    with st.container(border=True, key="orders_changed_card"), st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None, width="stretch"):
            name = markdown.plain(wording.line_name(line))
            st.markdown(f"##### {name}: {ours} changed to {formatting.units(line.quantity)}", anchors=False)
            st.caption(markdown.plain(f"{_said(line, changes.get(line.unique_id), card.today)} {_effect(line, recommendation, card)}"))
        st.button(f"Back to {ours}", icon=":material/undo:", key="orders_take_back", on_click=take_back, args=(order.id, line.unique_id))


def _said(line: Line, change: Event | None, today: date) -> str:
    if change is None:
        return f"Reason: {line.reason}."
    local = change.when.astimezone()
    return f"Reason: {line.reason}{wording.by(change.by).replace(' by ', ', ')}, {wording.day(local.date(), today)} {local:%H:%M}."


def _effect(line: Line, recommendation: Orders, card: SupplierCard) -> str:
    """ "60 fewer save 42.00 now and cost about 14 sales."."""
    if order_lines.place_of(recommendation, line) is None:
        return ""
    effect = order_lines.effect(recommendation, line)
    if not effect.units:
        return ""
    text = f"{formatting.units(abs(effect.units))} {'more' if effect.units > 0 else 'fewer'}"
    now = _now(effect, card.turn.rate)
    if math.isnan(effect.missed) or round(effect.missed) == 0:
        return f"{text}{now or ' change'}{'' if math.isnan(effect.missed) else ' and change no sales that we expect'}."
    sales = f"about {formatting.headline(abs(effect.missed))} {'sales' if effect.missed > 0 else 'lost sales'}"
    return f"{text}{now}{' and' if now else ''} {'cost' if effect.missed > 0 else 'spare'} {sales}."


def _now(effect: Effect, rate: float) -> str:
    """ " save 42.00 now"; fewer cost more where a price break is lost by it; empty where the cost is not known."""
    if math.isnan(effect.cost):
        return ""
    more = " more" if effect.cost > 0 > effect.units else ""
    return f" {'cost' if effect.cost > 0 else 'save'} {wording.money(abs(effect.cost * rate))}{more} now"
