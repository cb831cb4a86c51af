"""The version that was published and waits: why, on what figures, and the two ways on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
import streamlit as st

from forecasting.core import formatting, unseen
from forecasting.services import versions
from forecasting.services.version_table import VersionRow
from pages.components.shared import cells, markdown, parts
from pages.components.versions import actions

CONFIRM: Final = "versions_confirm"
"""Where the session keeps which version it asks about."""
MEASURES: Final = {"wape": "Miss", "rmsse": "Scaled miss", "money": "Cost"}


def card(rows: Sequence[VersionRow]) -> None:
    """The newest version that waits, unless a newer one serves; nothing where none does."""
    live = next((row.number for row in rows if row.state == "live"), 0)
    waiting = [row for row in rows if row.state == "held" and row.number > live]
    if st.session_state.get(CONFIRM) is not None:
        _ask(next((row for row in rows if row.number == st.session_state[CONFIRM]), None))
    if not waiting:
        return
    row, gate = waiting[0], waiting[0].facts.get("gate") or {}
    with st.container(border=True, key="held"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"##### :orange[:material/pan_tool:] v{row.number} is not served", anchors=False, width="content")
            st.badge("Held", color="orange")
        st.markdown(_reason(row.facts))
        others = f" {formatting.count(len(waiting) - 1, 'older version waits', 'older versions wait')} too." if len(waiting) > 1 else ""
        st.caption(f"v{live} goes on serving; nothing is lost.{others}")
        with st.container(horizontal=True):
            st.button("Serve anyway", icon=":material/play_circle:", key="held_serve", on_click=actions.confirm, args=(row.number,))
        if _has_figures(gate):
            with st.expander("See where", icon=":material/search:", key="held_where"):
                _figures(gate)


def _reason(facts: Mapping[str, Any]) -> str:
    return markdown.plain(versions.held_reason(facts))


def _has_figures(gate: Mapping[str, Any]) -> bool:
    return bool(gate.get("recipe") or gate.get("money") or any(check.get("held") for check in gate.get("checks") or ()))


def _figures(gate: Mapping[str, Any]) -> None:
    """What the gate found: each broken check in a sentence, and both versions at each past date."""
    for check in gate.get("checks") or ():
        if check.get("held") and check.get("text"):
            st.markdown(f"- {markdown.plain(check['text'])}")
    for comparison in (gate.get("recipe"), gate.get("money")):
        if comparison:
            _at_cutoffs(comparison, gate.get("champion"))


def _at_cutoffs(comparison: Mapping[str, Any], champion: int | None) -> None:
    measure = MEASURES.get(comparison.get("measure", ""), "Miss")
    shares = comparison.get("measure") == "wape"
    form = f"%.1f{formatting.NBSP}%%" if shares else "%,.2f"
    table = pd.DataFrame(comparison["cutoffs"])
    table["cutoff"] = pd.to_datetime(table["cutoff"]).dt.date
    table[["champion", "challenger"]] *= 100 if shares else 1
    table["difference"] *= 100
    cells.show(
        unseen.legible(table),
        hide_index=True,
        alt=f"{measure} of both versions at each past date",
        column_config={
            "cutoff": st.column_config.DateColumn("Forecast made on", format="D MMM YYYY"),
            "champion": st.column_config.NumberColumn(f"{measure}, v{champion}", format=form),
            "challenger": st.column_config.NumberColumn(f"{measure}, this one", format=form),
            "difference": st.column_config.NumberColumn("Worse by", format=f"%+.1f{formatting.NBSP}%%"),
        },
    )


def _close() -> None:
    st.session_state.pop(CONFIRM, None)


@parts.dialog("Serve it anyway?", on_dismiss=_close)
def _ask(row: VersionRow | None) -> None:
    if row is None:
        st.markdown("This version is not there any more.")
        return
    st.markdown(f"**v{row.number}** waits: {_reason(row.facts)}")
    _figures(row.facts.get("gate") or {})
    st.caption("It serves at once: pages, API and orders follow it. You can go back with one press; who did it is recorded.")
    with st.container(horizontal=True):
        if st.button(f"Serve v{row.number}", type="primary", key="held_confirm"):
            _close()
            actions.serve(row.number)
            st.rerun()
        if st.button("Not now", key="held_not_now"):
            _close()
            st.rerun()
