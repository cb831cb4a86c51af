"""Parts of a page that run again without the rest of it: dialogs and fragments, which write as the shop chose each time."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal, ParamSpec, TypeVar

import streamlit as st

from pages.components.shared import writing

P = ParamSpec("P")
T = TypeVar("T")


def dialog(
    title: str, *, width: Literal["small", "medium", "large"] = "small", on_dismiss: Callable[[], Any] | Literal["ignore"] = "ignore"
) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """A decorator that shows what a function draws in a dialog, as `st.dialog` does."""
    shown = st.dialog(title, width=width, on_dismiss=on_dismiss)
    return lambda content: shown(in_notation(content))


def fragment(run_every: str | float | None = None) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """A decorator of a function that draws a part of the page, which runs again without it, as `st.fragment` does."""
    return lambda content: st.fragment(in_notation(content), run_every=run_every)


def in_notation(content: Callable[P, T]) -> Callable[P, T]:
    """The function, which writes in the notation of the shop whoever calls it: a part that runs alone does not run the entry script."""

    @wraps(content)
    def written(*args: P.args, **options: P.kwargs) -> T:
        writing.use_notation()
        return content(*args, **options)

    return written
