"""A job's files may be damaged, half-deleted or written by a clock that was set: its status is still one, and no other job is hindered."""

from __future__ import annotations

import itertools
import json
import random
import shutil
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from fake_jobs import quiet

from forecasting.core.errors import NotFound
from forecasting.core.progress import Progress
from forecasting.jobs import events, status
from forecasting.jobs.estimate import Estimate
from forecasting.jobs.events import Recorder
from forecasting.jobs.runner import Jobs
from forecasting.jobs.status import ALIVE, EVENTS, EXIT, LOG, PID, REQUEST, RESULT
from forecasting.services import jobs as jobs_service
from forecasting.storage.locks import take
from forecasting.storage.workspace import Workspace

YEAR = timedelta(days=365)


def finish(jobs, tmp_path, task="steps", **request):
    number = jobs.start({"task": task, "steps": 2, **request}, home=tmp_path)
    jobs.follow(number, lambda _: None, poll=0.02)
    quiet()
    return number


# Damage

GARBAGE = [b"", b"\x00" * 300, b"\xff\xfe\xfd", b"{", b"[]", b"null", b"[" * 20_000, b'{"status": [], "meta": 3, "ended": "yesterday", "step": {}}']
LINES = [
    b'{"id": "1", "at": "2026-01-01T00:00:00+00:00", "type": "result"}\n',
    b'{"id": 1, "at": "2026-01-01T00:00:00", "type": "result"}\n',
    b'{"id": 1, "at": "2026-01-01T00:00:00+00:00", "type": "progress", "elapsed": "long"}\n',
    b'{"id": 1, "at": "2026-01-01T00:00:00+00:00", "type": "progress", "elapsed": -1e9, "remaining": -5}\n',
    b'{"id": 1, "at": "2026-01-01T00:00:00+00:00", "type": "progress", "elapsed": 1e300}\n',
    b'{"id": 1, "at": "0001-01-01T00:00:00+00:00", "type": "progress", "elapsed": 9, "remaining": -5}\n',
]


