"""A table on the screen, and its copy for the printer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from forecasting.core import unseen
from pages.components.shared import cells, paper, product_links

FEW: Final = 12
"""Rows up to which a table is as high as they are."""
HEIGHT: Final = 430
"""Of a longer one, in pixels."""


def grid(frame: pd.DataFrame, columns: Mapping[str, Any], *, copy: str, height: int = HEIGHT, links: str = "", **more: Any) -> None:
    """A table of these columns of a frame.

    Args:
        frame: What it shows; signs that nobody sees are written out.
        columns: The `column_config` of the columns that are shown, in their order.
        copy: The name of its copy for the printer, once a page.
        height: Where it has more than a few rows, in pixels.
        links: The column whose names lead to products; empty for none.
        more: What `st.dataframe` takes.
    """
    chosen = frame[list(columns)]
    shown = product_links.legible(chosen, links) if links else unseen.legible(chosen)
    tall = "content" if len(shown) <= FEW else height
    cells.show(shown, column_config=columns, hide_index=True, height=tall, placeholder="-", **more)
    paper.copy(copy, shown, columns)
