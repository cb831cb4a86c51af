"""Days as requests send them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator


def _text(value: object) -> object:
    if isinstance(value, str) and not value.lstrip("+-").replace(".", "").isdigit():
        return value
    raise ValueError('Input should be a day as text, e.g. "2026-03-01"')


Day = Annotated[date, BeforeValidator(_text)]
"""A day that is sent as text: a number, sent as such or as text, is not taken for seconds since 1970."""
