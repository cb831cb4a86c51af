"""From a stock file, or a typed table, to the stock and terms of each series, and to the problems of its rows."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from itertools import product

import numpy as np
import pandas as pd
import pyarrow as pa

from forecasting.core import row_keys, schema, spreadsheets
from forecasting.core.panel import Panel
from forecasting.intake import named_suppliers, problems, table
from forecasting.intake.cells import as_texts
from forecasting.intake.column_mapping import Mapping
from forecasting.intake.findings import Findings
from forecasting.intake.open_quotes import check_open_quotes
from forecasting.intake.table import Table, as_text
from forecasting.inventory.stock import cells as stock_cells
from forecasting.inventory.stock import columns, series_match, state
from forecasting.inventory.stock.cells import Cells
from forecasting.inventory.stock.columns import guess_mapping
from forecasting.inventory.stock.count_day import CountDay
from forecasting.inventory.stock.series_match import Group
from forecasting.inventory.stock.state import GivenStock

__all__ = ["StockFile", "check", "from_frame", "guess_mapping", "stock_frame", "template"]


@dataclass(frozen=True, eq=False)
class StockFile:
    """The stock and terms in a file or a typed table, and its problems.

    Args:
        given: Stock and terms of each series of the panel.
        problems: One row per problem (`problems.COLUMNS`); nothing of their rows is in `given`.
        rows: Rows of the file, good and bad.
        matched: Series that have any value in the file.
        unknown: Rows that fit no series.
        kept_out: Columns that were not read.
        mapping: Role -> column, as used.
        notes: Sentences for a person about what could be read in another way too.
        suppliers: Who delivers what, as `intake.named_suppliers` has it but for its day, by the keys that the rows name.
        seen: Shape (n,), units on hand that stood in a table before it was typed over, which are no new count; None where all units were counted.
        counted: When the units were counted; None for now.
    """

    given: GivenStock
    problems: pd.DataFrame
    rows: int
    matched: int
    unknown: int
    kept_out: tuple[str, ...]
    mapping: Mapping
    notes: tuple[str, ...] = ()
    suppliers: pd.DataFrame = field(default_factory=named_suppliers.nothing)
    seen: np.ndarray | None = None
    counted: CountDay | None = None

    @property
    def dropped(self) -> int:
        """How many rows have a problem."""
        return int(self.problems["line"].nunique())

    @property
    def shelves(self) -> int:
        """Shelves whose units it gives."""
        return int(self.given.table[state.ON_HAND].notna().sum())

    def accept(self, *, drop_problems: bool = False) -> GivenStock:
        """The stock and terms, if they may be used.

        Args:
            drop_problems: Whether the person chose to leave rows with problems out.

        Raises:
            ProblemsFound: There are problems and no such choice, or nothing is left.
        """
        usable = self.matched > 0 or not len(self.problems)
        problems.require_choice(self.problems, self.rows, usable=usable, drop=drop_problems, aim="save")
        return self.given


def check(cells: Table, mapping: AnyMapping[str, str], panel: Panel, *, day_first: bool | None = None) -> StockFile:
    """The stock and terms of a panel's series in a stock file, and all of its problems.

    A row that leaves keys open gives its terms to all series that it fits, unless a row that names more keys says otherwise; units of a shelf
    only where it fits one. Several rows of one series with different due dates are several deliveries.

    Args:
        cells: What `read_table` gave.
        mapping: Role (a key column or one of `stock.COLUMNS`) -> column.
        panel: The panel whose series count.
        day_first: Whether the day comes first in 03/04, the answer to AmbiguousDates; None to find out.

    Raises:
        InputError: The mapping does not fit the table.
        ColumnsMissing: No column names the series, or none has a value for them.
        AmbiguousDates: The due dates can be read two ways.
    """
    return _check(cells, columns.checked(cells, mapping, panel.keys, alone=len(panel) == 1), panel, day_first=day_first)


def from_frame(typed: pd.DataFrame, panel: Panel) -> StockFile:
    """The stock and terms in a table as `frame` gives it, typed or saved, and all of its problems.

    Rows about series that no longer exist are counted, but are no problems. The line of a problem is its row in the table, from 1.
    """
    names = [name for name in (*panel.keys, *state.COLUMNS) if name in typed]
    columns = {name: _cells(typed[name]) for name in names}
    cells = Table(tuple(names), pd.DataFrame(columns), 1 + np.arange(len(typed)), problems.together([]), decimal=".")
    return _check(cells, {name: name for name in names}, panel, day_first=None, saved=True)


def stock_frame(given: GivenStock, panel: Panel) -> pd.DataFrame:
    """The stock and terms as a table that people see and edit.

    Returns:
        The key columns, then `stock.COLUMNS`: one row per series and delivery; the terms of a series and its shelf stand in its first row.
        Numbers are NaN, `due` not a time and `lead_times` empty where nothing was given.
    """
    count = np.bincount(given.due["row"], minlength=len(panel))
    row = np.repeat(np.arange(len(panel)), np.maximum(count, 1))
    first = np.append(True, row[1:] != row[:-1])
    table = panel.series.iloc[row][panel.keys].reset_index(drop=True)
    listed = np.array([";".join(map(str, given.lead_times.get(place, ()))) for place in range(len(panel))], dtype=object)
    for name in state.COLUMNS:
        if name in given.table:
            table[name] = np.where(first, given.table[name].to_numpy(dtype=float)[row], np.nan)
    table[state.LEAD_TIMES] = pd.Series(np.where(first, listed[row], ""), dtype="str")
    table[state.DUE] = np.full(len(row), np.datetime64("NaT", "us"))
    delivered, due = count[row] > 0, given.due.sort_values("row", kind="stable")
    table.loc[delivered, state.ON_ORDER] = due["units"].to_numpy()
    table.loc[delivered, state.DUE] = due["day"].to_numpy()
    return table[[*panel.keys, *state.COLUMNS]]


def template(panel: Panel) -> bytes:
    """A stock file to fill in, as CSV."""
    return spreadsheets.to_csv(stock_frame(GivenStock.nothing(len(panel)), panel))


def _cells(column: pd.Series) -> pd.Series:
    """A column as a file would have it."""
    if column.dtype.kind == "M":
        return column.reset_index(drop=True)
    if column.dtype.kind == "f":
        return column.astype(float).reset_index(drop=True)
    values = [None if missing else value for value, missing in zip(column.tolist(), column.isna(), strict=True)]
    if column.dtype.kind in "iu" or all(value is None or type(value) in (int, float) for value in values):
        return table.number_column(values)
    return table.texts(pa.chunked_array([pa.array(["" if value is None else as_text(value) for value in values], pa.string())]))


def _check(cells: Table, mapping: Mapping, panel: Panel, *, day_first: bool | None, saved: bool = False) -> StockFile:
    findings = Findings(cells, mapping)
    known = next((mapping[role] for role in state.COLUMNS if role in mapping), None)
    if known is not None:
        check_open_quotes(findings, known)
    parts = series_match.groups(findings, panel)
    strangers = series_match.strangers(parts, len(cells))
    if saved:
        findings.bad |= strangers
    else:
        series_match.note_strangers(findings, parts, panel)
    read = stock_cells.read(findings, panel.last, day_first=day_first)
    for part, amount in product(parts, [role for role in read.values if role in state.AMOUNTS]):
        series_match.note_shared(findings, part, amount, read.values[amount])
    sound = ~findings.bad
    for part, role in product(parts, read.values):
        series_match.note_conflicts(findings, part.only(sound), role, read.values[role], read.due if role == state.ON_ORDER else None)
    given = _given(read, parts, ~findings.bad, len(panel))
    suppliers, several = _suppliers(cells, mapping, ~findings.bad)
    return StockFile(
        given=given,
        problems=problems.together(findings.frames),
        rows=len(cells) + int(cells.problems["line"].nunique()),
        matched=int((given.table.notna().any(axis=1) | given.table.index.isin(list(given.lead_times))).sum()),
        unknown=int(strangers.sum()),
        kept_out=tuple(name for name in cells.columns if name not in mapping.values()),
        mapping=mapping,
        notes=(*read.notes, *several),
        suppliers=suppliers,
    )


def _suppliers(cells: Table, mapping: Mapping, good: np.ndarray) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Who delivers what by the good rows, and notes for a person; a key that a row leaves open is an empty text."""
    if schema.SUPPLIER not in mapping:
        return named_suppliers.nothing(), ()
    keys = {role: as_texts(cells.rows[mapping[role]]).filter(pa.array(good)).cast(pa.string()) for role in schema.KEYS if role in mapping}
    frame = pd.DataFrame({role: texts.fill_null("").to_pandas() for role, texts in keys.items()}, index=range(int(good.sum())), dtype="str")
    frame[schema.DATE] = np.datetime64("1970-01-01", "us")
    return named_suppliers.named(cells, good, frame, row_keys.series_codes([frame])[0], mapping)


