"""Tasks over many things that cannot be done as a whole: halved until what is at fault stands alone and is named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from forecasting.core.errors import Cancelled, EngineUnavailable

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class Divisible(Generic[Task, Result]):
    """How a task is divided.

    Args:
        halves: Two tasks that come to the same; none for one that cannot be divided.
        joined: The result of a task, given its halves with their results.
        lost: What stands for the result of a task that cannot be divided, given why it cannot be done.
    """

    halves: Callable[[Task], Sequence[Task]]
    joined: Callable[[Sequence[tuple[Task, Result]]], Result]
    lost: Callable[[Task, str], Result]


def done_in_parts(task: Task, of: Divisible[Task, Result], do: Callable[[Task], Result]) -> Result:
    """The result of a task, as far as it can be done.

    Args:
        task: What to do.
        of: How it is divided where it cannot be done.
        do: Does it; what it raises counts as "cannot be done", but for a cancel, and for an engine that is gone.
    """
    try:
        return do(task)
    except (Cancelled, EngineUnavailable):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the rest goes on without what is at fault, which is named
        why = str(error) or type(error).__name__
    halves = of.halves(task)
    if not halves:
        return of.lost(task, why)
    return of.joined([(half, done_in_parts(half, of, do)) for half in halves])
