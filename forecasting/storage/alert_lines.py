"""What a line of the record of alerts says: a digest, an order that is told of, a try to send one of them, who is told, and what shortening left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from forecasting.core.alerts import Alert
from forecasting.storage import sealed_json


@dataclass(frozen=True, slots=True)
class Digest:
    """What one day is told.

    Args:
        when: When it was claimed, in UTC.
        id: Its own, which a receiver that gets it twice knows it by.
        day: The day of the shop that it is for.
        alerts: What is new.
        open: Keys of all alerts that are open, the new ones too.
        is_trial: Whether a person only tried whether it arrives.
    """

    when: datetime
    id: str
    day: date
    alerts: tuple[Alert, ...] = ()
    open: tuple[str, ...] = ()
    is_trial: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """That an order was placed, which webhooks are told.

    Args:
        when: When it was claimed, in UTC.
        id: Its own, which a receiver that gets it twice knows it by.
        order: The id of the order.
        placed: When it was placed, in UTC.
    """

    when: datetime
    id: str
    order: str
    placed: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try to send a digest or a notice to one receiver, or what came of it.

    Args:
        when: In UTC.
        message: The id of the digest or notice.
        receiver: The id of the receiver.
        number: Which try it is, from 1.
        arrived: Whether the receiver took it; None as long as that is not known.
        note: What the receiver or the network said.
    """

    when: datetime
    message: str
    receiver: str
    number: int
    arrived: bool | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody is told from now on: of nothing that is older.

    Args:
        when: In UTC.
        receiver: The id of the receiver.
    """

    when: datetime
    receiver: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What lines said that shortening left out.

    Args:
        when: When the record was shortened, in UTC.
        day: The last day that was told.
        told: Key -> kind of alerts that somebody was told of, and that were still open.
    """

    when: datetime
    day: date
    told: Mapping[str, str]


Line = Digest | Notice | Attempt | Named | Standing


def to_line(entry: Line) -> bytes:
    """The line that says so, with a checksum of itself."""
    return sealed_json.line({"when": entry.when.isoformat(timespec="milliseconds"), **_facts(entry)})


def from_line(line: bytes) -> Line | None:
    """What a line says; None if it is not as it was written."""
    facts = sealed_json.facts_of(line)
    try:
        return None if facts is None else _READERS[facts["what"]](datetime.fromisoformat(facts["when"]).astimezone(UTC), facts)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _facts(entry: Line) -> dict[str, Any]:
    match entry:
        case Digest():
            alerts = [alert.to_json() for alert in entry.alerts]
            named = {"id": entry.id, "day": entry.day.isoformat(), "alerts": alerts, "open": list(entry.open), "trial": entry.is_trial}
            return {"what": "digest", **named}
        case Notice():
            return {"what": "order", "id": entry.id, "order": entry.order, "placed": entry.placed.isoformat(timespec="milliseconds")}
        case Attempt():
            named = {"digest": entry.message, "receiver": entry.receiver, "number": entry.number}
            return {"what": "attempt", **named, "arrived": entry.arrived, "note": entry.note}
        case Named():
            return {"what": "receiver", "receiver": entry.receiver}
        case Standing():
            return {"what": "standing", "day": entry.day.isoformat(), "told": dict(entry.told)}


def _digest(when: datetime, facts: Mapping[str, Any]) -> Digest:
    alerts = tuple(Alert.from_json(each) for each in facts["alerts"])
    return Digest(when, str(facts["id"]), date.fromisoformat(facts["day"]), alerts, tuple(map(str, facts["open"])), bool(facts["trial"]))


def _notice(when: datetime, facts: Mapping[str, Any]) -> Notice:
    return Notice(when, str(facts["id"]), str(facts["order"]), datetime.fromisoformat(facts["placed"]).astimezone(UTC))


def _attempt(when: datetime, facts: Mapping[str, Any]) -> Attempt:
    return Attempt(when, str(facts["digest"]), str(facts["receiver"]), int(facts["number"]), facts["arrived"], str(facts["note"]))


def _named(when: datetime, facts: Mapping[str, Any]) -> Named:
    return Named(when, str(facts["receiver"]))


def _standing(when: datetime, facts: Mapping[str, Any]) -> Standing:
    return Standing(when, date.fromisoformat(facts["day"]), {str(key): str(kind) for key, kind in facts["told"].items()})


_READERS: Final[Mapping[str, Callable[[datetime, Mapping[str, Any]], Line]]] = {
    "digest": _digest,
    "order": _notice,
    "attempt": _attempt,
    "receiver": _named,
    "standing": _standing,
}
