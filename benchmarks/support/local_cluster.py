"""A Dask scheduler and its workers, each a process of its own on this machine."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 300.0
"""Seconds that a busy machine may take to start or end a process."""
RUNNING = "import sys; from distributed.cli.dask_{} import main; sys.exit(main(sys.argv[1:]))"


class LocalCluster:
    """Processes that are killed at the end.

    Args:
        folder: Where they may write.
        workers: How many.
        path: From where workers import, besides the repository.
    """

    def __init__(self, folder: Path, workers: int, path: Path | None = None) -> None:
        from distributed import Client

        self.folder, file = folder, folder / "scheduler.json"
        self._path = [ROOT] if path is None else [ROOT, path]
        self.workers: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
        _wait_until(file.exists)
        self.client: Any = Client(scheduler_file=str(file), set_as_default=False)
        self.address: str = self.client.scheduler.address
        for _ in range(workers):
            self.start_worker()
        self.wait()

    @property
    def engine(self) -> str:
        """The name of the engine."""
        return self.address.replace("tcp://", "dask://")

    def start_worker(self, *before: Path) -> None:
        """Starts a worker, which starts again when it dies, with places to import from before all others."""
        options = ["--nthreads", "1", "--no-dashboard", "--local-directory", str(self.folder)]
        self.workers.append(self._start("worker", self.address, *options, before=before))

    def end_worker(self) -> None:
        """Ends the worker that was started last, for good."""
        _kill(self.workers.pop())
        self.wait()

    def wait(self, tasks: int | None = None) -> None:
        """Until all workers are there and those that were ended are not, and the scheduler knows of so many tasks."""
        _wait_until(lambda: self.client.scheduler_info(n_workers=0)["n_workers"] == len(self.workers))
        _wait_until(lambda: tasks is None or self.tasks() == tasks)

    def processes(self) -> set[int]:
        """The process of every worker."""
        return set(self.client.run(os.getpid).values())

    def usage(self) -> tuple[float, float]:
        """CPU seconds of all workers so far, and the most megabytes that any of them held."""
        usages = list(self.client.run(_usage).values())
        return sum(seconds for seconds, _ in usages), max(megabytes for _, megabytes in usages)

    def tasks(self) -> int:
        """Tasks that the scheduler knows."""
        return int(self.client.run_on_scheduler(_tasks))

    def give_up_after(self, deaths: int) -> None:
        """Has the scheduler give a task up that was lost so many times with its worker."""
        self.client.run_on_scheduler(_give_up_after, deaths=deaths)

    def close(self) -> None:
        """Ends everything."""
        self.client.close(timeout=1)
        for process in [*self.workers, self.scheduler]:
            _kill(process)

    def _start(self, kind: str, *arguments: str, before: tuple[Path, ...] = ()) -> subprocess.Popen[bytes]:
        places = os.pathsep.join(map(str, [*before, *self._path]))
        command, environment = [sys.executable, "-c", RUNNING.format(kind), *arguments], {**os.environ, "PYTHONPATH": places}
        with (self.folder / f"{kind}.log").open("ab") as log:
            return subprocess.Popen(command, env=environment, cwd=self.folder, stdout=log, stderr=log, start_new_session=True)


def _wait_until(there: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not there():
        assert time.monotonic() < end, "the cluster did not become what it should"
        time.sleep(0.05)


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(PATIENCE)


def _usage() -> tuple[float, float]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def _tasks(dask_scheduler: Any) -> int:
    return len(dask_scheduler.tasks)


def _give_up_after(dask_scheduler: Any, deaths: int) -> None:
    dask_scheduler.allowed_failures = deaths - 1
