"""The last two steps of an upload: what would change, and the merge."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from forecasting.core import durations, formatting, numerals, schema, unseen
from forecasting.core.errors import ShelfcastError
from forecasting.services import sales, versions
from pages.charts import forecast, language
from pages.components.shared import cells, file_input, layout, markdown, tables
from pages.components.shared.file_input import FileInput
from pages.components.upload import file, please_check

if TYPE_CHECKING:
    from streamlit.elements.lib.column_types import ColumnConfig

    from forecasting.intake.sales_file import Intake
    from forecasting.storage.sales.changes import Change
    from forecasting.storage.workspace import Workspace
    from pages.components.upload.please_check import Weighed

WAITING = "The sales can be merged once the open questions have their answers."


def promise(ws: Workspace, version: int | None) -> str:
    """What the button does, how long it takes, and what stays as it is."""
    if version is None:
        return "Saves the rows, then trains the first model."
    took = sum(versions.manifest(ws, version)["durations"].values())
    return f"Saves the rows, then trains a new model. The last one took {durations.duration(took)}; v{version} stays live until then."


def waiting() -> None:
    """Step 4 as long as a question is open: no changes are shown that an answer would turn into others."""
    layout.card("4. What changes", "Shown as soon as the questions above have their answers.")


def show(upload: FileInput, weighed: Weighed) -> bool:
    """Step 4; whether there is something to merge and nothing left to decide."""
    checked, change, lines = weighed.checked, weighed.change, weighed.checked.dropped
    if change is None:
        with layout.card("4. What changes", "Shown as soon as this question has its answer."):
            please_check.show(upload, weighed)
        return False
    with layout.card("4. What changes", _facts(change)):
        if checked.sales.empty:
            st.markdown(f"**None of the {formatting.count(checked.rows, 'row')} can be read**, so there is nothing to merge.")
        elif change.is_empty:
            st.markdown(f"**All {formatting.count(change.unchanged, 'row')} are already saved.** Nothing to merge.")
        if change.mixed:
            st.warning(markdown.plain(change.mixed), icon=":material/warning:")
        _numbers(change, lines)
        _tabs(upload, weighed, change)
        what = "this row" if lines == 1 else f"these {numerals.write(lines)} rows"
        agreed = not lines or change.is_empty or st.checkbox(f"Leave out {what} and merge the rest", key=upload.key(f"drop_{lines}"))
    return agreed and not change.is_empty and not weighed.is_open


def _facts(change: Change) -> str:
    """The days of the file, whether they are weeks or months, and what becomes of the sample."""
    if pd.isna(change.first):
        return ""
    aside = " The sample sales are set aside." if change.replaces_sample else " The sales saved before are set aside." if change.starts_anew else ""
    return f"{change.dates}.{aside}"


def _numbers(change: Change, lines: int) -> None:
    with st.grid(4, min_column_width=130):
        st.metric("New rows", numerals.write(len(change.new)))
        st.metric("Changed", numerals.write(len(change.changed)), help="Rows already saved with other values. The file's values replace them.")
        st.metric("Unchanged", numerals.write(change.unchanged))
        st.metric("Problems", numerals.write(lines), help="Rows that cannot be used as they are.")


def _tabs(upload: FileInput, weighed: Weighed, change: Change) -> None:
    """One tab for each kind of row or news that there is."""
    checked = weighed.checked
    gaps = change.period.count(change.gap_days)
    parts: list[tuple[int, str, Callable[[], None]]] = [
        (weighed.count, f"Please check ({numerals.write(weighed.count)})", lambda: please_check.show(upload, weighed)),
        (checked.dropped, formatting.count(len(checked.problems), "problem"), lambda: _problems(checked)),
        (len(change.changed), f"{numerals.write(len(change.changed))} changed", lambda: _changed(change.changed)),
        (len(change.new), f"{numerals.write(len(change.new))} new", lambda: _new(change)),
        (len(change.new_series), f"{formatting.count(len(change.new_series), 'new shelf', 'new shelves')}", lambda: _new_series(change.new_series)),
        (change.gap_days, f"{gaps} without sales", lambda: _gaps(change)),
    ]
    shown = [(label, draw) for count, label, draw in parts if count]
    if shown:
        for tab, (_, draw) in zip(st.tabs([label for label, _ in shown]), shown, strict=True):
            with tab:
                draw()


def _problems(checked: Intake) -> None:
    config = {
        "line": st.column_config.NumberColumn("Line", format="%,d", width=70),
        "problem": st.column_config.TextColumn("Problem"),
        "value": st.column_config.TextColumn("Value"),
        "column": st.column_config.TextColumn("Column"),
        "what_to_do": st.column_config.TextColumn("What happens", width="large"),
    }
    _table(checked.problems[list(config)], config, "Rows with problems")
    st.download_button(
        "Download the row" if checked.dropped == 1 else f"Download the {numerals.write(checked.dropped)} rows",
        lambda: sales.problems_csv(checked),
        "problems.csv",
        "text/csv",
        type="tertiary",
        icon=":material/download:",
        on_click="ignore",
        key="problems",
    )


def _changed(changed: pd.DataFrame) -> None:
    _table(
        changed[_day_first(changed)],
        {name: _before_after(name) for name in changed.columns if name.endswith(("before", "after"))},
        "Rows whose values change",
    )


def _before_after(name: str) -> ColumnConfig:
    column, _, when = name.rpartition("_")
    return st.column_config.Column(f"{formatting.LABELS[column]} {when}" if column else when.title())


def _new(change: Change) -> None:
    new, step = change.new, change.period.name
    st.caption(f"New rows by {step}")
    st.plotly_chart(forecast.rows_by_day(new[schema.DATE]), config=language.config(), key="new_rows", alt=f"How many new rows fall on each {step}")
    with st.expander("The rows"):
        _table(new[_day_first(new)], {}, "New rows")


def _new_series(series: pd.DataFrame) -> None:
    _table(series, {}, "Products and stores that are not saved yet")


def _gaps(change: Change) -> None:
    days = {name: st.column_config.DateColumn(label, format="D MMM YYYY") for name, label in {"first": "From", "last": "To"}.items()}
    steps = change.period.plural.title()
    st.caption(f"{steps} without a row between a product's first and last sale. They count as unknown, not as zero.")
    _table(change.gaps, days | {"days": st.column_config.NumberColumn(steps, format="%,d")}, "Gaps, longest first")


def _day_first(frame: pd.DataFrame) -> list[str]:
    return [schema.DATE, *(name for name in frame.columns if name != schema.DATE)]


def _table(frame: pd.DataFrame, config: dict[str, ColumnConfig], alt: str) -> None:
    labels = {name: st.column_config.Column(formatting.LABELS.get(name, name)) for name in frame.columns}
    labels |= {schema.DATE: st.column_config.DateColumn("Day", format="D MMM YYYY", width=110)}
    cells.show(
        unseen.legible(frame.head(tables.MOST)),
        column_config=labels | config,
        hide_index=True,
        height="content" if len(frame) <= tables.FEW else tables.HEIGHT,
        alt=alt,
    )
    tables.left_out(len(frame))


def merge(ws: Workspace, upload: FileInput, checked: Intake) -> None:
    """Saves the rows and says so; a failure says what stays as it was."""
    try:
        with st.spinner("Saving the rows"):
            merged = sales.merge(ws, upload.content, upload.name, checked, drop_problems=checked.dropped > 0)
    except ShelfcastError as error:
        file_input.refuse("Nothing was merged.", str(error))
    st.session_state["merged"] = f"{numerals.write(merged.new)} new, {numerals.write(merged.changed)} changed"
    st.session_state["saved"] = merged
    file.forget()
