"""From a table and its mapping to sales, and to the problems of its rows."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from forecasting.core import outsizes, row_keys, schema
from forecasting.core.period import period_of_dates
from forecasting.core.plausibility import mending
from forecasting.core.plausibility.mends import NOTHING_MENDED, Mends
from forecasting.intake import line_amounts, named_suppliers, odd_dates, problems, products_across
from forecasting.intake.answers import NOTHING_SAID, Answers
from forecasting.intake.collisions import Joined, RowNumbers, join
from forecasting.intake.column_facts import SAMPLE_ROWS, ColumnFacts
from forecasting.intake.column_guess import MONEY, SALES, guess_mapping, money_or_units
from forecasting.intake.column_mapping import Mapping, checked
from forecasting.intake.doubts import differences, joined_spellings, running_total, signs, spellings, states, totals, weeks, zeros
from forecasting.intake.keys import unnamed
from forecasting.intake.line_kinds import without_other_lines
from forecasting.intake.receipts import receipts_by
from forecasting.intake.row_checks import NO_DAYS, read_rows
from forecasting.intake.row_choice import left_out
from forecasting.intake.sales_column import require_sales
from forecasting.intake.table import Table
from forecasting.intake.understood import Question, Understood, open_questions

__all__ = ["Intake", "Mapping", "check", "guess_mapping"]


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
        answers: What a person had said of the file: with the mapping, all that it takes to read it the same way again.
        suppliers: Who delivers each series, as `named_suppliers` has it; no column of the sales.
        header: All columns of the file, as it was read before rows were made of any.
        stated: Role -> column, as it was stated; `mapping` is without columns that this file has empty.
    """

    sales: pd.DataFrame
    problems: pd.DataFrame
    mapping: Mapping
    kept_out: tuple[str, ...]
    rows: int
    understood: Understood
    answers: Answers = NOTHING_SAID
    suppliers: pd.DataFrame = field(default_factory=named_suppliers.nothing)
    header: tuple[str, ...] = ()
    stated: AnyMapping[str, str] = field(default_factory=dict)

    @property
    def dropped(self) -> int:
        """How many rows have a problem."""
        return int(self.problems["line"].nunique())

    def with_notes(self, notes: tuple[str, ...]) -> Intake:
        """The same with further notes."""
        return replace(self, understood=replace(self.understood, notes=(*self.understood.notes, *notes)))

    def with_answer(self, answer: AnyMapping[str, Any]) -> Intake:
        """The same with an answer that changes no row: that the file is right in spite of a doubt."""
        return replace(self, answers=self.answers.with_answer(answer))

    def mended(self, mends: Mends) -> Intake:
        """The same as a person mended it, with notes that say so; raises InputError where it has not got what is mended."""
        if not mends:
            return self
        sales = mending.mended(self.sales, mends)
        understood = replace(
            self.understood,
            units={**self.understood.units, "kept": float(sales[schema.SALES].sum())},
            series=len(np.unique(row_keys.series_codes([sales])[0])),
            first=sales[schema.DATE].min() if len(sales) else None,
            last=sales[schema.DATE].max() if len(sales) else None,
            notes=(*self.understood.notes, *mending.notes(mends)),
        )
        suppliers, answers = named_suppliers.renamed(self.suppliers, mends.names), replace(self.answers, mends=mends)
        return replace(self, sales=sales, understood=understood, suppliers=suppliers, answers=answers)

    def accept(self, *, drop_problems: bool = False, again: bool = False) -> pd.DataFrame:
        """The sales, if they may be merged.

        Args:
            drop_problems: Whether the person chose to leave rows with problems out.
            again: Whether the file was merged before, as it is read: a question that nobody asked then is none now.

        Raises:
            QuestionsOpen: The file can be read in more than one way.
            ProblemsFound: There are problems and no such choice, or not one row is good.
        """
        if self.understood.questions and not again:
            raise open_questions(self.understood)
        problems.require_choice(self.problems, self.rows, usable=not self.sales.empty, drop=drop_problems, aim="merge")
        return self.sales


