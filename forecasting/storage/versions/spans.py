"""The record of what served as spans of time, and the one of a moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from forecasting.core.errors import RecordDamaged
from forecasting.storage.versions.moves import Move, Moves, Why


@dataclass(frozen=True, slots=True)
class Span:
    """A time through which one version served, or none.

    Args:
        version: Its number; None if none served.
        since: Its first moment, in UTC.
        until: The moment from which on it did not serve any more; None if it serves still.
        why: Why it began.
        by: Who began it.
    """

    version: int | None
    since: datetime
    until: datetime | None
    why: Why
    by: str


def spans(moves: Moves) -> Iterator[Span]:
    """What served when, in order; without times of which a damaged line hides the end, or that a clock that was set back has twice."""
    for place, move in enumerate(moves):
        if move is not None and not _is_hidden(moves, place):
            span = _span(moves, place, move)
            if span.until is None or span.since < span.until:
                yield span


def span_at(moves: Moves, moment: datetime) -> Span | None:
    """What served at a moment; None before the record begins.

    Raises:
        RecordDamaged: A damaged line hides it.
    """
    return _known(moves, max((place for place, move in enumerate(moves) if move and move.when <= moment), default=-1))


def last_span(moves: Moves) -> Span | None:
    """What serves, whatever the clock says; None without a record. Raises RecordDamaged."""
    return _known(moves, len(moves) - 1)


def _known(moves: Moves, place: int) -> Span | None:
    """The span that begins at a place in the record; None if that is before its first line."""
    if _is_hidden(moves, place):
        raise RecordDamaged(place + 2)
    move = moves[place] if place >= 0 else None
    if place >= 0 and move is None:
        raise RecordDamaged(place + 1)
    return None if move is None else _span(moves, place, move)


def _is_hidden(moves: Moves, place: int) -> bool:
    """Whether the line after a place is damaged, so that nobody knows when what begins there ended."""
    return moves[place + 1 : place + 2] == (None,)


def _span(moves: Moves, place: int, move: Move) -> Span:
    until = next((after.when for after in moves[place + 1 :] if after), None)
    return Span(move.to, move.when, until, move.why, move.by)
