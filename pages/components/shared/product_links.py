"""Links to the page of a product, from tables and from text; filters travel along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import streamlit as st

from forecasting.core import schema, unseen
from pages.components.shared import markdown
from pages.components.shared.addresses import PRODUCT

if TYPE_CHECKING:
    from streamlit.elements.lib.column_types import ButtonColumnResult, ColumnConfig

PARAMETER: Final = "product"
"""Of the URL: the name of the product whose page it is."""
TRAVELLING: Final = (schema.REGION, schema.STORE)
"""Filters that say which of a product's series are meant."""


def address(name: str, filters: Mapping[str, str]) -> dict[str, str]:
    """Parameters of the URL of a product's page."""
    return {PARAMETER: name, **{key: filters[key] for key in TRAVELLING if key in filters}}


def follow_tapped(key: str) -> None:
    """Goes to the product whose name was tapped in the table with this key, if one was; filters travel by themselves, as widgets hold them."""
    if (name := st.session_state.pop(key, None)) is not None:
        st.switch_page(PRODUCT, query_params={PARAMETER: name})


def link(name: str, filters: Mapping[str, str], *, text: str = "") -> None:
    """A product's name, or a text about it, that leads to its page."""
    st.page_link(PRODUCT, label=markdown.plain(text or name), query_params=address(name, filters))


def row(names: Sequence[str], filters: Mapping[str, str]) -> None:
    """A few products side by side, each a link."""
    with st.container(horizontal=True, gap="small", key="product_links"):
        for name in names:
            link(name, filters)


def label(name: str) -> str:
    """A product's name as the label of a button in a table, which shows all as it is written but for icons."""
    return unseen.escaped(name).replace(":material/", f":{markdown.JOINER}material/") or " "


def column(names: Sequence[str], key: str, width: int) -> ColumnConfig | ButtonColumnResult:
    """The column of a table that leads on: a tap on the name of a row leaves it under `key` in the session.

    Args:
        names: Of the rows, in their order.
        key: Where the session keeps the name that was tapped; one a table.
        width: In pixels.
    """

    def remember() -> None:
        clicked = st.session_state[f"{key}_click"]
        st.session_state[key] = names[clicked["row"]]

    return st.column_config.ButtonColumn(
        "Product", type="tertiary", alignment="left", width=width, on_click=remember, key=f"{key}_click", help="Opens the product."
    )
