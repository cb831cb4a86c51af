"""Which version served at a moment, and the state of every version there was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from forecasting.core import unseen
from forecasting.core.errors import InputError, NotFound, VersionDamaged
from forecasting.jobs.cron import LOCAL
from forecasting.services import shadow, version_notes, versions
from forecasting.storage.versions import gate_facts, moves
from forecasting.storage.versions.spans import Span, last_span, span_at, spans
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace

MAX_NAME_CHARACTERS: Final = 100
"""Characters of the name of whoever moves the live version, at most."""


def served(ws: Workspace, at: str | None = None) -> dict[str, Any]:
    """What served at a moment: `version`, `since`, `until` (None if it serves still), `why` and `by`, with times in the machine's time zone.

    Args:
        ws: Where.
        at: The moment, as `moment` reads it; None for what serves now.

    Raises:
        InputError: It is no moment, or lies ahead.
        NotFound: No version served then, or it is not known which.
        RecordDamaged: A damaged line of the record hides it.
    """
    versions.serving(ws)  # has the record say what is found now
    record = Versions(ws.versions).moves()
    if not any(record):
        raise NotFound("No version has been published yet, so that none has served.")
    when = None if at is None else moment(at)
    span = last_span(record) if when is None else span_at(record, when)
    if span is None or span.version is None:
        raise NotFound(_none(next(spans(record), None) if span is None else span, when))
    return {"version": span.version, "since": _local(span.since), "until": _local(span.until), "why": span.why, "by": span.by}


def listed(ws: Workspace) -> list[dict[str, Any]]:
    """Every version, newest first, pruned ones too: its manifest, with `live`, its `state`, the times through which it `served`, `notes`, `pinned`.

    `state` is live, shadow (it served before, and is graded beside it), held (by the gate), challenger, served or pruned; one that was held, or
    trained as a challenger, and has served since is served.
    `served` has pairs of moments in UTC, the last one open (None) where it serves.
    """
    store, times = Versions(ws.versions), defaultdict[int | None, list[list[str | None]]](list)
    for span in spans(store.moves()):
        times[span.version].append([_utc(span.since), _utc(span.until)])
    there = versions.versions(ws)
    known = {each["version"] for each in there}
    beside = shadow.shadow_of(ws)
    every = [{**each, "state": "shadow" if each["version"] == beside else _state(each, bool(times[each["version"]]))} for each in there]
    every += [_pruned(store, number) for number in store.pruned() if number not in known]
    every = [version_notes.with_notes(ws, {**each, "served": times[each["version"]]}) for each in every]
    return sorted(every, key=lambda each: -int(each["version"]))


def moment(text: str) -> datetime:
    """A moment that a person names, "2026-11-20 14:05": in the machine's time zone, unless it says its offset; a day is its first moment.

    Raises:
        InputError: It is no moment, or lies ahead.
    """
    try:
        named = datetime.fromisoformat(text.strip())
        when = (named if named.tzinfo else named.replace(tzinfo=LOCAL)).astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise InputError(f'{unseen.escaped(text[:40])!r} is no moment. Write it as "2026-11-20 14:05".') from error
    if when > datetime.now(UTC):
        raise InputError(f"{_shown(when)} lies ahead: nobody knows what will serve then.")
    return when


def named(by: str | None) -> str:
    """The name of whoever moves the live version, `local` where none is given; raises InputError if it is none."""
    text = moves.LOCAL if by is None else " ".join(by.split())
    if not text or len(text) > MAX_NAME_CHARACTERS or not text.isprintable():
        raise InputError(f"A name has 1 to {MAX_NAME_CHARACTERS} characters, all of them visible.")
    return text


def _none(span: Span | None, when: datetime | None) -> str:
    """Why no version is the answer: a record that begins later, or a time without any."""
    asked = "now" if when is None else f"at {_shown(when)}"
    if span is None:
        return f"It is not known what served {asked}."
    if when is not None and when < span.since:
        return f"It is not known that a version served {asked}: the record begins at {_shown(span.since)}, with version {span.version}."
    why = "the shop was started over" if span.why == "started_over" else "no version was whole"
    return f"No version served {asked}: {why} from {_shown(span.since)} on."


def _state(facts: Mapping[str, Any], has_served: bool) -> str:
    """What a version that is there is to the shop."""
    if facts["live"]:
        return "live"
    if has_served or gate_facts.goes_live(facts):
        return "served"
    return "held" if gate_facts.is_held(facts) else "challenger"


def _pruned(store: Versions, number: int) -> dict[str, Any]:
    facts = {"version": number, "live": False, "state": "pruned"}
    try:
        return {**store.pruned_manifest(number), **facts}
    except VersionDamaged as error:
        return {**facts, "damaged": str(error)}


def _utc(when: datetime | None) -> str | None:
    return None if when is None else when.isoformat(timespec="milliseconds")


def _local(when: datetime | None) -> str | None:
    return None if when is None else when.astimezone().isoformat(timespec="milliseconds")


def _shown(when: datetime) -> str:
    return f"{when.astimezone(LOCAL):%Y-%m-%d %H:%M:%S %Z}"
