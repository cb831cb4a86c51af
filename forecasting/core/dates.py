"""Days and times as the language in force writes them."""

from __future__ import annotations

import pandas as pd

from forecasting.core import notation
from forecasting.core.signs import NBSP, signs


def in_language(time: pd.Timestamp, skeleton: str) -> str:
    """A day by a skeleton of CLDR, or its time for "short", in the language in force; empty where none is."""
    now = notation.current()
    here = notation.locale(now)
    if here is None:
        return ""
    from babel.dates import format_skeleton, format_time

    text = format_time(time, "short", locale=here) if skeleton == "short" else format_skeleton(skeleton, time, locale=here)
    digits = signs(now).digits
    return text.replace("\u202f", NBSP) if digits is None else text.translate(digits)


def weekday(day: int) -> str:
    """The short name of a weekday, 0 for Monday, in the language in force, as the dates beside it have it; English where none is.

    Example:
        >>> weekday(0)
        'Mon'
    """
    here = notation.locale(notation.current())
    return notation.WEEKDAYS[day][:3].capitalize() if here is None else str(here.days["stand-alone"]["abbreviated"][day])
