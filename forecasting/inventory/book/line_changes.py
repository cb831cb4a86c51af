"""What an event makes of the lines of an order."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import replace

from forecasting.core.errors import InputError
from forecasting.inventory.book.order import Line, Order


def changed(order: Order, quantities: Mapping[str, float], change: Callable[[Line, float], Line]) -> tuple[Line, ...]:
    """The lines, changed where a quantity is named; raises InputError for a line that is not there, or units below 0."""
    known = {line.unique_id for line in order.lines}
    for name, units in quantities.items():
        if name not in known:
            raise InputError(f"Order {order.id} has no line {name!r}.")
        if not 0 <= units < float("inf"):
            raise InputError(f"Units of {name!r} are at least 0, not {units:g}.")
    return tuple(change(line, quantities[line.unique_id]) if line.unique_id in quantities else line for line in order.lines)


def with_own(line: Line, own: Line | None) -> Line:
    """A proposed line with the quantity that a person chose before, if there is one."""
    return line if own is None else replace(line.of(own.quantity), reason=own.reason)


def with_units(line: Line, units: float) -> Line:
    """The line after units came; what was cancelled and comes after all is no longer cancelled."""
    received = line.received + units
    return replace(line, received=received, cancelled=min(line.cancelled, max(line.quantity - received, 0.0)))


def before_step(lines: Sequence[Line], before: Sequence[Line], names: Container[str]) -> tuple[Line, ...]:
    """The lines without the last change of those that it names: one that it added is gone, one that it took out is back.

    Args:
        lines: Of the order as it is.
        before: Of the order before that change; what is advised may have changed since.
        names: Series that the change was about.
    """
    there, earlier = {line.unique_id for line in lines}, {line.unique_id: line for line in before if line.unique_id in names}
    back = [_taken_back(line, earlier.get(line.unique_id)) if line.unique_id in names else line for line in lines]
    back += [replace(line, recommended=0.0, added=0.0, sold_by=None) for name, line in earlier.items() if name not in there]
    return tuple(line for line in back if line.unique_id in earlier or line.unique_id not in names or line.recommended)


def _taken_back(line: Line, before: Line | None) -> Line:
    """The line with the quantity that a person had chosen before the last change, or with what is advised by now."""
    own = before if before is not None and before.reason else None
    return replace(line.of(line.recommended), reason="") if own is None else with_own(line, own)
