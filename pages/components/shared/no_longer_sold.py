"""What is no longer sold: every list leaves it out, and one line says how much that is and shows it to whoever asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import streamlit as st

from forecasting.core import caches, schema
from forecasting.core.arrays import BoolArray
from pages.components.shared import wording

if TYPE_CHECKING:
    from forecasting.training.ensemble import Ensemble

SHOWN: Final = "gone"
"""Of the session and the URL: whether lists have what is no longer sold. It travels between pages."""


def is_shown() -> bool:
    """Whether somebody asked for it."""
    return bool(st.session_state[SHOWN]) if SHOWN in st.session_state else st.query_params.get(SHOWN) == "true"


def ask(series: pd.DataFrame, gone: BoolArray, note: str = "") -> BoolArray:
    """Which series to list, shape (n,): those still sold, and the others where somebody asks for them or there is nothing else to list.

    Args:
        series: Their columns, one row each.
        gone: Which are no longer sold, shape (n,).
        note: What else there is to say of those: ", 3 with stock left".
    """
    if not gone.any() or gone.all():
        return np.ones(len(gone), dtype=bool)
    text = f"Show {wording.shelves(series, int(gone.sum()))} no longer sold{note}"
    listed: BoolArray = ~gone | st.toggle(text, key=SHOWN, bind="query-params")
    return listed


def listed(table: pd.DataFrame, ensemble: Ensemble, rows: np.ndarray) -> pd.DataFrame:
    """The rows of a table that are shown.

    Args:
        table: A row a series at most, by `unique_id`.
        ensemble: Whose series.
        rows: Positions of those that the page is of; where none of them is sold any more, all are shown.
    """
    gone = ensemble.silent[rows]
    if is_shown() or gone.all():
        return table
    return caches.once(table, _without, table, ensemble, rows[gone].tobytes())


def _without(table: pd.DataFrame, ensemble: Ensemble, gone: bytes) -> pd.DataFrame:
    """The rows of a table but those of the series at these positions."""
    return table[~table[schema.UNIQUE_ID].isin(ensemble.panel.series[schema.UNIQUE_ID].iloc[np.frombuffer(gone, dtype=np.int64)])]
