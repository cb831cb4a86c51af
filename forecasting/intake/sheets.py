"""Which sheets of a workbook are read: the one with dates and sales, and with it those that have the same header."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa

from forecasting.core import schema
from forecasting.core.formatting import count
from forecasting.intake import problems
from forecasting.intake.cell_kinds import DAY, kinds
from forecasting.intake.column_guess import guess_mapping
from forecasting.intake.grid import matches, share_of, shown
from forecasting.intake.periods import is_period
from forecasting.intake.table import Table, listed, texts
from forecasting.intake.totals import NAMED

MAX_COPIES_SHARE: Final = 0.5
"""Share of the rows of a sheet that other sheets may have, too; a sheet with more is a copy or an extract."""
COLUMN: Final = "Sheet"
_BARE: Final = re.compile(
    r"^(?:sheet|tabelle|blatt|feuil|hoja|foglio|planilha|plan|blad|ark|arkusz|list|munka|лист|シート)? ?\(?\d*\)?$", re.IGNORECASE
)
"""Names that programs give to sheets."""


def chosen(tables: Sequence[Table], *, all_of_them: bool = False) -> Table:
    """The table in the sheets that belong together; a note names the others.

    Args:
        tables: Of each sheet that has one, in the order of the workbook.
        all_of_them: Whether a person named these sheets.
    """
    best = _best(tables)
    same = [table for table in tables if _header(table) == _header(best) and (all_of_them or not _is_total(table))]
    same = same if best in same else [best]
    together, copies = _without_copies(same) if len(same) > 1 and not all_of_them else (same, [])
    table = _joined(together) if len(together) > 1 else together[0]
    unread = [other.reading.sheet for other in tables if not any(other is one for one in together)]
    if not unread:
        return table
    noun = "sheets" if len(together) > 1 else "sheet"
    why = f" ({listed(copies, most=4)} {'has' if len(copies) == 1 else 'have'} the rows of other sheets)" if copies else ""
    return replace(table, notes=(*table.notes, f"Read from the {noun} {table.reading.sheet}; not read: {listed(unread, most=8)}{why}."))


def _best(tables: Sequence[Table]) -> Table:
    """The first of the sheets with most of: dates and sales, days at all, rows in several columns."""

    def score(table: Table) -> tuple[bool, bool, bool, bool]:
        mapping = guess_mapping(table)
        days = any(share_of(table.rows[name], DAY) >= 0.5 for name in table.rows)
        dated = schema.DATE in mapping and share_of(table.rows[mapping[schema.DATE]], DAY) > 0
        return dated and schema.SALES in mapping, days and len(table.columns) > 1, not _is_total(table), len(table.columns) > 1 and len(table) > 1

    scores = [score(table) for table in tables]
    return tables[scores.index(max(scores))]


def _header(table: Table) -> list[str]:
    return sorted(name.strip().casefold() for name in table.columns)


def _is_total(table: Table) -> bool:
    """Whether the sheet's name says that it adds up others."""
    return bool(matches(pd.Series([table.reading.sheet], dtype="category"), NAMED)[0])


def _without_copies(tables: list[Table]) -> tuple[list[Table], list[str]]:
    """The sheets without those of which most rows are in larger ones, and the names of these."""
    rows = [_rows(table) for table in tables]
    kept: list[int] = []
    for place in sorted(range(len(tables)), key=lambda place: -len(tables[place])):
        others = {row for other in kept for row in rows[other]}
        if np.mean([row in others for row in rows[place]]) <= MAX_COPIES_SHARE:
            kept.append(place)
    return [tables[place] for place in sorted(kept)], [table.reading.sheet for place, table in enumerate(tables) if place not in kept]


def _rows(table: Table) -> list[tuple[str, ...]]:
    return list(zip(*(shown(table.rows[name]) for name in sorted(table.columns, key=str.casefold)), strict=True))


def _joined(tables: Sequence[Table]) -> Table:
    """One table of several sheets; its lines are counted on from sheet to sheet."""
    first = tables[0]
    names = [table.reading.sheet for table in tables]
    order = {name.strip().casefold(): name for name in first.columns}
    frames = [table.rows.rename(columns={name: order[name.strip().casefold()] for name in table.columns}) for table in tables]
    rows = pd.DataFrame({name: _column([frame[name] for frame in frames]) for name in first.columns})
    if _are_stores(names, first):
        lengths = np.repeat(np.arange(len(tables)), [len(table) for table in tables])
        title = COLUMN if COLUMN not in rows else "Sheet of the workbook"
        rows[title] = texts(pa.chunked_array([pa.array(names, pa.string()).take(pa.array(lengths))]))
    ends = [int(max([*table.lines, *table.problems["line"]], default=0)) for table in tables]
    starts = np.concatenate([[0], np.cumsum(ends[:-1])]).astype(np.int64)
    lines = np.concatenate([table.lines + start for table, start in zip(tables, starts, strict=True)])
    wrong = problems.together([table.problems.assign(line=table.problems["line"] + start) for table, start in zip(tables, starts, strict=True)])
    begins = ", ".join(f"{name} after line {start:,}" for name, start in zip(names[1:4], starts[1:4], strict=True))
    note = f"{count(len(tables), 'sheet')} with one header read together: {listed(names, most=12)}. Lines are counted on ({begins})."
    notes = dict.fromkeys([note, *(note for table in tables for note in table.notes)])
    reading = replace(first.reading, sheet=", ".join(names))
    columns = tuple(map(str, rows))
    return Table(columns, rows, lines, wrong, reading, first.decimal, tuple(notes), sum(table.left_out for table in tables))


def _column(parts: Sequence[pd.Series]) -> pd.Series:
    """One column of those of several sheets; texts if their types differ."""
    kinds_ = {part.dtype.kind for part in parts if part.notna().any()}
    if len(kinds_) == 1 and kinds_ <= {"f", "M"}:
        kind = "float64" if kinds_ == {"f"} else "datetime64[us]"
        return pd.concat([part if part.notna().any() else pd.Series([None] * len(part), dtype=kind) for part in parts], ignore_index=True)
    return texts(pa.chunked_array([pa.array([text for part in parts for text in _plain(part)], pa.string())]))


def _plain(cells: pd.Series) -> list[str]:
    if cells.dtype.kind == "M":
        return ["" if pd.isna(day) else f"{day:%Y-%m-%d}" for day in cells]
    return shown(cells)


def _are_stores(names: Sequence[str], table: Table) -> bool:
    """Whether the names of sheets say something of their rows: no periods, no names that programs give, and no store in the table."""
    if schema.STORE in guess_mapping(table) or all(_BARE.match(name.strip()) for name in names):
        return False
    days = kinds(names) == DAY
    return not all(day or is_period(name) for day, name in zip(days, names, strict=True))
