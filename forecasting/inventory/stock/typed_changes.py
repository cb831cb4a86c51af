"""Cells of a stock table that a person typed over, kept apart from the table, so that they can be laid over a newer one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from pandas.api.typing import NaTType

from forecasting.core import schema
from forecasting.inventory.stock import state

Value = float | str | None
"""What a cell holds: a number, a text, a day as 2026-12-01; None for nothing."""


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell that was typed over.

    Args:
        series: The values of the key columns, in the order of `schema.KEYS`.
        place: Number of the row among those of the series, from 0.
        column: One of `state.COLUMNS`.
        before: What was saved in it when it was typed.
        after: What was typed.
    """

    series: tuple[str, ...]
    place: int
    column: str
    before: Value
    after: Value


@dataclass(frozen=True, eq=False)
class Overlay:
    """A table with changes laid over it.

    Args:
        table: As `file.stock_frame` gives it.
        clashes: Changes of cells that somebody else saved another value in meanwhile, and those values; they are not in the table.
        lost: Changes of rows that the table has no more.
    """

    table: pd.DataFrame
    clashes: tuple[tuple[CellChange, Value], ...] = ()
    lost: tuple[CellChange, ...] = ()


def between(saved: pd.DataFrame, typed: pd.DataFrame) -> tuple[CellChange, ...]:
    """The cells in which a typed table differs from the saved one; both have the same rows in the same order."""
    changed = {name: _differing(saved[name], typed[name], name) for name in state.COLUMNS if name in saved and name in typed}
    keys = keys_of(saved) if any(len(rows) for rows in changed.values()) else []
    changes: list[CellChange] = []
    for column, rows in changed.items():
        before, after = _plain(saved[column].iloc[rows], column), _plain(typed[column].iloc[rows], column)
        changes += [CellChange(*keys[row], column, one, other) for row, one, other in zip(map(int, rows), before, after, strict=True)]
    return tuple(changes)


def of_cells(saved: pd.DataFrame, rows: np.ndarray, cells: Mapping[int, Mapping[str, Value]]) -> tuple[CellChange, ...]:
    """The changes that single cells make.

    Args:
        saved: The table as it is saved.
        rows: Positions of those of its rows that are typed over.
        cells: Position among these rows -> column -> what was typed.
    """
    keys, changes = keys_of(saved), []
    for place, typed in cells.items():
        row = int(rows[place])
        for column, value in typed.items():
            [before], [after] = _plain(saved[column].iloc[[row]], column), _plain(pd.Series([value]), column)
            changes.append(CellChange(*keys[row], column, before, after))
    return tuple(changes)


def overlaid(saved: pd.DataFrame, changes: tuple[CellChange, ...]) -> Overlay:
    """The saved table with changes laid over it, but for those of cells whose saved value is neither the one before nor the one typed."""
    rows = {key: row for row, key in enumerate(keys_of(saved))} if changes else {}
    table, clashes, lost = saved.copy(), [], []
    plain = {column: _plain(saved[column], column) for column in {change.column for change in changes} & set(saved.columns)}
    for change in changes:
        row = rows.get((change.series, change.place))
        if row is None or change.column not in plain:
            lost.append(change)
            continue
        now = plain[change.column][row]
        if now in (change.before, change.after):
            table.loc[table.index[row], change.column] = _cell(change.after, change.column)
        else:
            clashes.append((change, now))
    return Overlay(table, tuple(clashes), tuple(lost))


def together(newer: tuple[CellChange, ...], older: tuple[CellChange, ...]) -> tuple[CellChange, ...]:
    """Changes of two times; of a cell that both change, the newer one."""
    cells = {(change.series, change.place, change.column) for change in newer}
    return (*newer, *(change for change in older if (change.series, change.place, change.column) not in cells))


def settled(changes: tuple[CellChange, ...], clashes: tuple[tuple[CellChange, Value], ...], *, mine: bool) -> tuple[CellChange, ...]:
    """The changes after a person has said whose value of the clashing cells counts: with `mine` they lie over what is saved now, else they go."""
    saved_now = dict(clashes)
    others = tuple(change for change in changes if change not in saved_now)
    return (*others, *(replace(change, before=now) for change, now in clashes)) if mine else others


def keys_of(table: pd.DataFrame) -> list[tuple[tuple[str, ...], int]]:
    """Series and place of each row of a table, in its order."""
    names = [name for name in schema.KEYS if name in table]
    series = [tuple(map(str, row)) for row in table[names].itertuples(index=False)] if names else [()] * len(table)
    rows: Counter[tuple[str, ...]] = Counter()
    keys = []
    for each in series:
        keys.append((each, rows[each]))
        rows[each] += 1
    return keys


def _differing(before: pd.Series, after: pd.Series, column: str) -> np.ndarray:
    """Positions at which two columns hold different values."""
    one, other = _values(before, column), _values(after, column)
    return np.flatnonzero(~((one == other) | (pd.isna(one) & pd.isna(other))))


def _values(cells: pd.Series, column: str) -> np.ndarray:
    """Cells as one array, whatever types an editor gave them; NaN, not a time or None where there is nothing."""
    if column == state.DUE:
        return pd.to_datetime(cells).dt.normalize().to_numpy(dtype="datetime64[us]")
    if column == state.LEAD_TIMES:
        return np.array([str(cell).strip() or None if isinstance(cell, str) else None for cell in cells], dtype=object)
    return pd.to_numeric(cells).to_numpy(dtype=float, na_value=np.nan)


def _plain(cells: pd.Series, column: str) -> list[Value]:
    """Cells as plain values, whatever types an editor gave them."""
    values = _values(cells, column)
    if column == state.DUE:
        return [None if pd.isna(day) else f"{pd.Timestamp(day):%Y-%m-%d}" for day in values]
    if column == state.LEAD_TIMES:
        return list(values)
    return [None if np.isnan(number) else float(number) for number in values]


def _cell(value: Value, column: str) -> float | str | pd.Timestamp | NaTType:
    if column == state.DUE:
        return pd.NaT if value is None else pd.Timestamp(str(value))
    if column == state.LEAD_TIMES:
        return value or ""
    return np.nan if value is None else value
