"""The worker: one task, an outcome that a person can act on, and events that say how far it is."""

from __future__ import annotations

import errno
import json
import math
import os
import signal
import subprocess
import sys

import pytest
from fake_jobs import TOIL
from patience import PATIENCE
from repository import ROOT

from forecasting.core.errors import Cancelled
from forecasting.core.progress import Progress
from forecasting.jobs import events, worker
from forecasting.jobs.estimate import Estimate
from forecasting.jobs.events import Recorder
from forecasting.services import worker as retrain_worker
from forecasting.storage import sealed_json


def outcome(jobs, tmp_path, task, **request):
    number = jobs.start({"task": task, **request}, home=tmp_path)
    return jobs.follow(number, lambda _: None, poll=0.02)


@pytest.fixture
def clock():
    """A clock that a test sets."""

    class Clock:
        now = 0.0

        def __call__(self):
            return self.now

    return Clock()


@pytest.mark.parametrize(
    ("task", "reason", "error"),
    [
        ("bad_input", "The file has no rows.", "InputError"),
        ("memory", "not enough memory", "MemoryError"),
        ("disk", "the disk is full", "OSError"),
        ("rust_disk", "the disk is full", "RuntimeError"),
        ("surprise", "An unexpected error; the log has it whole.", "KeyError"),
    ],
)
def test_a_failed_job_says_why_and_logs_it_whole(jobs, tmp_path, task, reason, error):
    status = outcome(jobs, tmp_path, task)
    assert (status.state, status.error, status.result) == ("failed", error, {})
    assert reason in status.reason
    assert "Traceback" in jobs.log(1)
    assert f"in {task}" in jobs.log(1)


def test_a_failed_job_names_the_step(jobs, tmp_path):
    assert outcome(jobs, tmp_path, "bad_input").step == "Read"


def test_a_crash_in_c_leaves_its_stack_in_the_log(jobs, tmp_path):
    status = outcome(jobs, tmp_path, "crash", signal=int(signal.SIGSEGV))
    assert (status.state, status.step) == ("failed", "Crash")
    assert "Segmentation fault" in jobs.log(1)


def test_a_stop_signal_without_a_cancel_is_a_cancel(jobs, tmp_path):
    status = outcome(jobs, tmp_path, "crash", signal=int(signal.SIGTERM))
    assert (status.state, status.error) == ("cancelled", "Cancelled")


def test_a_process_that_just_leaves_has_failed(jobs, tmp_path):
    assert outcome(jobs, tmp_path, "leave").state == "failed"


def test_no_thread_of_a_library_keeps_the_process_of_a_job_that_is_done(tmp_path):
    (tmp_path / "request.json").write_text('{"task": "linger"}', encoding="utf-8")
    ended = subprocess.run([*TOIL, str(tmp_path), "0"], env=os.environ | {"PYTHONPATH": str(ROOT)}, timeout=PATIENCE, check=False)
    assert ended.returncode == 0


def test_the_worker_is_polite_and_at_home_and_knows_no_secret(jobs, tmp_path, monkeypatch):
    monkeypatch.setenv("FORECASTING_API_TOKEN", "a secret")
    result = outcome(jobs, tmp_path, "surroundings", leave_a_core=True).result
    niceness = min(19, os.nice(0) + worker.NICENESS)
    assert result == {"nice": niceness, "home": str(tmp_path), "threads": str(max(1, os.cpu_count() - 1)), "token": None, "leader": True}


def test_the_real_worker_knows_one_task_whatever_the_request_says(tmp_path):
    assert (sys.executable, "-m", retrain_worker.__name__) == retrain_worker.COMMAND
    (tmp_path / "request.json").write_text('{"task": "steps"}', encoding="utf-8")
    ended = subprocess.run([*retrain_worker.COMMAND, str(tmp_path), "0"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))["error"] == "KeyError"
    assert "KeyError: 'settings'" in ended.stderr


def test_nothing_slow_is_loaded_before_a_cancel_can_end_it():
    heavy = "{'numpy', 'pandas', 'prophet', 'tensorflow', 'streamlit'}"
    code = f"import sys, forecasting.services.worker; print({heavy} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout == "set()\n"


def test_a_mark_ends_the_task_at_the_next_step_even_if_the_signal_was_swallowed(tmp_path):
    listener = worker.Listener(Recorder(tmp_path / "events", Estimate({})), tmp_path / "cancel")
    listener(Progress("LSTM", 0, 2))
    with pytest.raises(Cancelled):
        listener.stop(signal.SIGTERM, None)
    with pytest.raises(Cancelled):
        listener(Progress("LSTM", 1, 2))
    fresh = worker.Listener(Recorder(tmp_path / "events", Estimate({})), tmp_path / "cancel")
    (tmp_path / "cancel").touch()
    with pytest.raises(Cancelled):
        fresh(Progress("LSTM", 1, 2))


