"""What every page shares: its head, its guards, and the ensemble that it shows."""

from __future__ import annotations

from types import ModuleType
from typing import Any, NoReturn

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from forecasting.analysis import forecast_view
from forecasting.core import formatting as words
from forecasting.core import schema
from forecasting.core.errors import SalesDamaged, ShelfcastError
from forecasting.services import cache as kept
from forecasting.services import jobs, sales, versions, workspaces
from pages.components.shared import markdown

UPLOAD, INVENTORY = "pages/upload.py", "pages/inventory.py"
AHEAD = {"day": 28, "week": 4, "month": 3}
"""How far ahead one looks at first, in the steps of the sales."""
UNREADABLE = "The saved sales cannot be read."
FIRST_FILE = (
    "A CSV with a date and the units sold is enough. Product, store and region make it better. You see every change before anything is saved."
)


def ensemble_of(version: int) -> Any:
    """The ensemble of the version that serves, shared by all sessions and the API; nobody changes it."""
    return kept.ensemble(workspaces.workspace(), version)


def warm_up(ensemble: Any, charts: ModuleType) -> None:
    """Runs once what the first page runs, so that its libraries are loaded."""
    view = forecast_view.view(ensemble, {}, ahead(ensemble))
    charts.forecast(view, charts.SHOWN).to_json()


def ahead(ensemble: Any) -> int:
    """How many days (weeks, months) ahead one looks at first: as many as the version forecasts, up to the usual."""
    return min(AHEAD[ensemble.panel.period.name], ensemble.horizon)


def logo() -> None:
    """The logo for the theme in force."""
    name = "dark" if st.context.theme.type == "dark" else "light"
    st.logo(f"static/logo-{name}.svg", size="medium")


def head(title: str, context: str) -> DeltaGenerator:
    """The page's title and one line of context; returns where its actions go, at the right."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="head"):
        with st.container(gap=None, width="stretch"):
            st.title(title, anchor=False)
            st.caption(context)
        return st.container(horizontal=True, width="content")


def card(title: str, caption: str = "", **options: Any) -> DeltaGenerator:
    """A bordered card with its title and a line about it; for `with`."""
    box = st.container(border=True, **options)
    with box.container(gap=None):
        st.markdown(f"##### {title}", anchors=False)
        if caption:
            st.caption(caption)
    return box


def empty(icon: str, title: str, text: str) -> DeltaGenerator:
    """A page that has nothing to show yet: why, and what to do; returns where its action goes."""
    with st.container(border=True, horizontal_alignment="center", vertical_alignment="center", height=360, gap="small", key="empty"):
        st.markdown(f"### :material/{icon}:", text_alignment="center", anchors=False)
        st.markdown(f"##### {title}", text_alignment="center", anchors=False)
        st.caption(text, text_alignment="center", width=460)
        return st.container(horizontal=True, horizontal_alignment="center", width="content")


def live_manifest(title: str) -> dict[str, Any]:
    """What the version that serves says of itself; without one, says so and ends the page. Quick: the head need not wait for the ensemble."""
    ws = workspaces.workspace()
    version = versions.serving(ws).version
    if version is None:
        _nothing_yet(title)
        st.stop()
    try:
        return versions.manifest(ws, version)
    except ShelfcastError as error:
        head(title, f"v{version} cannot be served")
        _cannot_be_loaded(error)


def sales_to(manifest: dict[str, Any]) -> str:
    """The last day, week or month with sales: "21 Nov 2026"."""
    return words.last_date(pd.Timestamp(manifest["sales_to"]), versions.period(manifest))


def loaded(version: int) -> Any:
    """The ensemble of the version that serves, with a placeholder while it loads; one that cannot be loaded says so and ends the page."""
    try:
        with st.skeleton(height=480):
            return ensemble_of(version)
    except ShelfcastError as error:
        _cannot_be_loaded(error)


def _cannot_be_loaded(error: ShelfcastError) -> NoReturn:
    with empty("error", "This version cannot be loaded.", markdown.plain(str(error))):
        st.page_link(UPLOAD, label="Retrain", icon=":material/play_arrow:")
    st.stop()


def _nothing_yet(title: str) -> None:
    """Why there is no forecast, and what to do."""
    ws = workspaces.workspace()
    job = jobs.job(ws)
    try:
        has_sales = sales.has_sales(ws)
    except SalesDamaged as error:
        head(title, UNREADABLE)
        empty("error", UNREADABLE, markdown.plain(str(error)))
        return
    if job and job.state == "running":
        head(title, "The first model is being trained")
        empty("hourglass_top", "Your first forecast is on its way.", "The model is being trained. This page fills up by itself; you can leave it.")
    elif has_sales:
        head(title, "No model yet")
        with empty("show_chart", "Nothing to forecast yet.", "Sales are saved. Retrain once; you can leave the page meanwhile."):
            st.page_link(UPLOAD, label="Retrain", icon=":material/play_arrow:")
    else:
        head(title, "No sales yet")
        with empty("upload_file", "Upload your first sales file.", FIRST_FILE):
            upload_button()


def upload_button() -> None:
    """Leads to the upload page."""
    if st.button("Upload sales", type="primary", icon=":material/upload_file:", key="to_upload"):
        st.switch_page(UPLOAD)


def simpler_table(simpler: Any) -> None:
    """Series that a simpler model serves, with the reason of each."""
    keys = [name for name in schema.FILTERS if name in simpler] or [schema.UNIQUE_ID]
    shown = simpler[[keys[0], schema.MODEL, schema.REASON, *keys[1:]]].assign(**{schema.MODEL: [words.model(name) for name in simpler[schema.MODEL]]})
    config = {name: st.column_config.TextColumn(words.LABELS.get(name, name)) for name in shown}
    config |= {schema.MODEL: st.column_config.TextColumn("Model"), schema.REASON: st.column_config.TextColumn("Why, and what helps", width="large")}
    st.dataframe(shown, column_config=config, hide_index=True, height="content" if len(shown) <= 12 else 430, alt="Series on a simpler model")
