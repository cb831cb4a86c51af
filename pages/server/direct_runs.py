"""Streamlit's warning to those who run a page with Python alone, which no server needs."""

from __future__ import annotations

from streamlit import delta_generator


def keep() -> None:
    """From here on Streamlit does not look whether it should warn: it would read the source of all that runs, a second beside the first page."""
    delta_generator._use_warning_has_been_displayed = True
