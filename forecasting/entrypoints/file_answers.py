"""Answers for a sales file under the names that they have on the command line, in forms and in Python."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from forecasting.core.errors import InputError
from forecasting.intake.answers import Answers, DateOrder, leave_out_pair

NAMES: Final = (
    "duplicates",
    "day_first",
    "month_first",
    "year_first",
    "sheet",
    "encoding",
    "header_line",
    "count_rows",
    "leave_out",
    "start_date",
    "period",
    "accept",
)
"""Keywords in Python and fields of a form; the flags of the command line have "-" for "_"."""


def answers_of(stated: Mapping[str, Any]) -> Answers:
    """The answers among named values.

    Args:
        stated: Name -> value; None, False or an empty value where nothing is said, but for `day_first`, of which False says that the month
            comes first. Names that are not in `NAMES` make no difference.

    Raises:
        InputError: A value that cannot be meant, or two orders of a date at once.
    """
    return Answers(
        duplicates=stated.get("duplicates") or None,
        date_order=_date_order(stated),
        sheet=stated.get("sheet") or None,
        encoding=stated.get("encoding") or None,
        header_line=stated.get("header_line"),
        count_rows=bool(stated.get("count_rows")),
        leave_out=tuple(dict.fromkeys(item if isinstance(item, tuple) else leave_out_pair(item) for item in _items(stated.get("leave_out")))),
        start_date=_day(stated.get("start_date")),
        period=stated.get("period") or None,
        accept=frozenset(_items(stated.get("accept"))),
    )


def _date_order(stated: Mapping[str, Any]) -> DateOrder | None:
    orders: dict[DateOrder, bool] = {
        "day": stated.get("day_first") is True,
        "month": stated.get("day_first") is False or bool(stated.get("month_first")),
        "year": bool(stated.get("year_first")),
    }
    meant = [order for order, is_meant in orders.items() if is_meant]
    if len(meant) > 1:
        raise InputError(f"A date begins with the day, the month or the year, not with the {' and the '.join(meant)} at once. Say one of them.")
    return meant[0] if meant else None


def _items(value: Any) -> tuple[Any, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())


def _day(value: Any) -> date | None:
    if value is None or value == "" or isinstance(value, date):
        return value or None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise InputError(f"The start date is a day as 2026-03-01, not {value[:80]!r}.") from None
