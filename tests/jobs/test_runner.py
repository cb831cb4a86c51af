"""Jobs: one at a time, seen by all, ended within five seconds, and nothing left behind by a kill -9."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fake_jobs import TOIL, until
from patience import PATIENCE
from repository import ROOT

from forecasting.core.errors import JobRunning, NotFound
from forecasting.jobs import events
from forecasting.storage.locks import is_held

START = """
import json, sys
from pathlib import Path
from forecasting.core.errors import JobRunning
from forecasting.jobs.runner import Jobs
folder = Path(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
try:
    print("started", Jobs(folder, command=json.loads(sys.argv[2])).start(json.loads(sys.argv[3]), home=folder))
except JobRunning as running:
    print("running", running.job)
"""


def start(jobs, tmp_path, task, **request):
    return jobs.start({"task": task, **request}, home=tmp_path)


def finish(jobs, number):
    return jobs.follow(number, lambda _: None, poll=0.02)


def gone(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")")[-1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def starter(tmp_path, **request):
    """Another process that starts a job as soon as it is told to."""
    arguments = [tmp_path / "jobs", json.dumps(TOIL), json.dumps(request)]
    process = subprocess.Popen([sys.executable, "-c", START, *arguments], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    return process


def test_a_job_tells_its_steps_and_its_result(jobs, tmp_path):
    number = start(jobs, tmp_path, "steps", steps=3, stages={"Prophet": 1, "LSTM": 3})
    status = finish(jobs, number)
    assert (number, status.state, status.step, status.reason) == (1, "done", "LSTM", "")
    assert status.result == {"version": 7, "wape": 0.5, "mase": None}
    assert (status.fraction, status.remaining) == (1.0, 0.0)
    assert status.started <= status.ended <= datetime.now(UTC)
    assert jobs.log(number) == "said aloud\n"
    assert jobs.running() is None


def test_a_follower_sees_every_event_once(jobs, tmp_path):
    number = start(jobs, tmp_path, "steps", steps=20, pause=0.005, stages={"Prophet": 1, "LSTM": 1})
    followers = [[] for _ in range(3)]
    threads = [
        threading.Thread(target=jobs.follow, args=(number, seen.append), kwargs={"poll": 0.01 * (1 + 3 * i)}) for i, seen in enumerate(followers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = [json.loads(line) for line in (tmp_path / "jobs" / "0001" / "events.jsonl").read_text().splitlines()]
    assert [line["id"] for line in lines] == list(range(1, len(lines) + 1))
    for seen in followers:
        assert [event.to_dict() for event in seen] == lines
    assert [lines[0]["type"], lines[-1]["type"], lines[-1]["status"]] == ["started", "result", "success"]
    assert [line["done"] for line in lines if line["stage"] == "LSTM" and line["type"] == "progress"] == list(range(1, 21))
    fractions = [line["fraction"] for line in lines]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_while_a_job_runs_no_other_can_start(jobs, tmp_path):
    number = start(jobs, tmp_path, "sleep")
    with pytest.raises(JobRunning, match="job 1") as error:
        start(jobs, tmp_path, "sleep")
    assert (error.value.job, jobs.running()) == (number, number)
    jobs.cancel(number)
    assert finish(jobs, start(jobs, tmp_path, "steps", steps=1)).number == 2


def test_of_many_starters_in_threads_one_wins(jobs, tmp_path):
    outcomes, barrier = [], threading.Barrier(8)

    def begin():
        barrier.wait()
        try:
            outcomes.append(("started", start(jobs, tmp_path, "sleep")))
        except JobRunning as running:
            outcomes.append(("running", running.job))

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [("running", 1)] * 7 + [("started", 1)]


def test_of_many_starters_in_processes_one_wins(jobs, tmp_path):
    processes = [starter(tmp_path, task="sleep") for _ in range(4)]
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    outcomes = [process.communicate()[0] for process in processes]
    assert sorted(outcomes) == ["running 1\n"] * 3 + ["started 1\n"]


def test_a_job_outlives_the_process_that_started_it(jobs, tmp_path):
    process = starter(tmp_path, task="steps", steps=10, pause=0.05)
    process.communicate("\n")
    assert jobs.running() == 1
    assert finish(jobs, 1).state == "done"


@pytest.mark.parametrize("task", ["sleep", "swallow", "deaf", "long_sort", "children"])
def test_a_cancelled_job_ends_soon(jobs, tmp_path, task):
    number = start(jobs, tmp_path, task)
    until(lambda: jobs.status(number).event)
    began = time.monotonic()
    jobs.cancel(number)
    assert time.monotonic() - began < PATIENCE
    status = jobs.status(number)
    assert (status.state, status.reason) == ("cancelled", "Cancelled by a person.")
    assert jobs.running() is None
    assert not is_held(tmp_path / "jobs" / "0001" / "alive")


@pytest.mark.parametrize("task", ["children", "pool"])
def test_a_cancelled_jobs_children_end_with_it(jobs, tmp_path, task):
    number = start(jobs, tmp_path, task)
    until(lambda: jobs.status(number).event)
    children = [int(pid) for pid in jobs.status(number).event.note.split()]
    assert not any(gone(child) for child in children)
    jobs.cancel(number)
    assert jobs.status(number).state == "cancelled"
    until(lambda: all(gone(child) for child in children))


@pytest.mark.parametrize("wait", [0, 0.02, 0.1, 0.3])
def test_a_job_can_be_cancelled_while_it_starts(jobs, tmp_path, wait):
    number = start(jobs, tmp_path, "sleep")
    time.sleep(wait)
    jobs.cancel(number)
    assert jobs.status(number).state == "cancelled"


def test_who_cancels_once_a_version_is_written_comes_too_late(jobs, tmp_path):
    number = start(jobs, tmp_path, "publish", pause=0.5)
    until(lambda: len(jobs.events(number)) == 3)
    jobs.cancel(number)
    assert (jobs.status(number).state, jobs.status(number).result) == ("done", {"version": 7})


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_a_job_killed_while_it_publishes_does_not_say_that_nothing_was_published(jobs, tmp_path, state):
    number = start(jobs, tmp_path, "publish", pause=600)
    until(lambda: len(jobs.events(number)) == 3)
    if state == "cancelled":
        jobs.cancel(number)
    else:
        os.kill(int((tmp_path / "jobs" / "0001" / "pid").read_text()), signal.SIGKILL)
    until(lambda: jobs.status(number).state == state)
    assert "the list of versions says" in jobs.status(number).reason


def test_cancelling_a_job_that_has_ended_changes_nothing(jobs, tmp_path):
    number = start(jobs, tmp_path, "steps", steps=1)
    done = finish(jobs, number)
    jobs.cancel(number)
    assert jobs.status(number) == done


def test_a_job_killed_at_any_moment_is_shown_as_failed_and_blocks_nothing(jobs, tmp_path):
    seeded = random.Random(7)
    for _ in range(8):
        number = start(jobs, tmp_path, "steps", steps=1000, pause=0.001, stages={"Prophet": 1})
        time.sleep(seeded.random() * 0.6)
        pid = int((tmp_path / "jobs" / f"{number:04d}" / "pid").read_text())
        os.kill(pid, signal.SIGKILL)
        until(lambda number=number: jobs.status(number).state != "running")
        until(lambda number=number: "signal 9" in jobs.status(number).reason)
        assert jobs.status(number).state == "failed"
        assert "ended without a result" in jobs.status(number).reason
        ids = [event.id for event in jobs.events(number)]
        assert ids == list(range(1, len(ids) + 1))
        assert isinstance(jobs.log(number), str)
        until(lambda pid=pid: not Path(f"/proc/{pid}").exists())
    assert finish(jobs, start(jobs, tmp_path, "steps", steps=1)).state == "done"


def test_a_child_of_the_job_does_not_keep_it_running(jobs, tmp_path):
    number = start(jobs, tmp_path, "children")
    until(lambda: jobs.status(number).event)
    child = int(jobs.status(number).event.note)
    os.kill(int((tmp_path / "jobs" / "0001" / "pid").read_text()), signal.SIGKILL)
    until(lambda: jobs.status(number).state == "failed")
    assert not gone(child)
    os.kill(child, signal.SIGKILL)


def test_a_starter_that_is_killed_midway_blocks_nothing(jobs, tmp_path):
    (tmp_path / "jobs" / ".tmp-1-dead").mkdir(parents=True)
    (tmp_path / "jobs" / "0001").mkdir()
    (tmp_path / "jobs" / "0001" / "request.json").write_text("{}")
    (tmp_path / "jobs" / "0001" / "alive").touch()
    assert (jobs.status(1).state, jobs.running()) == ("failed", None)
    assert finish(jobs, start(jobs, tmp_path, "steps", steps=1)).number == 2
    assert not (tmp_path / "jobs" / ".tmp-1-dead").exists()


def test_a_result_that_was_told_but_not_filed_counts(jobs, tmp_path):
    number = start(jobs, tmp_path, "steps", steps=1)
    finish(jobs, number)
    until(lambda: not is_held(tmp_path / "jobs" / "0001" / "alive"))
    (tmp_path / "jobs" / "0001" / "result.json").unlink()
    assert jobs.status(number).state == "done"


def test_a_running_job_says_how_long_it_takes(jobs, tmp_path):
    number = start(jobs, tmp_path, "sleep", stages={"Sleep": 100})
    until(lambda: jobs.status(number).event)
    first = jobs.status(number)
    until(lambda: jobs.status(number).elapsed > first.elapsed)
    assert first.ended is None
    assert 90 < jobs.status(number).remaining < first.remaining <= 100


def test_the_status_of_a_long_job_reads_only_the_end_of_its_events(jobs, tmp_path, monkeypatch):
    finish(jobs, start(jobs, tmp_path, "steps", steps=2000))
    until(lambda: not is_held(tmp_path / "jobs" / "0001" / "alive"))
    whole, parsed = jobs.events(1), []
    monkeypatch.setattr(events, "_parse", lambda line, parse=events._parse: parsed.append(line) or parse(line))
    assert (jobs.status(1).state, jobs.status(1).event) == ("done", whole[-2])
    (tmp_path / "jobs" / "0001" / "result.json").unlink()
    lines = (tmp_path / "jobs" / "0001" / "events.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "jobs" / "0001" / "events.jsonl").write_bytes(b"".join(lines[:-1]))
    assert (jobs.status(1).state, jobs.status(1).event) == ("failed", whole[-2])
    assert len(whole) > 2000
    assert len(parsed) < 20


@pytest.mark.parametrize("number", ["../0001", "x", "", 2, "2"])
def test_a_job_that_does_not_exist_is_not_found(jobs, tmp_path, number):
    finish(jobs, start(jobs, tmp_path, "steps", steps=1))
    for ask in (jobs.status, jobs.events, jobs.log, jobs.cancel):
        with pytest.raises(NotFound):
            ask(number)


def test_without_jobs_there_is_none(jobs, tmp_path):
    assert (jobs.running(), jobs.latest()) == (None, None)
    assert list(tmp_path.iterdir()) == []
