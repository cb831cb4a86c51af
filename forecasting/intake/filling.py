"""Cells that are filled on the first of several rows only: merged cells, pivots, the lines of an order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.formatting import count
from forecasting.intake import column_mapping
from forecasting.intake.grid import Grid, date_column, is_number_column
from forecasting.intake.table import Table, is_empty, listed

Contents = Literal["sales", "stock", "delivery", "suppliers"]
"""What a file lists."""
MIN_EMPTY_SHARE: Final = 0.5
"""Share of empty cells from which a column of an outline is one that is filled on the first row only."""
MIN_EMPTY_SHARE_OF_ORDERS: Final = 0.05
"""Share of empty dates from which rows without one are lines of the order above, if other columns are empty on the same rows."""
MIN_RUN_ROWS: Final = 1.5
"""Rows of a run on average, at least."""
_KEYS: Final = (schema.DATE, *schema.KEYS, *schema.ATTRIBUTES)


def filled_down(
    grid: Grid,
    guess: Callable[[], dict[str, str]],
    orders: Sequence[str],
    merged: Iterable[tuple[int, int, str]] = (),
    *,
    contents: Contents = "sales",
) -> Grid:
    """The grid with the empty cells of a run filled from its first row, where the pattern shows that they are meant so.

    Only in sales does an empty cell stand for the one above it in any column. Elsewhere nothing is known there, so that names alone are filled:
    the keys of stock, those of a delivery unless two rows would then have the same, and the names of suppliers. Merged cells are filled everywhere.

    Args:
        grid: Rows of the table alone.
        guess: Gives role -> column, as names tell; asked only where cells are empty. A column of numbers is filled only if it has a key's role.
        orders: Columns that number orders.
        merged: Merged cells: first and last line, and their column.
        contents: What the file lists.
    """
    empties = {str(name): is_empty(grid.rows[name]) for name in grid.rows}
    gaps = {name: empty for name, empty in empties.items() if empty.any() and not empty.all()}
    if not gaps or len(grid.rows) < 3:
        return grid
    mapping = guess()
    keys = {mapping[role] for role in _KEYS if role in mapping}
    fillable = {name: empty for name, empty in gaps.items() if name in keys or name in orders or not is_number_column(grid.rows[name])}
    sources = {name: np.arange(len(grid.rows)) for name in fillable}
    _fill_merged(sources, fillable, grid, merged)
    if contents != "sales":
        return _with_names(grid, sources, fillable, orders, _names(grid, mapping, contents), each_once=contents == "delivery")
    _fill_orders(sources, fillable, grid, [name for name in orders if name not in gaps])
    _fill_blocks(sources, fillable, mapping.get(schema.DATE) or date_column(grid.rows), {str(grid.rows.columns[0]), *orders})
    _fill_outline(sources, fillable, grid)
    return _with_sources(grid, sources)


def _names(grid: Grid, mapping: Mapping[str, str], contents: Contents) -> list[str]:
    """The columns of names that may be filled down where a file lists no sales."""
    if contents != "suppliers":
        return [mapping[role] for role in schema.KEYS if role in mapping]
    table = Table(tuple(map(str, grid.rows)), grid.rows, grid.lines, grid.problems)
    return list(column_mapping.by_name(table, {"supplier": column_mapping.SUPPLIER_NAMES}).values())


def _with_names(
    grid: Grid, merged: dict[str, np.ndarray], empties: dict[str, np.ndarray], orders: Sequence[str], names: Sequence[str], *, each_once: bool
) -> Grid:
    """The grid with what was merged and its names filled down; with `each_once` not if two rows would have the same names."""
    sources, open_ = dict(merged), {name: empty for name, empty in empties.items() if name in names}
    _fill_orders(sources, open_, grid, [name for name in orders if name not in empties])
    _fill_outline(sources, open_, grid)
    outlined = _with_sources(grid, sources)
    return _with_sources(grid, merged) if each_once and outlined.rows[list(names)].duplicated().any() else outlined


def _with_sources(grid: Grid, sources: dict[str, np.ndarray]) -> Grid:
    """The grid with each cell from the row that `sources` names, and a note of it."""
    moved = {name: int((source != np.arange(len(source))).sum()) for name, source in sources.items()}
    moved = {name: cells for name, cells in moved.items() if cells}
    if not moved:
        return grid
    columns = {str(name): cells.iloc[sources[name]].reset_index(drop=True) if name in moved else cells for name, cells in grid.rows.items()}
    note = f"{count(sum(moved.values()), 'empty cell')} of {listed(list(moved), most=6)} filled with the value of the row above."
    return replace(grid, rows=pd.DataFrame(columns)).with_note(note)


def _last_filled(empty: np.ndarray) -> np.ndarray:
    """The place of the nearest filled cell at or above each one; its own place where there is none above."""
    places = np.where(empty, 0, np.arange(len(empty)))
    nearest = np.maximum.accumulate(places)
    return np.where(empty & empty[nearest], np.arange(len(empty)), nearest)


def _fill_merged(sources: dict[str, np.ndarray], empties: dict[str, np.ndarray], grid: Grid, merged: Iterable[tuple[int, int, str]]) -> None:
    """Fills what a workbook merged."""
    for first, last, name in merged:
        if name not in sources:
            continue
        within = (grid.lines >= first) & (grid.lines <= last)
        places = np.flatnonzero(within)
        if len(places) > 1 and not empties[name][places[0]]:
            sources[name][places[empties[name][places]]] = places[0]


def _open(sources: dict[str, np.ndarray], empties: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Columns that nothing has filled yet, and their empty cells."""
    return {name: empty for name, empty in empties.items() if (sources[name] == np.arange(len(empty))).all()}


