"""From a table and its mapping to sales, and to the problems of its rows."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa

from forecasting.core import row_keys, schema
from forecasting.core.errors import AmbiguousDates, QuestionsOpen
from forecasting.core.period import period_of_dates
from forecasting.intake import cells, date_column, no_sales, number_formats, problems
from forecasting.intake.answers import NOTHING_SAID, Answers
from forecasting.intake.collisions import join
from forecasting.intake.column_mapping import Mapping, checked, guess_mapping
from forecasting.intake.findings import Findings
from forecasting.intake.receipts import receipts_by
from forecasting.intake.row_choice import left_out
from forecasting.intake.table import Table, is_empty
from forecasting.intake.understood import Choice, Question, Understood

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
            give drivers of days ahead. While a question is open they are as its first choice has them.
        problems: One row per problem (`problems.COLUMNS`); their rows are not in `sales`.
        mapping: Role -> column, as used.
        kept_out: Columns without a role.
        rows: Rows of the file, good and bad.
        understood: What was read, how rows were joined, units in the file and units kept, notes, and questions that are open.
    """

    sales: pd.DataFrame
    problems: pd.DataFrame
    mapping: Mapping
    kept_out: tuple[str, ...]
    rows: int
    understood: Understood

    @property
    def dropped(self) -> int:
        """How many rows have a problem."""
        return int(self.problems["line"].nunique())

    def accept(self, *, drop_problems: bool = False) -> pd.DataFrame:
        """The sales, if they may be merged.

        Args:
            drop_problems: Whether the person chose to leave rows with problems out.

        Raises:
            QuestionsOpen: The file can be read in more than one way.
            ProblemsFound: There are problems and no such choice, or not one row is good.
        """
        if self.understood.questions:
            raise open_questions(self.understood)
        problems.require_choice(self.problems, self.rows, usable=not self.sales.empty, drop=drop_problems, aim="merge")
        return self.sales


def check(table: Table, mapping: AnyMapping[str, str], answers: Answers = NOTHING_SAID, *, today: date) -> Intake:
    """The sales of a table, all of its problems, and the questions that it leaves open.

    Decimal marks: a number that proves the mark decides for its column, then for the other columns; where no number does and the file decides
    it in no other way, that is a question. A dash counts as nothing sold, and a word such as "closed" leaves its row out; a note says so.

    Args:
        table: What `read_table` gave.
        mapping: Role -> column.
        answers: What a person said of this file.
        today: Days more than two years after it are problems.

    Raises:
        InputError: The mapping or an answer does not fit the table.
        ColumnsMissing: No column for `date` or `sales`.
        QuestionsOpen: The dates can be read in more than one way.
    """
    roles = checked(table, mapping, count_rows=answers.count_rows)
    table, notes = left_out(table, answers.leave_out)
    findings = Findings(table, roles)
    days, readings = _check_days(findings, answers, today)
    columns: dict[str, np.ndarray | pa.DictionaryArray] = {schema.DATE: days}
    columns |= {role: _check_texts(findings, role) for role in (*schema.KEYS, *schema.ATTRIBUTES) if role in roles}
    decimals, doubts, unsure = findings.decimals(NUMBERS, answers)
    columns |= {role: _check_driver(findings, role, decimals) for role in schema.DRIVERS if role in roles}
    columns[schema.SALES], states = (np.ones(len(table)), ()) if answers.count_rows else _check_sales(findings, columns, decimals)
    frame = pd.DataFrame({role: _column(columns[role], ~findings.bad) for role in schema.COLUMNS if role in columns})
    joined = join(frame, _copies(table.rows[~findings.bad], frame), duplicates=answers.duplicates, receipts=receipts_by(table, roles))
    rows = len(table) + int(table.problems["line"].nunique())
    together = problems.together(findings.frames)
    understood = Understood(
        read=table.reading,
        mapping={role: roles.get(role) for role in schema.COLUMNS},
        duplicates=joined.duplicates or "",
        period=period_of_dates(pd.DatetimeIndex(joined.sales[schema.DATE])).name,
        rows={"read": rows + table.left_out, "used": len(frame), "left_out": rows + table.left_out - len(frame)},
        units={"read": float(frame[schema.SALES].sum()), "kept": float(joined.sales[schema.SALES].sum())},
        series=len(joined.sales[[key for key in schema.KEYS if key in joined.sales]].drop_duplicates()),
        first=joined.sales[schema.DATE].min() if len(joined.sales) else None,
        last=joined.sales[schema.DATE].max() if len(joined.sales) else None,
        notes=(*table.notes, *notes, *readings, *doubts, *states, *joined.notes),
        questions=(*unsure, *joined.questions),
        problems=len(together),
    )
    kept_out = tuple(name for name in table.columns if name not in roles.values())
    return Intake(joined.sales, together, roles, kept_out, rows, understood)


