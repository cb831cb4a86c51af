"""Processes of this machine that do tasks beside this one."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from types import TracebackType
from typing import Any, Final, TypeVar

from forecasting.core import work_queue
from forecasting.core.engine import CELLS, Engine, ProcessDied, done
from forecasting.core.halving import Divisible
from forecasting.core.work_queue import Call, WorkQueue

Task = TypeVar("Task")
Result = TypeVar("Result")

_TASKS_A_PROCESS: Final = 2
"""Tasks that a process has at most, the one it works on included: only these are made, so that memory does not grow with their number."""
MOST_DEATHS: Final = 30
"""Processes that may die. To name one thing among a thousand takes a dozen; where more die it is the machine that is at fault, not the tasks."""
_LOOK_SECONDS: Final = 0.5
"""How often a process looks whether the one that started it still lives."""
_ONE_THREAD: Final = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1")


def cores() -> int:
    """Cores that this process may use, at least 1; LOKY_MAX_CPU_COUNT lowers it."""
    from joblib import cpu_count

    return int(cpu_count())


class Processes(Engine):
    """Processes that work beside this one; they end with the `with` block, or with this process.

    A process that dies is replaced, and the tasks that it and those beside it had are done again: in one process apart, which may die as well, and
    then by halves, if they can be divided; else here. So is what raised an error, which is then raised here.

    Args:
        count: How many, at least 1.
        cells: See `Engine`.
    """

    def __init__(self, count: int, cells: int = CELLS) -> None:
        super().__init__(cells)
        self._count = count
        self._lock = threading.Lock()
        self._queue = WorkQueue(lambda: _TASKS_A_PROCESS * count, self._submit)
        self._deaths = 0
        self._executor: Any = None
        self._apart: Any = None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._queue.drop()
        with self._lock:
            executors = [executor for executor in (self._executor, self._apart) if executor is not None]
            self._executor = self._apart = None
        for executor in executors:
            executor.shutdown(wait=True, kill_workers=kind is not None or bool(self._queue))

    def __bool__(self) -> bool:
        return True

    def run(self, do: Callable[[Task], Result], tasks: Sequence[Callable[[], Task]], of: Divisible[Task, Result] | None = None) -> Iterator[Result]:
        return work_queue.results(self._queue.add(do, tasks, of), self._once_more)

    def _submit(self, call: Call[Any, Any]) -> None:
        executor = self._started()
        executor.submit(done, call.do, call.make()).add_done_callback(partial(self._take, call, executor))

    def _started(self) -> Any:
        with self._lock:
            if self._deaths >= MOST_DEATHS:
                raise BrokenProcessPool(f"{self._deaths} processes died")
            if self._executor is None:
                self._executor = _processes(self._count)
            return self._executor

    def _take(self, call: Call[Any, Any], executor: Any, future: Future[Any]) -> None:
        """Takes what a process gave; runs in the thread that listens to the processes."""
        if future.cancelled():
            call.result.cancel()
            return
        error = future.exception()
        if isinstance(error, BrokenProcessPool):
            self._let_go(executor)
        self._queue.end(call, error=error, result=None if error else future.result())
        self._queue.feed()

    def _let_go(self, executor: Any) -> None:
        """Has others take the place of processes of which one died."""
        with self._lock:
            if executor in (self._executor, self._apart):
                self._deaths += 1
                self._executor = None if executor is self._executor else self._executor
                self._apart = None if executor is self._apart else self._apart

    def _once_more(self, do: Callable[[Task], Result], task: Task) -> Result:
        """The result of a task that may end the process that does it: of one apart, if there may be any."""
        if self._deaths >= MOST_DEATHS:
            return done(do, task)
        try:
            with self._lock:
                self._apart = self._apart or _processes(1)
                executor = self._apart
            result: Result = executor.submit(done, do, task).result()
        except BrokenProcessPool as error:
            self._let_go(executor)
            raise ProcessDied("it ended the process that worked on it") from error
        except OSError:  # no process can be started
            return done(do, task)
        return result


def _processes(count: int) -> Any:
    from joblib.externals.loky import ProcessPoolExecutor

    return ProcessPoolExecutor(count, initializer=_begin, initargs=(os.getpid(),), env=_ONE_THREAD)


def _begin(parent: int) -> None:
    """Has this process end when the one that started it is gone, even if that was killed."""
    threading.Thread(target=_end_with, args=(parent,), name="looks after its parent", daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os._exit(1)
