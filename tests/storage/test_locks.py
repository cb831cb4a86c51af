"""Locks: one holder at a time, free as soon as the holder is gone."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import pytest
from patience import PATIENCE
from repository import ROOT

from forecasting.core.errors import TryAgain
from forecasting.storage.locks import exclusive, is_held

HOLD = """
import sys, time
from pathlib import Path
from forecasting.storage.locks import exclusive
with exclusive(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""
ADD = """
import sys
from pathlib import Path
from forecasting.storage.locks import exclusive
lock, counter = Path(sys.argv[1]), Path(sys.argv[2])
for _ in range(50):
    with exclusive(lock, timeout=60): counter.write_text(str(int(counter.read_text()) + 1))
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock `folder/lock`."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, tmp_path / "folder" / "lock"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_lock_held_by_another_process_says_to_try_again(holder, tmp_path):
    with pytest.raises(TryAgain, match=r"changing folder .* try again"), exclusive(tmp_path / "folder" / "lock", timeout=0.05):
        pytest.fail("two holders")


def test_a_killed_holder_leaves_the_lock_free(holder, tmp_path):
    path = tmp_path / "folder" / "lock"
    assert is_held(path)
    holder.send_signal(signal.SIGKILL)
    with exclusive(path):
        assert is_held(path)
    assert not is_held(path)


def test_a_waiting_one_gets_the_lock_when_it_is_given_back(tmp_path):
    path, held, release, order = tmp_path / "lock", threading.Event(), threading.Event(), []

    def first():
        with exclusive(path):
            held.set()
            release.wait(PATIENCE)
            order.append("first")

    thread = threading.Thread(target=first)
    thread.start()
    assert held.wait(PATIENCE)
    threading.Timer(0.05, release.set).start()
    with exclusive(path, timeout=PATIENCE):
        order.append("second")
    thread.join()
    assert order == ["first", "second"]


def test_an_error_inside_gives_the_lock_back(tmp_path):
    with pytest.raises(KeyError), exclusive(tmp_path / "lock"):
        raise KeyError
    assert not is_held(tmp_path / "lock")
    assert (tmp_path / "lock").exists()


def test_nothing_is_lost_between_processes(tmp_path):
    counter = tmp_path / "counter"
    counter.write_text("0")
    processes = [subprocess.Popen([sys.executable, "-c", ADD, tmp_path / "lock", counter], cwd=ROOT) for _ in range(3)]
    assert [process.wait(PATIENCE) for process in processes] == [0, 0, 0]
    assert counter.read_text() == "150"


def test_a_child_does_not_keep_its_parents_lock(tmp_path):
    with exclusive(tmp_path / "lock"):
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], close_fds=False)
    try:
        with exclusive(tmp_path / "lock", timeout=PATIENCE):
            assert child.poll() is None
    finally:
        child.kill()
        child.wait()


def test_a_missing_file_is_not_held(tmp_path):
    assert not is_held(tmp_path / "lock")
    assert list(tmp_path.iterdir()) == []
