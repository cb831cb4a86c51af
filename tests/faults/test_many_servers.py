"""Many servers with one schedule, and one that is killed while it acts."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
import shop_workspaces as shops
from fake_jobs import jobs_in
from repository import ROOT

from forecasting.core.settings import Settings
from forecasting.jobs import schedule_state
from forecasting.jobs.cron import Cron
from forecasting.jobs.timetable import Timetable
from forecasting.services import jobs
from forecasting.services.schedule import Schedule

THREE = datetime(2026, 11, 26, 3, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
NIGHTLY = Timetable((Cron("0 3 * * *", UTC),))

SERVER = """
import sys, time, random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from forecasting.jobs.cron import Cron
from forecasting.jobs.timetable import Timetable
from forecasting.jobs.runner import Jobs
from forecasting.services import retraining, workspaces
from forecasting.services.schedule import Schedule
ws, three, toil = workspaces.workspace(), datetime(2026, 11, 26, 3, tzinfo=UTC), (sys.executable, "tests/support/fake_worker.py")

def count(ws, chosen):
    with (ws.home / "starts").open("a") as file: file.write(f"{schedule.now:%d}\\n")
    time.sleep(0.02)
    return 1

def slow(ws, chosen):
    print("claimed", flush=True)
    time.sleep(0.1)
    number = Jobs(ws.jobs, command=toil).start({"task": "sleep"}, home=ws.home)
    print("started", flush=True)
    time.sleep(0.1)
    return number

start = {"count": count, "slow": slow, "real": retraining.start_retrain}[sys.argv[1]]
schedule = Schedule(ws=ws, timetable=Timetable((Cron("0 3 * * *", UTC),)), start=start, tell=lambda text: None)
print("ready", flush=True)
sys.stdin.readline()
skew, seeded = timedelta(minutes=float(sys.argv[2])), random.Random(sys.argv[2])
for day in range(int(sys.argv[3])):
    schedule.now = three + timedelta(days=day)
    for _ in range(2):
        schedule.check(schedule.now + skew)
        time.sleep(seeded.random() / 100)
print("done", flush=True)
"""


@pytest.fixture
def selling(home):
    """A workspace with sales that no version has learned, and a schedule since noon before the first night."""
    shops.merge(home, shops.sales(30))
    Schedule(ws=home, timetable=NIGHTLY).check(THREE - timedelta(hours=15))
    return home


@pytest.fixture
def toiling(selling):
    """Starts jobs that do nothing for long; none of them outlives the test."""
    with jobs_in(selling.jobs) as jobs:
        yield jobs


@pytest.fixture
def servers(selling):
    """Starts other processes that look as soon as they are told to."""
    made = []

    def start(task, minutes=0.0, days=1):
        command = [sys.executable, "-c", SERVER, task, str(minutes), str(days)]
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
        made.append(process)
        return process

    yield start
    for process in made:
        process.kill()
        process.communicate()


def ready(processes):
    for process in processes:
        assert process.stdout.readline() == "ready\n"


def go(processes):
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()


def test_eight_servers_whose_clocks_differ_start_one_retrain_a_moment(selling, servers):
    processes = [servers("count", minutes, 12) for minutes in (0, 0, 0.01, 0.5, 1, 3, 7, 20)]
    ready(processes)
    go(processes)
    assert [process.stdout.readline() for process in processes] == ["done\n"] * 8
    days = [f"{THREE + n * DAY:%d}" for n in range(12)]
    assert (selling.home / "starts").read_text().split() == days


def test_eight_servers_at_one_moment_start_one_job(selling, servers):
    processes = [servers("real") for _ in range(8)]
    ready(processes)
    go(processes)
    try:
        assert [process.stdout.readline() for process in processes] == ["done\n"] * 8
        made = schedule_state.read(selling.schedule)
        assert (made.due, made.outcome, made.job) == (THREE, "started", 1)
        assert jobs.job(selling).number == 1
        assert jobs.job(selling, 1).request["settings"] == Settings().to_dict()
    finally:
        jobs.cancel(selling, 1)
    assert jobs.job(selling, 1).state == "cancelled"


@pytest.mark.parametrize("moment", ["claimed", "started", *range(6)])
def test_a_holder_killed_at_any_moment_neither_loses_nor_doubles_the_retrain(selling, servers, toiling, moment):
    holder = servers("slow")
    ready([holder])
    go([holder])
    if isinstance(moment, int):
        time.sleep(random.Random(moment).uniform(0, 0.4))
    else:
        while holder.stdout.readline() != f"{moment}\n":
            assert holder.poll() is None
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    left = schedule_state.read(selling.schedule)
    if isinstance(moment, str):
        assert (left.outcome, left.job, toiling.latest()) == ("claimed", None, 1 if moment == "started" else None)
    successor = Schedule(ws=selling, timetable=NIGHTLY, start=lambda ws, _: toiling.start({"task": "sleep"}, home=ws.home))
    for minutes in range(1, 4):
        made = successor.check(THREE + minutes * MINUTE)
    assert (made.due, made.outcome, made.job, toiling.latest()) == (THREE, "started", 1, 1)
