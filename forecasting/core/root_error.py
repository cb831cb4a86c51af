"""The root of all errors whose text may be shown to a person; `errors` draws their tree."""

from __future__ import annotations


class ShelfcastError(Exception):
    """The text says what is wrong, with the value, and what to do."""
