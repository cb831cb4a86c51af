"""Tasks give the same results wherever they are done, and no process outlives the one that started it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pool_tasks
import pytest
from patience import PATIENCE
from repository import ROOT

from forecasting.core import engine_choice
from forecasting.core.engine import Here, blocks
from forecasting.core.errors import Cancelled, SettingsError
from forecasting.core.halving import Divisible
from forecasting.core.process_engine import Processes

in_proc = pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for the state of processes in /proc")


def tasks(values):
    return [partial(lambda value: value, value) for value in values]


def opened(processes):
    return Processes(processes) if processes else Here()


@pytest.fixture(scope="module")
def engine():
    with Processes(2) as engine:
        yield engine


def test_results_have_the_same_bits_here_and_elsewhere_in_the_order_of_the_tasks(engine):
    seeds = list(range(7))
    here, elsewhere = (list(each.run(pool_tasks.spectrum, tasks(seeds))) for each in (Here(), engine))
    np.testing.assert_array_equal(here, elsewhere)


def test_two_runs_at_once_keep_their_results_apart(engine):
    first, second = engine.run(pool_tasks.refuse, tasks([10, 11, 12])), engine.run(abs, tasks([-1, -3]))
    assert (list(second), list(first)) == ([1, 3], [10, 11, 12])


def test_tasks_are_done_on_one_thread_in_other_processes_or_in_this_one(engine):
    elsewhere = set(engine.run(pool_tasks.process, tasks(range(4))))
    assert os.getpid() not in elsewhere
    assert len(elsewhere) <= 2
    assert set(Here().run(pool_tasks.process, tasks(range(2)))) == {os.getpid()}
    for each in (engine, Here()):
        assert set.union(*each.run(pool_tasks.threads, tasks(range(3)))) <= {1}


def test_tasks_are_made_when_their_turn_comes():
    count = 0

    def make():
        nonlocal count
        count += 1
        return -count

    results = Here().run(abs, [make] * 9)
    assert (next(results), next(results), count) == (1, 2, 2)


def test_without_processes_everything_is_done_here(monkeypatch, caplog):
    def refused(*_, **__):
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("joblib.externals.loky.ProcessPoolExecutor", refused)
    with Processes(2) as engine:
        assert list(engine.run(abs, tasks([-1, 2, -3]))) == [1, 2, 3]
    assert "Resource temporarily unavailable" in caplog.text


def test_what_a_process_dies_of_is_done_here(caplog):
    with Processes(2) as engine:
        results = list(engine.run(pool_tasks.die_elsewhere, tasks([(os.getpid(), number) for number in range(6)])))
    assert results == [0, 1, 2, 3, 4, 5]
    assert "is done again" in caplog.text


def halves(task):
    home, numbers = task
    middle = len(numbers) // 2
    return [(home, numbers[:middle]), (home, numbers[middle:])] if middle else []


BY_NUMBER = Divisible(halves, lambda parts: [square for _, squares in parts for square in squares], lambda task, why: [(task[1], why)])


@pytest.mark.parametrize(("processes", "why"), [(0, "13 is unlucky"), (2, "it ended the process that worked on it")])
def test_of_a_task_that_cannot_be_done_only_what_is_at_fault_is_lost(processes, why):
    blocks_of_numbers = [(os.getpid(), list(range(start, start + 4))) for start in range(0, 24, 4)]
    with opened(processes) as engine:
        results = [square for part in engine.run(pool_tasks.squares_unless_poisoned, tasks(blocks_of_numbers), BY_NUMBER) for square in part]
    assert results == [number * number if number != 13 else ([13], why) for number in range(24)]


def test_a_cancel_is_no_fault_of_a_task():
    def cancelled(_):
        raise Cancelled("a person ended it")

    with pytest.raises(Cancelled):
        list(Here().run(cancelled, tasks([(0, [1, 2])]), BY_NUMBER))


NAMES = {
    "": "Processes(3)",
    "here": "Here",
    "processes:1": "Processes(1)",
    "processes:16": "Processes(16)",
    "dask://10.0.0.5:8786": "DaskCluster(tcp://10.0.0.5:8786)",
    "dask+tls://scheduler.example:1": "DaskCluster(tls://scheduler.example:1)",
    "dask://[::1]:65535": "DaskCluster(tcp://[::1]:65535)",
}


@pytest.mark.parametrize(("text", "kind"), NAMES.items())
def test_an_engine_is_chosen_by_its_name_or_by_the_environment(monkeypatch, text, kind):
    monkeypatch.setenv("FORECASTING_ENGINE", f" {text} ")
    assert engine_choice.chosen(None) == text
    assert engine_choice.chosen("processes:3") == "processes:3"
    engine = engine_choice.opened(text, lambda: 3, ["numpy"])
    about = [str(value) for name, value in vars(engine).items() if name in ("_count", "_address")]
    assert type(engine).__name__ + "".join(f"({value})" for value in about) == kind
    assert type(engine_choice.opened("", lambda: 0, [])) is Here


STRANGE = [
    "two",
    "processes",
    "processes:0",
    "processes:257",
    "processes:-1",
    "processes: 2",
    "dask://",
    "dask://host",
    "dask://host:0",
    "dask://host:65536",
]


@pytest.mark.parametrize("text", [*STRANGE, "dask+tcp://host:8786", "dask://user@host:8786", "dask://host:8786/x", "tcp://host:8786"])
def test_an_engine_that_does_not_exist_is_refused_with_those_that_do(monkeypatch, text):
    monkeypatch.setenv("FORECASTING_ENGINE", text)
    with pytest.raises(
        SettingsError, match=f"There is no engine '{re.escape(text)}'. Write here for .* processes:N with N from 1 to 256, .* dask://192"
    ):
        engine_choice.chosen(None)


@pytest.mark.parametrize(("text", "cells"), [("", 200_000), (" 7 ", 7), ("0", None), ("-1", None), ("2e5", None), ("1000000001", None)])
def test_the_size_of_a_block_is_a_whole_number_of_the_environment_or_refused_with_its_range(monkeypatch, text, cells):
    monkeypatch.setenv("FORECASTING_BLOCK", text)
    if cells is None:
        with pytest.raises(SettingsError, match=f"FORECASTING_BLOCK is '{text}'. Give a whole number from 1 to 1,000,000,000, or leave it out"):
            engine_choice.chosen("here")
        return
    assert {engine_choice.opened(name, lambda: 1, []).cells for name in ("", "here", "processes:2", "dask://host:8786")} == {cells}


def test_without_dask_its_engine_is_refused_with_what_to_install(monkeypatch):
    monkeypatch.setattr(engine_choice.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(SettingsError, match=r'dask://host:8786 needs Dask, which is not installed here: pip install "shelfcast\[dask\]"'):
        engine_choice.chosen("dask://host:8786")


@pytest.mark.parametrize("processes", [0, 2])
def test_what_a_task_raises_is_raised_here_in_its_turn(processes):
    with opened(processes) as engine:
        results = engine.run(pool_tasks.refuse, tasks([0, 1, 2, 3]))
        assert (next(results), next(results)) == (0, 1)
        with pytest.raises(KeyError, match="two is refused"):
            next(results)


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def workers_at_rest(folder):
    """The processes that have begun to sleep, once there are two."""
    end = time.monotonic() + PATIENCE
    while len(names := [int(path.name) for path in folder.iterdir()]) < 2:
        assert time.monotonic() < end, "no two processes began"
        time.sleep(0.02)
    return names


def all_end(pids):
    end = time.monotonic() + PATIENCE
    while any(alive(pid) for pid in pids):
        assert time.monotonic() < end, f"still alive: {pids}"
        time.sleep(0.02)


@in_proc
def test_an_error_ends_the_processes_in_the_middle_of_their_tasks_of_which_only_a_few_were_made(tmp_path):
    pids, given = [], []

    def interrupted():
        with Processes(2) as engine:
            engine.run(pool_tasks.sleep, [lambda: given.append(1) or str(tmp_path)] * 40)
            pids.extend(workers_at_rest(tmp_path))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    all_end(pids)
    assert len(given) == 4


@in_proc
def test_processes_end_when_the_one_that_started_them_is_killed(tmp_path):
    script = (
        "import sys; from functools import partial; import pool_tasks; from forecasting.core.process_engine import Processes\n"
        "if __name__ == '__main__':\n"
        "    with Processes(2) as engine: list(engine.run(pool_tasks.sleep, [partial(str, sys.argv[1])] * 4))"
    )
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "support")])
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], env={**os.environ, "PYTHONPATH": paths})
    pids = workers_at_rest(tmp_path)
    process.send_signal(signal.SIGKILL)
    process.wait(PATIENCE)
    all_end(pids)


def test_blocks_cover_everything_once():
    assert [range(10)[block] for block in blocks(10, 4)] == [range(4), range(4, 8), range(8, 10)]
    assert blocks(0, 4) == []
