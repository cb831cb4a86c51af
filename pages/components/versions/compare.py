"""Two versions side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd
import streamlit as st

from forecasting.core import formatting, unseen
from forecasting.core.errors import ShelfcastError
from forecasting.services import models, version_comparison, workspaces
from forecasting.services.version_table import VersionRow
from pages.components.shared import cells, layout, markdown, paper
from pages.components.shared import wording as shared
from pages.components.versions import wording
from pages.components.why import links

CAPTION: Final = "Only on past days and days ahead that both forecast. Differences are the second version's less the first's"


def card(rows: Sequence[VersionRow]) -> None:
    """Two versions that a person chooses, side by side."""
    by_number = {row.number: row for row in rows if row.state != "damaged"}
    with layout.card("Compare two versions", CAPTION):
        if len(by_number) < 2:
            st.caption("There is one version so far. The next retrain brings something to compare.")
            return
        with st.container(horizontal=True):
            a = _ask("Compare", by_number, "a")
            b = _ask("with", by_number, "b")
        if a is None or b is None:
            return
        try:
            with st.skeleton(height=240):
                answer = version_comparison.compare(workspaces.workspace(), a, b)
        except ShelfcastError as error:
            st.caption(markdown.plain(str(error)))
            return
        _show(answer)
        links.link(a, b, text=f"Why the forecast changed from v{a} to v{b}")


def _ask(label: str, by_number: dict[int, VersionRow], key: str) -> int | None:
    """The version that a person chooses, at first the one that the URL names."""
    numbers = list(by_number)
    named = st.query_params.get(key, "")
    return st.selectbox(
        label,
        numbers,
        index=numbers.index(int(named)) if named.isdecimal() and int(named) in numbers else None,
        placeholder="Choose a version",
        format_func=lambda number: wording.label(by_number[number]),
        key=f"versions_{key}",
    )


def _show(answer: dict[str, Any]) -> None:
    """What a comparison says: why not, the numbers, and four tables."""
    if answer["reason"]:
        st.markdown(f":orange[:material/info:] {markdown.plain(answer['reason'])}")
    _numbers(answer)
    if answer["total"]:
        links.link(answer["a"]["version"], answer["b"]["version"], text="Why do they differ?")
    a, b = (f"v{answer[side]['version']}" for side in "ab")
    with st.grid(2, min_column_width=320):
        if answer["errors"]:
            _errors("Miss by model", {models.label(each["name"]): each for each in answer["errors"]}, a, b)
        if answer["categories"]:
            _errors("Miss by category", {each["name"]: each for each in answer["categories"]}, a, b)
        if answer["total"]:
            _series(answer, a, b)
        if answer["settings"]:
            _settings(answer["settings"], a, b)


def _numbers(answer: dict[str, Any]) -> None:
    """The error of both, and what both expect in all."""
    if not answer["errors"] and not answer["total"]:
        return
    with st.grid(2, min_column_width=200):
        if answer["errors"]:
            blend = answer["errors"][0]
            better = shared.better(blend["b"], blend["a"]) if None not in (blend["a"], blend["b"]) else ""
            dates = formatting.count(len(answer["cutoffs"]), "past date")
            st.metric(
                f"Miss, v{answer['b']['version']}",
                _percent(blend["b"]),
                better or None,
                delta_color="off",
                delta_description=f"{_percent(blend['a'])} with v{answer['a']['version']}, at {dates}",
            )
        if answer["total"]:
            total = answer["total"]
            first, last = (formatting.near_date(pd.Timestamp(answer[end])) for end in ("first", "last"))
            units = formatting.headline(total["b"])
            st.metric(
                f"{first} to {last}",
                units,
                formatting.signed(total["difference"]),
                delta_color="off",
                delta_description=f"{formatting.headline(total['a'])} with v{answer['a']['version']}",
            )


def _errors(title: str, of: dict[str, dict[str, Any]], a: str, b: str) -> None:
    rows = [{"name": name, a: _hundred(each["a"]), b: _hundred(each["b"]), "Difference": _hundred(each["difference"])} for name, each in of.items()]
    percent = st.column_config.NumberColumn(format=f"%.1f{formatting.NBSP}%%")
    columns = {
        "name": st.column_config.TextColumn(title.removeprefix("Miss by ").title()),
        a: percent,
        b: percent,
        "Difference": st.column_config.NumberColumn(format="%+.1f", help="In points; above 0 is worse."),
    }
    _table(title, pd.DataFrame(rows), columns)


def _series(answer: dict[str, Any], a: str, b: str) -> None:
    rows = [{"Series": each["unique_id"], a: each["a"], b: each["b"], "Difference": each["difference"]} for each in answer["series"]]
    others = answer["others"]
    if others["series"]:
        rows.append({"Series": formatting.count(others["series"], "other"), a: None, b: None, "Difference": others["difference"]})
    table = pd.DataFrame(rows)
    whole = formatting.column(table[b].to_numpy(dtype=float))
    number = st.column_config.NumberColumn(format=whole)
    _table(
        "Series that differ most, units", table, {a: number, b: number, "Difference": st.column_config.NumberColumn(format=whole.replace("%", "%+"))}
    )


def _settings(settings: list[dict[str, Any]], a: str, b: str) -> None:
    order = sorted(settings, key=lambda each: not each["differs"])
    rows = [{"Setting": each["label"], a: each["a"], b: each["b"], "": "differs" if each["differs"] else ""} for each in order]
    _table("Settings", pd.DataFrame(rows), {})


def _table(title: str, table: pd.DataFrame, columns: dict[str, Any]) -> None:
    with st.container():
        st.caption(title)
        cells.show(unseen.legible(table), column_config=columns, hide_index=True, height="content" if len(table) <= 12 else 430, alt=title)
        paper.copy(f"compare_{title.split()[-1].lower()}", table, columns)


def _percent(share: float | None) -> str:
    return wording.NOTHING if share is None else formatting.percent(share)


def _hundred(share: float | None) -> float | None:
    return None if share is None else 100 * share
