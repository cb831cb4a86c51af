"""What every page shares: its head, its guards, and the ensemble that it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pandas as pd
import streamlit as st
from streamlit.commands.page_config import MenuItems
from streamlit.delta_generator import DeltaGenerator

from forecasting import __version__
from forecasting.core import caches, formatting, schema
from forecasting.services import models
from pages.components.shared import product_links, sales_state, tables

if TYPE_CHECKING:
    from streamlit.elements.lib.column_types import ButtonColumnResult, ColumnConfig


def menu() -> MenuItems:
    """What the menu in the corner says beside printing: what this is, and nothing of Streamlit's."""
    text = (
        f"**Shelfcast {__version__}**  \nForecasts of what a shop will sell, with honest ranges, and what to order. "
        "Everything here can also be done [over HTTP](/api/docs) and on the command line: `shelfcast --help`."
    )
    return {"About": text, "Get help": None, "Report a bug": None}


def logo() -> None:
    """The logo for the theme in force."""
    name = "dark" if st.context.theme.type == "dark" else "light"
    st.logo(f"static/logo-{name}.svg", size="medium")


def head(title: str, context: str, *, of_forecast: bool = True) -> DeltaGenerator:
    """The page's title, whether it is the sample's, and one line of context; returns where its actions go, at the right.

    Args:
        title: Of the page.
        context: What its numbers are of.
        of_forecast: Whether the page shows a forecast, rather than the saved sales.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", key="head"):
        with st.container(gap=None, width="stretch"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.title(title, anchor=False, width="content")
                sales_state.sample_chip(of_forecast=of_forecast)
            st.caption(context)
        return st.container(horizontal=True, width="content")


def card(title: str, caption: str = "", *, height: Literal["content", "stretch"] = "content") -> DeltaGenerator:
    """A bordered card with its title and a line about it; for `with`."""
    box = st.container(border=True, height=height)
    with box.container(gap=None):
        st.markdown(f"##### {title}", anchors=False)
        if caption:
            st.caption(caption)
    return box


def card_head(title: str, caption: str) -> DeltaGenerator:
    """A card's title at the left, in a row that wraps on a phone; returns where its switches go, at the right."""
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None, width="stretch"):
            st.markdown(f"##### {title}", anchors=False)
            st.caption(caption)
        return st.container(width="content")


def empty(icon: str, title: str, text: str) -> DeltaGenerator:
    """A page that has nothing to show yet: why, and what to do; returns where its action goes."""
    with st.container(border=True, horizontal_alignment="center", vertical_alignment="center", height=360, gap="small", key="empty"):
        st.markdown(f"### :material/{icon}:", text_alignment="center", anchors=False)
        st.markdown(f"##### {title}", text_alignment="center", anchors=False)
        st.caption(text, text_alignment="center", width=460)
        return st.container(horizontal=True, horizontal_alignment="center", width="content")


def simpler_table(simpler: pd.DataFrame, key: str) -> None:
    """Series that a simpler model serves, each with its reason, of very many the first ones; `key` tells the session which table it is."""
    keys = [name for name in schema.FILTERS if name in simpler] or [schema.UNIQUE_ID]
    shown, addresses = caches.once(simpler, _simpler, simpler)
    config: dict[str, ColumnConfig | ButtonColumnResult] = {
        keys[0]: product_links.column(addresses, key, 130, formatting.LABELS.get(keys[0], "Series")),
        schema.MODEL: st.column_config.TextColumn("Model"),
        schema.REASON: st.column_config.TextColumn("Why, and what helps", width="large"),
        **{name: st.column_config.TextColumn(formatting.LABELS.get(name, name)) for name in keys[1:]},
    }
    tables.grid(shown, config, copy="simpler", links=keys[0], alt="Simpler forecasts")
    tables.left_out(len(simpler), "Filter to see others; the CSV names the model of each row.")


def _simpler(simpler: pd.DataFrame) -> tuple[pd.DataFrame, list[dict[str, str]]]:
    """The first series with what their models are called, and the addresses of their products' pages."""
    simpler = simpler.head(tables.MOST)
    return simpler.assign(**{schema.MODEL: [models.label(name) for name in simpler[schema.MODEL]]}), product_links.addresses(simpler)
