"""A card for each supplier: until when, for how much, what it lacks, and the press that orders it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pandas as pd
import streamlit as st

from forecasting.core import formatting, numerals, unseen
from forecasting.inventory.book.order import Order
from forecasting.services import orders, workspaces
from forecasting.services.order_cards import SupplierCard, ToOrder
from forecasting.services.order_fill import FOR_FREE, FillUp
from forecasting.services.orders import Wish
from pages.components.orders import acts, line_choice, notes, supplier_facts, supplier_table, tabs, wording
from pages.components.shared import layout, markdown

MANY: Final = 6
"""Suppliers up to which each has its card; of more, those whose deadline is near, so many at most, and a table has all."""
NEAR_DAYS: Final = 1
SAY_WHO: Final = "Say who delivers these, and they are ordered on that supplier's days, at its minimum, in its packs."


def show(to_order: ToOrder) -> None:
    """The cards, earliest deadline first, one of them with the page's one blue button; of many suppliers those due next, and all in a table."""
    cards = to_order.cards
    if not any(card.to_send is not None or (card.supplier is None and card.order is not None) for card in cards):
        _all_ordered(to_order)
    primary = next((card for card in cards if card.to_send is not None), None)
    is_crowded = len(cards) > MANY
    near = [card for card in cards if _is_near(card)]
    shown = near[:MANY] if is_crowded else cards
    with st.grid(3, min_column_width=320):
        for card in shown:
            with st.container(border=True, height="stretch", gap="small", key=f"orders_card_{card.turn.name or 'nobody'}"):
                _card(card, is_first=card is primary)
                _left_out(card, to_order)
    if is_crowded:
        which = "those of today and tomorrow" if len(near) <= MANY else f"the first {MANY} of today and tomorrow"
        with layout.card("All suppliers", f"Earliest deadline first; the cards above are {which}"):
            supplier_table.show(cards)


def _is_near(card: SupplierCard) -> bool:
    """Whether something is to be ordered from a supplier by tomorrow."""
    return card.to_send is not None and (card.deadline.date() - card.today).days <= NEAR_DAYS


def _all_ordered(to_order: ToOrder) -> None:
    following = min((card for card in to_order.cards if card.supplier is not None), key=lambda card: card.deadline, default=None)
    text = "**Everything else is ordered.**" if to_order.left_out else "**Everything is ordered.**"
    if following is not None:
        text += f" Next: {markdown.plain(following.turn.name)}, {markdown.plain(wording.deadline(following.deadline, following.today))}."
    st.markdown(f":green[:material/check_circle:] {text}")


def _card(card: SupplierCard, *, is_first: bool) -> None:
    with st.container(gap=None):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"##### {markdown.plain(card.turn.name or wording.WITHOUT_SUPPLIER)}", anchors=False, width="stretch")
            _chip(card)
        st.caption(_when(card))
    if card.done_today is not None:
        _placed(card, card.done_today)
    elif card.order is not None:
        _open(card, card.order, is_first=is_first)
    elif card.coming:
        _placed(card, card.coming[-1])


def _left_out(card: SupplierCard, to_order: ToOrder) -> None:
    """Where there is no order: that nothing is needed, or for how many shelves nothing can be proposed."""
    if card.order is not None or card.done_today is not None or card.coming:
        return
    shelves = sum(each.series for each in to_order.left_out if each.supplier == card.turn.name)
    of = f" for {formatting.count(shelves, 'shelf', 'shelves')}: why is said above the cards"
    st.caption(f"Nothing can be proposed{of}." if shelves else "Nothing to order now.")


def _chip(card: SupplierCard) -> None:
    if card.order is None or card.done_today is not None:
        if card.coming or card.done_today is not None:
            st.badge("Placed", icon=":material/check:", color="green", width="content")
        return
    if card.supplier is None:
        return
    away = (card.deadline.date() - card.today).days
    text = {0: "Today", 1: "Tomorrow"}.get(away) or formatting.weekday_date(pd.Timestamp(card.deadline))
    st.badge(text, icon=":material/schedule:" if away == 0 else None, color="blue" if away == 0 else "gray", width="content")


def _when(card: SupplierCard) -> str:
    if card.supplier is None:
        return "No order days, no minimum"
    until = markdown.plain(wording.deadline(card.deadline, card.today))
    if card.order is None or card.done_today is not None:
        return f"Next order day: {until}"
    return f"Order by **{until}**, arrives {markdown.plain(wording.day(card.order.due, card.today))}"


def _open(card: SupplierCard, order: Order, *, is_first: bool) -> None:
    _value(card, order)
    _badges(card)
    st.markdown(_sentence(card, order))
    _buttons(card, order, is_first=is_first)


def _value(card: SupplierCard, order: Order) -> None:
    """The shop's money large, the supplier's beside it; units alone where nothing is known of the cost."""
    size = wording.lines_and_units(order)
    currency = None if card.supplier is None else card.supplier.currency
    if not order.value:
        _large(f"{formatting.units(order.units)} units", f"{_lines(order)}, no unit costs")
        return
    theirs = f", {wording.theirs(card.supplier, order.value)} at {numerals.shortest(currency.rate)}" if currency is not None else ""
    _large(f"{'' if card.is_priced else 'at least '}{wording.money(card.value)}", size + theirs)


def _large(number: str, text: str) -> None:
    """A number in large type, and a text beside it in small grey."""
    st.metric("For", f"{markdown.plain(number)} :small[:gray[{markdown.plain(text)}]]", label_visibility="collapsed")


def _lines(order: Order) -> str:
    return formatting.count(sum(line.quantity > 0 for line in order.lines), "line")


