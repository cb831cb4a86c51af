"""The backtest behind the Accuracy page: loaded once, filtered, downloaded, looked at cutoff by cutoff."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from forecasting.analysis import attention
from forecasting.analysis.accuracy import Accuracy, by_series
from forecasting.core import caches, formatting, numerals, schema
from forecasting.services import accuracy as accuracy_service
from forecasting.services import workspaces
from pages.charts import accuracy as accuracy_charts
from pages.components.shared import layout, live_version, markdown

BANDS_OF_OTHERS: Final = " Their bands come from series of similar sales."
ALL_CUTOFFS: Final = "All cutoffs"
"""The choice that draws the forecasts of all cutoffs into one chart."""


def accuracy_of(version: int, filters: dict[str, str]) -> Accuracy:
    """How good the forecasts of the chosen series were, shared by all sessions; raises NotFound."""
    judged = accuracy_service.judged(workspaces.workspace(), version, live_version.ensemble_of(version))
    return accuracy_service.accuracy(judged, filters)


def warm_up(version: int) -> None:
    """Works out what the page shows of all series, outside of a session."""
    if len(live_version.ensemble_of(version).past.cutoffs):
        accuracy = accuracy_of(version, {})
        to_check(accuracy)
        of_series(accuracy)


def to_check(accuracy: Accuracy) -> pd.DataFrame:
    """The series that need a person."""
    return caches.once(accuracy, attention.attention, accuracy)


def of_series(accuracy: Accuracy) -> pd.DataFrame:
    """The errors of each series."""
    return caches.once(accuracy, by_series, accuracy)


def context(manifest: dict[str, Any]) -> str:
    """The line under the title: what was judged."""
    cutoffs = manifest["cutoffs"]
    if not cutoffs:
        return f"v{manifest['version']} has no past forecasts to check"
    unit = manifest.get("period", "day")
    judged = f"{formatting.count(len(cutoffs), 'cutoff')}, {formatting.count(manifest['judged_days'], unit)} each"
    if left_out := manifest.get("left_out"):
        judged += f", each series at {left_out['cutoffs']} of them"
    first = formatting.date(pd.Timestamp(cutoffs[0]))
    return f"Backtest of v{manifest['version']}: {judged}, {first} to {live_version.sales_to(manifest)} · not seen by the models"


def unit(accuracy: Accuracy) -> str:
    """What is a step: "day"."""
    return accuracy.judged.ensemble.panel.period.name


def too_short() -> None:
    """The whole file is too young."""
    text = "Each training also forecasts the past and records the errors. The first of them needs 35 days of sales before it."
    with layout.empty("target", "No backtest yet.", text):
        live_version.upload_button()


def is_judged(accuracy: Accuracy) -> bool:
    """Whether any day of these series was forecast in the backtest."""
    return schema.BLEND in accuracy.tallies and accuracy.tallies[schema.BLEND].days.sum() > 0


def too_young(accuracy: Accuracy) -> None:
    """The chosen series are too young, or were not sold any more when the first past forecast was made."""
    title, bands = ("Nothing to judge.", "") if accuracy.judged.ensemble.silent[accuracy.rows].all() else ("Too new to judge.", BANDS_OF_OTHERS)
    layout.empty("target", title, f"No past forecast of these series can be compared with sales.{bands}")


def downloads(version: int, filters: dict[str, str]) -> None:
    """Everything to take away of the chosen series of a version."""
    files = {
        "Errors by series": (accuracy_service.series_csv, "errors", "by_series_csv"),
        "Series to check": (accuracy_service.attention_csv, "needs", "attention_csv"),
        "Every past forecast": (accuracy_service.backtest_csv, "backtest", "backtest_csv"),
    }
    with st.popover("Download", icon=":material/download:"):
        for label, (write, name, key) in files.items():
            st.download_button(
                label,
                partial(_file, write, version, filters),
                f"{name}-v{version}.csv",
                "text/csv",
                icon=":material/download:",
                type="tertiary",
                on_click="ignore",
                key=key,
            )


def _file(write: Callable[[Accuracy], bytes], version: int, filters: dict[str, str]) -> bytes:
    return write(accuracy_of(version, filters))


def promise(table: pd.DataFrame, unit: str, window: int) -> go.Figure:
    """What bands promised and what was inside them, of single steps, of sums over so many of them, and of the total."""
    called = {"days": f"Single {unit}s", "sums": f"Sums of {window} {unit}s", "total": "Their total"}
    return accuracy_charts.promise(table, called)


def past(accuracy: Accuracy) -> pd.Timestamp | None:
    """The cutoff to look at, chosen at the head of its card, at first the last one; None for all of them."""
    days = {formatting.date(day): day for day in accuracy.judged.ensemble.past.cutoffs}
    head = st.container(gap="xxsmall")
    with head.container(horizontal=True, vertical_alignment="center"):
        title = st.container(gap=None, width="stretch")
        chosen = st.selectbox(
            "Cutoff", [*days, ALL_CUTOFFS], index=len(days) - 1, label_visibility="collapsed", width=170, key="cutoff", bind="query-params"
        )
    title.markdown("##### Forecasts and sales", anchors=False)
    cutoff = days.get(chosen)
    head.caption(_past_caption(accuracy, cutoff))
    return cutoff


def _past_caption(accuracy: Accuracy, cutoff: pd.Timestamp | None) -> str:
    count = len(accuracy.rows)
    whose = f"{numerals.write(count)} series added up" if count > 1 else "One series"
    how = "Each forecast starts at a dotted line and knew nothing after it" if cutoff is None else "With the bands known at this cutoff"
    if count > 1 and accuracy.judged.ensemble.past.left_out is not None:
        how += ". Series that a cutoff leaves out, as the file is large, are taken to do there as the others did"
    return f"{whose}. {how}." + (f" {markdown.plain(weights)}" if count == 1 and (weights := of_series(accuracy)["why"].iloc[0]) else "")
