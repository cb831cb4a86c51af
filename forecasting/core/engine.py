"""Where tasks that do not depend on each other are done, in this process or in several: the same results, in the order of the tasks."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, Final, Generic, Self, TypeVar

from threadpoolctl import threadpool_limits

from forecasting.core.halving import Divisible, done_in_parts

logger = logging.getLogger(__name__)

Task = TypeVar("Task")
Result = TypeVar("Result")

_TASKS_A_PROCESS: Final = 2
"""Tasks that a process has at most, the one it works on included: only these are made, so that memory does not grow with their number."""
_MOST_DEATHS: Final = 30
"""Processes that may die. To name one thing among a thousand takes a dozen; where more die it is the machine that is at fault, not the tasks."""
_LOOK_SECONDS: Final = 0.5
"""How often a process looks whether the one that started it still lives."""
_ONE_THREAD: Final = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1")


def cores() -> int:
    """Cores that this process may use, at least 1; LOKY_MAX_CPU_COUNT lowers it."""
    from joblib import cpu_count

    return int(cpu_count())


@dataclass(frozen=True, eq=False)
class _Call(Generic[Task, Result]):
    """A task that waits, and whether it was done; its result if it was.

    Args:
        do: What to do.
        make: Makes the task.
        of: How the task is divided where it cannot be done; None for one that is whole.
        result: The result; an exception where it could not be done elsewhere.
    """

    do: Callable[[Task], Result]
    make: Callable[[], Task]
    of: Divisible[Task, Result] | None
    result: Future[Result]


class Engine:
    """This process alone, or processes that work beside it for as long as its `with` block lasts; they end with it, or with this process.

    Each does one task at a time on one thread, so a result has the same bits wherever a task is done and however many processes there are. A process
    that dies is replaced, and the tasks that it and those beside it had are done again: in one process apart, which may die as well, and then by
    halves, if they can be divided; else here. So is what raised an error, which is then raised here.

    Args:
        processes: How many; with 0 every task is done here, when its result is asked for.
    """

    def __init__(self, processes: int = 0) -> None:
        self._processes = processes
        self._lock = threading.Lock()
        self._waiting: deque[_Call[Any, Any]] = deque()
        self._busy = 0
        self._deaths = 0
        self._executor: Any = None
        self._apart: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with self._lock:
            self._waiting.clear()
            executors = [executor for executor in (self._executor, self._apart) if executor is not None]
            self._executor = self._apart = None
        for executor in executors:
            executor.shutdown(wait=True, kill_workers=kind is not None or self._busy > 0)

    def __bool__(self) -> bool:
        """Whether there are processes."""
        return self._processes > 0

    def run(self, do: Callable[[Task], Result], tasks: Sequence[Callable[[], Task]], of: Divisible[Task, Result] | None = None) -> Iterator[Result]:
        """The result of each task, in their order; processes begin with them at once, after those of earlier runs.

        Args:
            do: A function of a module, which a process imports. What it takes and gives goes from one process to the other.
            tasks: Each makes a task when its turn comes.
            of: How a task that cannot be done is divided, so that only what is at fault is lost; None for tasks that are whole.
        """
        calls = deque(_Call(do, make, of, Future()) for make in tasks)
        if self._processes:
            with self._lock:
                self._waiting.extend(calls)
            self._feed()
        return self._results(calls)

    def _feed(self) -> None:
        """Gives tasks to the processes until they have enough of them."""
        while True:
            with self._lock:
                if not self._waiting or self._busy >= _TASKS_A_PROCESS * self._processes:
                    return
                self._busy += 1
                call = self._waiting.popleft()
            self._submit(call)

    def _submit(self, call: _Call[Any, Any]) -> None:
        try:
            executor = self._started()
            future = executor.submit(_done, call.do, call.make())
        except Exception as error:  # noqa: BLE001 - whatever it is, the task is done here, where it fails again if it is at fault
            self._end(call, error=error)
        else:
            future.add_done_callback(partial(self._take, call, executor))

    def _started(self) -> Any:
        with self._lock:
            if self._deaths >= _MOST_DEATHS:
                raise BrokenProcessPool(f"{self._deaths} processes died")
            if self._executor is None:
                self._executor = _processes(self._processes)
            return self._executor

    def _take(self, call: _Call[Any, Any], executor: Any, future: Future[Any]) -> None:
        """Takes what a process gave; runs in the thread that listens to the processes."""
        if future.cancelled():
            call.result.cancel()
            return
        error = future.exception()
        if isinstance(error, BrokenProcessPool):
            self._let_go(executor)
        self._end(call, error=error, result=None if error else future.result())
        self._feed()

    def _let_go(self, executor: Any) -> None:
        """Has others take the place of processes of which one died."""
        with self._lock:
            if executor in (self._executor, self._apart):
                self._deaths += 1
                self._executor = None if executor is self._executor else self._executor
                self._apart = None if executor is self._apart else self._apart

    def _end(self, call: _Call[Any, Any], *, error: BaseException | None, result: Any = None) -> None:
        with self._lock:
            self._busy -= 1
        if error is None:
            call.result.set_result(result)
        else:
            call.result.set_exception(error)

    def _results(self, calls: deque[_Call[Any, Result]]) -> Iterator[Result]:
        while calls:
            call = calls.popleft()
            error = call.result.exception() if self._processes else None
            if self._processes and error is None:
                yield call.result.result()
                continue
            if error is not None:
                logger.warning("a task is done again, as another process could not do it: %s: %s", type(error).__name__, error)
            yield _done(call.do, call.make()) if call.of is None else done_in_parts(call.make(), call.of, partial(self._once_more, call.do))

    def _once_more(self, do: Callable[[Task], Result], task: Task) -> Result:
        """The result of a task that may end the process that does it: of one apart, if there may be any."""
        if not self._processes or self._deaths >= _MOST_DEATHS:
            return _done(do, task)
        try:
            with self._lock:
                self._apart = self._apart or _processes(1)
                executor = self._apart
            result: Result = executor.submit(_done, do, task).result()
        except BrokenProcessPool as error:
            self._let_go(executor)
            raise ProcessDied("it ended the process that worked on it") from error
        except OSError:  # no process can be started
            return _done(do, task)
        return result


class ProcessDied(Exception):
    """A task ended the process that worked on it."""


def blocks(count: int, size: int) -> list[slice]:
    """The places of `count` things in blocks of `size`, the last of which may be smaller.

    Example:
        >>> blocks(5, 2)
        [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]


def _processes(count: int) -> Any:
    from joblib.externals.loky import ProcessPoolExecutor

    return ProcessPoolExecutor(count, initializer=_begin, initargs=(os.getpid(),), env=_ONE_THREAD)


def _done(do: Callable[[Task], Result], task: Task) -> Result:
    with threadpool_limits(1):
        return do(task)


def _begin(parent: int) -> None:
    """Has this process end when the one that started it is gone, even if that was killed."""
    threading.Thread(target=_end_with, args=(parent,), name="looks after its parent", daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os._exit(1)
