"""Numbers of a JSON request: neither texts nor truth values, and a whole one may be written with a point."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field


def number(value: object) -> object:
    """A number of a JSON request; raises ValueError for texts and truth values, as the documentation says."""
    if isinstance(value, (str, bool)):
        raise ValueError("Input should be a number")
    return value


Whole = Annotated[int, BeforeValidator(number)]
Number = Annotated[float, BeforeValidator(number), Field(allow_inf_nan=False)]
