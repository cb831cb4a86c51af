"""Jobs whose worker does what a test chooses (fake_worker.py), and how to wait for them."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from patience import PATIENCE

from forecasting.jobs.runner import Jobs

TOIL = (sys.executable, str(Path(__file__).parent / "fake_worker.py"))


@contextmanager
def jobs_in(folder):
    """The jobs in a folder; none of them outlives the test."""
    jobs = Jobs(folder, command=TOIL)
    yield jobs
    if jobs.running() is not None:
        jobs.cancel(jobs.running())


def until(condition, seconds=PATIENCE, step=0.01):
    """Waits until something is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "It did not happen in time."
        time.sleep(step)


def quiet():
    """Waits until the exit code of every job that this process started is saved: a moment after it has told its result."""
    for thread in threading.enumerate():
        if thread.name.startswith("job "):
            thread.join()
