"""Tables as a browser gets them, written once for all windows that show the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from streamlit import dataframe_util

from forecasting.core import caches

if TYPE_CHECKING:
    import pandas as pd

MOST_CELLS: Final = 100_000
"""Cells of a table whose bytes are kept, at most."""


def keep() -> None:
    """From here on Streamlit writes a table once for as long as it lives."""
    dataframe_util.convert_pandas_df_to_arrow_bytes = written_once(dataframe_util.convert_pandas_df_to_arrow_bytes)


def written_once(write: Callable[..., bytes]) -> Callable[..., bytes]:
    """The same, but what it writes of a table, which nobody changes, is kept beside it.

    Args:
        write: Writes a table as Arrow does.
    """

    def write_again(df: pd.DataFrame, **more: Any) -> bytes:
        return write(df, **more) if more or df.size > MOST_CELLS else caches.once(df, write, df)

    return write_again
