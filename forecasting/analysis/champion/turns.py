"""Which version is graded beside the live one, by the record of what served: the one that served before, for long enough to say something."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from forecasting.storage.versions.moves import STANDING_IN, Move, Moves

WEEK: Final = timedelta(days=7)
"""A version that served for less is no shadow: with a retrain a day it would change every day, and no evidence would add up."""
MOST_DAYS: Final = 84
"""Days on which a shadow is graded at most; its own horizon may be shorter."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What has served since a shadow stepped aside.

    Args:
        shadow: The version that is graded beside them; None for the first version, which has none.
        since: When it stepped aside, in UTC.
        versions: What served since, in order, the live version last.
    """

    shadow: int | None
    since: datetime
    versions: tuple[int, ...]


def turn(moves: Moves, days_of: Callable[[int], int]) -> Turn | None:
    """The turn that goes on now; None where nothing serves.

    A retrain begins a new turn, beside the version that served before, if that had served for a week, or if the shadow of the last turn has no days
    left: then beside the version of 7 days before. A retrain that follows another sooner goes on with the turn. What a person chose begins one.

    Args:
        moves: The record of what served.
        days_of: How many days a version can be graded, by its horizon.
    """
    steps: list[tuple[datetime, int]] = []
    now: Turn | None = None
    for move in moves:
        if move is None or move.why in STANDING_IN:
            continue
        if move.to is None:
            steps, now = [], None
            continue
        now = _next(now, steps, move, move.to, days_of)
        steps.append((move.when, move.to))
    return now


def _next(now: Turn | None, steps: list[tuple[datetime, int]], move: Move, to: int, days_of: Callable[[int], int]) -> Turn:
    if now is None:
        return Turn(None, move.when, (to,))
    before = steps[-1][1]
    if move.why != "retrain":
        return Turn(before, move.when, (to,))
    week_before = next((version for when, version in reversed(steps) if when <= move.when - WEEK), steps[0][1])
    over = now.shadow is not None and move.when - now.since >= timedelta(days=days_of(now.shadow))
    if now.shadow is None or over or week_before == before:
        return Turn(week_before, move.when, (to,))
    return Turn(now.shadow, now.since, (*now.versions, to))
