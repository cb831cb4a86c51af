"""Cron expressions that a person need not write: every day, or every Monday, at a time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import time
from typing import Final

DAILY: Final = "*"
OWN: Final = "own"
KINDS: Final = {
    DAILY: "Every day",
    **dict(zip("1234560", [f"Every {day}day" for day in ("Mon", "Tues", "Wednes", "Thurs", "Fri", "Satur", "Sun")], strict=True)),
    OWN: "Cron expression",
}
"""A day of the week as cron has it, or a kind of its own -> what a person reads."""
USUAL_TIME: Final = time(3)


def kinds(week: Sequence[int]) -> list[str]:
    """The kinds in the order in which they are offered: every day, the days of a week, a cron expression.

    Args:
        week: The days of a week in their order, 0 for Monday.

    Example:
        >>> kinds([6, 0, 1, 2, 3, 4, 5])
        ['*', '0', '1', '2', '3', '4', '5', '6', 'own']
    """
    return [DAILY, *(str((day + 1) % 7) for day in week), OWN]


def parts(every: str) -> tuple[str, time]:
    """The kind and the time of an expression.

    Example:
        >>> parts("30 2 * * 1"), parts("*/5 * * * *")
        (('1', datetime.time(2, 30)), ('own', datetime.time(3, 0)))
    """
    usual = re.fullmatch(r"([0-5]?\d) ([01]?\d|2[0-3]) \* \* ([*0-7])", every)
    if usual is None:
        return OWN, USUAL_TIME
    minute, hour, day = usual.groups()
    return ("0" if day == "7" else day), time(int(hour), int(minute))


def expression(kind: str, at: time) -> str:
    """The expression of a kind that is not a person's own.

    Example:
        >>> expression("1", time(2, 30))
        '30 2 * * 1'
    """
    return f"{at.minute} {at.hour} * * {kind}"
