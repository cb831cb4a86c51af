"""The table in which a delivery is counted: what came of each line, and what is on its shelf then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from forecasting.core import formatting, unseen
from forecasting.inventory.book.order import Line, Order
from forecasting.services import order_delivery
from pages.components.orders import wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamlit.elements.lib.column_types import ColumnConfig

    from forecasting.storage.workspace import Workspace

FEW: Final = 8
"""Lines up to which the table is as high as they are."""
SHELF_HELP: Final = "What is there now by the last count, and what came. Empty where the shelf was not counted."


def counts(ws: Workspace, order: Order, key: str) -> dict[str, float]:
    """Series -> units that came of an order, as they were typed; `key` makes one delivery's table."""
    lines, name = [line for line in order.lines if line.outstanding], f"orders_counts_{key}"
    came = _typed(lines, name)
    edited = st.data_editor(
        unseen.legible(_frame(lines, came, order_delivery.on_shelves(ws, order))),
        column_config=_columns(is_rest=order.state == "partly_received"),
        disabled=["product", "ordered", "missing", "shelf"],
        hide_index=True,
        height="content" if len(lines) <= FEW else 320,
        key=name,
        width="stretch",
    )
    return {line.unique_id: float(units) for line, units in zip(lines, edited["came"].fillna(0.0), strict=True)}


def _typed(lines: list[Line], name: str) -> list[float]:
    """Units that came of each line as typed so far: the editor's answer comes too late for the columns that follow from it."""
    edited: Mapping[int, Mapping[str, float | None]] = st.session_state.get(name, {}).get("edited_rows", {})
    typed = [edited.get(row, {}).get("came", line.outstanding) for row, line in enumerate(lines)]
    return [0.0 if units is None else float(units) for units in typed]


def _frame(lines: list[Line], came: list[float], shelves: Mapping[str, float]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "product": [wording.line_name(line) for line in lines],
            "came": [line.outstanding for line in lines],
            "ordered": [line.outstanding for line in lines],
            "missing": [max(line.outstanding - units, 0.0) for line, units in zip(lines, came, strict=True)],
            "shelf": [_then(shelves.get(line.unique_id), units) for line, units in zip(lines, came, strict=True)],
        }
    )


def _then(there: float | None, came: float) -> str:
    """ "18 + 32 = 50"."""
    return "" if there is None else f"{formatting.units(there)} + {formatting.units(came)} = {formatting.units(there + came)}"


def _columns(*, is_rest: bool) -> dict[str, ColumnConfig]:
    """The first ones answer on a phone."""
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    return {
        "product": text("Product", width=170),
        "came": number("Came", min_value=0.0, format="localized", width=80, required=True),
        "ordered": number("Still to come" if is_rest else "Ordered", format="localized", width=80),
        "missing": number("Missing", format="localized", width=68),
        "shelf": text("On the shelf then", width=130, help=SHELF_HELP),
    }
