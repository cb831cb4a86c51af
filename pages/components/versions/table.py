"""The table of all versions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st

from forecasting.core import formatting, unseen
from forecasting.services.version_table import VersionRow
from pages.components.shared import cells, layout, paper
from pages.components.versions import wording

if TYPE_CHECKING:
    from streamlit.elements.lib.column_types import ColumnConfig

FEW: Final = 12
"""Rows up to which the table is as high as they are."""


def show(rows: Sequence[VersionRow]) -> None:
    """All versions, newest first, and why the live one went live."""
    with layout.card("All versions", "Miss of a product on a day: what past checks promised, and what was met on the days sold since"):
        table = pd.DataFrame([_cells(row) for row in rows])
        columns = _columns()
        cells.show(
            unseen.legible(table),
            column_config=columns,
            hide_index=True,
            height="content" if len(rows) <= FEW else 430,
            key="versions_table",
            alt="Versions, newest first, with their state, their errors, when they served and why they were trained",
        )
        paper.copy("versions", table, columns)
        live = next((row for row in rows if row.state == "live"), None)
        reason = "" if live is None else wording.gate_reason(live.facts)
        if live is not None and reason and not live.facts["gate"].get("held"):
            st.caption(f"v{live.number}: {reason}")


def _cells(row: VersionRow) -> dict[str, Any]:
    facts = row.facts
    state = [wording.STATES[row.state][0], *([wording.PINNED[0]] if facts["pinned"] else [])]
    return {
        "Version": f"v{row.number}",
        "State": state,
        "Promised": None if row.promised is None else 100 * row.promised,
        "Since": wording.since(row),
        "Served": wording.served(row),
        "Published": _moment(facts.get("published")),
        "Sales to": pd.Timestamp(facts["sales_to"]).date() if "sales_to" in facts else None,
        "Because of": wording.trigger(row),
        "Settings changed": wording.changed(row),
        "Size": wording.NOTHING if row.size is None else formatting.size(row.size),
        "Note": str(facts["damaged"]) if "damaged" in facts else wording.note(row),
    }


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone().replace(tzinfo=None)


def _columns() -> dict[str, ColumnConfig]:
    """The first ones answer on a phone."""
    text, states = st.column_config.TextColumn, [*wording.STATES.values(), wording.PINNED]
    names, colors = [name for name, _ in states], [color for _, color in states]
    return {
        "Version": text(width=58),
        "State": st.column_config.MultiselectColumn(options=names, color=colors, width=112, help=wording.STATE_HELP),
        "Promised": st.column_config.NumberColumn(format=f"%.1f{formatting.NBSP}%%", width=76, help=wording.PROMISED_HELP),
        "Since": text("Since trained", width=116, help=wording.SINCE_HELP),
        "Served": text(width=136, help=wording.SERVED_HELP),
        "Published": st.column_config.DatetimeColumn(format="D MMM YYYY HH:mm", width=130),
        "Sales to": st.column_config.DateColumn(format="D MMM YYYY", width=92),
        "Because of": text(width=110),
        "Settings changed": text(width=130),
        "Size": text(width=66),
        "Note": text(width=180),
    }
