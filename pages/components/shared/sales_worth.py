"""What the expected sales of a page bring, in one line."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from forecasting.core import numerals
from forecasting.inventory.orders.sales_value import SalesValue
from forecasting.services import order_value
from pages.components.shared import wording, writing

if TYPE_CHECKING:
    from forecasting.storage.workspace import Workspace
    from forecasting.training.ensemble import Ensemble


def line(ws: Workspace, version: int, ensemble: Ensemble, rows: np.ndarray, steps: int) -> None:
    """Revenue and margin of the next steps at the prices assumed then; nothing where no price is known.

    Args:
        ws: Where the stock file's prices and costs are.
        version: The version that serves.
        ensemble: What is shown, which may be a what-if of it.
        rows: Positions of the series shown.
        steps: Steps ahead.
    """
    worth = order_value.sales(ws, version, ensemble, rows, steps)
    if worth.priced:
        st.caption(sentence(worth, ensemble.panel.period.count(steps), wording.shelves(ensemble.panel.series.iloc[rows], worth.series)))


def sentence(worth: SalesValue, ahead: str, series: str) -> str:
    """What `ahead`, "28 days", brings, and of how many of `series`, "9 products", this is known.

    Example:
        >>> sentence(SalesValue(1300.0, 720.0, 9, 9, 9), "28 days", "9 products")
        'The next 28 days bring about 1,300, of which 720 are margin, at planned or last known prices.'
    """
    margin = "" if math.isnan(worth.margin) else f", of which {writing.headline(worth.margin)} are margin"
    told = f"The next {ahead} bring about {writing.headline(worth.revenue)}{margin}, at planned or last known prices."
    if worth.priced == worth.series and worth.costed in (0, worth.series):
        return told
    costs = f" and unit costs of {numerals.write(worth.costed)}" if worth.costed else ""
    return f"{told} Prices of {numerals.write(worth.priced)}{costs} of {series} are known; the sums count these alone."
