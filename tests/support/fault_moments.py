"""Faults at seeded moments of a retrain, and what must be there after each."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import time

import pandas as pd
from fake_jobs import until

from forecasting.core.json_values import jsonable
from forecasting.entrypoints.api import event_stream
from forecasting.services import jobs
from forecasting.storage.sales.table import Dataset

MOMENTS = int(os.environ.get("SHELFCAST_FAULT_MOMENTS", "4"))
"""How many moments of a retrain are tried; SHELFCAST_FAULT_MOMENTS=20 tries five times as many as a run of all tests has time for."""


def moments(like, seed):
    """Moments of a retrain that runs like this workspace's first: (marks passed, seconds since the last of them).

    Half are spread over its seconds, most of which pass in silence while libraries load; half follow one of its marks, so that short stages
    get their share.
    """
    seeded = random.Random(seed)
    passed = [0.0, *marks(like, 1).values()]
    made = []
    for part in range(MOMENTS // 2):
        second = (part + seeded.random()) / (MOMENTS // 2) * passed[-1]
        count = sum(at <= second for at in passed) - 1
        made.append((count, second - passed[count]))
        made.append((seeded.randrange(len(passed)), seeded.uniform(0, 0.05)))
    return made


def reach(ws, number, moment):
    """Waits until a job is there, or has ended; where it runs faster than the one that the moment is of, its next mark comes sooner."""
    count, seconds = moment
    until(lambda: len(marks(ws, number)) >= count or jobs.job(ws, number).state != "running")
    end = time.monotonic() + seconds
    until(lambda: time.monotonic() >= end or len(marks(ws, number)) > count)


def marks(ws, number):
    """The seconds at which each stage of a job began and ended, in order: the same marks however fast it runs, unlike the events between."""
    found = {}
    for event in jobs.events(ws, number):
        if event.type == "progress":
            found.setdefault((event.stage, "began"), event.elapsed)
            if event.done == event.total:
                found.setdefault((event.stage, "ended"), event.elapsed)
    return found


def told(ws, number):
    """Events of a job so far."""
    return max((event.id for event in jobs.events(ws, number)), default=0)


def kill(ws, number):
    """Ends a job's processes as the system does when memory runs out."""
    path = ws.jobs / f"{number:04d}" / "pid"
    until(path.exists)
    try:
        os.killpg(int(path.read_text()), signal.SIGKILL)
    except ProcessLookupError:
        assert jobs.job(ws, number).state != "running"


def sold(ws):
    """The sales and how they came about, as one value."""
    dataset = Dataset(ws)
    rows = hashlib.sha256(pd.util.hash_pandas_object(dataset.read()).to_numpy().tobytes()).hexdigest()
    return dataset.version, rows, dataset.history()


def as_told(ws, number):
    """A job's progress as listeners get it: (id, data)."""
    events = jobs.events(ws, number)
    return [(event.id, json.loads(json.dumps(jsonable(event_stream.progress(event, number))))) for event in events if event.type != "result"]


def all_heard(ws, number, *streams):
    """Checks that one listener heard every event of a job that has ended once and in order over some streams; its result."""
    heard = [event for stream in streams for event in stream.heard]
    assert heard[:-1] == as_told(ws, number)
    assert heard[-1][0] == jobs.result_id(ws, number) == len(heard)
    return heard[-1][1]["data"]
