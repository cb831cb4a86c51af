"""Problems of single rows of an upload, as a table with a row per problem."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from forecasting.core.errors import ProblemsFound
from forecasting.core.unseen import escaped

COLUMNS: Final = ("line", "column", "value", "problem", "what_to_do")
MAX_VALUE_CHARACTERS: Final = 80
"""Characters of a value that a problem shows, at most."""


def problem_rows(
    lines: Sequence[int] | np.ndarray, column: str, values: Sequence[str], problem: str, what_to_do: str | Sequence[str]
) -> pd.DataFrame:
    """A table of the lines that have one problem.

    Args:
        lines: Lines of the file, from 1; rows of the sheet in a workbook.
        column: As the file names it; empty if the whole line is meant.
        values: The cells as the file has them, one per line.
        problem: What is wrong, in a few words.
        what_to_do: What becomes of the row and how to mend it, for all lines or for each.
    """
    return pd.DataFrame(
        {
            "line": np.asarray(lines, dtype=np.int64),
            "column": pd.Series([column] * len(values), dtype="str"),
            "value": pd.Series([value[:MAX_VALUE_CHARACTERS] for value in values], dtype="str"),
            "problem": pd.Series([problem] * len(values), dtype="str"),
            "what_to_do": pd.Series([what_to_do] * len(values) if isinstance(what_to_do, str) else list(what_to_do), dtype="str"),
        }
    )


def together(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The problems of all tables, in the order of the file."""
    return pd.concat([problem_rows([], "", [], "", ""), *frames], ignore_index=True).sort_values("line", kind="stable", ignore_index=True)


def require_choice(problems: pd.DataFrame, rows: int, *, usable: bool, drop: bool, aim: str) -> None:
    """Raises ProblemsFound unless the good rows may be used.

    Args:
        problems: All problems of the file.
        rows: Rows of the file, good and bad.
        usable: Whether any row is good.
        drop: Whether the person chose to leave rows with problems out.
        aim: What becomes of good rows: "merge".

    Raises:
        ProblemsFound: There are problems and no such choice, or not one row is good.
    """
    if not usable:
        none = "The row cannot be read" if rows == 1 else f"None of the {rows:,} rows can be read"
        raise ProblemsFound(f"{none}, so there is nothing to {aim}. {_first(problems)}".rstrip(), problems=problems)
    if len(problems) and not drop:
        count = f"{problems['line'].nunique():,} of {rows:,} rows cannot be used."
        remedy = "Correct them and upload again, or choose to leave them out (--drop-problems on the command line)."
        raise ProblemsFound(f"{count} {_first(problems)} {remedy}", problems=problems)


def _first(problems: pd.DataFrame, most: int = 3) -> str:
    """The first problems in one line."""
    rows = problems.head(most).to_dict("records")
    shown = [f'line {row["line"]}{", " + row["column"] if row["column"] else ""}: {row["problem"]} ("{escaped(row["value"])}")' for row in rows]
    more = len(problems) - len(shown)
    return f"{'; '.join(shown)}{f'; and {more:,} more' if more > 0 else ''}." if shown else ""
