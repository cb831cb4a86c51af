"""What comes first in dates of three numbers: the day, the month or the year."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa
from pyarrow import compute

from forecasting.core.errors import AmbiguousDates
from forecasting.intake.answers import DateOrder
from forecasting.intake.calendars import NO_DAY, Days, days_of, integers, years

_YEAR_LAST: Final = r"^(?:[^\s0-9.,/\-]+\.?,? +)?(?P<a>\d{1,2})(?P<sep>[-/. ]) ?(?P<b>\d{1,2})[-/. ] ?(?P<y>\d{4}|\d{2})\.?$"
_GLUED: Final = r"^(?P<a>\d{2})(?P<sep>)(?P<b>\d{2})(?P<y>(?:19|20|25)\d{2})$"
MAX_DAYS_A_TEXT: Final = 32
"""Days from one date of a file to the next at most, on average, where the dates are read right: monthly files have one a month."""
MAX_YEARS_OLDER: Final = np.timedelta64(10 * 365, "D")
"""How much older dates with dots may be with the day first than with the year first without a doubt that it comes first."""
FIRST_PLAUSIBLE: Final = np.datetime64("1990-01-01", "D")


def year_last(texts: pa.Array, *, column: str, order: DateOrder | None, last_plausible: date | None) -> Days:
    """The day of each text of three numbers that does not begin with a year of four digits, NaT for any other text, shape (n,).

    Args:
        texts: Distinct bare texts.
        column: The name of their column, for the question.
        order: What comes first, if a person said so.
        last_plausible: Days beyond are mistakes; None where two digits in front cannot be the year.

    Raises:
        AmbiguousDates: Several orders fit equally well and give different days.
    """
    days = np.full(len(texts), NO_DAY)
    for pattern in (_YEAR_LAST, _GLUED):
        fields = compute.extract_regex(texts, pattern)
        valid = fields.is_valid().to_numpy(zero_copy_only=False)
        if valid.any():
            read = _read(texts, fields, valid, column=column, order=order, last_plausible=last_plausible)
            days = np.where(np.isnat(days), read, days)
    return days


def _read(texts: pa.Array, fields: pa.StructArray, valid: np.ndarray, *, column: str, order: DateOrder | None, last_plausible: date | None) -> Days:
    first, second, third = *(integers(fields.field(name)) for name in ("a", "b")), years(fields.field("y"))
    short = valid & (compute.utf8_length(compute.fill_null(fields.field("y"), "")).to_numpy(zero_copy_only=False) == 2)
    readings: dict[DateOrder, Days] = {
        "day": days_of(third, second, first, valid),
        "month": days_of(third, first, second, valid),
        "year": days_of(first, second, third, short),
    }
    if order == "year" and not short.all():
        readings["year"] = np.where(short, readings["year"], NO_DAY)
    if order is not None and (order != "year" or short.any()):
        return readings[order]
    dots = bool(compute.all(compute.equal(fields.field("sep").filter(pa.array(valid)), ".")).as_py())
    fitting = [] if last_plausible is None or (short != valid).any() else _by_years(readings, last_plausible, dots=dots)
    if not fitting:
        fitting = _by_calendar(readings, dots=dots)
    differ = np.zeros(len(texts), dtype=bool)
    for other in fitting[1:]:
        differ |= valid & (readings[fitting[0]] != readings[other])
    if not differ.any():
        return readings[fitting[0]]
    raise _question(texts, {name: readings[name] for name in fitting}, valid & differ, column)


def _by_calendar(readings: dict[DateOrder, Days], *, dots: bool) -> list[DateOrder]:
    """Whether the day or the month comes first, by the texts that only one of the two can read; both if that does not decide."""
    by_day, by_month = readings["day"], readings["month"]
    for_day = int((~np.isnat(by_day) & np.isnat(by_month)).sum())
    for_month = int((~np.isnat(by_month) & np.isnat(by_day)).sum())
    if for_day != for_month:
        return ["day"] if for_day > for_month else ["month"]
    both = ~np.isnat(by_day) & ~np.isnat(by_month)
    decided = dots or (not (by_day != by_month)[both].any() and not for_day)
    return ["day"] if decided else ["day", "month"]


def _by_years(readings: dict[DateOrder, Days], last_plausible: date, *, dots: bool) -> list[DateOrder]:
    """The orders in which the texts are a narrow range of plausible days, the latest first, if the year first is one of them; else none.

    Dots mean day first, unless that makes the days much older.
    """
    narrow = [order for order, days in readings.items() if _is_narrow(days, readings, last_plausible)]
    if "year" not in narrow:
        return []
    latest = {order: readings[order][~np.isnat(readings[order])].max() for order in narrow}
    if dots and "day" in narrow and latest["year"] - latest["day"] < MAX_YEARS_OLDER:
        return ["day"]
    return sorted(narrow, key=lambda order: str(latest[order]), reverse=True)


def _is_narrow(days: Days, readings: dict[DateOrder, Days], last_plausible: date) -> bool:
    """Whether every text that any order can read is a plausible day, and the days lie close together."""
    texts = ~np.isnat(np.stack(list(readings.values()))).all(axis=0)
    read = days[texts]
    if not len(read) or np.isnat(read).any() or (read < FIRST_PLAUSIBLE).any() or (read > np.datetime64(last_plausible, "D")).any():
        return False
    return bool((read.max() - read.min()).astype(int) <= MAX_DAYS_A_TEXT * len(read))


def _question(texts: pa.Array, readings: dict[DateOrder, Days], differ: np.ndarray, column: str) -> AmbiguousDates:
    shown = texts.filter(pa.array(differ)).to_pylist()[:3]
    place = int(np.flatnonzero(differ & ~np.isnat(np.stack(list(readings.values()))).any(axis=0))[0])
    example, named = texts[place].as_py(), {order: long(days[place].item()) for order, days in readings.items()}
    ways = {2: "two", 3: "three"}[len(readings)]
    orders = list(readings)
    what = f"the {', the '.join(orders[:-1])} or the {orders[-1]}"
    return AmbiguousDates(
        f"The dates in {column} can be read {ways} ways: is {example} {' or '.join(named.values())}? Say whether {what} comes first.",
        column=column,
        examples=shown,
        choices=[(order, f"{example} is {day}", {"date_order": order}) for order, day in named.items()],
    )


def long(day: date) -> str:
    """A day as a person writes it: 3 April 2026."""
    return f"{day.day} {day:%B %Y}"
