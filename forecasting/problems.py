"""What is wrong with single rows of an upload: one row a problem, all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

COLUMNS: Final = ("line", "column", "value", "problem", "what_to_do")
SHOWN: Final = 80
"""Characters of a value that are kept."""


def frame(lines: Sequence[int] | np.ndarray, column: str, values: Sequence[str], problem: str, what_to_do: str) -> pd.DataFrame:
    """Rows of one problem.

    Args:
        lines: Of the file, from 1; rows of the sheet for a workbook.
        column: As the file names it; empty if the whole line is meant.
        values: The cells as the file has them, one a line.
        problem: What is wrong, in a few words.
        what_to_do: What becomes of the row and how to mend it.
    """
    return pd.DataFrame(
        {
            "line": np.asarray(lines, dtype=np.int64),
            "column": pd.Series([column] * len(values), dtype="str"),
            "value": pd.Series([value[:SHOWN] for value in values], dtype="str"),
            "problem": pd.Series([problem] * len(values), dtype="str"),
            "what_to_do": pd.Series([what_to_do] * len(values), dtype="str"),
        }
    )


def together(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """All problems in the order of the file."""
    return pd.concat([frame([], "", [], "", ""), *frames], ignore_index=True).sort_values("line", kind="stable", ignore_index=True)
