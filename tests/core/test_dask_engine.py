"""Workers of a Dask cluster give the same bits as this process, whoever of them dies, and a training ends in one sentence where it cannot go on."""

from __future__ import annotations

import hashlib
import logging
import os
import threading
import time
from functools import partial
from types import SimpleNamespace

import numpy as np
import panels
import pool_tasks
import pytest
from patience import PATIENCE
from repository import ROOT

from benchmarks.support.local_cluster import LocalCluster
from forecasting.core import dask_engine, library_versions
from forecasting.core.dask_engine import DaskCluster
from forecasting.core.engine import Here
from forecasting.core.errors import Cancelled, EngineUnavailable
from forecasting.core.halving import Divisible
from forecasting.core.settings import Settings
from forecasting.core.work_queue import Call
from forecasting.models import registry
from forecasting.training import pipeline

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]


def tasks(values):
    return [partial(lambda value: value, value) for value in values]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    cluster = LocalCluster(tmp_path_factory.mktemp("cluster"), workers=2, path=ROOT / "tests" / "support")
    yield cluster
    cluster.close()


@pytest.fixture
def engine(cluster):
    with DaskCluster(cluster.address, registry.fit_libraries()) as engine:
        yield engine


def test_results_have_the_same_bits_here_and_there_in_the_order_of_the_tasks(engine, cluster):
    first, second = engine.run(pool_tasks.spectrum, tasks(range(12))), engine.run(abs, tasks([-1, -3]))
    assert list(second) == [1, 3]
    np.testing.assert_array_equal(list(first), list(Here().run(pool_tasks.spectrum, tasks(range(12)))))
    assert set(engine.run(pool_tasks.process, tasks(range(8)))) <= cluster.processes()
    assert set.union(*engine.run(pool_tasks.threads, tasks(range(3)))) <= {1}


def test_a_few_tasks_a_worker_are_made_and_what_one_raises_is_raised_here_in_its_turn(engine, tmp_path):
    given = []
    results = engine.run(pool_tasks.refuse, [lambda: given.append(1) or 2, *tasks([0, 1])])
    with pytest.raises(KeyError, match="two is refused"):
        next(results)
    given.clear()
    engine.run(pool_tasks.nap, [lambda: given.append(1) or str(tmp_path)] * 40)
    assert len(given) == 8


def test_one_digest_of_a_training_whatever_the_engine_its_workers_and_the_blocks(cluster, monkeypatch):
    days = 120
    rows = {f"s{i}": panels.regular(days, level=20 + 10 * i, growth=0.0, seed=i) for i in range(8)}
    sales = panels.panel({**rows, "new": panels.only_last(panels.regular(days, level=40, growth=0.0, seed=9), 5)})
    settings = Settings(horizon=7, cutoffs=2, without=("lstm", "trees"))

    def digest(where, series):
        monkeypatch.setenv("FORECASTING_BLOCK", str(series * days))
        made = pipeline.train(sales, settings, where=where)
        arrays = [*made.past.yhat.values(), *made.yhat.values(), made.bands, made.share]
        return hashlib.sha256(b"".join(np.ascontiguousarray(values).tobytes() for values in arrays)).hexdigest()

    digests = {digest("here", 64), *(digest(cluster.engine, series) for series in (1, 7, 64))}
    cluster.end_worker()
    digests.add(digest(cluster.engine, 7))
    cluster.start_worker()
    cluster.wait()
    assert len(digests) == 1
    cluster.wait(tasks=0)


def test_a_task_whose_worker_is_killed_is_begun_once_more_and_else_only_those_whose_results_it_held(engine, cluster, tmp_path):
    results = list(engine.run(pool_tasks.die_once, tasks([(str(tmp_path), number) for number in range(30)])))
    assert results == [number * number for number in range(30)]
    starts = {path.name for path in tmp_path.iterdir()}
    assert {f"{number} 1" for number in range(30)} | {"5 2"} <= starts
    assert len(starts) <= 30 + 1 + 4
    cluster.wait()


def halves(task):
    home, numbers = task
    middle = len(numbers) // 2
    return [(home, numbers[:middle]), (home, numbers[middle:])] if middle else []


BY_NUMBER = Divisible(halves, lambda parts: [square for _, squares in parts for square in squares], lambda task, why: [(task[1], why)])


def test_of_a_task_that_kills_its_workers_only_what_is_at_fault_is_lost_and_named(engine, cluster):
    cluster.give_up_after(1)
    numbers = [(os.getpid(), list(range(start, start + 4))) for start in range(0, 24, 4)]
    results = [square for part in engine.run(pool_tasks.squares_unless_poisoned, tasks(numbers), BY_NUMBER) for square in part]
    cluster.give_up_after(4)
    assert results == [number * number if number != 13 else ([13], "it ended the process that worked on it") for number in range(24)]
    cluster.wait()


