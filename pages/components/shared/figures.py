"""Numbers in cards: each with a chip below, which says how sure, how much more, or by when."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.components.shared import writing


class Chip(NamedTuple):
    """What stands below a number.

    Args:
        text: What it says.
        color: Of the text.
        arrow: Before it.
        description: Behind it, in grey.
    """

    text: str
    color: Literal["gray", "green", "orange", "red"] = "gray"
    arrow: Literal["off", "up", "down"] = "off"
    description: str | None = None


def figure(label: str, value: str, chip: Chip, text: str, *, where: DeltaGenerator | None = None) -> None:
    """A number in a card.

    Args:
        label: What it is.
        value: The number.
        chip: What stands below.
        text: How to read it.
        where: The place for it; None for here.
    """
    (st if where is None else where).metric(
        label,
        value,
        chip.text,
        delta_color=chip.color,
        delta_arrow=chip.arrow,
        delta_description=chip.description,
        help=text,
        border=True,
        height="stretch",
    )


def with_money(value: str, money: float) -> str:
    """A number with its money beside it in small type; alone where the money is not known."""
    return value if math.isnan(money) else f"{value} :small[:gray[{writing.headline(money)} in sales]]"
