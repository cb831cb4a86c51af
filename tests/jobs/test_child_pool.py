"""Processes that answer requests: their answers, their deaths, and how many are kept."""

from __future__ import annotations

import os
import signal
import time

import fake_child
import pytest
from patience import PATIENCE

from forecasting.jobs.child_pool import ChildPool
from forecasting.jobs.child_process import DEATH, MEMORY, TIME, ChildEnded, ChildProcess


def start(*, held=True, memory=2**40, seconds=PATIENCE):
    return ChildProcess(fake_child.command(), ["held" if held else "free"], memory=memory, seconds=seconds)


@pytest.fixture
def pool():
    with_two = ChildPool(start, most=2)
    yield with_two
    with_two.end()


def ended(run, **limits):
    child = start(**limits)
    with pytest.raises(ChildEnded) as caught:
        child.ask({"run": run})
    assert not child.alive
    return caught.value


def test_requests_are_answered_in_turn_without_secrets(monkeypatch):
    monkeypatch.setenv("FORECASTING_API_TOKEN", "a long secret text")
    child = start()
    assert [child.ask({"number": number, "text": "x" * 10**6})["number"] for number in range(3)] == [0, 1, 2]
    assert child.ask({})["token"] is None
    child.end()


@pytest.mark.parametrize(
    ("run", "why"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", DEATH),
        ("sys.exit(3)", DEATH),
        ("os.kill(os.getpid(), signal.SIGKILL)", MEMORY),
        ("os.kill(os.getpid(), signal.SIGXCPU)", TIME),
        ("sys.stderr.write('memory allocation of 9 bytes failed'); sys.stderr.flush(); os.abort()", MEMORY),
        ("print('half an answer'); sys.stdout.flush(); os.abort()", DEATH),
    ],
)
def test_a_death_says_why(run, why):
    assert ended(run).why == why


def test_what_it_said_last_goes_to_the_log():
    assert ended("raise ValueError('the inner life')").how.endswith("ValueError: the inner life")


def test_an_answer_that_takes_too_long_ends_it():
    assert ended("time.sleep(1000)", seconds=0.2).why == TIME


def test_memory_that_the_kernel_does_not_hold_is_looked_at():
    assert ended("held = bytearray(b'x') * 10**8; time.sleep(1000)", held=False, memory=80 * 10**6).why == MEMORY


def test_a_process_is_used_again_and_one_that_died_is_not(pool):
    with pool.child() as first:
        first.ask({})
    with pool.child() as again, pool.child() as second:
        assert again is first
        assert second.ask({"number": 2})["number"] == 2
    os.kill(first.pid, signal.SIGKILL)
    while first.alive:
        time.sleep(0.01)
    with pool.child() as one, pool.child() as other:
        assert first.pid not in (one.pid, other.pid)


def test_the_one_that_knows_the_file_is_preferred(pool):
    with pool.child() as one, pool.child() as other:
        one.last, other.last = "a", "b"
    for name, child in [("a", one), ("b", other), ("a", one)]:
        with pool.child(name) as chosen:
            assert chosen is child


def test_one_whose_caller_gave_up_is_ended(pool):
    with pytest.raises(KeyboardInterrupt), pool.child() as child:
        raise KeyboardInterrupt
    assert (child.alive, pool.pids()) == (False, [])


def test_processes_without_work_end_after_a_while():
    pool = ChildPool(start, most=1, idle_seconds=0.05)
    with pool.child() as one, pool.child() as other:
        pass
    until = time.monotonic() + PATIENCE
    while (one.alive or other.alive) and time.monotonic() < until:
        time.sleep(0.01)
    assert not one.alive
    assert not other.alive