def _badges(card: SupplierCard) -> None:
    with st.container(horizontal=True, gap="small"):
        for text, icon, color in supplier_facts.facts(card):
            st.badge(markdown.plain(text), icon=icon, color=color, width="content")


def _sentence(card: SupplierCard, order: Order) -> str:
    if card.supplier is None:
        return SAY_WHO
    parts = [_lacking(card, order, card.fill)] if card.fill is not None else []
    if card.fill is None and order.note and not any(line.reason for line in order.lines):
        parts.append(markdown.plain(notes.note(order, card.supplier)))
    sold_by = max((line.sold_by for line in order.lines if line.sold_by is not None and line.added and not line.reason), default=None)
    if sold_by is not None:
        parts.append(f"What was added is expected to be sold by {markdown.plain(wording.day(sold_by, card.today))}.")
    return " ".join(filter(None, [*parts, _empty(card, order)]))


def _lacking(card: SupplierCard, order: Order, fill: FillUp) -> str:
    """ "**Add 42.00 to reach free delivery.** 24 Orange juice would do, expected to be sold by Sat 5 Dec."."""
    lacks, aim = (card.below_free, "free delivery") if fill.reason == FOR_FREE else (card.lacks.value, "the minimum")
    amount = wording.theirs(card.supplier, lacks) if lacks else f"{formatting.units(sum(fill.added.values()))} units"
    what = f"{_added(order, fill)} would do, expected to be sold by {wording.day(fill.sold_by, card.today)}."
    return f"**Add {markdown.plain(amount)} to reach {aim}.** {markdown.plain(what)}"


def _added(order: Order, fill: FillUp) -> str:
    """ "24 Orange juice", or "36 units of 2 lines"."""
    units = formatting.units(sum(fill.added.values()))
    if len(fill.added) > 1:
        return f"{units} units of {len(fill.added)} lines"
    return f"{units} {next(wording.line_name(line) for line in order.lines if line.unique_id in fill.added)}"


def _fill(identity: str, fill: FillUp) -> None:
    wish = Wish(by="", quantities=fill.quantities, reason=fill.reason)
    acts.act(lambda by: orders.change(workspaces.workspace(), identity, replace(wish, by=by)))


def _empty(card: SupplierCard, order: Order) -> str:
    """ "2 shelves will be empty before it arrives; the other 7 lines are the usual round."."""
    empty, lines = len(card.runs_out), sum(line.quantity > 0 for line in order.lines)
    if not empty:
        return "" if order.note else "The usual round: no shelf is expected to be empty before it arrives."
    rest = lines - empty
    others = (
        "; the other line is the usual round" if rest == 1 else f"; the other {formatting.units(rest)} lines are the usual round" if rest > 0 else ""
    )
    return f"{formatting.count(empty, 'shelf', 'shelves')} will be empty before it arrives{others}."


def _buttons(card: SupplierCard, order: Order, *, is_first: bool) -> None:
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Place order",
            type="primary" if is_first else "secondary",
            icon=":material/send:",
            key=f"orders_place_{card.turn.name or 'nobody'}",
            on_click=acts.place,
            args=(order.id,),
            disabled=not order.id,
        )
        if card.fill is not None:
            st.button(
                f"Add {unseen.escaped(_added(order, card.fill))}",
                icon=":material/add:",
                key=f"orders_fill_{order.id}",
                on_click=_fill,
                args=(order.id, card.fill),
                disabled=not order.id,
            )
        if card.supplier is None:
            st.button("Say who delivers", icon=":material/local_shipping:", key="orders_say_who", on_click=tabs.lead_to, args=(tabs.SUPPLIERS,))
        st.button(
            "Lines", type="tertiary", icon=":material/list:", key=f"orders_lines_{order.id}", on_click=line_choice.choose, args=(card.turn.name,)
        )
        if order.id:
            st.button(
                "Order sheet", type="tertiary", icon=":material/picture_as_pdf:", key=f"orders_sheet_{order.id}", on_click=_show, args=(order.id,)
            )


def _placed(card: SupplierCard, order: Order) -> None:
    """The order that was sent last: when, by whom, and when it comes."""
    value, theirs = order.value * card.turn.rate, wording.theirs(card.supplier, order.value)
    foreign = f", {theirs}" if card.supplier is not None and card.supplier.currency is not None else ""
    large = wording.money(value) if order.value else f"{formatting.units(order.units)} units"
    _large(large, wording.lines_and_units(order) + foreign)
    late = order.is_late(card.today)
    with st.container(horizontal=True, gap="small"):
        st.badge(f"Arriving {wording.day(order.due, card.today)}", icon=":material/local_shipping:", color="blue", width="content")
        st.badge(wording.state(order, card.today)[0] if late else "On time", color="orange" if late else "gray", width="content")
    if order.placed_at is not None:
        when = wording.clock(order.placed_at, card.today)
        more = "Nothing more is proposed until its next order day." if card.order is None else _next_time(card.order)
        st.markdown(f"Placed {markdown.plain(when + wording.by(order.placed_by))}. {more}")
    with st.container(horizontal=True, gap="small"):
        st.button("Show order", icon=":material/receipt_long:", key=f"orders_show_{order.id}", on_click=_show, args=(order.id,))
        if card.order is not None:
            key = f"orders_next_{order.id}"
            st.button("Next lines", type="tertiary", icon=":material/list:", key=key, on_click=line_choice.choose, args=(card.turn.name,))


def _next_time(order: Order) -> str:
    """What the next order comes to as things stand."""
    return f"As things stand the next one has {markdown.plain(wording.lines_and_units(order))}."


def _show(identity: str) -> None:
    st.session_state[tabs.ORDER] = identity
    tabs.lead_to(tabs.BOOK)
