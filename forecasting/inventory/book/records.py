"""Events and orders as plain values, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from typing import Any, Final, get_args

from forecasting.inventory.book.events import Event, Kind
from forecasting.inventory.book.order import Line, Order

_LINE: Final = tuple(each.name for each in fields(Line))


def facts_of(event: Event) -> dict[str, Any]:
    """An event as plain values, for JSON; members that say nothing are left out."""
    values = {
        "kind": event.kind,
        "order": event.order,
        "when": event.when.isoformat(timespec="milliseconds"),
        "by": event.by,
        "key": event.key,
        "proposal": None if event.proposal is None else order_facts(event.proposal),
        "quantities": dict(event.quantities),
        "reason": event.reason,
        "day": event.day and event.day.isoformat(),
    }
    return {name: value for name, value in values.items() if value or name in ("kind", "order", "when", "by")}


def as_read(event: Event) -> Event:
    """An event as `event_of` gives it after `facts_of`: its moment is known to the millisecond."""
    return replace(event, when=event.when.astimezone(UTC).replace(microsecond=event.when.microsecond // 1000 * 1000))


def event_of(facts: Mapping[str, Any]) -> Event:
    """The event of such values; raises ValueError, KeyError or TypeError where they are no event."""
    if facts["kind"] not in get_args(Kind):
        raise ValueError(f"an order is not {facts['kind']!r}")
    proposal = facts.get("proposal")
    return Event(
        kind=facts["kind"],
        order=facts["order"],
        when=datetime.fromisoformat(facts["when"]).astimezone(UTC),
        by=facts["by"],
        key=facts.get("key", ""),
        proposal=None if proposal is None else order_of(proposal),
        quantities=facts.get("quantities", {}),
        reason=facts.get("reason", ""),
        day=_day(facts.get("day")),
    )


def order_facts(order: Order) -> dict[str, Any]:
    """An order as plain values, for JSON, the API and the record."""
    return {
        "id": order.id,
        "supplier": order.supplier,
        "state": order.state,
        "version": order.version,
        "order_date": order.order_date.isoformat(),
        "due": order.due.isoformat(),
        "value": order.value,
        "placed_at": order.placed_at and order.placed_at.isoformat(timespec="milliseconds"),
        "placed_by": order.placed_by,
        "received_at": [day.isoformat() for day in order.received_at],
        "note": order.note,
        "lines": [_line_facts(line) for line in order.lines],
    }


def order_of(facts: Mapping[str, Any]) -> Order:
    """The proposal of such values; raises ValueError, KeyError or TypeError where they are none."""
    if facts["state"] != "proposed":
        raise ValueError(f"a proposal is not {facts['state']!r}")
    return Order(
        id=facts["id"],
        supplier=facts["supplier"],
        version=facts["version"],
        order_date=date.fromisoformat(facts["order_date"]),
        due=date.fromisoformat(facts["due"]),
        state="proposed",
        lines=tuple(_line(line) for line in facts["lines"]),
        note=facts.get("note", ""),
    )


def _line_facts(line: Line) -> dict[str, Any]:
    values = {name: getattr(line, name) for name in _LINE}
    return values | {"key": dict(line.key), "sold_by": line.sold_by and line.sold_by.isoformat(), "prices": [list(step) for step in line.prices]}


def _line(facts: Mapping[str, Any]) -> Line:
    prices = tuple((float(units), float(price)) for units, price in facts.get("prices", ()))
    return Line(**{**facts, "sold_by": _day(facts.get("sold_by")), "prices": prices})


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