def open_questions(understood: Understood) -> QuestionsOpen:
    """The error that asks them."""
    return QuestionsOpen("\n".join(str(question) for question in understood.questions), understood=understood.to_dict())


def _check_days(findings: Findings, answers: Answers, today: date) -> tuple[np.ndarray, tuple[str, ...]]:
    """The day of each row, and notes about how they were read."""
    column = findings.mapping[schema.DATE]
    given = findings.table.rows[column]
    try:
        days, notes = date_column.as_days(given, column=column, answers=answers, today=today)
    except AmbiguousDates as error:
        raise open_questions(Understood(read=findings.table.reading, mapping=findings.mapping, questions=(_date_question(error),))) from error
    empty = is_empty(given)
    findings.add(empty, schema.DATE, "No date", f"Write the date {_AGAIN}")
    findings.add(np.isnat(days) & ~empty, schema.DATE, date_column.no_such_date(notes), f"Correct the date {_AGAIN}")
    findings.add(days > np.datetime64(today + MAX_AHEAD, "D"), schema.DATE, "More than two years ahead", f"Correct the date {_AGAIN}")
    findings.add(days < np.datetime64(FIRST_DAY, "D"), schema.DATE, "Before 1970", f"Correct the date {_AGAIN}")
    return days, notes


def _date_question(error: AmbiguousDates) -> Question:
    """Which reading of the dates is meant."""
    return Question(error.kind, str(error), tuple(Choice(value, text, answer) for value, text, answer in error.choices))


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


def _check_sales(
    findings: Findings, columns: AnyMapping[str, np.ndarray], decimals: dict[str, number_formats.Decimal]
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Sales of each row, NaN if not known, and notes about cells without a number that are no problem: dashes, and days on which a shop was closed.

    An empty cell is no problem after the last day with sales, on rows that give a driver.
    """
    column = findings.mapping[schema.SALES]
    given = findings.table.rows[column]
    dashes, gaps = no_sales.nothing_sold(given), no_sales.closed(given)
    values, empty = np.where(dashes, 0.0, cells.as_numbers(given, decimals[schema.SALES])), is_empty(given)
    findings.bad |= gaps
    findings.add(np.isnan(values) & ~empty & ~gaps, schema.SALES, "Not a number", f"Correct the sales {_AGAIN}")
    findings.add(np.isinf(values), schema.SALES, "Not a finite number", f"Correct the sales {_AGAIN}")
    days = columns[schema.DATE]
    sold = days[np.isfinite(values) & ~findings.bad]
    ahead = days > sold.max() if len(sold) else ~np.isnat(days)
    has_driver = np.zeros(len(days), dtype=bool)
    for role in schema.DRIVERS:
        has_driver |= np.isfinite(columns[role]) if role in columns else False
    findings.add(empty & ~(ahead & has_driver), schema.SALES, "No sales", f"Write 0 if nothing was sold, or the units, {_AGAIN}")
    return values, no_sales.notes(column, given, dashes, gaps)


def _column(values: np.ndarray | pa.DictionaryArray, rows: np.ndarray) -> pd.Series:
    """The good rows of a column, in the type of the sales table."""
    if isinstance(values, pa.DictionaryArray):
        return pd.Series(values.filter(pa.array(rows)).cast(pa.large_string()).to_pandas(), dtype="str")
    return pd.Series(values[rows].astype("datetime64[us]") if values.dtype.kind == "M" else values[rows])


def _copies(raw: pd.DataFrame, frame: pd.DataFrame) -> np.ndarray:
    """Which rows repeat an earlier row of the file in every cell, shape (n,)."""
    codes = row_keys.row_codes(row_keys.series_codes([frame]), [row_keys.days(frame)])[0]
    copies = np.zeros(len(frame), dtype=bool)
    if row_keys.is_increasing(codes):
        return copies
    met = pd.Series(codes).duplicated(keep=False).to_numpy()
    copies[met] = raw[met].duplicated().to_numpy()
    return copies
