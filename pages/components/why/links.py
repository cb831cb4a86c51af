"""Links to the page that says why a forecast changed; filters travel along."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import streamlit as st

from forecasting.core import schema
from forecasting.services import change_explanation, workspaces
from pages.components.shared.addresses import WHY

BEFORE, AFTER = "before", "after"
"""Keys of the two selects of versions."""
PLACE: Final = "in_"
"""Before their names in the URL of a link: a select of this page would put what it holds in the place of what the link says."""
NOTHING: Final[Mapping[str, str]] = {}


def link(before: int, after: int, filters: Mapping[str, str] = NOTHING, *, text: str = "") -> None:
    """Leads to why the forecast of the filters changed from one version to another."""
    chosen = {BEFORE: named(before), AFTER: named(after), **{name: filters[name] for name in schema.FILTERS if name in filters}}
    address = {f"{PLACE}{name}": value for name, value in chosen.items()}
    st.page_link(WHY, label=text or f"Why it changed since v{before}", icon=":material/waterfall_chart:", query_params=address)


def since_before(version: int, filters: Mapping[str, str] = NOTHING) -> None:
    """Leads to why the forecast changed since the version before this one, where there is one still."""
    before = change_explanation.earlier(workspaces.workspace(), version)
    if before is not None:
        link(before, version, filters)


def arrive() -> None:
    """Sets the versions and filters that a link to this page named, all of them: what it did not name is not filtered by."""
    if f"{PLACE}{AFTER}" not in st.query_params:
        return
    for name in (BEFORE, AFTER, *schema.FILTERS):
        st.session_state[name] = st.query_params.get(f"{PLACE}{name}")
        st.query_params.pop(f"{PLACE}{name}", None)


def named(version: int) -> str:
    """A version as the selects and the URL name it."""
    return f"v{version}"
