"""Links to the page of a product, from tables and from text; filters travel along."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st

from forecasting.analysis import product_groups
from forecasting.core import schema, unseen
from pages.components.shared import markdown
from pages.components.shared.addresses import PRODUCT

if TYPE_CHECKING:
    from streamlit.elements.lib.column_types import ButtonColumnResult, ColumnConfig

PARAMETER: Final = "product"
"""Of the URL: the name of the product whose page it is."""
TRAVELLING: Final = (schema.REGION, schema.STORE)
"""Filters that say which of a product's series are meant."""
PLACE: Final = "in_"
"""Before their names in the URL of a link: a select that is on both pages would put what it holds in the place of what the link says."""


def name_of(keys: Mapping[Hashable, Any]) -> str:
    """What the product of a series is called, by the series' key columns."""
    if schema.PRODUCT in keys:
        return str(keys[schema.PRODUCT])
    return ", ".join(str(keys[name]) for name in schema.KEYS if name in keys) or product_groups.ALL_SALES


def addresses(series: pd.DataFrame) -> list[dict[str, str]]:
    """Parameters of the URL of each series: its product's page, in its region and store."""
    return [address(name_of(keys), keys) for keys in series.to_dict("records")]


def address(name: str, filters: Mapping[Any, Any]) -> dict[str, str]:
    """Parameters of the URL of a product's page."""
    return {PARAMETER: name, **{f"{PLACE}{key}": filters[key] for key in TRAVELLING if key in filters}}


def arrive() -> None:
    """Sets the filters that a link to this page named; called before they are asked for."""
    for key in TRAVELLING:
        if (value := st.query_params.get(f"{PLACE}{key}")) is not None:
            st.session_state[key] = value
            del st.query_params[f"{PLACE}{key}"]


def link(name: str, filters: Mapping[Any, Any], *, text: str = "", icon: str | None = None) -> None:
    """A product's name, or a text about it, that leads to its page."""
    st.page_link(PRODUCT, label=markdown.plain(text or name), icon=icon, icon_position="right", query_params=address(name, filters))


def row(names: Sequence[str], filters: Mapping[str, str]) -> None:
    """A few products side by side, each a link."""
    with st.container(horizontal=True, gap="small", key="product_links"):
        for name in names:
            link(name, filters)


def label(name: str) -> str:
    """A product's name as the label of a button in a table, which shows all as it is written but for icons."""
    return unseen.escaped(name).replace(":material/", f":{markdown.JOINER}material/") or " "


def legible(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """The table as it is shown, with a column of names as labels of the links in it."""
    return unseen.legible(table).assign(**{column: [label(str(name)) for name in table[column]]})


def legible_columns(table: pd.DataFrame, columns: Sequence[str], links: str) -> pd.DataFrame:
    """Some columns of a table as they are shown, one of them with names as labels of the links in it."""
    return legible(table[list(columns)], links)


def column(addresses: Sequence[Mapping[str, str]], key: str, width: int, title: str = "Product") -> ColumnConfig | ButtonColumnResult:
    """The column of a table whose names lead on: a tap on one goes to its product, as soon as the page comes here again.

    Args:
        addresses: Of the rows, in their order, as `address` gives them.
        key: Where the session keeps the address that was tapped; one a table.
        width: In pixels.
        title: Of the column.
    """
    if (tapped := st.session_state.pop(key, None)) is not None:
        st.switch_page(PRODUCT, query_params=tapped)

    def remember() -> None:
        st.session_state[key] = dict(addresses[st.session_state[f"{key}_click"]["row"]])

    return st.column_config.ButtonColumn(
        title, type="tertiary", alignment="left", width=width, on_click=remember, key=f"{key}_click", help="Opens the product."
    )