@pytest.mark.parametrize("name", [REQUEST, EVENTS, RESULT, EXIT, PID, LOG, ALIVE])
def test_a_job_whose_file_is_garbage_or_gone_has_a_status_and_hinders_nothing(jobs, tmp_path, name):
    path = tmp_path / "jobs" / f"{finish(jobs, tmp_path):04d}" / name
    whole = path.read_bytes()
    for content in (None, *GARBAGE, *LINES, whole[: len(whole) // 2], whole[:-1]):
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_bytes(content)
        now = jobs.status(1)
        assert now.state in ("done", "failed")
        assert now.state == "done" or now.reason
        assert now.elapsed >= 0
        assert now.started <= now.ended
        assert isinstance(now.result, dict)
        assert isinstance(jobs.log(1), str)
        assert all(event.id > 0 for event in jobs.events(1))
        assert jobs.running() is None
    assert finish(jobs, tmp_path) == 2


def test_a_job_with_nothing_but_its_folder_has_failed_with_a_reason(jobs, tmp_path):
    (tmp_path / "jobs" / "0001").mkdir(parents=True)
    now = jobs.status(1)
    assert (now.state, now.event, now.result, jobs.events(1), jobs.log(1)) == ("failed", None, {}, [], "")
    assert "ended without a result" in now.reason
    assert now.started == now.ended


def test_a_job_deleted_while_it_is_looked_at_is_not_found_or_has_a_status(jobs, tmp_path):
    finish(jobs, tmp_path)
    whole, path = tmp_path / "whole", tmp_path / "jobs" / "0001"
    path.rename(whole)
    seeded, done = random.Random(3), threading.Event()

    def come_and_go():
        for _ in range(60):
            shutil.copytree(whole, path)
            time.sleep(seeded.random() * 0.002)
            for file in sorted(path.iterdir(), key=lambda _: seeded.random()):
                file.unlink()
            path.rmdir()
        done.set()

    thread = threading.Thread(target=come_and_go)
    thread.start()
    seen = set()
    while not done.is_set():
        for ask in (jobs.status, jobs.events, jobs.log):
            try:
                ask(1)
                seen.add("found")
            except NotFound:
                seen.add("not found")
    thread.join()
    assert seen == {"found", "not found"}


# Pruning


def test_the_oldest_jobs_are_pruned_and_their_numbers_never_given_again(jobs, tmp_path):
    for _ in range(4):
        finish(jobs, tmp_path)
    assert list(jobs.spare(2)) == [1, 2]
    assert list(jobs.prune(2)) == [1, 2]
    assert (jobs.numbers(), list(jobs.prune(2))) == ([3, 4], [])
    with pytest.raises(NotFound, match="no job 1"):
        jobs.status(1)
    for number in (3, 4):
        shutil.rmtree(tmp_path / "jobs" / f"{number:04d}")
    assert finish(jobs, tmp_path) == 5
    assert list((tmp_path / "jobs").glob(".tmp*")) == []


def test_a_running_job_is_never_pruned(jobs, tmp_path):
    number = jobs.start({"task": "sleep"}, home=tmp_path)
    for later in range(2, 5):
        shutil.copytree(tmp_path / "jobs" / "0001", tmp_path / "jobs" / f"{later:04d}")
    assert list(jobs.prune(1)) == [2, 3]
    assert jobs.status(number).state == "running"
    jobs.cancel(number)


def test_a_job_that_is_pruned_while_the_newest_are_listed_is_left_out(jobs, tmp_path, monkeypatch):
    (tmp_path / "artifacts").symlink_to(tmp_path)
    for _ in range(3):
        finish(jobs, tmp_path)
    there = jobs.numbers()
    jobs.prune(2)
    monkeypatch.setattr(Jobs, "numbers", lambda _: there)
    assert [status.number for status in jobs_service.jobs(Workspace(tmp_path))] == [3, 2]


# A clock that is set


class Clock(datetime):
    """The time of day, off by what a test says."""

    off = timedelta()

    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + cls.off


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr(Clock, "off", timedelta())
    for module in (status, events):
        monkeypatch.setattr(module, "datetime", Clock)
    return Clock


@pytest.fixture
def running(tmp_path):
    """A job's folder, held by this process as if it ran: two minutes and half of its steps lie behind it."""
    folder = tmp_path / "jobs" / "0001"
    folder.mkdir(parents=True)
    (folder / REQUEST).write_text("{}")
    with (folder / ALIVE).open("w") as alive:
        assert take(alive.fileno())
        yield folder


@pytest.fixture
def recorder(running):
    seconds = itertools.count(0, 20)
    return Recorder(running / EVENTS, Estimate({"LSTM": 240}), clock=lambda: next(seconds))


def is_sane(now):
    assert 0 <= now.elapsed <= 2000
    assert now.remaining is None or 0 <= now.remaining <= 2000
    assert now.ended is None or now.started <= now.ended <= now.started + timedelta(seconds=2000)
    return True


@pytest.mark.parametrize("jump", [YEAR, -YEAR, timedelta(hours=5), timedelta(hours=-5)], ids=str)
def test_a_clock_set_while_a_job_runs_does_not_show_in_its_times(running, recorder, clock, jump):
    jobs = Jobs(running.parent)
    recorder.started()
    assert is_sane(jobs.status(1))
    before = jobs.status(1).elapsed
    clock.off += jump
    assert is_sane(jobs.status(1))
    assert jobs.status(1).elapsed >= before - 1
    recorder.progress(Progress("LSTM", 1, 4))
    middle = jobs.status(1)
    assert is_sane(middle)
    assert middle.elapsed == pytest.approx(middle.event.elapsed, abs=5)
    clock.off -= 2 * jump
    assert is_sane(jobs.status(1))
    recorder.progress(Progress("LSTM", 4, 4))
    recorder.result("success", "")
    last = jobs.events(1)[-1]
    ended = clock.now(UTC) + jump
    (running / RESULT).write_text(json.dumps({"status": "success", "meta": {}, "ended": ended.isoformat()}))
    done = jobs.status(1)
    assert is_sane(done)
    assert (done.state, done.remaining, done.fraction) == ("done", 0.0, 1.0)
    assert last.elapsed <= done.elapsed <= last.elapsed + status.SILENCE_SECONDS


@pytest.mark.parametrize("jump", [YEAR, -YEAR], ids=str)
def test_a_clock_set_before_a_job_has_told_anything_does_not_show_in_its_times(running, clock, jump):
    clock.off = jump
    now = Jobs(running.parent).status(1)
    assert is_sane(now)
    assert now.state == "running"


@pytest.mark.parametrize("jump", [YEAR, -YEAR], ids=str)
def test_a_clock_set_before_a_job_was_seen_to_die_does_not_show_in_its_times(tmp_path, clock, jump):
    folder = tmp_path / "jobs" / "0001"
    folder.mkdir(parents=True)
    clock.off = jump
    Recorder(folder / EVENTS, Estimate({})).started()
    (folder / EXIT).write_text("-9\n")
    now = Jobs(folder.parent).status(1)
    assert is_sane(now)
    assert now.state == "failed"
    assert "killed by signal 9" in now.reason


def test_a_real_job_started_before_the_clock_was_set_is_followed_to_its_end(jobs, tmp_path, clock):
    number = jobs.start({"task": "steps", "steps": 10, "pause": 0.02, "stages": {"LSTM": 5}}, home=tmp_path)
    for off in (YEAR, -YEAR, timedelta()):
        clock.off = off
        assert is_sane(jobs.status(number))
        time.sleep(0.05)
    assert is_sane(jobs.follow(number, lambda _: None, poll=0.02))
    assert jobs.status(number).state == "done"
