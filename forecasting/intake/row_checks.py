"""From the cells of a table to rows of sales, and to the problems of those that are none."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa

from forecasting.core import schema, stray_days
from forecasting.core.errors import AmbiguousDates, InputError
from forecasting.intake import cells, date_column, key_texts, no_sales, number_formats, problems
from forecasting.intake.answers import Answers
from forecasting.intake.column_mapping import Mapping
from forecasting.intake.findings import Findings
from forecasting.intake.open_quotes import check_open_quotes
from forecasting.intake.spoiled_ids import spoiled_ids
from forecasting.intake.table import Table, is_empty
from forecasting.intake.understood import Choice, Question, Understood, open_questions

FIRST_DAY: Final = date(1970, 1, 1)
MAX_SOLD_AHEAD: Final = timedelta(days=1)
"""How far after today a day with sales may lie: somewhere on earth it is tomorrow already."""
REOPENED: Final = timedelta(days=31)
"""How long ago a day may lie that is no stray although it lies years after all others: the shop is open again."""
NO_DAYS: Final = np.empty(0, "datetime64[D]")
NUMBERS: Final = (schema.PRICE, schema.SALES)
FLAGS: Final = (schema.PROMO, schema.OPEN)
_AGAIN: Final = "and upload again."
_TOO_LARGE: Final = f"Over {schema.MAX_AMOUNT:,.0f}"


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of a file.

    Args:
        frame: The good ones in the order of the file, in columns of the schema and in the types of the sales table.
        good: Which rows of the table they are, shape (n,).
        problems: One row per problem (`problems.COLUMNS`).
        notes: How cells were read that could be read in another way, a sentence each.
        questions: What a person has to say of them.
    """

    frame: pd.DataFrame
    good: np.ndarray
    problems: pd.DataFrame
    notes: tuple[str, ...]
    questions: tuple[Question, ...]


def read_rows(table: Table, roles: Mapping, answers: Answers, *, today: date, saved: np.ndarray = NO_DAYS) -> Rows:
    """The rows of a table.

    Args:
        table: The cells.
        roles: Role -> column.
        answers: What a person said of this file.
        today: Sales after the day that follows it are problems, and so are days more than two years after it.
        saved: Days that have sales already, ascending, each once: a day may lie near to them instead of near to others of the table.

    Raises:
        InputError: Article numbers that a spreadsheet spoiled.
        QuestionsOpen: The dates can be read in more than one way.
    """
    findings = Findings(table, roles)
    check_open_quotes(findings, roles[schema.DATE])
    days, readings = _check_days(findings, answers, today)
    _check_strays(findings, days, saved, today)
    columns: dict[str, np.ndarray | pa.DictionaryArray] = {schema.DATE: days}
    columns |= {role: _check_texts(findings, role) for role in (*schema.KEYS, *schema.ATTRIBUTES) if role in roles}
    decimals, doubts, unsure = findings.decimals(NUMBERS, answers)
    columns |= {role: _check_driver(findings, role, decimals) for role in schema.DRIVERS if role in roles}
    columns[schema.SALES], gaps = _check_sales(findings, columns, decimals, answers, today)
    good = ~findings.bad
    frame = pd.DataFrame({role: _column(columns[role], good) for role in schema.COLUMNS if role in columns})
    return Rows(frame, good, problems.together(findings.frames), (*readings, *doubts, *gaps), tuple(unsure))


def _check_days(findings: Findings, answers: Answers, today: date) -> tuple[np.ndarray, tuple[str, ...]]:
    """The day of each row, and notes about how they were read."""
    column = findings.mapping[schema.DATE]
    given = findings.table.rows[column]
    try:
        days, notes = date_column.as_days(given, column=column, answers=answers, today=today)
    except AmbiguousDates as error:
        raise open_questions(
            Understood(
                read=findings.table.reading, mapping={role: findings.mapping.get(role) for role in schema.ROLES}, questions=(_date_question(error),)
            )
        ) from error
    empty = is_empty(given)
    findings.add(empty, schema.DATE, "No date", f"Write the date {_AGAIN}")
    findings.add(np.isnat(days) & ~empty, schema.DATE, date_column.no_such_date(notes), f"Correct the date {_AGAIN}")
    findings.add(days > np.datetime64(today + date_column.MAX_AHEAD, "D"), schema.DATE, "More than two years ahead", f"Correct the date {_AGAIN}")
    findings.add(days < np.datetime64(FIRST_DAY, "D"), schema.DATE, "Before 1970", f"Correct the date {_AGAIN}")
    return days, notes


