"""Products that are planned: what they are expected to sell, like whom, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import streamlit as st

from forecasting.core import formatting, schema, unseen
from forecasting.core.errors import ShelfcastError
from forecasting.services import planned_products, workspaces
from forecasting.services.planned_products import Launched, Outlook, PlannedLaunch
from pages.components.shared import cells, layout, markdown, parts

if TYPE_CHECKING:
    from forecasting.training.ensemble import Ensemble

WHAT: Final = "A product that is not sold yet is forecast from its first day on, as earlier launches sold. It takes effect with the next retrain."
NEAREST: Final = "The nearest launches"


def card(ensemble: Ensemble) -> None:
    """What is planned, and the way to plan another; nothing where sales have no products."""
    if schema.PRODUCT not in ensemble.panel.series:
        return
    with layout.card("Products to come", WHAT):
        try:
            planned, known = planned_products.planned(workspaces.workspace()), planned_products.launches(workspaces.workspace())
        except ShelfcastError as error:
            st.error(markdown.plain(str(error)))
            return
        for outlook in planned:
            _planned(outlook)
        if not known:
            st.caption(planned_products.NO_LAUNCHES)
        elif st.button("Plan a product", icon=":material/add:", key="products_plan"):
            _ask(_categories(ensemble), known)


def _planned(outlook: Outlook) -> None:
    launch = outlook.launch
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{markdown.plain(launch.product)}** from {formatting.date(pd.Timestamp(launch.day))}: {_expected(outlook)}", width="content")
        if st.button("Cancel", key=f"products_cancel_{launch.product}", type="tertiary"):
            try:
                planned_products.cancel(workspaces.workspace(), launch.product)
            except ShelfcastError as error:
                st.error(markdown.plain(str(error)))
            else:
                st.rerun()


def _expected(outlook: Outlook) -> str:
    """ "54 in the first 28 days (80 % range 7 to 270), like Royal and Fraisier"."""
    if outlook.units is None:
        return "no earlier launch to follow"
    span = ""
    if outlook.lower_80 is not None and outlook.upper_80 is not None:
        span = f" (80 % range {formatting.span(outlook.lower_80, outlook.upper_80)})"
    names = formatting.listing([markdown.plain(twin.product) for twin in outlook.twins], 3)
    return f"{formatting.units(outlook.units)} in the first 28 days{span}, like {names}"


@parts.dialog("A product to come", width="medium")
def _ask(categories: list[str], known: tuple[Launched, ...]) -> None:
    name = st.text_input("Product", placeholder="As the sales will have it", key="products_launch", max_chars=255)
    left, middle, right = st.columns(3)
    day = left.date_input("First day", key="products_day")
    price = middle.number_input("Price", min_value=0.0, value=None, placeholder="Unknown", key="products_price")
    category = right.selectbox("Category", ["", *categories], key="products_category", disabled=not categories)
    like = st.selectbox("Expected like", ["", *(twin.product for twin in known)], format_func=lambda value: value or NEAREST, key="products_like")
    launch = PlannedLaunch(name.strip(), day, category or "", price or None, like or "")
    try:
        outlook = planned_products.outlook(workspaces.workspace(), launch)
        st.markdown(f"Expected: **{_expected(outlook)}**")
        _table(outlook.twins)
        if st.button("Plan it", type="primary", key="products_plan_save"):
            planned_products.plan(workspaces.workspace(), launch)
            st.rerun()
    except ShelfcastError as error:
        st.error(markdown.plain(str(error)))


def _table(twins: tuple[Launched, ...]) -> None:
    columns: dict[str, Any] = {
        "product": st.column_config.TextColumn("Earlier launch"),
        "first": st.column_config.DateColumn("First sold", format="D MMM YYYY", width=100),
        "units": st.column_config.NumberColumn("First 28 days", format="%,.0f", width=100),
        "price": st.column_config.NumberColumn("Price", format="%,.2f", width=70),
        "category": st.column_config.TextColumn("Category", width=100),
    }
    table = pd.DataFrame(twins, columns=list(Launched._fields))
    known = [name for name in columns if table[name].notna().any() and (table[name] != "").any()]
    cells.show(
        unseen.legible(table[known]), column_config=columns, hide_index=True, height="content", alt="The launches that it is expected to follow"
    )


def _categories(ensemble: Ensemble) -> list[str]:
    series = ensemble.panel.series
    return sorted({str(name) for name in series[schema.CATEGORY].unique() if name}) if schema.CATEGORY in series else []
