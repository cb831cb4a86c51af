"""Something that a person should look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

RED, ORANGE, BLUE, GRAY = ":red[:material/error:]", ":orange[:material/warning:]", ":blue[:material/schedule:]", ":gray[:material/info:]"
"""Runs out or is broken; a question for a person; due today; good to know."""


@dataclass(frozen=True)
class Need:
    """Something that a person should look at.

    Args:
        icon: Markdown, in the colour of its weight.
        fact: What it is.
        detail: One line more.
        link: The word that leads on.
        follow: Called on a click; None leads to the upload page.
    """

    icon: str
    fact: str
    detail: str
    link: str
    follow: Callable[[], None] | None = None
