"""Tasks that others do, of which only as many are made as these have room for."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from forecasting.core.engine import result_of
from forecasting.core.errors import EngineUnavailable
from forecasting.core.halving import Divisible

logger = logging.getLogger(__name__)

Task = TypeVar("Task")
Result = TypeVar("Result")

_LOOK_SECONDS: Final = 1.0
"""How often those that do the tasks are looked after while a result is waited for."""


@dataclass(frozen=True, eq=False)
class Call(Generic[Task, Result]):
    """A task that others do, and what came of it.

    Args:
        do: What to do.
        make: Makes the task.
        of: How the task is divided where it cannot be done; None for one that is whole.
        result: The result; an exception where it could not be done.
    """

    do: Callable[[Task], Result]
    make: Callable[[], Task]
    of: Divisible[Task, Result] | None
    result: Future[Result] = field(default_factory=Future)


class WorkQueue:
    """Hands tasks over in their order, the next one whenever there is room for it; used by several threads.

    Args:
        room: How many may be made and not done, those that are worked on included.
        hand_over: Makes a task and gives it to others, of whom somebody says `end` in the end; what it raises is the outcome.
    """

    def __init__(self, room: Callable[[], int], hand_over: Callable[[Call[Any, Any]], None]) -> None:
        self._room = room
        self._hand_over = hand_over
        self._lock = threading.Lock()
        self._waiting: deque[Call[Any, Any]] = deque()
        self._busy = 0

    def __bool__(self) -> bool:
        """Whether a task is made and not done."""
        return self._busy > 0

    def add(self, do: Callable[[Task], Result], tasks: Sequence[Callable[[], Task]], of: Divisible[Task, Result] | None) -> deque[Call[Task, Result]]:
        """Queues tasks behind those of earlier runs."""
        calls = deque(Call(do, make, of) for make in tasks)
        with self._lock:
            self._waiting.extend(calls)
        self.feed()
        return calls

    def feed(self) -> None:
        """Hands tasks over until there are enough of them."""
        room = self._room()
        while True:
            with self._lock:
                if not self._waiting or self._busy >= room:
                    return
                self._busy += 1
                call = self._waiting.popleft()
            self._given(call, self._hand_over)

    def push(self, call: Call[Any, Any], hand_over: Callable[[Call[Any, Any]], None]) -> None:
        """Hands a task over now, in a way of its own."""
        with self._lock:
            self._busy += 1
        self._given(call, hand_over)

    def _given(self, call: Call[Any, Any], hand_over: Callable[[Call[Any, Any]], None]) -> None:
        try:
            hand_over(call)
        except Exception as error:  # noqa: BLE001 - whatever it is, the task is done here, where it fails again if it is at fault
            self.end(call, error=error)

    def end(self, call: Call[Any, Any], *, error: BaseException | None = None, result: Any = None) -> None:
        """Takes the outcome of a task that was handed over."""
        with self._lock:
            self._busy -= 1
        if error is None:
            call.result.set_result(result)
        else:
            call.result.set_exception(error)

    def drop(self) -> None:
        """Forgets the tasks that nobody has yet."""
        with self._lock:
            self._waiting.clear()


def results(
    calls: deque[Call[Any, Result]], again: Callable[[Callable[[Any], Result], Any], Result], look: Callable[[], None] = lambda: None
) -> Iterator[Result]:
    """The results of tasks in their order; each is let go of when it was given.

    Args:
        calls: The tasks.
        again: Does a part of one that others could not do, wherever that is safe; one that is whole is done here.
        look: Looks after those that do the tasks; what it raises ends the run.

    Raises:
        EngineUnavailable: There is nobody left to do them.
    """
    while calls:
        call = calls.popleft()
        error = error_of(call, look)
        if error is None:
            yield call.result.result()
            continue
        if isinstance(error, EngineUnavailable):
            raise error
        logger.warning("a task is done again, as another process could not do it: %s: %s", type(error).__name__, error)
        yield result_of(call.do, call.make(), call.of, again)


def error_of(call: Call[Any, Any], look: Callable[[], None]) -> BaseException | None:
    """Why a task could not be done, None if it was, once that is known."""
    while True:
        try:
            return call.result.exception(_LOOK_SECONDS)
        except NotYet:
            look()
