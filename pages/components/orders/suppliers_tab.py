"""The tab Suppliers: who delivers, on which terms, and what comes from whom."""

from __future__ import annotations

from dataclasses import astuple
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st

from forecasting.core import formatting
from forecasting.core.errors import ShelfcastError
from forecasting.inventory.book import deliveries
from forecasting.inventory.suppliers.sourcing import Sourcing
from forecasting.inventory.suppliers.supplier import EVERY_DAY, Supplier
from forecasting.services import order_book, product_sources, supplier_file, suppliers
from pages.components.orders import supplier_dialog, supplier_facts, supplier_upload, wording
from pages.components.shared import layout, markdown, person, tables

if TYPE_CHECKING:
    from streamlit.elements.lib.column_types import ButtonColumnResult, ColumnConfig

    from forecasting.storage.workspace import Workspace
    from forecasting.training.ensemble import Ensemble

EDIT: Final = "orders_supplier_edit"
WHAT: Final = "Order days, minimums and prices by supplier; orders are proposed for them in the tab To order"
WHO: Final = "Those that nobody delivers first, then most sold first. The multiple is what a pack holds."
NO_TERMS: Final = "terms not given yet"
ALT: Final = "Suppliers with their order days, delivery days, minimum, freight and what they deliver"


def show(ws: Workspace, ensemble: Ensemble) -> None:
    """All of it."""
    supplier_dialog.said()
    try:
        saved, sourcing = suppliers.state(ws)
    except ShelfcastError as error:
        st.error(markdown.plain(str(error)), icon=":material/error:")
        sourcing = None
    if sourcing is not None:
        with layout.card("Suppliers", WHAT):
            _table(ws, sourcing, saved.number)
    with layout.card("From a file", "CSV or Excel: a row a supplier, or a product at a supplier"):
        supplier_upload.show(ws, sourcing)
    if sourcing is not None and sourcing.suppliers:
        _who_delivers(ws, ensemble, sourcing, saved.number)


def _table(ws: Workspace, sourcing: Sourcing, number: int) -> None:
    if not sourcing.suppliers:
        st.caption("No suppliers yet. Add the first one, or upload a file; until then the tab To order lists every shelf.")
    else:
        shown = sourcing.suppliers[: tables.MOST]
        table = pd.DataFrame([_row(ws, each, sourcing) for each in shown])
        tables.grid(table, _columns(table, list(shown), number), copy="suppliers", key="orders_suppliers", alt=ALT)
        tables.left_out(len(sourcing.suppliers), "The download has all.")
    with st.container(horizontal=True):
        st.button("Add a supplier", icon=":material/add:", key="orders_add_supplier", on_click=supplier_dialog.open_for, args=(None, number))
        if sourcing.suppliers:
            st.download_button(
                "Download",
                lambda: supplier_file.to_csv(sourcing),
                "suppliers.csv",
                "text/csv",
                icon=":material/download:",
                on_click="ignore",
                key="orders_suppliers_csv",
            )
    supplier_dialog.show(ws, sourcing)


def _row(ws: Workspace, supplier: Supplier, sourcing: Sourcing) -> dict[str, Any]:
    learned = deliveries.lead_time(order_book.book(ws).of_supplier(supplier.name))
    usual = "not known yet" if learned is None else f"{formatting.count(learned, 'day')}, learned"
    return {
        "supplier": supplier.name,
        "orders": _orders_on(supplier),
        "until": "" if supplier.cut_off is None else f"{supplier.cut_off:%H:%M}",
        "delivers": "every day" if supplier.delivery_days == EVERY_DAY else wording.weekdays(supplier.delivery_days),
        "takes": usual if supplier.lead_time is None else formatting.count(supplier.lead_time, "day"),
        "minimum": formatting.listing(supplier_facts.amounts_of(supplier, astuple(supplier.minimum))),
        "delivery": _delivery(supplier),
        "products": sum(each.supplier.casefold() == supplier.key for each in sourcing.sources),
        "contact": supplier.contact,
    }


def _orders_on(supplier: Supplier) -> str:
    """Its order days; of one that a file named and nobody described, that."""
    if supplier == Supplier(name=supplier.name):
        return NO_TERMS
    return "every day" if supplier.order_days == EVERY_DAY else wording.weekdays(supplier.order_days)


def _delivery(supplier: Supplier) -> str:
    """ "18.00, free from 400.00"."""
    if not supplier.freight.cost:
        return ""
    free = "" if supplier.freight.free_from is None else f", free from {wording.theirs(supplier, supplier.freight.free_from)}"
    return f"{wording.theirs(supplier, supplier.freight.cost)}{free}"


def _columns(table: pd.DataFrame, shown: list[Supplier], number: int) -> dict[str, ColumnConfig | ButtonColumnResult]:
    """The first ones answer on a phone."""
    text = st.column_config.TextColumn

    def edit() -> None:
        supplier_dialog.open_for(shown[st.session_state[EDIT]["row"]].name, number)

    columns: dict[str, ColumnConfig | ButtonColumnResult] = {
        "supplier": st.column_config.ButtonColumn("Supplier", type="tertiary", alignment="left", width=160, on_click=edit, key=EDIT),
        "orders": text("Orders on", width=130),
        "until": text("Until", width=60),
        "delivers": text("Delivers on", width=150),
        "takes": text("Takes", width=120),
        "minimum": text("Minimum", width=110),
        "delivery": text("Delivery", width=220),
        "products": st.column_config.NumberColumn("Products", width=72),
        "contact": text("Contact", width=170),
    }
    return {name: column for name, column in columns.items() if name in ("supplier", "orders") or table[name].astype(bool).any()}


def _who_delivers(ws: Workspace, ensemble: Ensemble, sourcing: Sourcing, number: int) -> None:
    """The first and second source of each product, to be filled in."""
    every = product_sources.table(sourcing, ensemble)
    before = every.head(tables.MOST_TYPED)
    if before.empty:
        return
    with layout.card("Who delivers what", WHO):
        names = [each.name for each in sourcing.suppliers]
        source, amount = st.column_config.SelectboxColumn, st.column_config.NumberColumn
        after = st.data_editor(
            before,
            column_config={
                "product": st.column_config.TextColumn("Product", width=190, disabled=True),
                "supplier": source("Supplier", options=names, width=170),
                "unit_cost": amount("Unit cost", min_value=0.0, format="%,.2f", width=84, help="In the supplier's money."),
                "multiple": amount("Multiple", min_value=0.0, format="localized", width=76),
                "second": source("Second source", options=names, width=170),
            },
            hide_index=True,
            height="content" if len(before) <= tables.FEW else tables.HEIGHT,
            placeholder="-",
            key=f"orders_sources_{number}",
        )
        tables.left_out(len(every), "A file says it of the others.", most=tables.MOST_TYPED)
        is_same = after.equals(before)
        if st.button("Save", type="primary", icon=":material/save:", key="orders_sources_save", disabled=is_same):
            supplier_dialog.save(ws, lambda: product_sources.with_table(sourcing, before, after), number, "Saved who delivers what.", person.login())
            st.rerun()
