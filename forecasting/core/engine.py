"""Where tasks that do not depend on each other are done: the same results, in the order of the tasks, whatever the engine."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from types import TracebackType
from typing import Final, Self, TypeVar

from threadpoolctl import threadpool_limits

from forecasting.core.halving import Divisible, done_in_parts

Task = TypeVar("Task")
Result = TypeVar("Result")

CELLS: Final = 200_000
"""Days of all series of a block of fits: half a second of work, so that progress moves and a cancel takes effect soon."""


class Engine(ABC):
    """Does tasks for as long as its `with` block lasts; where that ends by an error, what is left is not done.

    Each task is done on one thread, so a result has the same bits wherever it is done and however many tasks are done at once.

    Args:
        cells: Days of all series that a task may be about, where it can be about fewer.
    """

    def __init__(self, cells: int = CELLS) -> None:
        self.cells = cells

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:  # noqa: B027 - nothing to end
        pass

    @abstractmethod
    def __bool__(self) -> bool:
        """Whether others work beside this process."""

    def check(self) -> None:  # noqa: B027 - what is part of this machine is found out by its results
        """Raises EngineUnavailable where those that work beside this process are lost for good; for whoever works on something else meanwhile."""

    @abstractmethod
    def run(self, do: Callable[[Task], Result], tasks: Sequence[Callable[[], Task]], of: Divisible[Task, Result] | None = None) -> Iterator[Result]:
        """The result of each task, in their order; where others work beside this process they begin at once, after the tasks of earlier runs.

        Args:
            do: A function of a module, which another process imports. What it takes and gives goes from one process to the other.
            tasks: Each makes a task when its turn comes.
            of: How a task that cannot be done is divided, so that only what is at fault is lost; None for tasks that are whole.
        """


class Here(Engine):
    """This process alone: each task is done when its result is asked for."""

    def __bool__(self) -> bool:
        return False

    def run(self, do: Callable[[Task], Result], tasks: Sequence[Callable[[], Task]], of: Divisible[Task, Result] | None = None) -> Iterator[Result]:
        for make in tasks:
            yield result_of(do, make(), of)


class ProcessDied(Exception):
    """A task ended the process that worked on it."""


def done(do: Callable[[Task], Result], task: Task) -> Result:
    """The result of a task, on one thread."""
    with threadpool_limits(1):
        return do(task)


def result_of(
    do: Callable[[Task], Result],
    task: Task,
    of: Divisible[Task, Result] | None,
    where: Callable[[Callable[[Task], Result], Task], Result] = done,
) -> Result:
    """The result of a task: whole, in this process, or where it can be divided as far as it can be done.

    Args:
        do: What to do.
        task: With what.
        of: How it is divided.
        where: Does a part of one that can be divided.
    """
    return done(do, task) if of is None else done_in_parts(task, of, partial(where, do))


def blocks(count: int, size: int) -> list[slice]:
    """The places of `count` things in blocks of `size`, the last of which may be smaller.

    Example:
        >>> blocks(5, 2)
        [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]
