"""What would have become of the shelves in the past, by class of value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import streamlit as st

from forecasting.core import caches, formatting
from forecasting.inventory.orders import wording as order_words
from forecasting.inventory.orders.recommend import Orders
from forecasting.inventory.simulation.policy_check import PolicyCheck
from pages.components.inventory import summary
from pages.components.shared import markdown, tables, wording

if TYPE_CHECKING:
    from streamlit.elements.lib.column_types import ColumnConfig

TEXTBOOK_HELP: Final = "The usual formula, from the mean and spread of the last 8 weeks."
SPOILED_HELP: Final = "Units that the forecast's range let expect, by the same rules; empty where the forecast is too short to say."


def caption(orders: Orders) -> str:
    """What was replayed."""
    cutoffs = len(orders.ensemble.past.cutoffs)
    if not cutoffs:
        return "No past forecast to check against yet"
    return f"These rules replayed from {formatting.count(cutoffs, 'past date')}, with what was known then"


def by_class(orders: Orders) -> None:
    """Promised and kept, beside the textbook's level under the same rule, by class of value and of all."""
    if not orders.past_check.series["cycles"].sum():
        st.caption("Too little history to check these orders against sales.")
        return
    spoils = bool(np.isfinite(orders.stock.life).any())
    columns = {name: column for name, column in _columns().items() if spoils or not name.startswith("spoiled")}
    tables.grid(caches.once(orders, _shown, orders), columns, copy="past_check", alt="Promised and kept by class")
    if broken := caches.once(orders, _broken, orders):
        st.caption(f"Stockouts more often than promised, beyond chance: {markdown.plain(formatting.listing(broken))}.")


def _broken(orders: Orders) -> list[str]:
    """The series whose promise was not kept."""
    return [summary.named(row) for row in orders.table[orders.table["promise"] == order_words.NOT_KEPT].to_dict("records")]


def _columns() -> dict[str, ColumnConfig]:
    share, whole = f"%.1f{formatting.NBSP}%%", "%,.0f"
    number = st.column_config.NumberColumn
    return {
        "name": st.column_config.TextColumn("Class", width=60, help=wording.CLASS_HELP),
        "promised": number("Promised", format=share, width=80),
        "service": number("Kept", format=share, width=75, help="Share of order cycles without a missed sale."),
        "fill_rate": number("Served", format=share, width=75, help="Share of demand met from stock."),
        "average_stock": number("Average stock", format=whole, width=105, help="Units left on the shelves after sales."),
        "service_textbook": number("Textbook kept", format=share, width=110, help=TEXTBOOK_HELP),
        "average_stock_textbook": number("Textbook stock", format=whole, width=115),
        "spoiled": number("Spoiled", format=whole, width=75, help="Units that outlived their shelf life."),
        "spoiled_expected": number("Expected to spoil", format=whole, width=120, help=SPOILED_HELP),
        "cycles": number("Cycles", format=whole, width=70),
        "series": number("Shelves", format=whole, width=65),
    }


def _by(check: PolicyCheck, labels: tuple[str, ...]) -> pd.DataFrame:
    """A row for each class, and one for all of them."""
    return pd.concat([check.by(np.array(labels)), check.total.to_frame("All").T])


def _shown(orders: Orders) -> pd.DataFrame:
    labels = orders.table["abc"].to_numpy()
    table = caches.once(orders.past_check, _by, orders.past_check, tuple(labels))
    level = orders.table["service_level"]
    promised = [*(level[labels == name].mean() for name in table.index[:-1]), level.mean()]
    shares = {name: 100 * table[name].astype(float) for name in ("service", "fill_rate", "service_textbook")}
    return table.assign(name=table.index, promised=100 * np.array(promised), **shares)
