"""Retrains: one at a time, each in a child process with a numbered folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from forecasting.core import locations, system_errors
from forecasting.core.errors import JobRunning, TrainingFailed, TryAgain
from forecasting.jobs import environment, events, status
from forecasting.jobs.events import Event
from forecasting.jobs.status import ALIVE, CANCEL, EVENTS, EXIT, LOG, PID, REQUEST, RESERVE, JobStatus
from forecasting.storage import disk_full, sealed_json
from forecasting.storage.atomic_files import write_text
from forecasting.storage.locks import exclusive, is_held, take
from forecasting.storage.numbered_folders import DRAFT, LAST, NumberedFolders
from forecasting.storage.workspace import VARIABLE

RESERVED_BYTES = 32_768
POLL_SECONDS = 0.02
TERM_SECONDS, KILL_SECONDS = 2.0, 2.5


class Jobs:
    """The jobs in a folder.

    A job's process holds the lock of its file `alive` for its whole life, so that the kernel itself says whether it runs.

    Args:
        folder: Their folder; created at the first start.
        command: Starts the process of a job, which calls `worker.main`; the job's folder and the number of the open file `alive` are added. Not
            needed where jobs are only followed, cancelled and pruned.
    """

    def __init__(self, folder: Path, *, command: Sequence[str] = ()) -> None:
        self._folder = folder
        self._numbered = NumberedFolders(folder, "job")
        self._command = tuple(command)

    def start(self, request: dict[str, Any], *, home: Path) -> int:
        """Starts a job and returns its number at once.

        Args:
            request: What to do, for the worker; plain values.
            home: The workspace.

        Raises:
            JobRunning: One runs already.
            TrainingFailed: The process could not be started.
            DiskFull: There is no space for it.
        """
        with disk_full.disk_full_as_error("the request to retrain"), exclusive(self._folder / ".lock"):
            running = self.running()
            if running is not None:
                raise JobRunning(running)
            for leftover in self._folder.glob(f"{DRAFT}*"):
                shutil.rmtree(leftover, ignore_errors=True)
            return self._launch(request, home)

    def running(self) -> int | None:
        """The number of the job that runs, or None."""
        number = self.latest()
        return number if number is not None and status.state(self._numbered.name(number)) == "running" else None

    def is_running(self, number: int) -> bool:
        """Whether the process of a job lives; False for a job that is gone."""
        return is_held(self._numbered.name(number) / ALIVE)

    def numbers(self) -> list[int]:
        """The numbers of all jobs, in order."""
        return self._numbered.numbers()

    def latest(self) -> int | None:
        """The number of the newest job, or None."""
        return max(self.numbers(), default=None)

    def status(self, number: int | str) -> JobStatus:
        """The status of a job; raises NotFound."""
        path = self._numbered.find(number)
        try:
            return status.read(path, int(number))
        except FileNotFoundError as error:  # pruned meanwhile
            raise self._numbered.not_found(number) from error

    def events(self, number: int | str, after: int = 0) -> list[Event]:
        """The job's events with an id above `after`, in order; raises NotFound."""
        return events.read(self._numbered.find(number) / EVENTS, after)

    def news(self, number: int | str, after: int = 0) -> tuple[JobStatus, list[Event]]:
        """The status of a job, and its events with an id above `after`, the last one included if it has ended; raises NotFound."""
        now = self.status(number)
        return now, self.events(number, after)

    def page(self, number: int | str, place: int = 0) -> tuple[JobStatus, list[Event], int]:
        """The status of a job, its next events from a place on, and the place behind them; raises NotFound.

        A job that has ended has no more events once the place stays the same. Only a page of events is held in memory, however many there are.
        """
        now = self.status(number)
        return now, *events.page(self._numbered.find(number) / EVENTS, place)

    def result_id(self, number: int | str) -> int:
        """The id of the event with the result of a job that has ended; the id after its last event if it died without writing a result."""
        newest = events.last(self._numbered.find(number) / EVENTS)
        return 1 if newest is None else newest.id if newest.type == "result" else newest.id + 1

    def follow(self, number: int | str, on_event: Callable[[Event], None], *, poll: float = 0.1) -> JobStatus:
        """Calls a listener once with every event, in order, until the job ends; raises NotFound, and what the listener raises."""
        seen = 0
        while True:
            now, news = self.news(number, seen)
            for event in news:
                seen = event.id
                on_event(event)
            if now.state != "running":
                return now
            time.sleep(poll)

    def cancel(self, number: int | str) -> None:
        """Ends a job, within 5 seconds; a job that has ended stays as it is.

        It is asked to end, and killed with its children if it has not after 2 seconds.

        Raises:
            NotFound: There is no such job.
            TryAgain: Not even killing it has ended it yet.
        """
        path = self._numbered.find(number)
        if status.state(path) != "running":
            return
        _mark(path / CANCEL)
        if not (_end(path, signal.SIGTERM, TERM_SECONDS) or _end(path, signal.SIGKILL, KILL_SECONDS)):
            raise TryAgain(f"Job {int(number)} has not ended yet: the system is still writing for it. Look again in a moment.")
        _signal(path, signal.SIGKILL)  # its children that are still alive

    def log(self, number: int | str) -> str:
        """Everything that the job printed; raises NotFound."""
        try:
            return (self._numbered.find(number) / LOG).read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return ""

    def spare(self, keep: int, megabytes: float = 0) -> dict[int, int]:
        """Jobs that need not be kept, in order, and the bytes of each.

        They are older than the newest `keep` (0 for all), or more than so many megabytes together (0 for no limit); but neither the newest one nor
        one that runs.
        """
        old = self._numbered.old(keep, megabytes, least=1)
        return {number: size for number, size in old.items() if not is_held(self._numbered.name(number) / ALIVE)}

    def prune(self, keep: int, megabytes: float = 0) -> dict[int, int]:
        """Deletes what `spare` gives, and returns it; raises TryAgain if somebody else is starting a job for too long."""
        if not self._numbered.old(keep, megabytes, least=1):
            return {}
        with exclusive(self._folder / ".lock"):
            spare = self.spare(keep, megabytes)
            self._numbered.discard(spare)
        return spare

    def _launch(self, request: dict[str, Any], home: Path) -> int:
        try:
            path, alive = self._prepare(request)
            try:
                process = self._spawn(path, alive, home)
            except OSError:
                self._numbered.discard([int(path.name)])
                raise
            finally:
                os.close(alive)
        except OSError as error:
            raise TrainingFailed(f"The retraining could not be started: {error}. Free memory or disk space, then start it again.") from error
        with suppress(OSError):  # the worker writes it too
            write_text(path / PID, f"{process.pid}\n")
        threading.Thread(target=_reap, args=(process, path), name=f"job {path.name}", daemon=True).start()
        return int(path.name)

    def _prepare(self, request: dict[str, Any]) -> tuple[Path, int]:
        """A new job's folder and its lock; the folder appears whole and locked, so that it does not look like a job that died."""
        draft, number = self._numbered.draft(), self._numbered.next()
        draft.mkdir()
        try:
            sealed_json.write(draft / REQUEST, request)
            (draft / RESERVE).write_bytes(os.urandom(RESERVED_BYTES))
            alive = os.open(draft / ALIVE, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError:
            shutil.rmtree(draft)
            raise
        take(alive)
        try:
            self._numbered.point(LAST, number)
            return draft.rename(self._numbered.name(number)), alive
        except OSError:
            os.close(alive)
            shutil.rmtree(draft)
            raise

    def _spawn(self, path: Path, alive: int, home: Path) -> subprocess.Popen[bytes]:
        folder = locations.application_folder()
        with (path / LOG).open("ab") as log:
            return subprocess.Popen(
                [*self._command, str(path.resolve()), str(alive)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=environment.variables(**{VARIABLE: str(home.resolve())}),
                pass_fds=(alive,),
                start_new_session=True,
            )


def _reap(process: subprocess.Popen[bytes], path: Path) -> None:
    """Waits for a child, so that it leaves no zombie, and writes down its exit code."""
    code = process.wait()
    with suppress(OSError):
        (path / RESERVE).unlink(missing_ok=True)
        write_text(path / EXIT, f"{code}\n")


def _mark(path: Path) -> None:
    """Creates an empty file as a mark; on a full disk the signals that follow have to suffice."""
    try:
        path.touch()
    except OSError as error:
        if not system_errors.is_full(error):
            raise


def _end(path: Path, number: signal.Signals, seconds: float) -> bool:
    """Signals a job's processes and waits for up to `seconds`; whether it has ended."""
    end, sent = time.monotonic() + seconds, False
    while is_held(path / ALIVE):
        if time.monotonic() >= end:
            return False
        sent = sent or _signal(path, number)
        time.sleep(POLL_SECONDS)
    return True


def _signal(path: Path, number: signal.Signals) -> bool:
    """Sends a signal to a job's process group, which by its lock is, or was a moment ago, alive; whether that was possible."""
    pid = status.number_in(path / PID)
    if pid is None or pid <= 1:
        return False
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return False
    return True
