"""Tables of the accuracy page: which series to check, and the errors by cutoff and by series."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st

from forecasting.analysis.accuracy import Accuracy
from forecasting.core import caches, formatting, numerals, schema, unseen
from forecasting.services import models
from pages.components.accuracy.measures import Measure
from pages.components.accuracy.numbers import BIAS_HELP, NAIVE_HELP
from pages.components.shared import cells, markdown, paper, product_links, tables, wording

if TYPE_CHECKING:
    from streamlit.elements.lib.column_types import ButtonColumnResult, ColumnConfig

SHOWN, IN_TABLE = 5, 50
"""Series to check: so many in words, so many in all."""
LEAST = 0.05
"""Units below which a cost is not shown."""


def attention(table: pd.DataFrame, name: str) -> None:
    """The series to check: the first ones in words, more on demand."""
    if table.empty:
        st.caption("None. No series is far off, leans to one side, breaks its band's promise or lacks a full model.")
        return
    for row in caches.once(table, _first, table):
        with st.container(gap=None):
            cost = f" :gray[{formatting.rate(row['units'], name)}]" if row["units"] >= LEAST else ""
            with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
                product_links.link(product_links.name_of(row), row, text=_named(row))
                st.markdown(f":orange-badge[{row['problem']}]{cost}", width="content")
            st.caption(markdown.plain(row["advice"]))
    if len(table) > SHOWN:
        with st.expander(f"{formatting.count(len(table) - SHOWN, 'more series', 'more series')}"):
            _attention_table(caches.once(table, _more, table), name)
            if len(table) > IN_TABLE:
                st.caption(f"The first {IN_TABLE}. The download has all {numerals.write(len(table))}.")


def _first(table: pd.DataFrame) -> list[dict[Hashable, Any]]:
    return table.head(SHOWN).to_dict("records")


def _more(table: pd.DataFrame) -> pd.DataFrame:
    return table.iloc[SHOWN:IN_TABLE]


def _named(row: Mapping[Hashable, Any]) -> str:
    return ", ".join(row[name] for name in schema.KEYS if name in row) or "All sales"


def _attention_table(table: pd.DataFrame, name: str) -> None:
    keys = [key for key in schema.FILTERS if key in table]
    config: dict[str, ColumnConfig | ButtonColumnResult] = {key: st.column_config.TextColumn(formatting.LABELS[key], width=130) for key in keys}
    first = keys[0] if keys else schema.UNIQUE_ID
    addresses = caches.once(table, product_links.addresses, table)
    config[first] = product_links.column(addresses, "accuracy_attention", 130, formatting.LABELS.get(first, "Series"))
    config["problem"] = st.column_config.TextColumn("Problem", width=120)
    config["units"] = st.column_config.NumberColumn(f"Units a {name}", format="%,.1f", width=90)
    config["advice"] = st.column_config.TextColumn("Why, and what helps", width="large")
    order = [first, "problem", "units", "advice", *keys[1:]]
    shown = caches.once(table, product_links.legible_columns, table, tuple(order), first)
    cells.show(
        shown, column_config=config, hide_index=True, height="content" if len(table) <= tables.FEW else tables.HEIGHT, alt="More series to check"
    )
    paper.copy("attention", shown, config)


def by_cutoff(accuracy: Accuracy, chosen: Measure) -> None:
    """A measure of each model at each cutoff, and over all of them."""
    shown = caches.once(accuracy, _at_cutoffs, accuracy, chosen.column, chosen.factor)
    number = st.column_config.NumberColumn
    config = {name: number(models.label(name, short=True), format=chosen.format, width=60) for name in shown.columns if name != "cutoff"}
    config["cutoff"] = st.column_config.TextColumn("Cutoff", width=105)
    cells.show(
        shown,
        column_config=config,
        hide_index=True,
        height="content",
        placeholder="-",
        alt=f"{chosen.title} of each model at each cutoff",
    )
    paper.copy("cutoffs", shown, config)


def _at_cutoffs(accuracy: Accuracy, column: str, factor: float) -> pd.DataFrame:
    overall = accuracy.overall.set_index(schema.MODEL)[column]
    days = [*(formatting.date(day) for day in accuracy.judged.ensemble.past.cutoffs), "All"]
    at = accuracy.cutoffs.groupby(schema.MODEL)[column]
    names = [name for name in (schema.BLEND, *accuracy.judged.ensemble.names) if name in overall]
    table = pd.DataFrame({name: factor * np.append(at.get_group(name), overall[name]) for name in names})
    return unseen.legible(table.assign(cutoff=days)[["cutoff", *table]])


def by_series(table: pd.DataFrame) -> None:
    """The errors of each series, worst first; the first columns answer on a phone. Of very many a browser gets the worst ones."""
    count, table = len(table), caches.once(table, _in_percent, table)
    config: dict[str, ColumnConfig | ButtonColumnResult] = {
        "series": product_links.column(caches.once(table, product_links.addresses, table), "accuracy_series", 190, "Series"),
        **_error_columns(table),
        schema.CATEGORY: st.column_config.TextColumn("Category", width=120),
        "why": st.column_config.TextColumn("Why these weights", width="large"),
    }
    columns = {name: column for name, column in config.items() if name in table and (name != "why" or table["why"].any())}
    tables.grid(
        table,
        columns,
        copy="series",
        links="series",
        alt="The error of each series, worst first, against the naive forecast, by model and by cutoff",
    )
    tables.left_out(count, "Filter to see others; the download has all.", order="worst")


def _in_percent(table: pd.DataFrame) -> pd.DataFrame:
    """The errors of the first series under their names, with shares of 100."""
    table = table.head(tables.MOST)
    weights, errors = [f"{name}_share" for name in _weighed()], [f"{model.name}_wape" for model in models.registered()]
    shares = [name for name in ("wape", "better", "bias", "coverage_80", "width_80", *weights, *errors) if name in table]
    return table.assign(
        series=[_named(row) for row in table.to_dict("records")],
        by_cutoff=[(100 * values[np.isfinite(values)]).tolist() for values in table["by_cutoff"]],
        **{name: 100 * table[name] for name in shares},
    )


def _error_columns(table: pd.DataFrame) -> dict[str, ColumnConfig]:
    """The columns of a table of errors in percent, with or without each of them."""
    percent, whole, signed = f"%.1f{formatting.NBSP}%%", f"%.0f{formatting.NBSP}%%", f"%+.1f{formatting.NBSP}%%"
    most = min(float(np.nanmax(table["wape"], initial=1.0)), 100.0)
    bars = min(max((value for values in table["by_cutoff"] for value in values), default=most), 100.0)
    number = st.column_config.NumberColumn
    return {
        "wape": st.column_config.ProgressColumn(
            wording.BY_PRODUCT, format=percent, min_value=0, max_value=most, color="gray", width=120, help=wording.WAPE_HELP
        ),
        "better": number("Better by", format=percent, width=75, help=NAIVE_HELP),
        "bias": number("Bias", format=signed, width=75, help=BIAS_HELP),
        "coverage_80": number("In 80 %", format=percent, width=75, help=wording.COVERAGE_HELP),
        "by_cutoff": st.column_config.BarChartColumn("Error by cutoff", y_min=0, y_max=bars, color="gray", width=120),
        **{f"{name}_share": number(f"{models.label(name)} weight", format=whole, width=105) for name in _weighed()},
        **{f"{model.name}_wape": number(models.label(model.name, short=True), format=percent, width=75) for model in models.registered()},
        "mase": number("MASE", format="%.2f", width=65),
        "width_80": number("Band width", format=percent, width=85),
        "sales": number("Sold", format="%,.1f", width=75),
    }


def _weighed() -> list[str]:
    """The models whose weights are shown: all of the blend; of two the first, since the other has the rest."""
    names = [model.name for model in models.blended()]
    return names[:1] if len(names) == 2 else names