def _check_strays(findings: Findings, days: np.ndarray, saved: np.ndarray, today: date) -> None:
    """Records days years from all others of the table and from those that have sales already."""
    sound = np.where(findings.bad, np.datetime64("NaT", "D"), days)
    every = np.union1d(sound[~np.isnat(sound)], saved)
    strays = every[stray_days.stray(every) & (every < np.datetime64(today - REOPENED, "D"))]
    findings.add(np.isin(sound, strays), schema.DATE, "Years from all other dates", f"Correct the date {_AGAIN}")


def _date_question(error: AmbiguousDates) -> Question:
    """Which reading of the dates is meant."""
    return Question(error.kind, str(error), tuple(Choice(value, text, answer) for value, text, answer in error.choices))


def _check_texts(findings: Findings, role: str) -> pa.DictionaryArray:
    texts = cells.as_texts(findings.table.rows[findings.mapping[role]])
    what = "product" if role == schema.PRODUCT else role
    if role in schema.KEYS:
        column = findings.mapping[role]
        spoiled = spoiled_ids(texts.dictionary, column)
        if spoiled:
            raise InputError(spoiled)
        findings.add(texts.is_null().to_numpy(zero_copy_only=False), role, f"No {what}", f"Write the {what} {_AGAIN}")
    for rows, fault, remedy in key_texts.faults(texts, what):
        findings.add(rows, role, fault, f"{remedy} {_AGAIN}")
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
    findings.add(_too_large(values), role, _TOO_LARGE, f"Correct the {role} {_AGAIN}")
    return values


def _check_sales(
    findings: Findings,
    columns: AnyMapping[str, np.ndarray],
    decimals: dict[str, number_formats.Decimal],
    answers: Answers,
    today: date,
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Sales of each row, NaN if not known, and notes about cells without a number that are no problem: dashes, and days on which a shop was closed.

    An empty cell is no problem after the last day with sales, on rows that give a driver.
    """
    if answers.count_rows:
        _check_days_to_come(findings, columns[schema.DATE], today)
        return np.ones(len(findings.table)), ()
    column = findings.mapping[schema.SALES]
    given = findings.table.rows[column]
    dashes, gaps = no_sales.nothing_sold(given), no_sales.closed(given)
    values, empty = np.where(dashes, 0.0, cells.as_numbers(given, decimals[schema.SALES])), is_empty(given)
    findings.bad |= gaps
    findings.add(np.isnan(values) & ~empty & ~gaps, schema.SALES, "Not a number", f"Correct the sales {_AGAIN}")
    findings.add(np.isinf(values), schema.SALES, "Not a finite number", f"Correct the sales {_AGAIN}")
    findings.add(_too_large(values), schema.SALES, _TOO_LARGE, f"Correct the sales {_AGAIN}")
    days = columns[schema.DATE]
    _check_days_to_come(findings, np.where(np.isfinite(values), days, np.datetime64("NaT", "D")), today)
    sold = days[np.isfinite(values) & ~findings.bad]
    ahead = days > sold.max() if len(sold) else ~np.isnat(days)
    has_driver = np.zeros(len(days), dtype=bool)
    for role in schema.DRIVERS:
        has_driver |= np.isfinite(columns[role]) if role in columns else False
    findings.add(empty & ~(ahead & has_driver), schema.SALES, "No sales", f"Write 0 if nothing was sold, or the units, {_AGAIN}")
    return values, no_sales.notes(column, given, dashes, gaps)


def _check_days_to_come(findings: Findings, sold: np.ndarray, today: date) -> None:
    """Records sales of days that nobody has seen yet, by each row's day with sales."""
    tomorrow, last = (np.datetime64(today + ahead, "D") for ahead in (MAX_SOLD_AHEAD, date_column.MAX_AHEAD))
    findings.add((sold > tomorrow) & (sold <= last), schema.DATE, "Sales of a day to come", f"Correct the date, or leave its sales empty, {_AGAIN}")


def _too_large(values: np.ndarray) -> np.ndarray:
    return np.isfinite(values) & (np.abs(values) > schema.MAX_AMOUNT)


def _column(values: np.ndarray | pa.DictionaryArray, rows: np.ndarray) -> pd.Series:
    """The good rows of a column, in the type of the sales table."""
    if isinstance(values, pa.DictionaryArray):
        return pd.Series(values.filter(pa.array(rows)).cast(pa.large_string()).to_pandas(), dtype="str")
    return pd.Series(values[rows].astype("datetime64[us]") if values.dtype.kind == "M" else values[rows])
