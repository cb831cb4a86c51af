"""A Dask cluster that does tasks beside this process, on other machines too."""

from __future__ import annotations

import logging
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from forecasting.core import library_versions, work_queue
from forecasting.core.engine import CELLS, Engine, ProcessDied, done
from forecasting.core.errors import Cancelled, EngineUnavailable, ShelfcastError
from forecasting.core.halving import Divisible
from forecasting.core.work_queue import Call, WorkQueue

logger = logging.getLogger(__name__)
_THEIR_LOG: Final = logging.getLogger("distributed.client")

Task = TypeVar("Task")
Result = TypeVar("Result")

_TASKS_A_WORKER: Final = 4
"""Tasks that a worker has at most, the one it works on included: it need not wait for the next, and memory does not grow with their number."""
_RETRIES: Final = 2
"""Times that a task which raised an error is done again before it is divided."""
_CONNECT_SECONDS: Final = 10.0
_WORKER_SECONDS: Final = 60.0
"""How long no worker may be there: a cluster that grows when it is asked needs a while for its first one."""
_CLOSE_SECONDS: Final = 3.0
_RESULT_SECONDS: Final = 60.0
"""After which it is asked whether a result that was announced can still come."""
_LOOK_SECONDS: Final = 1.0
"""How often the workers are counted at most."""
_MOST_LOST: Final = 100
"""Tasks that may be given up when they are done again. To name one thing among a thousand takes a dozen; where many are, the cluster is at fault."""
_ONE_AT_A_TIME: Final = threading.Lock()
"""Of the threads of a worker one does a task, on one thread of its libraries."""
_STILL: Final = "The live version still serves."
_REMEDY: Final = f"retrain with --engine here. {_STILL}"