def _given(read: Cells, parts: list[Group], good: np.ndarray, n: int) -> GivenStock:
    nothing = GivenStock.nothing(n)
    values = {role: series_match.spread(parts, read.values[role], good, n) for role in read.values if role != state.ON_ORDER}
    listed = values.pop(state.LEAD_TIMES, np.full(n, np.nan))
    lead_times = {int(row): read.listed[int(listed[row])] for row in np.flatnonzero(~np.isnan(listed))}
    due = nothing.due
    if state.ON_ORDER in read.values:
        values[state.ON_ORDER], due = _deliveries(read.values[state.ON_ORDER], read.due, parts, good, n)
    return GivenStock(nothing.table.assign(**values), due, lead_times)


def _deliveries(units: np.ndarray, due: np.ndarray, parts: list[Group], good: np.ndarray, n: int) -> tuple[np.ndarray, pd.DataFrame]:
    """Units on order of each series, NaN where none were given, and the deliveries; a repeated row counts once."""
    frames = []
    for part in parts:
        sound = part.only(good & ~np.isnan(units))
        series = np.full(len(part.count), -1)
        series[part.series] = np.arange(n)
        frames.append(pd.DataFrame({"row": series[sound.row], "day": due[sound.rows].astype("datetime64[us]"), "units": units[sound.rows]}))
    listed = pd.concat(frames, ignore_index=True).drop_duplicates(["row", "day"]) if frames else GivenStock.nothing(0).due
    on_order = np.full(n, np.nan)
    on_order[listed["row"]] = 0.0
    np.add.at(on_order, listed["row"].to_numpy(), listed["units"].to_numpy())
    return on_order, listed[listed["units"] > 0].sort_values(["row", "day"], ignore_index=True)
