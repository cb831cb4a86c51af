"""The settings that the page shows, whether they were changed, and the button that saves them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st

from forecasting.core import formatting
from forecasting.core.errors import ShelfcastError
from forecasting.services import shop_settings
from pages.components.shared import markdown, person

if TYPE_CHECKING:
    from forecasting.core.shop_settings import ShopSettings
    from forecasting.storage.settings import SettingsState
    from forecasting.storage.workspace import Workspace

SHOWN: Final = "settings_shown"
"""Where the session keeps the settings that its page began with."""
SAVED: Final = "settings_saved"
OPEN: Final = "settings_open_"
"""Begins the keys of the page's inputs; the number of the settings that they began with follows."""


@dataclass(frozen=True)
class Shown:
    """Settings that a person sees and may be changing.

    Args:
        state: What they began with.
        newest: The number of the newest settings then, which may have been damaged.
        damage: What was wrong with these; empty for nothing.
    """

    state: SettingsState
    newest: int
    damage: str = ""

    def key(self, name: str) -> str:
        """The key of an input, which begins anew with other settings."""
        return f"{OPEN}{self.newest}_{name}"


def shown(ws: Workspace) -> Shown:
    """The settings to show: those that this visit to the page began with, as long as it lasts."""
    began: Shown | None = st.session_state.get(SHOWN)
    if began is None or not any(str(key).startswith(began.key("")) for key in st.session_state):
        began = st.session_state[SHOWN] = _newest(ws)
    return began


def head(of: Shown) -> str:
    """The line under the page's title: who changed the settings last, and when."""
    if of.state.moment is None:
        return "For everybody who uses this shop; nobody has changed anything yet"
    day = formatting.weekday_date(pd.Timestamp(of.state.moment.astimezone().replace(tzinfo=None)))
    who = "" if of.state.by == person.NOBODY else f" by {markdown.plain(of.state.by)}"
    return f"For everybody who uses this shop; changed last{who} on {day}"


def notes(ws: Workspace, of: Shown) -> None:
    """What is to be known before anything is changed: damage, what somebody else saved meanwhile, and that one's own were saved."""
    if of.damage:
        st.error(f"{markdown.plain(of.damage)} Shown are the last whole ones.", icon=":material/error:")
    if shop_settings.newest(ws) != of.newest:
        with st.container(border=True, key="settings_others"):
            st.markdown(":orange[:material/help:] **Somebody else saved other settings meanwhile.** Yours cannot be saved over them.")
            st.button("Show theirs", key="settings_theirs", on_click=_begin_anew)
    if st.session_state.pop(SAVED, False):
        st.toast("Saved for everybody who uses this shop.", icon=":material/check:")


def button(ws: Workspace, of: Shown, parts: Sequence[Mapping[str, Any] | None]) -> None:
    """Saves what the parts of the page say, each None where it cannot be used; nothing to press as long as nothing was changed."""
    wanted = _wanted(of, parts)
    changed = wanted is not None and wanted != of.state.values
    pressed = st.button(
        "Save", type="primary", icon=":material/check:", disabled=not (changed or (of.damage and wanted is not None)), key="settings_save"
    )
    if pressed and wanted is not None:
        try:
            shop_settings.save(ws, wanted, person.login(), after=of.newest)
        except ShelfcastError as error:
            st.error(markdown.plain(str(error)), icon=":material/error:")
            return
        _begin_anew()
        st.session_state[SAVED] = True
        st.rerun()


def _wanted(of: Shown, parts: Sequence[Mapping[str, Any] | None]) -> ShopSettings | None:
    values: dict[str, Any] = {}
    for part in parts:
        if part is None:
            return None
        values |= part
    return shop_settings.changed(of.state.values, values)


def _begin_anew() -> None:
    st.session_state.pop(SHOWN, None)


def _newest(ws: Workspace) -> Shown:
    newest = shop_settings.newest(ws)
    state, damage = shop_settings.to_go_on_from(ws)
    return Shown(state, newest, "" if damage is None else str(damage))
