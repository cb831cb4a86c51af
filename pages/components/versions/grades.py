"""How the live version does beside those that are graded with it, on the same days."""

from __future__ import annotations

import streamlit as st

from forecasting.core.errors import SalesDamaged, StorageUnavailable
from forecasting.services import shadow, workspaces
from forecasting.services.shadow import Grade
from pages.components.shared import markdown
from pages.components.versions import actions


def card() -> None:
    """Each version that is graded beside the live one: what should be done, or how the two do; nothing where no day has been graded.

    Sales that cannot be read grade nothing, and are named.
    """
    ws = workspaces.workspace()
    try:
        grades = shadow.grades(ws)
    except (SalesDamaged, StorageUnavailable) as error:
        st.caption(f":material/balance: No version is graded now. {markdown.plain(str(error))}")
        return
    for grade in grades:
        if grade.is_advised:
            _advice(grade)
        elif grade.days:
            st.caption(f":material/balance: {markdown.plain(grade.sentence)}")
    note = shadow.not_applicable(ws)
    if note:
        st.caption(f":material/balance: {note}")


def _advice(grade: Grade) -> None:
    """A version that should serve, and the press that does it."""
    with st.container(border=True, key=f"advised_{grade.other}"):
        st.markdown(f":orange[:material/balance:] {markdown.plain(grade.sentence)}")
        label = "Go back to" if grade.role == "shadow" else "Serve"
        st.button(f"{label} v{grade.other}", icon=":material/undo:", key=f"advised_serve_{grade.other}", on_click=actions.serve, args=(grade.other,))
