"""What is on the shelves now, how that follows from the counts, and how counts came out against what was expected."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import streamlit as st

from forecasting.core import formatting, numerals, schema, unseen
from forecasting.core.errors import ShelfcastError
from forecasting.inventory.orders import on_hand_words
from forecasting.services import stock_tables
from pages.components.shared import cells, layout, markdown, tables, writing
from pages.components.shared.figures import Chip, figure

if TYPE_CHECKING:
    from streamlit.elements.lib.column_types import ColumnConfig

    from forecasting.storage.workspace import Workspace
    from forecasting.training.ensemble import Ensemble

ROWS: Final = 8
"""Rows up to which a table shows all of them."""
NOW: Final = {
    "on_hand": "On hand",
    "on_hand_low": "At least",
    "on_hand_high": "At most",
    "counted_on": "Counted on",
    "counted_units": "Counted",
    "age": "Days ago",
    "sold_since": "Sold since",
    "came_since": "Came since",
}
COUNTS: Final = {
    "day": "Counted on",
    "counted": "Counted",
    "expected": "Expected",
    "difference": "Difference",
    "value": "At cost",
    "before": "Count before",
    "sold": "Sold",
    "came": "Came",
}

DIFFERENCE_HELP: Final = "Units counted, less those that should have been there. Below 0, some went missing without being sold."
COST_HELP: Final = "The difference of the shelves whose unit cost is known, from the stock that was saved, else from who delivers."
GRADED_HELP: Final = "Counts of shelves that had been counted before. A count is graded once all sales before it are saved."


def show(ws: Workspace, ensemble: Ensemble) -> None:
    """Both parts; nothing before anything was counted."""
    try:
        shelves, counts = stock_tables.shelves(ws, ensemble), stock_tables.counts(ws, ensemble)
        facts = stock_tables.facts(ws, ensemble)
    except ShelfcastError as error:
        st.error(markdown.plain(str(error)))
        return
    if shelves.empty:
        return
    with layout.card("On hand now", "The last count, less what was sold since, plus orders that came since"):
        _shelves(shelves, ensemble, str(facts["problem"]))
    with layout.card("Counts against what was expected", "What is missing on the shelves, and how sure a count still is as it ages"):
        _counts(counts)
        st.caption(markdown.plain(str(facts["certainty"])))


def _shelves(shelves: pd.DataFrame, ensemble: Ensemble, problem: str) -> None:
    names = ensemble.panel.keys or [schema.UNIQUE_ID]
    named = shelves.assign(named=shelves[names].astype(str).agg(", ".join, axis=1))
    for text in filter(None, [problem, on_hand_words.oversold(named, "named")]):
        st.markdown(f":orange[:material/warning:] {markdown.plain(text)}")
    oldest = shelves.sort_values("counted_on").iloc[0]
    st.caption(f"{formatting.count(len(shelves), 'shelf', 'shelves')} counted, the longest ago on {formatting.date(oldest['counted_on'])}.")
    columns = [name for name in NOW if shelves[name].notna().any()]
    _table(shelves[[*names, *columns]], NOW, "What is on hand of every product that was counted")


def _counts(counts: pd.DataFrame) -> None:
    if counts.empty:
        st.caption("Count a shelf a second time, and this says what was missing.")
        return
    total = stock_tables.graded(counts)
    if total.counts:
        with st.grid(3, min_column_width=150):
            figure(
                "Difference",
                f"{formatting.signed(total.difference)} units",
                Chip(f"of {formatting.headline(total.expected)} expected"),
                DIFFERENCE_HELP,
            )
            figure("At cost", "no unit costs" if math.isnan(total.value) else writing.amount(total.value), Chip("counted minus expected"), COST_HELP)
            figure("Graded", formatting.count(total.counts, "count"), Chip(f"{numerals.write(total.waiting)} wait for sales"), GRADED_HELP)
    elif total.waiting:
        st.caption(f"{formatting.count(total.waiting, 'count waits', 'counts wait')} for the sales of the days before, which are not saved yet.")
    if total.unbooked:
        shelves = formatting.count(total.unbooked, "count is of a shelf", "counts are of shelves")
        st.caption(f"{shelves} that sold more than there was: something came that nobody booked. Not graded.")
    keys = [name for name in counts if name in (*schema.KEYS, schema.UNIQUE_ID)]
    columns = [name for name in COUNTS if counts[name].notna().any()]
    _table(counts[[*keys, *columns]], COUNTS, "Each count against what was expected of the shelf")


def _table(table: pd.DataFrame, labels: dict[str, str], alt: str) -> None:
    """All rows; a phone has room for two names and a number."""
    config: dict[str, ColumnConfig] = {}
    for name in table:
        if str(name) in ("counted_on", "day"):
            config[str(name)] = st.column_config.DateColumn(labels[str(name)], format="D MMM YYYY", width=105)
        elif str(name) in labels:
            config[str(name)] = st.column_config.NumberColumn(labels[str(name)], format=_format(str(name), table), width=76)
        else:
            config[str(name)] = st.column_config.TextColumn(formatting.LABELS.get(str(name), str(name)), width=125)
    height, is_long = "content" if len(table) <= ROWS else 320, len(table) > tables.MOST
    cells.show(unseen.legible(table), column_config=config, hide_index=True, height=height, lazy=is_long, alt=alt)


def _format(name: str, table: pd.DataFrame) -> str:
    """How the numbers of a column are written: money in cents, units as they are large."""
    values = table[name].to_numpy(dtype=float)
    if name == "value":
        return writing.money_form()
    return "%,.0f" if (values[np.isfinite(values)] % 1 == 0).all() else formatting.column(values)
