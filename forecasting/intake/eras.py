"""Years of the Japanese eras and of the Republic of China (Minguo), written as those of the common era."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import pyarrow as pa
from pyarrow import compute

from forecasting.intake.calendars import Days

PROBED_TEXTS: Final = 1000
"""Distinct texts that are looked at for years of an era."""
_BEFORE_FIRST: Final = {"令和": 2018, "㋿": 2018, "平成": 1988, "昭和": 1925, "R": 2018, "H": 1988, "S": 1925, "民國": 1911, "民国": 1911, "": 1911}
"""How an era is written -> the year before its first; three digits without a name are a Minguo year."""
_NAMED: Final = re.compile(r"^(?:中[華华])?(?P<era>令和|㋿|平成|昭和|民[國国]) ?(?P<year>\d{1,3}|元)(?= ?[年/.\-])")
_LETTER: Final = re.compile(r"^(?P<era>[RHS])(?P<year>\d{1,2})(?=([./])\d{1,2}\3\d{1,2}(?:\D|$))")
_MINGUO: Final = re.compile(r"^(?P<era>)(?P<year>\d{3})(?=([/.\-])\d{1,2}\3\d{1,2}(?:\D|$))")
_FIRST_YEAR: Final = "元"


def western(texts: pa.Array, *, numbers: bool) -> pa.Array:
    """The texts with their years as those of the common era; the same array where none has such a year.

    Args:
        texts: Distinct texts, without spaces around them.
        numbers: Whether a letter or three digits may be an era, as in R6.3.1 and 113/03/01; elsewhere they may number goods.

    Example:
        >>> western(pa.array(["令和6年3月1日", "民國113年3月1日", "R6.3.1"]), numbers=True).to_pylist()
        ['2024年3月1日', '2024年3月1日', '2024.3.1']
    """
    patterns = (_NAMED, _LETTER, _MINGUO) if numbers else (_NAMED,)
    for pattern in patterns:
        if any(pattern.match(text or "") for text in texts[:PROBED_TEXTS].to_pylist()):
            return pa.array([None if text is None else pattern.sub(_year, text) for text in texts.to_pylist()], texts.type)
    return texts


def note(texts: pa.Array, read: pa.Array, column: str, days: Days) -> tuple[str, ...]:
    """That years of an era were converted, for a person; `read` are the texts as `western` gives them."""
    changed = compute.not_equal(texts, read).fill_null(False).to_numpy(zero_copy_only=False) & ~np.isnat(days)
    if not changed.any():
        return ()
    place = int(np.flatnonzero(changed)[0])
    day = days[place].item()
    return (f"{column} has years of an era: {texts[place].as_py()} is {day.day} {day:%B %Y}.",)


def _year(match: re.Match[str]) -> str:
    year = match["year"]
    return str(_BEFORE_FIRST[match["era"]] + (1 if year == _FIRST_YEAR else int(year)))
