"""Stock typed into a table, and nothing lost before it is saved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import streamlit as st

from forecasting.core import caches, formatting, numerals, schema, unseen
from forecasting.inventory.orders import wording
from forecasting.inventory.stock import typed_changes
from forecasting.services import cache, ordering
from pages.components.inventory import count_day, stock_file, stock_rows, typed_draft
from pages.components.shared import markdown

if TYPE_CHECKING:
    from streamlit.elements.lib.column_types import ColumnConfig

    from forecasting.inventory.stock.file import StockFile
    from forecasting.inventory.stock.typed_changes import Overlay
    from forecasting.services.cache import Live
    from forecasting.services.stock_typing import Draft
    from forecasting.storage.workspace import Workspace
    from forecasting.training.ensemble import Ensemble

ROUND: Final = "inventory_editor_round"
"""Where it counts the tables: a new one shows a draft that was changed by other means than typing."""
MAX_NAMED: Final = 5


def show(ws: Workspace, live: Live) -> None:
    """All products that are still sold, to type into; nothing counts before the press."""
    number, ensemble = ordering.stock_number(ws), live.ensemble
    saved = cache.stock_table(ws, live.version)
    draft = typed_draft.current(ws)
    typed_draft.offer_others(ws, draft)
    overlay = typed_changes.overlaid(saved, draft.changes)
    _clashes(ws, draft, overlay)
    typed = _typed(saved, overlay.table, ensemble, number)
    own = typed_changes.between(saved, typed)
    changes = typed_changes.together(own, (*(change for change, _ in overlay.clashes), *overlay.lost))
    typed_draft.keep(ws, draft, changes)
    checked = ordering.check_typed_stock(typed, ensemble, saved) if own else None
    if checked is not None and len(checked.problems):
        stock_file.problems(_named(checked.problems, saved), "inventory_typed_problems")
    ready = checked is not None and not len(checked.problems) and not overlay.clashes
    _buttons(ws, live.version, checked, number, changed=len(changes), ready=ready)


def _typed(saved: pd.DataFrame, table: pd.DataFrame, ensemble: Ensemble, number: int) -> pd.DataFrame:
    """The whole table as it is typed now.

    The editor is given what was typed so far, too: what it remembers itself is gone after another tab, page or search, and a value typed twice is
    the same.
    """
    rows = stock_rows.choose(saved, ensemble)
    if not len(rows):
        return table
    key = f"inventory_editor_{number}_{ensemble.panel.last:%Y%m%d}_{caches.digest(map(str, rows.tolist()))}_{st.session_state.get(ROUND, 0)}"
    start = table.iloc[rows].reset_index(drop=True)
    keys = [name for name in (*schema.KEYS, schema.UNIQUE_ID) if name in start]
    edited = st.data_editor(
        unseen.legible(start),
        column_config=_columns(start),
        column_order=[*keys, *(name for name in wording.STOCK if name in start)],
        disabled=keys,
        hide_index=True,
        height="content" if len(start) <= stock_file.FEW else 460,
        num_rows="fixed",
        placeholder="",
        key=key,
        on_change=_type_over,
        args=(saved, rows, key),
        alt="Stock and terms of every product",
    )
    return _with_rows(table, rows, edited)


def _type_over(saved: pd.DataFrame, rows: np.ndarray, key: str) -> None:
    typed_draft.type_over(typed_changes.of_cells(saved, rows, st.session_state[key]["edited_rows"]))


def _named(problems: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Problems of a typed table, whose rows are told by what they are about, and whose columns by their heads."""
    keys = typed_changes.keys_of(table)
    names = [", ".join(keys[line - 1][0]) for line in problems["line"]]
    columns = [wording.STOCK.get(name, name) for name in problems["column"]]
    return problems.assign(row=names, column=columns).drop(columns="line")