def test_ten_events_a_second_and_every_first_last_and_loss(tmp_path, clock):
    recorder = Recorder(tmp_path / "events", Estimate({}), clock)
    recorder.started()
    for done in range(1, 1001):
        clock.now += 0.001
        recorder.progress(Progress("Prophet", done, 1000))
    for done in range(1, 4):
        recorder.progress(Progress("LSTM", done, 50, loss=1 / done))
    recorder.progress(Progress("LSTM", 4, 50))
    recorder.progress(Progress("Publish", 0, 2))
    recorder.progress(Progress("Publish", 1, 2))
    recorder.result("success", "")
    told = [(event.stage, event.done) for event in events.read(tmp_path / "events") if event.type == "progress"]
    prophet = [done for stage, done in told if stage == "Prophet"]
    assert (prophet[0], prophet[-1]) == (1, 1000)
    assert 10 <= len(prophet) <= 12
    assert told[len(prophet) :] == [("LSTM", 1), ("LSTM", 2), ("LSTM", 3), ("LSTM", 4), ("Publish", 0), ("Publish", 1)]


def test_a_torn_line_and_one_that_is_being_written_are_left_out(tmp_path):
    path = tmp_path / "events"
    recorder = Recorder(path, Estimate({}))
    for done in range(5):
        recorder.progress(Progress("LSTM", done, 9, loss=math.nan, note="é" * 10_000))
    whole = path.read_bytes()
    newest = len(whole.splitlines(keepends=True)[-1])
    for cut in (1, 2, 3000, newest - 1, newest, newest + 1):
        path.write_bytes(whole[:-cut])
        known = 4 if cut <= newest else 3
        assert [event.id for event in events.read(path)] == list(range(1, known + 1))
        assert events.last(path).id == known
    path.write_bytes(b'{"id": 1, "at"' + whole)
    assert [event.id for event in events.read(path)] == [2, 3, 4, 5]
    assert events.read(tmp_path / "none") == []


@pytest.mark.parametrize("after", [0, 1, 499, 500, 501])
def test_only_later_events_are_read(tmp_path, after):
    recorder = Recorder(tmp_path / "events", Estimate({}))
    for done in range(500):
        recorder.progress(Progress("LSTM", done, 500, loss=0.5))
    assert [event.id for event in events.read(tmp_path / "events", after)] == list(range(after + 1, 501))


def test_a_full_disk_leaves_no_half_line(tmp_path, monkeypatch):
    recorder = Recorder(tmp_path / "events", Estimate({}))
    recorder.started()
    before = (tmp_path / "events").read_bytes()
    program = f"""
import resource, signal
from pathlib import Path
from forecasting.jobs.events import Recorder
from forecasting.jobs.estimate import Estimate
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({len(before) + 20}, {len(before) + 20}))
Recorder(Path("events"), Estimate({{}})).started()
"""
    path = {**os.environ, "PYTHONPATH": str(ROOT)}
    result = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=path, capture_output=True, text=True, check=False)
    assert os.strerror(errno.ENOSPC) in result.stderr
    assert (tmp_path / "events").read_bytes() == before


def test_the_fraction_follows_the_plan_and_never_falls():
    estimate = Estimate({"Read": 10, "Prophet": 30, "LSTM": 60})
    steps = [
        ("Read", 1, 2),
        ("Read", 2, 2),
        ("Prophet", 1, 3),
        ("Holidays", 1, 2),
        ("LSTM", 0, 4),
        ("Prophet", 3, 3),
        ("LSTM", 2, 4),
        ("LSTM", 1, 4),
        ("LSTM", 4, 4),
    ]
    fractions = [estimate.update(Progress(*step)) for step in steps]
    assert fractions == pytest.approx([0.05, 0.1, 0.2, 0.2, 0.2, 0.4, 0.7, 0.7, 1.0])


def test_a_stage_that_never_came_counts_as_skipped():
    estimate = Estimate({"Read": 10, "Prophet": 30, "LSTM": 60})
    assert estimate.update(Progress("LSTM", 0, 4)) == pytest.approx(0.4)


def test_what_remains_moves_from_the_plan_to_the_measured_pace():
    estimate = Estimate({"LSTM": 100})
    assert estimate.remaining(0) == 100
    estimate.update(Progress("LSTM", 1, 6))
    assert estimate.remaining(100 / 6) == pytest.approx(500 / 6)  # as planned
    assert estimate.remaining(200 / 6) == pytest.approx(1.5 * 500 / 6)  # twice as slow, trusted by half
    estimate.update(Progress("LSTM", 3, 6))
    assert estimate.remaining(100) == pytest.approx(100)  # twice as slow
    estimate.update(Progress("LSTM", 6, 6))
    assert estimate.remaining(200) == 0


@pytest.mark.parametrize("stages", [{}, {"LSTM": 0}, {"LSTM": math.nan}, {"LSTM": -1}, {"LSTM": math.inf}])
def test_without_a_plan_nothing_is_promised(stages):
    estimate = Estimate(stages)
    assert (estimate.update(Progress("LSTM", 1, 2)), estimate.remaining(5)) == (0.0, None)


def test_the_request_is_kept_as_it_was(jobs, tmp_path):
    outcome(jobs, tmp_path, "steps", steps=1, horizon=90)
    assert sealed_json.read(tmp_path / "jobs" / "0001" / "request.json") == {"task": "steps", "steps": 1, "horizon": 90}
    assert jobs.status(1).request["horizon"] == 90
