"""The process of one job, from its request to its result; the caller hands in the task."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from forecasting.core import log_lines, system_errors
from forecasting.core.errors import Cancelled, OutOfMemory, ShelfcastError
from forecasting.core.progress import OnProgress, Progress
from forecasting.core.stages import PUBLISH
from forecasting.jobs.estimate import Estimate
from forecasting.jobs.events import Recorder
from forecasting.jobs.status import CANCEL, EVENTS, PID, REQUEST, RESERVE, RESULT
from forecasting.storage import sealed_json
from forecasting.storage.atomic_files import write_text

Task = Callable[[dict[str, Any], OnProgress], dict[str, Any]]

NICENESS = 10
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "LOKY_MAX_CPU_COUNT")

CANCELLED = "Cancelled by a person."
NO_MEMORY = "Training stopped: not enough memory. Close other programs, or retrain with a smaller batch size or fewer series."
NO_SPACE = f"Training stopped: the disk is full. {system_errors.REMEDY}"
UNEXPECTED = "An unexpected error; the log has it whole."


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a task ended.

    Args:
        status: "success", "failed" or "cancelled".
        reason: What went wrong and what to do; empty for a success.
        error: The class of the error, e.g. "InputError"; empty for a success.
        meta: The result of the task.
    """

    status: str
    reason: str = ""
    error: str = ""
    meta: dict[str, Any] = field(default_factory=dict)


class Listener:
    """A listener that writes progress down, and ends the task when a person cancels it.

    Args:
        recorder: Writes the events.
        mark: The file whose existence asks the task to end.
    """

    def __init__(self, recorder: Recorder, mark: Path) -> None:
        self.recorder = recorder
        self.mark = mark
        self.stopped = False

    def __call__(self, progress: Progress) -> None:
        """Writes a step down; raises Cancelled. Once a version is written whole it is too late to cancel: it will be live."""
        self.check()
        if progress.stage == PUBLISH and progress.done == progress.total:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        self.recorder.progress(progress)

    def check(self) -> None:
        """Raises Cancelled if the task shall end, since a library may have swallowed the exception of the signal."""
        if self.cancelled():
            raise Cancelled(CANCELLED)

    def cancelled(self) -> bool:
        """Whether the task shall end."""
        return self.stopped or self.mark.exists()

    def stop(self, *_: Any) -> None:
        """Ends the task from a signal."""
        self.stopped = True
        raise Cancelled(CANCELLED)


def run(job: Path, task: Task) -> bool:
    """Does the task of a job's folder and writes its events and its result; whether it was a success."""
    request = sealed_json.read(job / REQUEST)
    if request.get("leave_a_core"):
        _leave_a_core()
    recorder = Recorder(job / EVENTS, Estimate(request.get("stages") or {}))
    listener = Listener(recorder, job / CANCEL)
    outcome = _attempt(task, request, listener, job / PID)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    (job / RESERVE).unlink(missing_ok=True)  # so that even a job that a full disk ended can write its result
    recorder.result(outcome.status, outcome.reason)
    ended = datetime.now(UTC).isoformat(timespec="milliseconds")
    sealed_json.write(job / RESULT, {**asdict(outcome), "step": recorder.stage, "ended": ended})
    return outcome.status == "success"


def main(job: Path, lock: int, task: Task) -> NoReturn:
    """Runs the process from start to end and leaves it at once, with 0 for a success and 1 otherwise.

    It waits for no thread of a library: one may never end, and one that is still importing ends the interpreter with an abort.

    Args:
        job: The job's folder.
        lock: The open file whose lock says that this process lives; children do not get it.
        task: What to do.
    """
    logging.basicConfig(handlers=[log_lines.to_stderr("%(levelname)s %(message)s")])
    os.set_inheritable(lock, False)
    os.nice(NICENESS)
    success = run(job, task)
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0 if success else 1)


def _attempt(task: Task, request: dict[str, Any], listener: Listener, pid: Path) -> Outcome:
    try:
        write_text(pid, f"{os.getpid()}\n")
        signal.signal(signal.SIGTERM, listener.stop)
        listener.recorder.started()
        listener.check()
        return Outcome("success", meta=task(request, listener))
    except Exception as error:
        if listener.cancelled() or isinstance(error, Cancelled):
            return Outcome("cancelled", CANCELLED, Cancelled.__name__)
        logging.exception("Retraining failed")
        return Outcome("failed", _reason(error), type(error).__name__)


def _reason(error: Exception) -> str:
    if isinstance(error, ShelfcastError):
        return str(error)
    if system_errors.is_full(error):
        return NO_SPACE
    refusal = system_errors.named(error)
    if isinstance(refusal, OutOfMemory) or type(error).__name__ == "ResourceExhaustedError":
        return NO_MEMORY
    return UNEXPECTED if refusal is None else f"Training stopped. {refusal}"


def _leave_a_core() -> None:
    """Has numerical libraries, none of which is loaded yet, use all cores but one."""
    threads = str(max(1, (os.cpu_count() or 1) - 1))
    os.environ.update(dict.fromkeys(THREADS, threads))
