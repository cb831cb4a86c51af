"""The welcome of a new owner, as long as the forecast is the sample's: three steps to orders of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import streamlit as st

from pages.components.shared import layout, sales_state
from pages.components.shared.addresses import FORECAST, ORDERS, UPLOAD

HIDDEN: Final = "overview_welcome_hidden"
"""Where the session keeps that a person wants to see it no longer."""
DONE: Final = ":green[:material/check_circle:]"


@dataclass(frozen=True)
class Step:
    """One of the three.

    Args:
        icon: Markdown: its number, or that it is done.
        title: What to do.
        text: Why, and what to expect.
        address: Where it is done.
        link: What the way there is called.
    """

    icon: str
    title: str
    text: str
    address: str
    link: str


def show() -> None:
    """The three steps; nothing once a forecast is of a person's own sales, or where the person has hidden them."""
    if st.session_state.get(HIDDEN) or not sales_state.forecast_is_sample():
        return
    with layout.card("Welcome to Shelfcast", "You are looking at an invented bakery. Three steps make it your shop."):
        with st.grid(3, min_column_width=250):
            for step in steps(saved=sales_state.has_own_sales()):
                with st.container(gap="small"):
                    st.markdown(f"{step.icon} **{step.title}**")
                    st.caption(step.text)
                    st.page_link(step.address, label=step.link, icon=":material/chevron_right:", icon_position="right")
        st.button("Hide this", type="tertiary", on_click=_hide, key="overview_hide_welcome")


def steps(*, saved: bool) -> list[Step]:
    """The three steps.

    Args:
        saved: Whether sales of the person's own are saved, and wait for a training.
    """
    upload = Step(
        ":blue[:material/counter_2:]",
        "Upload your sales",
        "A CSV with a date and the units sold is enough. You see every change before anything is saved; the bakery then steps aside.",
        UPLOAD,
        "Upload a file",
    )
    retrain = Step(DONE, "Your sales are saved", "Train once, and every page shows your shop instead of the bakery.", UPLOAD, "Retrain")
    return [
        Step(
            ":blue[:material/counter_1:]",
            "Look around",
            "Forecast, orders and accuracy work as they will with your sales. You cannot break anything.",
            FORECAST,
            "See the forecast",
        ),
        retrain if saved else upload,
        Step(
            ":blue[:material/counter_3:]",
            "Place your order",
            "Say what is on the shelf, and get what to order, how much, by when, and why.",
            ORDERS,
            "See the orders",
        ),
    ]


def _hide() -> None:
    st.session_state[HIDDEN] = True
