"""Two versions graded on the same days by what was sold: how much more one missed, and the evidence for that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from forecasting.analysis.champion import evidence
from forecasting.core import formatting
from forecasting.core.arrays import FloatArray
from forecasting.core.period import Period

LEAST_VOLUME: Final = 0.6
"""Share of the usual sales whose series must be known on a day that counts."""
Role = Literal["shadow", "held", "challenger"]
"""What is graded beside the live version: the one that served before, one that the gate held, one that was trained for it."""


@dataclass(frozen=True, slots=True)
class Grade:
    """How the live version does beside another one.

    Args:
        live: The version that serves.
        other: The one beside it.
        role: Why that one is graded.
        days: Days (weeks) on which both were graded.
        e: The evidence now that the live one is worse; 1 is none.
        peak: The most that it ever was: from 20 on the other one should serve.
        ratio: The live one's error / the other's - 1; NaN without a day, or where the other never missed.
        sentence: What that says to a person.
    """

    live: int
    other: int
    role: Role
    days: int
    e: float
    peak: float
    ratio: float
    sentence: str

    @property
    def is_advised(self) -> bool:
        """Whether the other version should serve."""
        return self.peak >= evidence.ENOUGH


@dataclass(frozen=True, eq=False)
class Graded:
    """What n series sold on d days, and what both versions forecast of it, in advance; shape (n, d) each, NaN where not known.

    Args:
        y: Sold.
        live: Forecast by what served.
        other: Forecast by the other one.
        usual: Shape (n,), what each sells on a usual day.
    """

    y: FloatArray
    live: FloatArray
    other: FloatArray
    usual: FloatArray

    def misses(self) -> tuple[FloatArray, FloatArray]:
        """The absolute errors of both, added up over the same series, on the days that count, shape (days,) each."""
        known = np.isfinite(self.y) & np.isfinite(self.live) & np.isfinite(self.other)
        volume = np.where(known, self.usual[:, None], 0.0).sum(axis=0)
        counts = known.any(axis=0) & (volume >= LEAST_VOLUME * self.usual.sum())
        live, other = (np.where(known, np.abs(self.y - f), 0.0).sum(axis=0)[counts] for f in (self.live, self.other))
        return live, other


def grade(live: int, other: int, role: Role, graded: Graded, period: Period) -> Grade:
    """How the live version does beside another one.

    Args:
        live: Its number.
        other: The other one's.
        role: Why that one is graded.
        graded: The days.
        period: What a day is.
    """
    ours, theirs = graded.misses()
    path = evidence.evidence(evidence.half_difference(ours, theirs))
    e, peak = (float(path[-1]), max(float(path.max()), 1.0)) if len(path) else (1.0, 1.0)
    ratio = float(ours.sum() / theirs.sum() - 1) if theirs.sum() > 0 else float("nan")
    return Grade(live, other, role, len(ours), e, peak, ratio, _sentence(live, other, role, period.count(len(ours)), (e, peak, ratio)))


def _sentence(live: int, other: int, role: Role, days: str, figures: tuple[float, float, float]) -> str:
    e, peak, ratio = figures
    name, comma = {
        "shadow": (f"version {other}", ""),
        "held": (f"version {other}, which was held", ","),
        "challenger": (f"the challenger, version {other}", ","),
    }[role]
    if days.startswith("0 "):
        return f"Version {live} and {name}{comma} share no day yet on which sales are known."
    missed = "missed by as much" if np.isnan(ratio) else f"missed by {formatting.percent(abs(ratio), 0)} {'more' if ratio > 0 else 'less'}"
    found = f"on the same {days} version {live} {missed} (e = {e:,.1f})"
    if peak >= evidence.ENOUGH:
        return f"{'Going back to' if role == 'shadow' else 'To serve'} {name}{comma} is better beyond doubt: {found}."
    if e >= evidence.SOME:
        return f"Version {live} looks worse than {name}: {found}."
    return f"Beside {name}: {found}."
