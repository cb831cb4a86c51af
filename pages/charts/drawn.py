"""Figures that are drawn once for all windows that show the same, and kept as the text that a browser gets."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import plotly.graph_objects as go
from plotly.basedatatypes import BaseFigure

from forecasting.core import caches


class Drawn(BaseFigure):  # type: ignore[misc]
    """A figure whose JSON is known: Streamlit sends it in a hundredth of the time that drawing takes.

    Args:
        text: The figure as JSON.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    def to_dict(self) -> dict[str, Any]:
        """The figure's parts, each time anew: nobody can change what others get."""
        parts: dict[str, Any] = json.loads(self._text)
        return parts


def once(owner: object, draw: Callable[..., go.Figure], *arguments: Any) -> Drawn:
    """What a function draws, once in each notation, for as long as the object lives that it is about.

    Its colours are tokens that a browser replaces by those of its theme, so that one figure serves every theme.

    Args:
        owner: What is drawn: a view, a backtest.
        draw: A function of `pages.charts`.
        arguments: What it is given, as `caches.once` takes it.
    """
    return Drawn(caches.once(owner, _text, draw, *arguments))


def _text(draw: Callable[..., go.Figure], *arguments: Any) -> str:
    return str(draw(*arguments).to_json())
