"""Dates whose year stands in one column and whose month, week or day in others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from forecasting.core.schema import DATE
from forecasting.intake.calendar_names import month_numbers
from forecasting.intake.cells import distinct
from forecasting.intake.column_facts import SAMPLE_ROWS, ColumnFacts
from forecasting.intake.column_guess import guess_mapping
from forecasting.intake.column_words import words_of
from forecasting.intake.counted_periods import counted, counted_all
from forecasting.intake.names import plain
from forecasting.intake.table import Table, listed

NAME: Final = "Date"
"""What the column is called that the parts become."""
MIN_SHARE: Final = 0.5
"""Share of a part's distinct cells that has to be one, for its name to be believed."""
YEARS: Final = (1970, 2199)
MAX_WEEK: Final = 53
_YEAR: Final = words_of("year jahr annee ano anno aar ar yr rok rik god год рік 年 yil vuosi jaar calendaryear isoyear salesyear orderyear")
_MONTH: Final = words_of(
    "month monat mois mes mese maand maned manad mesic miesiac месяц місяць 月 ay kuukausi monthname monthno monthnumber calendarmonth salesmonth "
    "ordermonth"
)
_WEEK: Final = words_of(
    "week kw woche kalenderwoche semaine semana settimana vecka uge uke viikko tydzien tyden неделя тиждень hafta weekno weeknumber weeknr weeknum "
    "isoweek weekofyear calendarweek"
)
_DAY: Final = words_of("day tag jour dia giorno dag den dzien день 日 gun paiva dayofmonth dayno daynumber")


@dataclass(frozen=True)
class Parts:
    """The columns of the parts of a date; "" for a part that a date does not have."""

    year: str
    month: str = ""
    week: str = ""
    day: str = ""

    def columns(self) -> list[str]:
        """Those that there are."""
        return [name for name in (self.year, self.month, self.week, self.day) if name]


def joined(table: Table) -> Table:
    """The table with a last column of dates, where none has them and their parts stand in columns; else as it is."""
    parts = _parts(table)
    if parts is None or _has_dates(table, parts):
        return table
    across = parts.month or parts.week if table.reading.layout == "wide" else ""
    cells = [distinct(table.rows[name]) for name in parts.columns()]
    codes = np.column_stack([places % len(texts) for places, texts in cells])
    combined, place = np.unique(codes, axis=0, return_inverse=True)
    dates = [_date(parts, [texts[int(code)].as_py() for code, (_, texts) in zip(row, cells, strict=True)]) for row in combined]
    known = {date: at for at, date in enumerate(dict.fromkeys(filter(None, dates)))}
    column = pd.Categorical.from_codes(np.array([known.get(date, -1) for date in dates])[place.ravel()], pd.Index(list(known), dtype="str"))
    if across:
        note = f"{parts.year} and the names of the columns together are the date."
        return replace(table, rows=table.rows.assign(**{across: column}), notes=(*table.notes, note))
    name = NAME if NAME not in table.columns else f"{NAME} ({len(table.columns) + 1})"
    rows = table.rows.assign(**{name: column})
    note = f"{listed(parts.columns())} together are the date."
    return replace(table, columns=(*table.columns, name), rows=rows, notes=(*table.notes, note))


def _parts(table: Table) -> Parts | None:
    """The columns of the parts; None unless there is a year and what divides it."""

    def column(words: frozenset[str], low: int, high: int, names: bool = False) -> str:
        fitting = (name for name in table.columns if plain(name) in words and _fits(table.rows[name], low, high, names))
        return next(fitting, "")

    year = column(_YEAR, *YEARS)
    if year and table.reading.layout == "wide":
        return _across(table, year)
    month, week = column(_MONTH, 1, 12, True), column(_WEEK, 1, MAX_WEEK)
    if not year or not (month or week):
        return None
    return Parts(year, month, day=column(_DAY, 1, 31)) if month else Parts(year, week=week)


def _across(table: Table, year: str) -> Parts | None:
    """A year in each row and months or weeks across; None where the columns have years themselves, or are only counted."""
    column = table.columns[-2]
    names = [text for text in distinct(table.rows[column])[1].to_pylist() if text]
    if counted_all(names) is None or not (month_numbers(names) or all(_week_of(name) for name in names)):
        return None
    return Parts(year, month=column) if month_numbers(names) else Parts(year, week=column)


def _week_of(text: str) -> int | None:
    """The number of a week such as KW05; None for another text."""
    number = counted(text)
    return number.number if number is not None and number.unit == "week" and 1 <= number.number <= MAX_WEEK else None


def _has_dates(table: Table, parts: Parts) -> bool:
    """Whether another column has whole dates."""
    column = guess_mapping(table).get(DATE) if table.reading.layout == "long" else None
    return column is not None and column not in parts.columns() and ColumnFacts(column, table.rows[column].iloc[:SAMPLE_ROWS]).days > MIN_SHARE


def _fits(cells: pd.Series, low: int, high: int, names: bool) -> bool:
    """Whether most distinct cells are whole numbers within these bounds, or, for `names`, words."""
    texts = [text for text in distinct(cells)[1].to_pylist()[:1000] if text.strip()]
    if not texts:
        return False
    return sum(_number(text, low, high) is not None or (names and text.strip(" .").isalpha()) for text in texts) > MIN_SHARE * len(texts)


def _number(text: str, low: int, high: int) -> int | None:
    bare = text.strip().removesuffix(".0")
    return int(bare) if bare.isdecimal() and len(bare) <= 4 and low <= int(bare) <= high else None


def _date(parts: Parts, texts: list[str]) -> str:
    """The text of a date, in a form in which columns of dates are written; "" if its parts are empty."""
    if not any(text.strip() for text in texts):
        return ""
    year = _number(texts[0], *YEARS)
    if parts.week:
        week = _number(texts[1], 1, MAX_WEEK) or _week_of(texts[1])
        return " ".join(texts) if year is None or week is None else f"{year}-W{week:02d}"
    month, day = _number(texts[1], 1, 12), texts[2].strip().removesuffix(".0") if parts.day else ""
    if year is None:
        return " ".join(texts)
    if month is None:
        return f"{day} {texts[1].strip()} {year}".strip()
    return f"{year}-{month:02d}" + (f"-{day.zfill(2)}" if parts.day else "")
