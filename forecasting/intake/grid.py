"""The lines below a header before it is known which of them are rows of the table, and questions that many modules ask of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import compute

from forecasting.intake.cell_kinds import DAY, NUMBER, kinds
from forecasting.intake.table import as_text, is_empty

FEW_TEXTS: Final = 2_000
"""Distinct texts up to which Python's patterns, which it keeps, are quicker than those of Arrow, which it reads anew each time."""
SAMPLE_CELLS: Final = 500
"""Distinct cells that decide what a column holds, at most."""
MIN_SHARE_OF_DAYS: Final = 0.2
"""Share of days among the distinct cells of a column of dates, at least; names of groups and totals may stand between them."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Lines of a file, cut into cells.

    Args:
        rows: One column per name of the header, an unnamed one as "Column 3"; cells as `Table.rows` has them.
        lines: The line of each row in the file, from 1, shape (n,).
        short: Which rows have fewer cells than the header, the missing ones empty here, shape (n,).
        unnamed: Columns that the header does not name.
        problems: Lines with too many cells, a table of `problems.COLUMNS`.
        notes: What was done so far, a sentence each.
        left_out: Lines taken away so far that are no rows.
    """

    rows: pd.DataFrame
    lines: np.ndarray
    short: np.ndarray
    unnamed: frozenset[str]
    problems: pd.DataFrame
    notes: tuple[str, ...] = ()
    left_out: int = 0

    def without(self, rows: np.ndarray, note: str) -> Grid:
        """The grid without the rows under a mask, which are no rows of the table; without a note they are not counted, as they hold nothing."""
        if not rows.any():
            return self
        kept = ~rows
        fewer = replace(self, rows=self.rows[kept].reset_index(drop=True), lines=self.lines[kept], short=self.short[kept])
        return replace(fewer, notes=(*self.notes, note), left_out=self.left_out + int(rows.sum())) if note else fewer

    def with_note(self, note: str) -> Grid:
        """The grid with one more note."""
        return replace(self, notes=(*self.notes, note))


def matches(cells: pd.Series, pattern: str) -> np.ndarray:
    """Which cells match a pattern of RE2, shape (n,); numbers and days match none."""
    if not isinstance(cells.dtype, pd.CategoricalDtype):
        return np.zeros(len(cells), dtype=bool)
    categories = cells.cat.categories
    if len(categories) <= FEW_TEXTS:
        search = re.compile(pattern).search
        hits = np.array([search(text) is not None for text in categories] + [False])
    else:
        found = compute.match_substring_regex(pa.array(categories, pa.string()), pattern)
        hits = np.append(found.to_numpy(zero_copy_only=False), False)
    return hits[cells.cat.codes.to_numpy()] if hits.any() else np.zeros(len(cells), dtype=bool)


def shown(cells: pd.Series) -> list[str]:
    """The cells as texts, "" for empty ones."""
    empty = is_empty(cells)
    return ["" if gone else as_text(cell) for cell, gone in zip(cells.astype(object), empty, strict=True)]


def cell_kinds(cells: pd.Series) -> np.ndarray:
    """The kind of each of a few cells, shape (n,)."""
    if cells.dtype.kind in "fM":
        return np.where(cells.isna(), 0, DAY if cells.dtype.kind == "M" else NUMBER)
    return kinds(shown(cells))


def share_of(cells: pd.Series, kind: int) -> float:
    """The share of the distinct filled cells of a column that are of a kind."""
    if cells.dtype.kind in "fM":
        return float(kind == (DAY if cells.dtype.kind == "M" else NUMBER)) if cells.notna().any() else 0.0
    texts = [text for text in cells.cat.categories[:SAMPLE_CELLS] if text.strip()]
    return float(np.mean(kinds(texts) == kind)) if texts else 0.0


def date_column(rows: pd.DataFrame) -> str | None:
    """The column with the largest share of days, if there are some; the first of several; None without one."""
    shares = {str(name): share_of(rows[name], DAY) for name in rows}
    best = max(shares, key=lambda name: shares[name], default=None)
    return best if best is not None and shares[best] >= MIN_SHARE_OF_DAYS else None


def is_number_column(cells: pd.Series) -> bool:
    """Whether a column holds numbers for the most part."""
    return share_of(cells, NUMBER) >= 0.5
