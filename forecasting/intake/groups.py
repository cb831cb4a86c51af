"""Reports that name a product or a store on a line of its own, above its rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa

from forecasting.core.errors import UnreadableFile
from forecasting.core.formatting import count
from forecasting.intake.cell_kinds import DAY, TEXT
from forecasting.intake.grid import Grid, cell_kinds, date_column
from forecasting.intake.table import is_empty, texts

MAX_GROUP_SHARE: Final = 0.8
"""Share of rows that may be lines of groups, at most."""
MAX_NESTED_SHARE: Final = 0.2
"""Lines of groups right above another one, as a share of them, at most; more are groups within groups."""


def without_groups(grid: Grid, name: str) -> Grid:
    """The grid with the names of groups in a column, on each of their rows, instead of on lines of their own.

    Raises:
        UnreadableFile: Groups stand within groups.
    """
    day = date_column(grid.rows)
    if day is None or not len(grid.rows) or cell_kinds(grid.rows[day].iloc[:1])[0] == DAY:
        return grid
    undated = is_empty(grid.rows[day])
    if not isinstance(grid.rows[day].dtype, pd.CategoricalDtype):
        places = np.flatnonzero(undated)
    else:
        of_distinct = cell_kinds(pd.Series(grid.rows[day].cat.categories.astype(object)).astype("category")) != DAY
        places = np.flatnonzero(np.append(of_distinct, True)[grid.rows[day].cat.codes.to_numpy()])
    if not len(places) or len(places) > MAX_GROUP_SHARE * len(grid.rows) or places[0] != 0:
        return grid
    labels = _labels(grid.rows.iloc[places])
    lines = places[[label is not None for label in labels]]
    if not len(lines) or lines[0] != 0 or lines[-1] == len(grid.rows) - 1:
        return grid
    if (np.diff(lines) == 1).sum() > MAX_NESTED_SHARE * len(lines):
        raise UnreadableFile(
            f"{name} is a report with groups within groups: names stand on lines of their own above the rows. Export the plain list of sales, "
            "with all names on each row."
        )
    return _spread(grid, lines, [label for label in labels if label is not None], day)


def _labels(rows: pd.DataFrame) -> list[tuple[str, str] | None]:
    """For each row the column and the text of its only cell, if that is a text; else None."""
    kinds = {str(name): cell_kinds(rows[name]) for name in rows}
    labels: list[tuple[str, str] | None] = []
    for place in range(len(rows)):
        filled = [name for name, kind in kinds.items() if kind[place]]
        one = len(filled) == 1 and kinds[filled[0]][place] == TEXT
        labels.append((filled[0], str(rows[filled[0]].iloc[place]).strip()) if one else None)
    return labels


def _spread(grid: Grid, lines: np.ndarray, labels: list[tuple[str, str]], day: str) -> Grid:
    """The grid with each label on the rows below its line."""
    column = Counter(column for column, _ in labels).most_common(1)[0][0]
    group = np.zeros(len(grid.rows), dtype=np.int64)
    group[lines] = 1
    words = [text for _, text in labels]
    prefixes = {word.partition(":")[0].strip() for word in words}
    title = prefixes.pop() if len(prefixes) == 1 and all(":" in word and word.partition(":")[2].strip() for word in words) else ""
    words = [word.partition(":")[2].strip() for word in words] if title else words
    spread = texts(pa.chunked_array([pa.array(words, pa.string())])).iloc[np.cumsum(group) - 1].reset_index(drop=True)
    rows = grid.rows.copy()
    own = column != day and is_empty(rows[column]).sum() >= len(rows) - len(lines)
    title = title or (column if own and column not in grid.unnamed else "Group")
    if own:
        rows = rows.drop(columns=column)
    while title in rows:
        title += " (group)"
    rows.insert(0, title, spread)
    note = f'{count(len(lines), "line")} above the rows name their group ("{words[0][:40]}"); the names are in the column {title} now.'
    with_groups = replace(grid, rows=rows, unnamed=grid.unnamed - {column} if own else grid.unnamed)
    at = np.zeros(len(rows), dtype=bool)
    at[lines] = True
    return with_groups.without(at, note)
