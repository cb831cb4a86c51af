"""What a person says of a file that can be read in more than one way."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Final, Literal

from forecasting.core.errors import InputError
from forecasting.core.plausibility.mends import NOTHING_MENDED, Mends

Duplicates = Literal["last", "sum"]
DateOrder = Literal["day", "month", "year"]
PeriodName = Literal["day", "week", "month"]
LEVEL, KEYS = "level", "keys"
"""Kinds of doubts about a file beside the saved sales: everything sells several times as much; other columns tell the sales apart. An answer holds
for one file, not for the next one like it."""
DUPLICATES: Final[tuple[Duplicates, ...]] = ("sum", "last")
PERIODS: Final[tuple[PeriodName, ...]] = ("day", "week", "month")
DATE_ORDERS: Final[tuple[DateOrder, ...]] = ("day", "month", "year")


@dataclass(frozen=True, kw_only=True)
class Answers:
    """The choices for one file; each is left to the file where nothing is said.

    Args:
        duplicates: Whether rows of one series and day are added up (receipts), or the last of them counts (corrections).
        date_order: What comes first in 03/04/05.
        sheet: The sheet of a workbook to read.
        encoding: The encoding of a text, by a name that Python knows.
        header_line: The line that names the columns, from 1; 0 if none does.
        count_rows: Whether each row is one unit sold.
        leave_out: Rows to leave out: pairs of a column and a text that its cell has.
        start_date: The first day of a file whose dates have no year, or whose columns count days.
        period: What a row stands for; dates become the first day of their week or month.
        accept: Kinds of doubts that a person has looked at: the file is right as it was read.
        mends: What a person mended beside the saved sales, once the rest was read; only on a page that shows what it is about.
    """

    duplicates: Duplicates | None = None
    date_order: DateOrder | None = None
    sheet: str | None = None
    encoding: str | None = None
    header_line: int | None = None
    count_rows: bool = False
    leave_out: tuple[tuple[str, str], ...] = ()
    start_date: date | None = None
    period: PeriodName | None = None
    accept: frozenset[str] = frozenset()
    mends: Mends = NOTHING_MENDED

    def __post_init__(self) -> None:
        for name, known in (("duplicates", DUPLICATES), ("date_order", DATE_ORDERS), ("period", PERIODS)):
            value = getattr(self, name)
            if value is not None and value not in known:
                raise InputError(f"{name} is {' or '.join(known)}, not {str(value)[:80]!r}.")
        if self.header_line is not None and self.header_line < 0:
            raise InputError(f"The header's line is counted from 1, with 0 for a file without one; it cannot be {self.header_line}.")

    @property
    def day_first(self) -> bool | None:
        """Whether 03/04 is 3 April; None where nobody said so."""
        return {"day": True, "month": False}.get(self.date_order or "")

    def with_answer(self, answer: Mapping[str, Any]) -> Answers:
        """These answers and the one of a `Choice`; what it adds to `leave_out` or `accept` comes to what is there. Its `mapping` is not of them."""
        known = {field.name for field in fields(self)}
        values = {name: value for name, value in answer.items() if name in known}
        if "leave_out" in values:
            values["leave_out"] = tuple(dict.fromkeys([*self.leave_out, *values["leave_out"]]))
        if "accept" in values:
            values["accept"] = self.accept | frozenset(values["accept"])
        return replace(self, **values)


NOTHING_SAID: Final = Answers()


def leave_out_pair(text: str) -> tuple[str, str]:
    """The column and the text of COLUMN=VALUE; raises InputError."""
    column, separator, value = text.partition("=")
    if not separator or not column.strip():
        raise InputError(f"Rows are left out by COLUMN=VALUE, e.g. Status=Cancelled, not by {text[:80]!r}.")
    return column.strip(), value.strip()


def flags(answer: Mapping[str, Any]) -> str:
    """An answer as it is typed on the command line.

    Example:
        >>> flags({"duplicates": "sum"}), flags({"mapping": {"store": "Outlet Name"}}), flags({"date_order": "day", "count_rows": True})
        ('--duplicates sum', "--map 'store=Outlet Name'", '--day-first --count-rows')
    """
    words: list[str] = []
    for name, value in form_fields(answer).items():
        if value is True:
            words.append(_flag(name))
        elif name == "mapping":
            words += [word for role, column in value.items() for word in ("--map", f"{role}={column}")]
        else:
            for text in value if isinstance(value, list) else [str(value)]:
                words += [f"{_flag(name)}={text}"] if text.startswith("-") else [_flag(name), text]
    return shlex.join(words)


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def form_fields(answer: Mapping[str, Any]) -> dict[str, Any]:
    """An answer as fields of a form, which are also keywords in Python; dates as ISO texts.

    Example:
        >>> form_fields({"date_order": "day"}), form_fields({"leave_out": [("Status", "Cancelled")]})
        ({'day_first': True}, {'leave_out': ['Status=Cancelled']})
    """
    fields_sent: dict[str, Any] = {}
    for name, value in answer.items():
        if name == "date_order":
            fields_sent[f"{value}_first"] = True
        elif name == "leave_out":
            fields_sent[name] = [f"{column}={text}" for column, text in value]
        elif name == "accept":
            fields_sent[name] = sorted(value)
        elif name == "mapping":
            fields_sent[name] = dict(value)
        else:
            fields_sent[name] = value.isoformat() if isinstance(value, date) else value
    return fields_sent