def test_workers_with_other_versions_are_refused_by_name_before_the_first_task_and_with_any(cluster, tmp_path):
    (tmp_path / "numpy-1.99.0.dist-info").mkdir()
    (tmp_path / "numpy-1.99.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: numpy\nVersion: 1.99.0\n")
    cluster.start_worker(tmp_path)
    cluster.wait()
    libraries = registry.fit_libraries()
    with pytest.raises(EngineUnavailable, match=r"worker tcp://127.0.0.1:\d+ has numpy 1.99.0 instead of [\d.]+\. With other .* still serves"):
        DaskCluster(cluster.address, libraries).__enter__()
    cluster.end_worker()
    with pytest.raises(EngineUnavailable, match=r"A Dask worker has no nothing instead of 1\.0\. With other versions"):
        dask_engine.done_there(abs, -1, libraries, {**library_versions.installed(libraries), "nothing": "1.0"})


def test_a_cancel_ends_within_five_seconds_and_empties_the_scheduler(cluster, tmp_path):
    began = []

    def cancelled():
        with DaskCluster(cluster.address, registry.fit_libraries()) as engine:
            engine.run(pool_tasks.nap, tasks([str(tmp_path)] * 40))
            while not list(tmp_path.iterdir()):
                time.sleep(0.02)
            cluster.wait(tasks=8)
            began.append(time.monotonic())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cancelled()
    cluster.wait(tasks=0)
    assert time.monotonic() - began[0] < 5


def test_a_cancel_that_comes_while_workers_are_counted_is_not_lost():
    def cancelled(**_):
        raise Cancelled("a person ended it")

    engine = DaskCluster("tcp://127.0.0.1:1", ())
    engine._client = SimpleNamespace(status="running", scheduler_info=cancelled)
    with pytest.raises(Cancelled):
        engine._look()


def test_workers_that_nobody_needed_for_a_while_get_their_time_to_come_once_they_are_needed(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(dask_engine, "time", SimpleNamespace(monotonic=lambda: now[0]))
    engine = DaskCluster("tcp://127.0.0.1:1", ())
    engine._client = SimpleNamespace(status="running", scheduler_info=lambda **_: {"n_workers": 0})
    engine.run(abs, [])
    engine._look()
    now[0] += dask_engine._WORKER_SECONDS + 1
    with pytest.raises(EngineUnavailable, match="had no worker for 60 seconds"):
        engine._look()


def test_a_client_that_leaves_waits_for_the_result_on_its_way_and_asks_for_no_other():
    engine, told, asked = DaskCluster("tcp://127.0.0.1:1", ()), [], threading.Event()

    def result(timeout):
        if not asked.is_set():
            asked.set()
            raise TimeoutError(f"{timeout} s")
        time.sleep(0.1)
        told.append("result")

    engine._client = SimpleNamespace(status="running", close=lambda **_: told.append("closed"))
    future = SimpleNamespace(cancelled=lambda: False, release=lambda: None, result=result, status="pending")
    call = Call(abs, lambda: 1, None)
    taking = threading.Thread(target=engine._take, args=(call, future))
    taking.start()
    assert asked.wait(PATIENCE)
    engine._close()
    assert told == ["result", "closed"]
    taking.join(PATIENCE)
    engine._take(late := Call(abs, lambda: 1, None), future)
    assert told == ["result", "closed"]
    assert isinstance(late.result.exception(0), EngineUnavailable)


def test_no_worker_a_lost_scheduler_and_none_at_all_end_a_training_in_one_sentence(cluster, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(logging.getLogger("distributed.client"), "handlers", [caplog.handler])  # whose records go no further
    monkeypatch.setattr(dask_engine, "_CONNECT_SECONDS", 1.0)
    monkeypatch.setattr(dask_engine, "_WORKER_SECONDS", 2.0)
    with DaskCluster(cluster.address, ()) as engine:
        results = engine.run(pool_tasks.nap, tasks([str(tmp_path)] * 3))
        for _ in range(2):
            cluster.end_worker()
        with pytest.raises(EngineUnavailable, match=f"scheduler at {cluster.address} had no worker for 2 seconds. Start one, or .* still serves.$"):
            next(results)
        later = engine.run(abs, tasks([-1]))
        engine.check()
        cluster.scheduler.kill()
        with pytest.raises(EngineUnavailable, match=f"scheduler at {cluster.address} was lost, so the training ended. The live version still .*"):
            next(later)
        with pytest.raises(EngineUnavailable, match="was lost"):
            engine.check()
        with pytest.raises(EngineUnavailable, match="was lost"):
            next(engine.run(abs, tasks([1])))
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR], "the sentence is all that is said"
    with pytest.raises(EngineUnavailable, match=f"No Dask scheduler answers at {cluster.address} .* Start it, or retrain with --engine here. The"):
        DaskCluster(cluster.address, ()).__enter__()
