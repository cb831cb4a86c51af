"""What a page says where the workspace, or the system, refuses something that no part of the page expects."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from forecasting.core import system_errors
from forecasting.core.errors import ShelfcastError
from pages.components.shared import markdown


@contextmanager
def failures_shown() -> Iterator[None]:
    """Shows the same sentence as HTTP and the command line; what has no sentence goes on as a fault of Shelfcast."""
    try:
        yield
    except Exception as error:
        refusal = error if isinstance(error, ShelfcastError) else system_errors.named(error)
        if refusal is None:
            raise
        logging.getLogger("shelfcast").warning("A page was refused something.", exc_info=error)
        st.error(markdown.plain(str(refusal)), icon=":material/error:")
