"""What is remembered of files like this one: found, said, and put aside where a person wants that."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from forecasting.core.errors import InputError, SalesDamaged, ShelfcastError
from forecasting.services import profile_reading, profiles, serving_record, workspaces
from pages.components.shared import file_input, live_version, markdown
from pages.components.shared.file_input import FileInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from forecasting.intake.answers import Answers
    from forecasting.intake.profile import Profile
    from forecasting.services.reading import FileTable


@dataclass(frozen=True)
class Recall:
    """What is remembered for a file.

    Args:
        profile: How the last file with its header was read; None if there was none.
        answers: What was said of this file, and where its cells are.
        facts: What it is read by that neither itself nor the person says.
        note: Why nothing is remembered, if nobody knows what may be.
    """

    profile: Profile | None
    answers: Answers
    facts: tuple[str, ...] = ()
    note: str = ""


def recalled(upload: FileInput, said: Answers, read: Callable[[Answers], FileTable]) -> Recall:
    """What is remembered for a file; nothing where the person wants to be asked anew."""
    if st.session_state.get(_anew(upload)):
        return Recall(None, said)
    key = (upload.id, said, st.session_state.get("undone", 0), st.session_state.get("forgotten", 0))
    return file_input.remembered("profile", key, partial(_recall, said, read))


def _recall(said: Answers, read: Callable[[Answers], FileTable]) -> Recall:
    try:
        found = profile_reading.recognised(workspaces.workspace(), read, said)
    except SalesDamaged as error:
        file_input.refuse(live_version.UNREADABLE, str(error))
    except InputError:  # is said where the file is read without what is remembered
        return Recall(None, said)
    if found.profile is None:
        return Recall(None, said, note=found.note)
    answers = found.profile.over(found.answers, {})
    return Recall(found.profile, answers, tuple(found.profile.facts(found.table.guess, said, answers, {})))


def show(upload: FileInput, remarks: tuple[str, ...], profile: Profile | None) -> None:
    """What was taken from an earlier file, and the ways to be asked instead."""
    if st.session_state.get(_anew(upload)):
        st.button("Read it as the last one", type="tertiary", icon=":material/history:", on_click=_ask_anew, args=(upload, False), key="recall_again")
        return
    if not remarks:
        return
    st.markdown("\n".join(f":material/history: {markdown.plain(remark)}  " for remark in remarks))
    if profile is not None:
        with st.container(horizontal=True, gap="small"):
            st.button("Read it anew", type="tertiary", icon=":material/restart_alt:", on_click=_ask_anew, args=(upload, True), key="recall_anew")
            st.button("Forget these answers", type="tertiary", icon=":material/delete:", on_click=_forget, args=(profile,), key="recall_forget")


def _ask_anew(upload: FileInput, wanted: bool) -> None:
    st.session_state[_anew(upload)] = wanted


def _forget(profile: Profile) -> None:
    try:
        profiles.forget(workspaces.workspace(), profile.id, serving_record.named(None))
    except ShelfcastError as error:
        st.toast(markdown.plain(str(error)), icon=":material/error:")
        return
    st.session_state["forgotten"] = st.session_state.get("forgotten", 0) + 1
    st.toast("Forgotten. The next file like this one is asked again.", icon=":material/delete:")


def _anew(upload: FileInput) -> str:
    return upload.key("anew")
