"""Links to the page that says why a forecast changed; filters travel along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import streamlit as st

from forecasting.core import schema
from forecasting.services import change_explanation, workspaces
from pages.components.shared.addresses import WHY

if TYPE_CHECKING:
    from streamlit.elements.lib.column_types import ButtonColumnResult, ColumnConfig

BEFORE, AFTER = "before", "after"
"""Keys of the two selects of versions."""
PLACE: Final = "in_"
"""Before their names in the URL of a link: a select of this page would put what it holds in the place of what the link says."""
NOTHING: Final[Mapping[str, str]] = {}


def link(before: int, after: int, filters: Mapping[str, str] = NOTHING, *, text: str = "") -> None:
    """Leads to why the forecast of the filters changed from one version to another."""
    label = text or f"Why it changed since v{before}"
    st.page_link(WHY, label=label, icon=":material/waterfall_chart:", query_params=_address(before, after, filters))


def since_before(version: int, filters: Mapping[str, str] = NOTHING) -> None:
    """Leads to why the forecast changed since the version before this one, where there is one still."""
    before = change_explanation.earlier(workspaces.workspace(), version)
    if before is not None:
        link(before, version, filters)


def column(rows: Sequence[Mapping[str, str]], version: int, key: str) -> ColumnConfig | ButtonColumnResult | None:
    """The column of a table whose buttons lead to why a row's forecast changed since the version before; None where that is gone.

    Args:
        rows: The filters of each row, in their order.
        version: Of the table.
        key: Where the session keeps the row that was tapped; one a table.
    """
    before = change_explanation.earlier(workspaces.workspace(), version)
    if before is None:
        return None
    if (tapped := st.session_state.pop(key, None)) is not None:
        st.switch_page(WHY, query_params=_address(before, version, tapped))

    def remember() -> None:
        st.session_state[key] = dict(rows[st.session_state[f"{key}_click"]["row"]])

    text = f"Why its forecast changed since v{before}."
    return st.column_config.ButtonColumn("", type="tertiary", width=60, on_click=remember, key=f"{key}_click", help=text)


def arrive() -> None:
    """Sets the versions and filters that a link to this page named, all of them: what it did not name is not filtered by."""
    if f"{PLACE}{AFTER}" not in st.query_params:
        return
    for name in (BEFORE, AFTER, *schema.FILTERS):
        st.session_state[name] = st.query_params.get(f"{PLACE}{name}")
        st.query_params.pop(f"{PLACE}{name}", None)


def _address(before: int, after: int, filters: Mapping[str, str]) -> dict[str, str]:
    """The URL of the page for two versions and filters."""
    chosen = {BEFORE: named(before), AFTER: named(after), **{name: filters[name] for name in schema.FILTERS if name in filters}}
    return {f"{PLACE}{name}": value for name, value in chosen.items()}


def named(version: int) -> str:
    """A version as the selects and the URL name it."""
    return f"v{version}"