def _fill_orders(sources: dict[str, np.ndarray], empties: dict[str, np.ndarray], grid: Grid, orders: Sequence[str]) -> None:
    """Fills within the rows of one order, if all of the filled cells of a column are on first rows of orders."""
    for order in orders:
        codes = pd.factorize(grid.rows[order])[0]
        first = np.concatenate([[True], codes[1:] != codes[:-1]])
        if first.all() or first.sum() != len(np.unique(codes)):
            continue
        starts = np.maximum.accumulate(np.where(first, np.arange(len(first)), 0))
        for name, empty in _open(sources, empties).items():
            inner = ~first & ~empty
            if not inner.any() and (empty & ~empty[starts]).any():
                sources[name] = np.where(empty & ~empty[starts], starts, np.arange(len(empty)))


def _fill_blocks(sources: dict[str, np.ndarray], empties: dict[str, np.ndarray], day: str | None, heads: set[str]) -> None:
    """Fills columns that are empty on the rows without a date, if the first column or a number of orders (`heads`) is one of them."""
    open_ = _open(sources, empties)
    if day is None or day not in open_ or open_[day][0] or open_[day].mean() < MIN_EMPTY_SHARE_OF_ORDERS:
        return
    same = [name for name, empty in open_.items() if (empty == open_[day]).all()]
    if len(same) > 1 and heads.intersection(same):
        for name in same:
            sources[name] = _last_filled(open_[name])


def _fill_outline(sources: dict[str, np.ndarray], empties: dict[str, np.ndarray], grid: Grid) -> None:
    """Fills the columns at the left that are filled where a run starts, if no run of the same names starts again."""
    open_ = _open(sources, empties)
    outline = _outline(grid, open_)
    if not outline:
        return
    filled = {name: grid.rows[name].iloc[_last_filled(open_[name])].reset_index(drop=True) for name in outline}
    codes = pd.DataFrame(filled).groupby(outline, sort=False, observed=True).ngroup().to_numpy()
    runs = 1 + int((codes[1:] != codes[:-1]).sum())
    given = np.any([~open_[name] for name in outline], axis=0)
    if runs == len(np.unique(codes)) >= 2 and len(codes) >= MIN_RUN_ROWS * runs and given.sum() <= runs:
        for name in outline:
            sources[name] = _last_filled(open_[name])


def _outline(grid: Grid, empties: dict[str, np.ndarray]) -> list[str]:
    """The first columns beside each other that are mostly empty but filled on the first row, with no number before them."""
    outline: list[str] = []
    for name in map(str, grid.rows):
        if name in empties and not empties[name][0] and empties[name].mean() >= MIN_EMPTY_SHARE:
            outline.append(name)
        elif outline or is_number_column(grid.rows[name]):
            break
    return outline
