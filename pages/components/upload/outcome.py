"""What became of the sales of this session: saved but not in the forecast yet, or live and what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from forecasting.analysis import forecast_view
from forecasting.core import formatting
from forecasting.core.errors import ShelfcastError
from forecasting.services import versions
from pages.components.shared import live_version, sales_state
from pages.components.shared.addresses import FORECAST, ORDERS

if TYPE_CHECKING:
    from forecasting.services.saved_sales import Unused
    from forecasting.storage.workspace import Workspace

MERGED: Final = "saved"
"""Where the session keeps what its last merge saved."""
AWAITED: Final = "awaited"
"""Where it keeps that it started a training."""


def show(ws: Workspace, version: int | None) -> Unused | None:
    """One line about the saved sales and the version that serves; returns what that version does not know."""
    if version is None:
        _first_saved()
        return None
    try:
        manifest = versions.manifest(ws, version)
    except ShelfcastError:
        return None
    missing = sales_state.unused(manifest)
    if missing is not None:
        _line(f":orange[:material/sync_problem:] **{sales_state.unused_fact(missing, manifest)}.**{_counts()} Retrain to forecast from them.")
    elif MERGED in st.session_state or AWAITED in st.session_state:
        _live(version)
    return missing


def _first_saved() -> None:
    if MERGED in st.session_state:
        _line(f":green[:material/check_circle:] **Saved.**{_counts()} Train the first model to forecast from them.")


def _live(version: int) -> None:
    """What the version that serves says, and where to see it."""
    try:
        ensemble = live_version.ensemble_of(version)
    except ShelfcastError:
        return
    steps = live_version.ahead(ensemble)
    units = formatting.headline(forecast_view.view(ensemble, {}, steps).total.expected)
    sold = forecast_view.sold(ensemble)
    with _line(f":green[:material/check_circle:] **v{version} is live:** {sold}, next {ensemble.panel.period.count(steps)} {units}."):
        st.page_link(FORECAST, label="See forecast", icon=":material/show_chart:")
        st.page_link(ORDERS, label="See orders", icon=":material/inventory_2:")


def _line(text: str) -> DeltaGenerator:
    box = st.container(border=True, horizontal=True, vertical_alignment="center", key="saved_note")
    box.markdown(text, width="stretch")
    return box


def _counts() -> str:
    """What the last merge of this session saved: " 1,240 new rows and 12 changed rows."."""
    merged = st.session_state.get(MERGED)
    if merged is None:
        return ""
    counts = {"new row": merged.new, "changed row": merged.changed}
    text = formatting.listing([formatting.count(count, noun) for noun, count in counts.items() if count])
    mended = f" {formatting.count(merged.mended, 'thing')} mended." if merged.mended else ""
    return f" {text}.{mended}" if text else ""
