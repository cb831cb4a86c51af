"""The measures of error that the Accuracy page can show."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from forecasting.analysis.accuracy import Accuracy
from forecasting.core import formatting
from pages.components.accuracy.backtest import unit
from pages.components.shared import wording


class Measure(NamedTuple):
    """What errors are measured by.

    Args:
        column: Its name in the tables.
        title: What it is.
        text: How to read it.
        factor: What its values are multiplied by.
        format: Of a number in a table.
    """

    column: str
    title: str
    text: str
    factor: float = 100.0
    format: str = f"%.1f{formatting.NBSP}%%"


MEASURES = {
    "Error": Measure("wape", f"{wording.BY_PRODUCT} (WAPE)", "All misses divided by all sales, of each product and day"),
    "MASE": Measure("mase", "MASE", "Misses divided by the usual change from season to season before the cutoff. Below 1 is better.", 1.0, "%.2f"),
    "Bias": Measure("bias", "Bias", "Below zero: forecasts too low, shelves run empty", format=f"%+.1f{formatting.NBSP}%%"),
    "In band": Measure("coverage_80", "In the 80 % band", "Share of days inside the band from each model's own errors. 80 % is promised."),
    "Width": Measure("width_80", "Width of the 80 % band", "As a share of sales. Each model's band comes from its own errors."),
}
"""What the URL says -> a measure. A widget's URL holds what it shows, so it is short."""


def measure(accuracy: Accuracy) -> Measure:
    """What errors are measured by, chosen at the head of its card."""
    with st.container(horizontal=True, vertical_alignment="center"):
        title = st.container(gap=None, width="stretch")
        chosen = st.segmented_control(
            "Measure", list(MEASURES), default="Error", required=True, label_visibility="collapsed", key="measure", bind="query-params"
        )
    shown = MEASURES.get(chosen, MEASURES["Error"])
    with title:
        st.markdown(f"##### {shown.title} by {unit(accuracy)}s ahead", anchors=False)
        st.caption(shown.text)
    return shown