def check(table: Table, mapping: AnyMapping[str, str], answers: Answers = NOTHING_SAID, *, today: date, saved: np.ndarray = NO_DAYS) -> Intake:
    """The sales of a table, all of its problems, and the questions that it leaves open.

    Decimal marks: a number that proves the mark decides for its column, then for the other columns; where no number does and the file decides
    it in no other way, that is a question. A dash counts as nothing sold, and a word such as "closed" leaves its row out; a note says so.

    Args:
        table: What `read_table` gave.
        mapping: Role -> column.
        answers: What a person said of this file.
        today: Sales after the day that follows it are problems, and so are days more than two years after it.
        saved: Days that have sales already, ascending, each once, shape (n,) of `datetime64[D]`.

    Raises:
        InputError: The mapping or an answer does not fit the table.
        ColumnsMissing: No column for `date` or `sales`.
        QuestionsOpen: The dates can be read in more than one way.
    """
    header, stated = table.columns, {role: unicodedata.normalize("NFC", column) for role, column in mapping.items()}
    table, mapping = products_across.unfolded(table, stated, answers)
    require_sales(table, mapping, answers)
    roles = checked(table, mapping, count_rows=answers.count_rows)
    across = products_across.question(table, roles, answers)
    table, left = _lines_of_sales(table, roles, answers)
    rows = read_rows(table, roles, answers, today=today, saved=saved)
    frame, changed = _meant(rows.frame, roles, answers)
    lines = _Lines(table, roles, answers, rows.good, frame, RowNumbers.of(frame))
    suppliers, several = named_suppliers.named(table, rows.good, frame, lines.numbers.series, roles)
    joined = _joined(lines)
    facts = _facts(lines, joined)
    remarks = (*_about_sales(table, roles), *joined.notes, *_remarks(joined.sales, joined.series, roles))
    understood = replace(
        facts,
        notes=(*table.notes, *left, *rows.notes, *changed, *remarks, *several),
        questions=(*rows.questions, *_questions(lines, joined, facts.period, across)),
        problems=len(rows.problems),
        suppliers=named_suppliers.counted(suppliers) if schema.SUPPLIER in roles else None,
    )
    kept_out, said = tuple(name for name in table.columns if name not in roles.values()), replace(answers, mends=NOTHING_MENDED)
    read = Intake(joined.sales, rows.problems, roles, kept_out, _count(table), understood, said, suppliers, header, stated)
    return read.mended(answers.mends)


@dataclass(frozen=True, eq=False)
class _Lines:
    """The lines of a file that are sales.

    Args:
        table: As they were read.
        roles: Role -> column.
        answers: What a person said of the file.
        good: Which of them have no problem, shape (len(table),).
        frame: These, as they are meant, in columns of the schema.
        numbers: Their series and days.
    """

    table: Table
    roles: Mapping
    answers: Answers
    good: np.ndarray
    frame: pd.DataFrame
    numbers: RowNumbers


def _joined(lines: _Lines) -> Joined:
    """One row a series and day; of a running total what each day added to it."""
    answers, numbers = lines.answers, lines.numbers
    receipts = receipts_by(lines.table, lines.roles) if answers.period is None else f"each row counts for its {answers.period}"
    joined = join(lines.frame, numbers, _copies(lines.table, lines.good, numbers.met), duplicates=answers.duplicates, receipts=receipts)
    return replace(joined, sales=differences(joined.sales, joined.series)) if "differences" in answers.accept else joined


def _facts(lines: _Lines, joined: Joined) -> Understood:
    """What can be counted of the sales."""
    sales, used, read = joined.sales, len(lines.frame), _count(lines.table) + lines.table.left_out
    return Understood(
        read=lines.table.reading,
        mapping={role: lines.roles.get(role) for role in schema.ROLES},
        duplicates=joined.duplicates or "",
        period=period_of_dates(pd.DatetimeIndex(sales[schema.DATE])).name,
        rows={"read": read, "used": used, "left_out": read - used},
        units={"read": float(lines.frame[schema.SALES].sum()), "kept": float(sales[schema.SALES].sum())},
        series=len(np.unique(joined.series)),
        first=sales[schema.DATE].min() if len(sales) else None,
        last=sales[schema.DATE].max() if len(sales) else None,
    )


