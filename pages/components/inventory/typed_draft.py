"""The draft of a session: what was typed of the stock and not saved yet. The session holds it, a file keeps it, the page's address names it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from forecasting.core import formatting
from forecasting.core.errors import ShelfcastError
from forecasting.inventory.stock import typed_changes
from forecasting.services import stock_typing
from forecasting.services.stock_typing import Draft
from pages.components.shared import markdown

if TYPE_CHECKING:
    from forecasting.inventory.stock.typed_changes import CellChange
    from forecasting.storage.workspace import Workspace

DRAFT: Final = "inventory_draft"
"""Where the session keeps it."""
FILED: Final = "inventory_draft_filed"
"""Where it keeps the changes that the file has."""
ADDRESS: Final = "draft"
"""The part of the page's address that names it."""
MAX_OFFERED: Final = 3


def current(ws: Workspace) -> Draft:
    """The session's draft: its own, else the one that the address names, as after a reload, else a new one."""
    if DRAFT not in st.session_state:
        named = st.query_params.get(ADDRESS, "")
        _hold((stock_typing.take_over(ws, named) if named else None) or stock_typing.new_draft())
    draft: Draft = st.session_state[DRAFT]
    _name_in_address(draft)
    return draft


def type_over(changes: tuple[CellChange, ...]) -> None:
    """Adds what was typed just now to the session's draft, before the page is drawn: another press might come before it reaches the table."""
    draft: Draft | None = st.session_state.get(DRAFT)
    if draft is not None:
        st.session_state[DRAFT] = replace(draft, changes=typed_changes.together(changes, draft.changes))


def keep(ws: Workspace, draft: Draft, changes: tuple[CellChange, ...]) -> bool:
    """Keeps what is typed now; whether it is safe outside of this session."""
    draft = replace(draft, changes=changes)
    st.session_state[DRAFT] = draft
    _name_in_address(draft)
    if changes == st.session_state.get(FILED, ()):
        return True
    try:
        stock_typing.keep(ws, draft)
    except ShelfcastError as error:
        st.caption(f":orange[:material/warning:] What you typed is on this page only. {markdown.plain(str(error))}")
        return False
    st.session_state[FILED] = changes
    return True


def discard(ws: Workspace) -> None:
    """Forgets the session's draft."""
    draft = st.session_state.pop(DRAFT, None)
    st.session_state.pop(FILED, None)
    if draft is not None:
        stock_typing.keep(ws, replace(draft, changes=()))
        _name_in_address(replace(draft, changes=()))


def offer_others(ws: Workspace, own: Draft) -> None:
    """Drafts that somebody left, to go on with; none while something is typed here."""
    if own.changes:
        return
    for draft in stock_typing.drafts(ws)[:MAX_OFFERED]:
        moment = formatting.moment(pd.Timestamp((draft.moment or datetime.now(UTC)).astimezone().replace(tzinfo=None)))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            cells = formatting.count(len(draft.changes), "cell")
            st.caption(f":material/edit_note: {cells} typed and not saved, last on {moment}.", width="content")
            st.button("Go on with it", type="tertiary", key=f"inventory_draft_{draft.name}", on_click=_take_over, args=(ws, draft.name))


def _take_over(ws: Workspace, name: str) -> None:
    draft = stock_typing.take_over(ws, name)
    if draft is not None:
        _hold(draft)


def _hold(draft: Draft) -> None:
    st.session_state[DRAFT], st.session_state[FILED] = draft, draft.changes


def _name_in_address(draft: Draft) -> None:
    if draft.changes:
        if st.query_params.get(ADDRESS) != draft.name:
            st.query_params[ADDRESS] = draft.name
    elif ADDRESS in st.query_params:
        del st.query_params[ADDRESS]
