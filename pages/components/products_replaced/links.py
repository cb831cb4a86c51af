"""Which product replaced which: said, seen and taken back on the Products page and on the page of a product."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from forecasting.core import formatting, numerals, schema
from forecasting.core.errors import ShelfcastError
from forecasting.services import product_links, workspaces
from pages.components.shared import layout, long_choice, markdown, parts, tables
from pages.components.shared import product_links as pages_of_products
from pages.components.shared.addresses import UPLOAD

if TYPE_CHECKING:
    from datetime import date

    from forecasting.analysis.replacements import Replacement
    from forecasting.training.ensemble import Ensemble

WHAT: Final = (
    "A corrected name or a new pack: what the old product sold counts for the new one. Saved sales do not change."
    " What is on hand of the old product is not counted for the new one."
)
FACTOR_HELP: Final = "How many new ones stand for one old one: 2 where two packs of 250 g replace one of 500 g."
FEW: Final = 6
"""Links up to which the card is as high as they are."""


def card(ensemble: Ensemble) -> None:
    """Links that hold, links that are likely, and the way to another one; nothing where sales have no products."""
    if schema.PRODUCT not in ensemble.panel.series:
        return
    ws = workspaces.workspace()
    with layout.card("Replaced products", WHAT):
        try:
            state, likely = product_links.links(ws), product_links.likely(ws)
            waits = product_links.waiting(ws)
        except ShelfcastError as error:
            st.error(markdown.plain(str(error)))
            return
        with st.container(height=260 if len(state.links) > FEW else "content", border=False, gap="small"):
            for link in state.links:
                text = f"**{markdown.plain(link.old)}** is **{markdown.plain(link.new)}** since {_day(link.day)}{_counts(link.factor)}"
                _row(text, "Undo", f"products_separate_{link.old}", partial(_end, link.old))
        for pair in likely:
            _question(pair)
        if waits:
            _waiting()
        if st.button("Say what replaced what", icon=":material/swap_horiz:", key="products_replace"):
            _ask(sorted(ensemble.panel.series[schema.PRODUCT].unique().tolist()))


def continued(name: str) -> None:
    """On a product's page: what it continues, each with the way back."""
    try:
        links = product_links.links(workspaces.workspace()).links
    except ShelfcastError as error:
        st.error(markdown.plain(str(error)))
        return
    for link in (link for link in links if link.new == name):
        text = f"Continues **{markdown.plain(link.old)}** since {_day(link.day)}{_counts(link.factor)}"
        _row(text, "Undo", f"product_separate_{link.old}", partial(_end, link.old))


def successor(name: str) -> None:
    """On the page of a product that the forecast does not know: which one it is now, if it was replaced."""
    try:
        links = product_links.links(workspaces.workspace()).links
    except ShelfcastError:
        return
    for link in (link for link in links if link.old == name):
        pages_of_products.link(link.new, {}, text=f"{link.old} is {link.new} since {_day(link.day)}")


def _question(pair: Replacement) -> None:
    old, new = markdown.plain(pair.old), markdown.plain(pair.new)
    text = f":blue[:material/help:] **{old}** stopped on {_day(pair.last)}, **{new}** began on {_day(pair.first)}. One product?"
    _row(text, "Yes, one product", f"products_same_{pair.old}", partial(_said, pair.old, pair.new))


def _row(text: str, label: str, key: str, act: Callable[[], None]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(text, width="content")
        if st.button(label, key=key, type="tertiary"):
            act()


def _waiting() -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="products_waiting"):
        st.markdown(":orange[:material/sync_problem:] **Not in the forecast yet**", width="content")
        st.page_link(UPLOAD, label="Retrain", icon=":material/chevron_right:", icon_position="right")


@parts.dialog("Which product replaced which?")
def _ask(names: list[str]) -> None:
    many = long_choice.is_long(names)
    long_choice.settle("products_old", names)
    listed = long_choice.options("products_old", names, st.session_state.get("products_old"))
    old = st.selectbox("Replaced", listed, index=None, placeholder="The former name or pack", accept_new_options=many, key="products_old")
    long_choice.note("products_old", names, "products")
    new = st.selectbox("By", names[: tables.MOST], index=None, placeholder="Choose, or type a new name", accept_new_options=True, key="products_new")
    if many:
        st.caption("Of a product that is not listed type the whole name.")
    day = st.date_input(
        "Since",
        value=None,
        key="products_since",
        help="What the old one sold before this day counts for the new one. Empty: the day after its last sales.",
    )
    factor = st.number_input(
        "New units for one old one",
        min_value=product_links.LEAST_FACTOR,
        max_value=product_links.MOST_FACTOR,
        value=1.0,
        step=0.5,
        format="%g",
        key="products_factor",
        help=FACTOR_HELP,
    )
    st.caption(WHAT)
    if not st.button("Save", type="primary", key="products_save"):
        return
    if old and new:
        _said(old, new, day, factor)
    else:
        st.error("Choose both products.")


def _said(old: str, new: str, day: date | None = None, factor: float = 1.0) -> None:
    _change(lambda: product_links.replace(workspaces.workspace(), old, new, day, factor))


def _end(old: str) -> None:
    _change(lambda: product_links.separate(workspaces.workspace(), old))


def _change(act: Callable[[], object]) -> None:
    try:
        act()
    except ShelfcastError as error:
        st.error(markdown.plain(str(error)))
    else:
        st.rerun()


def _counts(factor: float) -> str:
    """ ", 1 counts as 2"; empty where one is one."""
    return "" if factor == 1 else f", 1 counts as {numerals.shortest(factor)}"


def _day(day: date) -> str:
    return formatting.date(pd.Timestamp(day))