def _questions(lines: _Lines, joined: Joined, period: str, across: Question | None) -> tuple[Question, ...]:
    """What a person has to say of the sales; where a column may tell rows that meet apart, that is asked first of them."""
    table, roles, answers, frame = lines.table, lines.roles, lines.answers, lines.frame
    key = unnamed(table, lines.good, frame, lines.numbers.met, roles) if answers.duplicates is None else None
    doubts = (
        across,
        states(table, lines.good, frame[schema.SALES], roles, answers),
        totals(frame, roles, answers),
        signs(frame, answers),
        spellings(frame, roles, answers),
        key,
        running_total(joined.sales, joined.series, answers),
        weeks(joined.sales, joined.series, period, answers),
    )
    return (*(doubt for doubt in doubts if doubt), *(() if key else joined.questions))


def _count(table: Table) -> int:
    """Rows of the file, good and bad."""
    return len(table) + int(table.problems["line"].nunique())


def _lines_of_sales(table: Table, roles: Mapping, answers: Answers) -> tuple[Table, tuple[str, ...]]:
    """The table without lines that a person leaves out, or that are of another kind; and what was left out."""
    table, notes = left_out(table, answers.leave_out)
    table, note = without_other_lines(table, roles)
    return table, (*notes, note) if note else notes


def _meant(frame: pd.DataFrame, roles: Mapping, answers: Answers) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The rows as they are meant, and what that changed: odd dates of weeks and months, and prices of whole rows."""
    frame = _answered(frame, answers)
    frame, moved = odd_dates.settled(frame) if answers.period is None else (frame, ())
    frame, priced = line_amounts.as_unit_prices(frame, roles.get(schema.PRICE, ""))
    return frame, (*moved, *priced)


def _answered(frame: pd.DataFrame, answers: Answers) -> pd.DataFrame:
    """The rows as a person says that they are meant: names in one spelling, dates at the start of their week or month."""
    if "same-spellings" in answers.accept:
        frame = joined_spellings(frame)
    if "negative-sales" in answers.accept:
        frame = frame.assign(**{schema.SALES: -frame[schema.SALES]})
    if answers.period in ("week", "month"):
        days = frame[schema.DATE].to_numpy().astype("datetime64[D]")
        mondays = days - ((days.astype(np.int64) + 3) % 7).astype("timedelta64[D]")
        starts = mondays if answers.period == "week" else days.astype("datetime64[M]")
        frame = frame.assign(**{schema.DATE: starts.astype("datetime64[us]")})
    return frame


def _about_sales(table: Table, roles: Mapping) -> tuple[str, ...]:
    """A note where what counts as sales is money, or rows."""
    column = roles.get(schema.SALES)
    if column is None:
        return ("Each row counts as one unit sold.",)
    kind = money_or_units(column)
    if kind == MONEY or (kind == SALES and ColumnFacts(column, table.rows[column].iloc[:SAMPLE_ROWS]).has_cents):
        return (f"{column} {'is' if kind == MONEY else 'looks like'} money, not units: forecasts and orders are in money too.",)
    return ()


def _remarks(sales: pd.DataFrame, series: np.ndarray, roles: Mapping) -> tuple[str, ...]:
    """Notes about what can be right, and often is a mistake."""
    units = sales[schema.SALES].to_numpy(dtype=float)
    large = outsizes.note(sales, *outsizes.outsized(units, series, units, series))
    return (*zeros(sales, roles), *([large] if large else []))


def _copies(table: Table, good: np.ndarray, met: np.ndarray) -> np.ndarray:
    """Which good rows repeat an earlier one in every cell, shape (n,), of those that meet another one."""
    copies = np.zeros(len(met), dtype=bool)
    if met.any():
        copies[met] = table.rows[good][met].duplicated().to_numpy()
    return copies