class DaskCluster(Engine):
    """The workers of a Dask scheduler.

    They get functions of Shelfcast and arrays, and no file or setting. A task of a worker that is lost is done by another one. Dask gives a task up
    that was lost four times with its workers; then it is done by halves, if it can be divided, else here. What raised an error three times likewise.

    Args:
        address: Of the scheduler, as Dask writes it: tcp://host:port or tls://host:port, whose certificates are those of Dask's own configuration.
        libraries: Whose versions must be the same there as here.
        cells: See `Engine`.

    Raises:
        EngineUnavailable: By the `with` block, its results and `check`: there is no scheduler, no worker, another version of a library, or they were
            lost.
    """

    def __init__(self, address: str, libraries: Sequence[str], cells: int = CELLS) -> None:
        super().__init__(cells)
        self._address = address
        self._libraries = tuple(libraries)
        self._client: Any = None
        self._queue = WorkQueue(self._room, self._submit)
        self._lost = 0
        self._workers = 0
        self._counted = self._seen = 0.0
        self._taking = threading.Lock()

    def __enter__(self) -> Self:
        self._client = self._connected()
        _THEIR_LOG.addFilter(self._passes)
        try:
            self._await_worker()
            self._compare()
        except BaseException as error:
            self._close()
            if isinstance(error, Exception) and not isinstance(error, ShelfcastError):  # what Dask raises where the scheduler is lost
                raise self._gone() from error
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._queue.drop()
        self._close()

    def __bool__(self) -> bool:
        return True

    def check(self) -> None:
        if self._client.status != "running":
            raise self._gone()

    def run(self, do: Callable[[Task], Result], tasks: Sequence[Callable[[], Task]], of: Divisible[Task, Result] | None = None) -> Iterator[Result]:
        self._seen = self._seen if self._queue else time.monotonic()  # nobody was needed, and a cluster may have let its workers go
        return work_queue.results(self._queue.add(do, tasks, of), self._once_more, self._look)

    def _connected(self) -> Any:
        from distributed import Client

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of versions that differ, which are compared below
                return Client(self._address, timeout=_CONNECT_SECONDS, set_as_default=False, name="shelfcast")
        except Cancelled:
            raise
        except Exception as error:  # what Dask raises for a wrong name, a refusal, a certificate: no common class
            why = " ".join(str(error).split()) or type(error).__name__
            raise EngineUnavailable(f"No Dask scheduler answers at {self._address} ({why}). Start it, or {_REMEDY}") from error

    def _await_worker(self) -> None:
        try:
            self._client.wait_for_workers(1, timeout=_WORKER_SECONDS)
        except TimeoutError as error:
            raise self._workerless() from error
        self._seen = time.monotonic()

    def _compare(self) -> None:
        """Raises where a worker has other versions than this process."""
        found = self._client.run(library_versions.installed, self._libraries, on_error="return")
        for address, versions in found.items():
            text = _difference(library_versions.installed(self._libraries), versions)
            if text:
                raise EngineUnavailable(f"The Dask worker {address} has {text}. {_SAME}")

    def _close(self) -> None:
        """Leaves the cluster, which forgets the tasks that are left; the workers end the one they are at."""
        client, self._client = self._client, None
        taken = self._taking.acquire(timeout=_CLOSE_SECONDS)  # a result on its way would be waited for by all clients to come
        with suppress(Exception):  # a scheduler that is gone
            client.close(timeout=_CLOSE_SECONDS)
        if taken:
            self._taking.release()
        _THEIR_LOG.removeFilter(self._passes)

    def _passes(self, record: logging.LogRecord) -> bool:
        """Whether Dask's client logs something; what it has to say of a scheduler that is lost, at debug level: our sentence stands alone."""
        client = self._client
        if client is not None and client.status == "running":
            return True
        logger.debug("%s", record.getMessage(), exc_info=record.exc_info)
        return False

    def _room(self) -> int:
        self._count()
        return _TASKS_A_WORKER * max(1, self._workers)

    def _count(self) -> None:
        """Counts the workers, unless that was done a moment ago."""
        if self._client is None or time.monotonic() < self._counted + _LOOK_SECONDS:
            return
        try:
            self._workers = self._client.scheduler_info(n_workers=0)["n_workers"]
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001 - whatever Dask raises where the scheduler is lost, of which its status tells
            logger.info("the workers could not be counted: %s", error)
        self._counted = time.monotonic()
        self._seen = self._counted if self._workers else self._seen

    def _look(self) -> None:
        """Raises where nobody is left to do the tasks."""
        self.check()
        self._count()
        if time.monotonic() > self._seen + _WORKER_SECONDS:
            raise self._workerless()

    def _submit(self, call: Call[Any, Any], *, retries: int = _RETRIES, priority: int = 0) -> None:
        if self._client is None or self._client.status != "running":
            raise self._gone()
        work = (call.do, call.make(), self._libraries, library_versions.installed(self._libraries))
        future = self._client.submit(done_there, *work, pure=False, retries=retries, priority=priority)
        future.add_done_callback(partial(self._take, call))

    def _take(self, call: Call[Any, Any], future: Any) -> None:
        """Takes what a worker gave; runs in a thread of the client."""
        from distributed import KilledWorker

        error: BaseException | None = None
        result = None
        try:
            result = self._result(future)
        except KilledWorker as killed:
            error = ProcessDied("it ended the process that worked on it")
            error.__cause__ = killed
        except Exception as other:  # noqa: BLE001 - whatever a task may raise
            error = self._gone() if future.cancelled() else other
        future.release()
        self._queue.end(call, error=error, result=result)
        self._queue.feed()

    def _result(self, future: Any) -> Any:
        """What a worker gave; raises EngineUnavailable where the client has left, whose loop would not answer any more."""
        with self._taking:
            while self._client is not None and not future.cancelled():
                try:
                    return future.result(timeout=_RESULT_SECONDS)
                except TimeoutError:
                    if future.status == "error":  # that of the task itself
                        raise
            raise self._gone()

    def _once_more(self, do: Callable[[Task], Result], task: Task) -> Result:
        """The result of a task that may end the worker that does it."""
        if self._lost >= _MOST_LOST:
            raise EngineUnavailable(f"The workers of {self._address} died of {self._lost} tasks, so the training ended. {_STILL}")
        call = Call(do, lambda: task, None)
        self._queue.push(call, partial(self._submit, retries=0, priority=1))
        error = work_queue.error_of(call, self._look)
        if error is not None:
            self._lost += isinstance(error, ProcessDied)
            raise error
        return call.result.result()

    def _gone(self) -> EngineUnavailable:
        return EngineUnavailable(f"The Dask scheduler at {self._address} was lost, so the training ended. {_STILL}")

    def _workerless(self) -> EngineUnavailable:
        return EngineUnavailable(f"The Dask scheduler at {self._address} had no worker for {_WORKER_SECONDS:.0f} seconds. Start one, or {_REMEDY}")


_SAME: Final = f"With other versions results would differ: use the same environment everywhere, or {_REMEDY}"


def done_there(do: Callable[[Task], Result], task: Task, libraries: tuple[str, ...], versions: Mapping[str, str]) -> Result:
    """The result of a task, on one thread; runs in a worker, which may have come after those that were asked for their versions.

    Raises:
        EngineUnavailable: Its versions are not these.
    """
    text = _difference(versions, library_versions.installed(libraries))
    if text:
        raise EngineUnavailable(f"A Dask worker has {text}. {_SAME}")
    with _ONE_AT_A_TIME:
        return done(do, task)


def _difference(here: Mapping[str, str], there: Mapping[str, str] | Exception) -> str:
    if isinstance(there, OSError):  # it died meanwhile; if it comes again it is asked with every task
        return ""
    if isinstance(there, Exception):
        return f"no Shelfcast that answers ({there})"
    return library_versions.difference(here, there)
