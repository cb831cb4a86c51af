"""From a table and its mapping to sales, and to the problems of its rows."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

import numpy as np
import pandas as pd
import pyarrow as pa

from forecasting.core import row_keys, schema
from forecasting.intake import cells, number_formats, problems
from forecasting.intake.column_mapping import Mapping, checked, guess_mapping
from forecasting.intake.findings import Findings
from forecasting.intake.table import Table, is_empty

__all__ = ["Intake", "Mapping", "check", "guess_mapping"]

MAX_AHEAD: Final = timedelta(days=731)
"""How far ahead of today a day may lie; days beyond are mistakes."""
FIRST_DAY: Final = date(1970, 1, 1)
NUMBERS: Final = (schema.PRICE, schema.SALES)
FLAGS: Final = (schema.PROMO, schema.OPEN)
_AGAIN: Final = "and upload again."


@dataclass(frozen=True, eq=False)
class Intake:
    """The sales of a file, and its problems.

    Args:
        sales: Columns of `schema.COLUMNS` that the file has, one row per key and day, sorted by them; `sales` is NaN on rows that only
            give drivers of days ahead.
        problems: One row per problem (`problems.COLUMNS`); their rows are not in `sales`.
        mapping: Role -> column, as used.
        kept_out: Columns without a role.
        duplicates_identical: Rows that repeat an earlier row in every cell; they count once.
        duplicates_different: Rows of a key and day that an earlier, different row has too.
        rows: Rows of the file, good and bad.
        notes: Sentences for a person about what could be read in another way too.
    """

    sales: pd.DataFrame
    problems: pd.DataFrame
    mapping: Mapping
    kept_out: tuple[str, ...]
    duplicates_identical: int
    duplicates_different: int
    rows: int
    notes: tuple[str, ...] = ()

    @property
    def dropped(self) -> int:
        """How many rows have a problem."""
        return int(self.problems["line"].nunique())

    def accept(self, *, drop_problems: bool = False) -> pd.DataFrame:
        """The sales, if they may be merged.

        Args:
            drop_problems: Whether the person chose to leave rows with problems out.

        Raises:
            ProblemsFound: There are problems and no such choice, or not one row is good.
        """
        problems.require_choice(self.problems, self.rows, usable=not self.sales.empty, drop=drop_problems, aim="merge")
        return self.sales


def check(
    table: Table, mapping: AnyMapping[str, str], *, duplicates: Literal["last", "sum"] = "last", day_first: bool | None = None, today: date
) -> Intake:
    """The sales of a table and all of its problems.

    Decimal marks: a number that proves the mark decides for its column, then for the other columns; where no number does, a file with ";"
    between its cells is read with a decimal comma and any other with a decimal point, and `notes` says so.

    Args:
        table: What `read_table` gave.
        mapping: Role -> column.
        duplicates: Whether the last of several different rows of a key and day counts (a correction), or their sum (till receipts).
        day_first: Whether the day comes first in 03/04, the answer to AmbiguousDates; None to find out.
        today: Days more than two years after it are problems.

    Raises:
        InputError: The mapping does not fit the table.
        ColumnsMissing: No column for `date` or `sales`.
        AmbiguousDates: The dates can be read two ways.
    """
    roles = checked(table, mapping)
    findings = Findings(table, roles)
    columns = {schema.DATE: _check_days(findings, day_first, today)}
    columns |= {role: _check_texts(findings, role) for role in (*schema.KEYS, *schema.ATTRIBUTES) if role in roles}
    decimals, notes = findings.decimals(NUMBERS)
    columns |= {role: _check_driver(findings, role, decimals) for role in schema.DRIVERS if role in roles}
    columns[schema.SALES] = _check_sales(findings, columns, decimals)
    frame = pd.DataFrame({role: _column(columns[role], ~findings.bad) for role in roles})
    sales, identical, different = _unique(frame, table.rows[~findings.bad], duplicates)
    return Intake(
        sales=sales,
        problems=problems.together(findings.frames),
        mapping=roles,
        kept_out=tuple(name for name in table.columns if name not in roles.values()),
        duplicates_identical=identical,
        duplicates_different=different,
        rows=len(table) + int(table.problems["line"].nunique()),
        notes=notes,
    )


def _check_days(findings: Findings, day_first: bool | None, today: date) -> np.ndarray:
    column = findings.mapping[schema.DATE]
    given = findings.table.rows[column]
    days = cells.as_days(given, column=column, day_first=day_first)
    empty = is_empty(given)
    findings.add(empty, schema.DATE, "No date", f"Write the date {_AGAIN}")
    findings.add(np.isnat(days) & ~empty, schema.DATE, "No such date", f"Correct the date {_AGAIN}")
    findings.add(days > np.datetime64(today + MAX_AHEAD, "D"), schema.DATE, "More than two years ahead", f"Correct the date {_AGAIN}")
    findings.add(days < np.datetime64(FIRST_DAY, "D"), schema.DATE, "Before 1970", f"Correct the date {_AGAIN}")
    return days


def _check_texts(findings: Findings, role: str) -> pa.DictionaryArray:
    texts = cells.as_texts(findings.table.rows[findings.mapping[role]])
    if role in schema.KEYS:
        what = "product" if role == schema.PRODUCT else role
        findings.add(texts.is_null().to_numpy(zero_copy_only=False), role, f"No {what}", f"Write the {what} {_AGAIN}")
    return texts


def _check_driver(findings: Findings, role: str, decimals: dict[str, number_formats.Decimal]) -> np.ndarray:
    given = findings.table.rows[findings.mapping[role]]
    unknown = cells.is_unknown(given)
    if role in FLAGS:
        values = cells.as_yes_or_no(given)
        findings.add(np.isnan(values) & ~unknown, role, "Not 0 or 1", f"Write 1 for yes or 0 for no, {_AGAIN}")
        return values
    values = np.where(unknown, np.nan, cells.as_numbers(given, decimals[role]))
    findings.add(~np.isfinite(values) & ~unknown, role, "Not a number", f"Correct the {role} {_AGAIN}")
    findings.add(values < 0, role, f"{role.capitalize()} below zero", f"Correct the {role} {_AGAIN}")
    return values


def _check_sales(findings: Findings, columns: AnyMapping[str, np.ndarray], decimals: dict[str, number_formats.Decimal]) -> np.ndarray:
    """Sales of each row, NaN if not known; an empty cell is no problem after the last day with sales, on rows that give a driver."""
    given = findings.table.rows[findings.mapping[schema.SALES]]
    values, empty = cells.as_numbers(given, decimals[schema.SALES]), is_empty(given)
    findings.add(np.isnan(values) & ~empty, schema.SALES, "Not a number", f"Correct the sales {_AGAIN}")
    findings.add(np.isinf(values), schema.SALES, "Not a finite number", f"Correct the sales {_AGAIN}")
    below = np.isfinite(values) & (values < 0)
    findings.add(below, schema.SALES, "Sales below zero", f"Correct the sales, or write 0 for returns, {_AGAIN}")
    days = columns[schema.DATE]
    sold = days[np.isfinite(values) & ~findings.bad]
    ahead = days > sold.max() if len(sold) else ~np.isnat(days)
    has_driver = np.zeros(len(days), dtype=bool)
    for role in schema.DRIVERS:
        has_driver |= np.isfinite(columns[role]) if role in columns else False
    findings.add(empty & ~(ahead & has_driver), schema.SALES, "No sales", f"Write 0 if nothing was sold, or the units, {_AGAIN}")
    return values


def _column(values: np.ndarray | pa.DictionaryArray, rows: np.ndarray) -> pd.Series:
    """The good rows of a column, in the type of the sales table."""
    if isinstance(values, pa.DictionaryArray):
        return pd.Series(values.filter(pa.array(rows)).cast(pa.large_string()).to_pandas(), dtype="str")
    return pd.Series(values[rows].astype("datetime64[us]") if values.dtype.kind == "M" else values[rows])


def _unique(frame: pd.DataFrame, raw: pd.DataFrame, duplicates: Literal["last", "sum"]) -> tuple[pd.DataFrame, int, int]:
    """One row per key and day, sorted; the number of rows that repeated another, and of rows that differed from one of the same key and day."""
    codes = row_keys.row_codes(row_keys.series_codes([frame]), [row_keys.days(frame)])[0]
    if row_keys.is_increasing(codes):
        return frame, 0, 0
    order = np.argsort(codes, kind="stable")
    frame, codes = frame.iloc[order].reset_index(drop=True), codes[order]
    same = np.concatenate([[False], codes[1:] == codes[:-1]])
    if not same.any():
        return frame, 0, 0
    repeated = same | np.append(same[1:], False)
    cells_ = raw.iloc[order[repeated]].assign(**{"\0row": codes[repeated]})
    extra = np.zeros(len(frame), dtype=bool)
    extra[repeated] = cells_.duplicated().to_numpy()
    frame, codes = frame[~extra], codes[~extra]
    merged = frame.groupby(codes, sort=True).last()
    if duplicates == "sum":
        merged[schema.SALES] = frame[schema.SALES].groupby(codes, sort=True).sum(min_count=1)
    return merged.reset_index(drop=True), int(extra.sum()), len(frame) - len(merged)
