"""The version that serves, as pages show it; without one they say what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import pandas as pd
import streamlit as st

from forecasting.core import formatting
from forecasting.core.errors import SalesDamaged, ShelfcastError, StorageUnavailable
from forecasting.services import cache, jobs, sales, versions, workspaces
from pages.components.shared import markdown
from pages.components.shared.addresses import UPLOAD
from pages.components.shared.layout import empty, head

if TYPE_CHECKING:
    from forecasting.training.ensemble import Ensemble

AHEAD = {"day": 28, "week": 4, "month": 3}
"""How far ahead one looks at first, in the steps of the sales."""
UNREADABLE = "The saved sales cannot be read."
FIRST_FILE = (
    "A CSV with a date and the units sold is enough. Product, store and region make it better. You see every change before anything is saved."
)


def ensemble_of(version: int) -> Ensemble:
    """The ensemble of the version that serves, shared by all sessions and the API; nobody changes it."""
    return cache.ensemble(workspaces.workspace(), version)


def of_part(version: int) -> Ensemble:
    """The ensemble of the version that a page shows, for a part of it that runs alone; where another one serves by now the page is drawn again."""
    if versions.serving(workspaces.workspace()).version != version:
        st.rerun()
    return ensemble_of(version)


def ahead(ensemble: Ensemble) -> int:
    """How many days (weeks, months) ahead one looks at first: as many as the version forecasts, up to the usual."""
    return min(AHEAD[ensemble.panel.period.name], ensemble.horizon)


def live_manifest(title: str) -> dict[str, Any]:
    """What the version that serves says of itself; without one, says so and ends the page. Quick: the head need not wait for the ensemble."""
    ws = workspaces.workspace()
    serving = versions.serving(ws)
    version = serving.version
    if version is None and serving.refused:
        head(title, f"v{serving.refused[0].version} cannot be used")
        _cannot_be_loaded(serving.refused[0])
    if version is None:
        _nothing_yet(title)
        st.stop()
    try:
        return versions.manifest(ws, version)
    except ShelfcastError as error:
        head(title, f"v{version} cannot be used")
        _cannot_be_loaded(error)


def sales_to(manifest: dict[str, Any]) -> str:
    """The last day, week or month with sales: "21 Nov 2026"."""
    return formatting.last_date(pd.Timestamp(manifest["sales_to"]), versions.period(manifest))


def loaded(version: int) -> Ensemble:
    """The ensemble of the version that serves, with a placeholder while it loads; one that cannot be loaded says so and ends the page."""
    try:
        with st.skeleton(height=480):
            return ensemble_of(version)
    except ShelfcastError as error:
        _cannot_be_loaded(error)


def _cannot_be_loaded(error: ShelfcastError) -> NoReturn:
    with empty("error", "This version cannot be loaded.", markdown.plain(str(error))):
        if not isinstance(error, StorageUnavailable):
            st.page_link(UPLOAD, label="Retrain", icon=":material/play_arrow:")
    st.stop()


def _nothing_yet(title: str) -> None:
    """Why there is no forecast, and what to do."""
    ws = workspaces.workspace()
    job = jobs.job(ws)
    try:
        has_sales = sales.has_sales(ws)
    except (SalesDamaged, StorageUnavailable) as error:
        head(title, UNREADABLE)
        empty("error", UNREADABLE, markdown.plain(str(error)))
        return
    if job and job.state == "running":
        head(title, "The first model is being trained")
        empty("hourglass_top", "Your first forecast is on its way.", "The model is being trained. You can leave this page; it fills in by itself.")
    elif has_sales:
        head(title, "No model yet")
        with empty("show_chart", "Nothing to forecast yet.", "Your sales are saved. Train once to get a forecast. You can leave the page meanwhile."):
            st.page_link(UPLOAD, label="Retrain", icon=":material/play_arrow:")
    else:
        head(title, "No sales yet")
        with empty("upload_file", "Upload your first sales file.", FIRST_FILE):
            upload_button()


def upload_button() -> None:
    """Leads to the upload page."""
    if st.button("Upload sales", type="primary", icon=":material/upload_file:", key="to_upload"):
        st.switch_page(UPLOAD)
