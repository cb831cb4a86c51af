"""What the monitor found, and how it says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from forecasting.core import formatting, schema

Level = Literal["file", "group", "series"]
What = Literal["level", "coverage", "rows", "zeros", "weekdays", "prices", "uploads"]
Loudness = Literal["alarm", "watch", "note"]
MAX_YEARS: Final = 1000.0
_LEVELS: Final = ("file", "group", "series")
_LOUDNESS: Final = ("alarm", "watch", "note")
_NOUNS: Final = {schema.STORE: "Store", schema.REGION: "Region", schema.CATEGORY: "Category"}


@dataclass(frozen=True)
class Finding:
    """One thing that differs from what was promised.

    Args:
        level: Of the whole file, of a group, or of one series.
        what: What differs.
        key: Which group or series: {"store": "North"}; empty for the file.
        since: The first day of it; None where that is not known.
        size: By how much, as a share: -0.12 sold 12 % less than forecast; of days for `rows`, `zeros` and `uploads`; NaN where not known.
        lower: Lower end of the 90 % range of the size; NaN where not known.
        upper: Its upper end.
        loudness: An alarm, a series worth a look, or only good to know.
        years: In how many years chance alone leads this far about once; NaN where not known.
        fact: What it is, in a few words.
        detail: How much and how rare, in a sentence or two.
        advice: What to do.
        follows: How many of the group's series follow it, and how many it has.
        acknowledged: Whether a person said that it is known.
    """

    level: Level
    what: What
    key: Mapping[str, str]
    since: pd.Timestamp | None
    size: float
    loudness: Loudness
    fact: str
    detail: str = ""
    advice: str = ""
    lower: float = float("nan")
    upper: float = float("nan")
    years: float = float("nan")
    follows: tuple[int, int] | None = None
    acknowledged: bool = False

    @property
    def id(self) -> str:
        """What tells it apart from others, the same on every look while it lasts: `group:level:store=North:down`."""
        key = ",".join(f"{name}={value}" for name, value in sorted(self.key.items()))
        way = ("down" if self.size < 0 else "up") if self.what == "level" else ""
        return ":".join(part for part in (self.level, self.what, key, way) if part)

    @property
    def text(self) -> str:
        """All of it in words."""
        return " ".join(part for part in (f"{self.fact}.", self.detail, self.advice) if part)

    def to_json(self) -> dict[str, Any]:
        """Its members for scripts."""
        numbers = {name: _number(getattr(self, name)) for name in ("size", "lower", "upper", "years")}
        since = None if self.since is None else f"{self.since:%Y-%m-%d}"
        plain = {"id": self.id, "level": self.level, "what": self.what, "key": dict(self.key), "since": since, **numbers}
        follows = None if self.follows is None else list(self.follows)
        return {**plain, "loudness": self.loudness, "explains": follows, "acknowledged": self.acknowledged, "text": self.text}


def ordered(findings: list[Finding]) -> list[Finding]:
    """Alarms first, then the highest level, then the largest."""
    return sorted(findings, key=lambda each: (_LOUDNESS.index(each.loudness), _LEVELS.index(each.level), -abs(np.nan_to_num(each.size)), each.id))


def named(key: Mapping[str, str]) -> str:
    """A group or a series in words: "Store North", "Bread, North"; "Everything" for the file."""
    if not key:
        return "Everything"
    if len(key) == 1:
        name, value = next(iter(key.items()))
        return f"{_NOUNS[name]} {value}" if name in _NOUNS else value
    return ", ".join(key.values())


def how_rare(years: float) -> str:
    """How often chance alone leads this far.

    Example:
        >>> how_rare(40.2), how_rare(5000.0), how_rare(0.4)
        ('By chance about once in 40 years.', 'By chance less than once in 1,000 years.', 'By chance more than once a year.')
    """
    if np.isnan(years):
        return ""
    if years >= MAX_YEARS:
        return f"By chance less than once in {MAX_YEARS:,.0f} years."
    if years < 1:
        return "By chance more than once a year."
    count = round(years) if years < 20 else round(years, -1)
    return f"By chance about once in {formatting.count(int(count), 'year')}."


def moved(key: Mapping[str, str], size: float, since: pd.Timestamp) -> str:
    """The fact of a level that moved: "Store North sells 12 % less than forecast since 4 Nov"."""
    share = formatting.percent(abs(size), 0)
    return f"{named(key)} sells {share} {'less' if size < 0 else 'more'} than forecast since {formatting.near_date(since)}"


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(round(value, 4))
