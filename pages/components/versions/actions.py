"""What a person does with a version: serve it, go back, keep it, say what it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import streamlit as st

from forecasting.core.errors import ShelfcastError
from forecasting.services import version_notes, versions, workspaces
from forecasting.services.version_notes import MAX_CHARACTERS, PIN_MEANS
from forecasting.services.version_table import VersionRow
from pages.components.shared import layout, markdown, person
from pages.components.versions import wording

FAILED: Final = "versions_failed"
"""Where the session keeps why the last press did nothing."""


def go_back(before: int | None) -> None:
    """The way back to the version that served before; nothing without one."""
    if before is not None:
        text = f"Serve v{before} again, which served before. Nothing is lost; who did it is recorded."
        st.button(f"Go back to v{before}", icon=":material/undo:", key="versions_go_back", help=text, on_click=serve, args=(before,))


def serve(version: int) -> None:
    """Makes a version live, and says so."""
    _act(lambda by: versions.set_live(workspaces.workspace(), version, by), "")


def failure() -> None:
    """Why the last press did nothing, if that is so; said once."""
    if FAILED in st.session_state:
        st.error(markdown.plain(st.session_state.pop(FAILED)), icon=":material/error:")


def of_one(rows: Sequence[VersionRow]) -> None:
    """One version that a person chooses: what is said of it, and what can be done."""
    with layout.card("One version", PIN_MEANS):
        by_number = {row.number: row for row in rows}
        number = st.selectbox("Version", list(by_number), format_func=lambda each: wording.label(by_number[each]), key="versions_one")
        row = by_number[number]
        for note in row.facts["notes"]:
            st.markdown(f"{markdown.plain(note['text'])} :gray[{markdown.plain(note['by'])}, {wording.moment(note['when'])}]")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            _note(number)
            _pin(row)
            can_serve = row.state not in ("live", "pruned", "damaged")
            label = "Serve anyway" if row.state == "held" else "Make live"
            act = confirm if row.state == "held" else serve
            st.button(label, icon=":material/play_circle:", key="version_live", disabled=not can_serve, on_click=act, args=(number,))


def confirm(version: int) -> None:
    """Asks once more before a version serves that is held."""
    st.session_state["versions_confirm"] = version


def _note(version: int) -> None:
    with st.popover("Add a note", icon=":material/edit_note:"):
        with st.form("version_note", border=False, clear_on_submit=True):
            text = st.text_input("Note", max_chars=MAX_CHARACTERS, placeholder="First with all stores", key="version_note_text")
            sent = st.form_submit_button("Save", type="primary")
        if sent:
            _act(lambda by: version_notes.note(workspaces.workspace(), version, text, by), f"Noted of v{version}.")
            st.rerun()


def _pin(row: VersionRow) -> None:
    pinned = row.facts["pinned"]
    label, act = ("Take the pin off", version_notes.unpin) if pinned else ("Pin", version_notes.pin)
    st.button(
        label,
        icon=":material/keep_off:" if pinned else ":material/keep:",
        key="version_pin",
        disabled=not pinned and row.state == "pruned",
        on_click=_act,
        args=(lambda by: act(workspaces.workspace(), row.number, by), f"v{row.number} is {'not pinned any more' if pinned else 'pinned'}."),
    )


def _act(change: Callable[[str], object], done: str) -> None:
    """Makes a change in the name of whoever looks, and says so, or keeps why it failed."""
    try:
        change(person.login())
    except ShelfcastError as error:
        st.session_state[FAILED] = str(error)
    else:
        if done:
            st.toast(done, icon=":material/check_circle:")