def _with_rows(table: pd.DataFrame, rows: np.ndarray, edited: pd.DataFrame) -> pd.DataFrame:
    """A table with the typed cells of these rows; the keys are the table's own."""
    typed = edited.drop(columns=[name for name in schema.KEYS if name in edited]).set_axis(table.index[rows])
    others = table.drop(index=table.index[rows])
    return table[[name for name in schema.KEYS if name in table]].join(pd.concat([typed, others[list(typed)]]) if len(others) else typed)


def _clashes(ws: Workspace, draft: Draft, overlay: Overlay) -> None:
    """Cells that somebody else saved another value in while they were typed: which one counts is for the person to say."""
    if overlay.lost:
        rows = formatting.count(len(overlay.lost), "cell")
        st.caption(f":orange[:material/warning:] {rows} of your draft left out: the products, or their deliveries, are not in this table any more.")
    if not overlay.clashes:
        return
    with st.container(border=True, key="inventory_clashes"):
        st.markdown(f":orange[:material/help:] **Somebody else saved {formatting.count(len(overlay.clashes), 'cell')} that you typed too.**")
        for change, now in overlay.clashes[:MAX_NAMED]:
            label = wording.STOCK[change.column].lower()
            where = markdown.plain(unseen.escaped(", ".join([*change.series, label])))
            st.markdown(f"{where}: saved {_shown(now)}, yours {_shown(change.after)}")
        if len(overlay.clashes) > MAX_NAMED:
            st.caption(f"And {numerals.write(len(overlay.clashes) - MAX_NAMED)} more.")
        with st.container(horizontal=True):
            st.button("Keep mine", on_click=_settle, args=(ws, draft, overlay, True), key="inventory_clash_mine")
            st.button("Take theirs", on_click=_settle, args=(ws, draft, overlay, False), key="inventory_clash_theirs")


def _settle(ws: Workspace, draft: Draft, overlay: Overlay, mine: bool) -> None:
    typed_draft.keep(ws, draft, typed_changes.settled(draft.changes, overlay.clashes, mine=mine))
    _new_table()


def _shown(value: float | str | None) -> str:
    if value is None:
        return "nothing"
    return numerals.shortest(value) if isinstance(value, float) else markdown.plain(value)


def _buttons(ws: Workspace, version: int, checked: StockFile | None, number: int, *, changed: int, ready: bool) -> None:
    if changed:
        st.caption(f"{formatting.count(changed, 'cell')} changed and not saved yet. They wait here, also if you leave or reload this page.")
    day = count_day.ask(ws, f"inventory_typed_{st.session_state.get(ROUND, 0)}") if changed else None
    with st.container(horizontal=True):
        st.button(
            "Save this stock",
            type="primary",
            icon=":material/save:",
            disabled=not ready,
            on_click=_save,
            args=(ws, version, None if checked is None else replace(checked, counted=day), number),
            key="inventory_save_typed",
        )
        if changed:
            with st.popover("Discard"):
                st.markdown(f"What was saved stays; the {formatting.count(changed, 'cell')} that you typed are gone.")
                st.button("Discard what I typed", on_click=_discard, args=(ws,), key="inventory_discard")


def _save(ws: Workspace, version: int, checked: StockFile, number: int) -> None:
    if stock_file.save(ws, version, checked, stock_file.TYPED, after=number):
        _discard(ws)


def _discard(ws: Workspace) -> None:
    typed_draft.discard(ws)
    _new_table()


def _new_table() -> None:
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1


def _columns(table: pd.DataFrame) -> dict[str, ColumnConfig]:
    number = st.column_config.NumberColumn
    config: dict[str, ColumnConfig] = {}
    for name in table.columns:
        label = wording.STOCK.get(name) or formatting.LABELS.get(name, name)
        if name == "due":
            config[name] = st.column_config.DateColumn(label, format="D MMM YYYY", width=105)
        elif name == "lead_times":
            config[name] = st.column_config.TextColumn(label, width=110, help="Days, such as 6;7;9")
        elif name in wording.STOCK:
            config[name] = number(label, min_value=0.0, format="localized", width=95, help=wording.STOCK_HELP.get(name))
        else:
            config[name] = st.column_config.TextColumn(label, width=115)
    return config
