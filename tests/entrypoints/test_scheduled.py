"""`retrain --every`, as a person or systemd runs it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import shop_workspaces as shops
from patience import PATIENCE
from repository import ROOT

from forecasting.core.settings import Settings
from forecasting.entrypoints.cli.scheduled import run_schedule
from forecasting.entrypoints.cli.verbs import main
from forecasting.jobs import schedule_state
from forecasting.jobs.schedule_state import ScheduleState
from forecasting.services import jobs
from forecasting.storage.versions.store import Versions

NIGHT = "0 3 * * *"


@pytest.fixture
def every(home):
    """Starts the verb in a terminal of its own, in Berlin; nothing of it outlives the test."""
    made = []

    def start(*arguments):
        command = [sys.executable, "-m", "forecasting", "retrain", "--every", *arguments]
        process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, env={**os.environ, "TZ": "Europe/Berlin"})
        made.append(process)
        return process

    yield start
    for process in made:
        process.kill()
        process.communicate()
    job = jobs.job(home)
    if job is not None:
        jobs.cancel(home, job.number)


def missed_a_night(ws):
    """The schedule was on, and nothing ran for a while."""
    ago = datetime.now(UTC) - timedelta(days=3)
    ws.schedule.parent.mkdir(parents=True, exist_ok=True)
    schedule_state.write(ws.schedule, ScheduleState(expression=NIGHT, due=ago, outcome="set", at=ago))


def test_sigterm_ends_the_schedule_and_leaves_the_retrain_running(every, home):
    shops.merge(home, shops.sales(60))
    missed_a_night(home)
    process = every(NIGHT, "--epochs", "3", "--horizon", "7")
    assert re.fullmatch(r"Next retrain: 20..-..-.. 03:00 CES?T\. Ctrl-C ends the schedule, .*\n", process.stderr.readline())
    assert re.fullmatch(r"20..-..-.. 03:00 CES?T: Job 1 was started\. Next: 20..-..-.. 03:00 CES?T\.\n", process.stderr.readline())
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
    assert process.stderr.read() == ""
    time.sleep(0.3)
    job = jobs.job(home, 1)
    assert job.state == "running"
    chosen = job.request["settings"]
    assert (chosen["horizon"], chosen["lstm"]["epochs"], chosen["seed"]) == (7, 3, 0)


def test_ctrl_c_ends_it_with_130(every, home):
    process = every(NIGHT)
    assert "Next retrain:" in process.stderr.readline()
    assert "The schedule '0 3 * * *' is on from" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 130
    assert process.stderr.read() == ""
    assert schedule_state.read(home.schedule).outcome == "set"


def test_ctrl_c_in_the_moment_of_the_start_ends_it_too(monkeypatch):
    over, before = threading.Event(), signal.getsignal(signal.SIGTERM)

    class Looks:
        def run(self, stop):
            stop.wait(PATIENCE)
            over.set()

    def start(thread, start=threading.Thread.start):
        start(thread)
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", start)
    try:
        with pytest.raises(KeyboardInterrupt):
            run_schedule(Looks())
    finally:
        signal.signal(signal.SIGTERM, before)
    assert over.is_set()


def test_what_is_not_given_stays_as_the_live_version_has_it(every, home):
    live = shops.QUICK
    shops.merge(home, shops.sales(60))
    Versions(home.versions).publish(lambda _: {"sales_version": 0, "settings": live.to_dict()})
    missed_a_night(home)
    process = every(NIGHT, "--epochs", "3")
    process.stderr.readline()
    assert "was started" in process.stderr.readline()
    chosen = Settings.from_dict(jobs.job(home).request["settings"])
    assert chosen == replace(live, lstm=replace(live.lstm, epochs=3))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--every", "daily"], "'daily' is not a schedule. Write five fields"),
        (["--every", NIGHT, "sales.csv"], "--every retrains on the saved sales. Leave out sales.csv"),
        (["--every", NIGHT, "--epochs", "0"], "Epochs lie between 1 and 1000, not 0"),
        (["--every", ""], "'' is not a schedule"),
    ],
)
def test_bad_arguments_end_with_2_and_one_clear_message(arguments, text, capsys, home):
    assert main(["retrain", *arguments]) == 2
    assert text in capsys.readouterr().err
    assert not home.schedule.exists()
