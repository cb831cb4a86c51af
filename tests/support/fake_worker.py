"""A worker whose task a test chooses: `python tests/support/fake_worker.py JOB_DIR LOCK`. The real one knows one task only."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pool_tasks

from forecasting.core.errors import InputError
from forecasting.core.process_engine import Processes
from forecasting.core.progress import Progress
from forecasting.jobs import worker


def steps(request, on_progress):
    for stage in ("Prophet", "LSTM"):
        for done in range(1, request["steps"] + 1):
            time.sleep(request.get("pause", 0))
            on_progress(Progress(stage, done, request["steps"], loss=1 / done if stage == "LSTM" else None))
    sys.stdout.write("said aloud\n")
    return {"version": 7, "wape": np.float32(0.5), "mase": float("nan")}


def publish(request, on_progress):
    on_progress(Progress("Publish", 0, 1))
    on_progress(Progress("Publish", 1, 1))
    time.sleep(request["pause"])
    return {"version": 7}


def sleep(request, on_progress):
    on_progress(Progress("Sleep", 0, 1))
    time.sleep(600)


def deaf(request, on_progress):
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    on_progress(Progress("Deaf", 0, 1))
    time.sleep(600)


def swallow(request, on_progress):
    for done in range(10_000):
        try:
            on_progress(Progress("Swallow", done, 10_000))
            time.sleep(0.01)
        except Exception:
            if done % 2:
                raise


def long_sort(request, on_progress):
    values = np.random.default_rng(0).random(150_000_000, dtype=np.float32)
    on_progress(Progress("Sort", 0, 1))
    np.sort(values)


def children(request, on_progress):
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(600)"
    child = subprocess.Popen([sys.executable, "-c", stubborn], stdout=subprocess.PIPE, close_fds=False)
    child.stdout.readline()
    on_progress(Progress("Child", 0, 1, note=str(child.pid)))
    time.sleep(600)


def pool(request, on_progress):
    with Processes(2) as engine:
        processes = set(engine.run(pool_tasks.process, [lambda: None] * 4))
        rest = engine.run(time.sleep, [lambda: 600] * 4)
        on_progress(Progress("Engine", 0, 1, note=" ".join(map(str, processes))))
        next(rest)


def bad_input(request, on_progress):
    on_progress(Progress("Read", 1, 1))
    raise InputError("The file has no rows.")


def memory(request, on_progress):
    np.ones(2**60, dtype=np.uint8)


def disk(request, on_progress):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def rust_disk(request, on_progress):
    raise RuntimeError("Generic LocalFileSystem error: No space left on device (os error 28)")


def surprise(request, on_progress):
    return {}["key"]


def crash(request, on_progress):
    on_progress(Progress("Crash", 0, 1))
    os.kill(os.getpid(), request["signal"])
    time.sleep(600)


def leave(request, on_progress):
    os._exit(3)


def linger(request, on_progress):
    threading.Thread(target=time.sleep, args=(600,)).start()
    return {}


def surroundings(request, on_progress):
    return {
        "nice": os.nice(0),
        "home": os.environ["FORECASTING_HOME"],
        "threads": os.environ.get("OMP_NUM_THREADS"),
        "token": os.environ.get("FORECASTING_API_TOKEN"),
        "leader": os.getsid(0) == os.getpid(),
    }


FAILURES = (bad_input, memory, disk, rust_disk, surprise, crash, leave)
TASKS = (steps, publish, sleep, deaf, swallow, long_sort, children, pool, linger, surroundings, *FAILURES)


def task(request, on_progress):
    return {task.__name__: task for task in TASKS}[request["task"]](request, on_progress)


if __name__ == "__main__":
    worker.main(Path(sys.argv[1]), int(sys.argv[2]), task)
