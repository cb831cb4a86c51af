"""A retrain that nothing can lose: its process or the server is killed at any moment, a person cancels at any moment, two servers share it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx2
import pytest
import shop_workspaces as shops
from fake_jobs import until
from fault_moments import MOMENTS, all_heard, kill, moments, reach, sold, told
from live_server import Stream, served
from patience import PATIENCE

from forecasting.services import jobs

CHAINS = max(1, MOMENTS // 6)
STAGES = ("Backtest: LSTM", "Backtest: Prophet", "LSTM", "Backtest: Trees", "Backtest: Totals", "Prophet", "Publish", "Trees")
QUICK = {"epochs": 2}
QUICKER = {"without": "lstm"}
"""For what does not depend on which model is being trained."""
NOTHING = "Nothing was published"


@pytest.fixture
def ws(quick_shop):
    return quick_shop


@pytest.fixture
def start(ws, tmp_path):
    """Starts servers of the workspace, which must not log an error that nobody expected."""
    with ExitStack() as servers:
        yield lambda: servers.enter_context(served(ws.home, log=tmp_path / "log", FORECASTING_UPLOAD_RATE="100/second"))
    assert "Traceback" not in (tmp_path / "log").read_text()


@pytest.fixture
def pool():
    with ThreadPoolExecutor(10) as pool:
        yield pool


def retrain(address, fields=QUICK):
    return Stream(address, "/api/retrain", fields=fields)


def job(address, number):
    return httpx2.get(f"{address}/api/jobs/{number}", timeout=PATIENCE).json()


def cancel(address, number):
    """Cancels, and comes back once the job has ended."""
    answer = httpx2.post(f"{address}/api/jobs/{number}/cancel", timeout=PATIENCE)
    assert (answer.status_code, answer.json()["state"] == "running") == (200, False)


def stages_of(ws, number):
    """The stages that a job has begun."""
    return {event.stage for event in jobs.events(ws, number)}


def served_version(address):
    """The version that a forecast comes from."""
    answer = httpx2.post(f"{address}/api/forecast", json={"days": 7}, timeout=PATIENCE)
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["forecast"]) == 4 * 7
    assert httpx2.get(f"{address}/api/health", timeout=PATIENCE).json()["version"] == answer.json()["version"]
    return answer.json()["version"]


@pytest.mark.parametrize("chain", range(CHAINS))
def test_a_retrain_killed_at_any_moment_fails_clearly_and_blocks_nothing(ws, small, start, pool, chain):
    before, killed = sold(ws), 0
    address, _ = start()
    for moment in moments(small, seed=1)[chain::CHAINS]:
        live = served_version(address)
        stream = retrain(address)
        hearing = pool.submit(stream.listen)
        reach(ws, stream.job, moment)
        kill(ws, stream.job)
        hearing.result(PATIENCE)
        result = all_heard(ws, stream.job, stream)
        assert (stream.end, stream.rest) == ("whole", b"")
        if result["status"] == "failed":
            killed += 1
            assert result["reason"].startswith("The process ended without a result (killed")
            assert job(address, stream.job)["state"] == "failed"
            assert served_version(address) == live or NOTHING not in result["reason"]
        else:  # it ended just before
            assert (result["status"], served_version(address)) == ("success", live + 1)
        assert sold(ws) == before
    assert killed >= 2
    if chain == 0:
        result = retrain(address, QUICKER).listen().result
        assert (result["status"], served_version(address)) == ("success", result["meta"]["version"])


@pytest.mark.parametrize("chain", range(CHAINS))
def test_a_server_killed_at_any_moment_is_started_again_and_the_retrain_went_on(ws, small, start, pool, chain):
    before, cut = sold(ws), 0
    address, process = start()
    chosen = moments(small, seed=2)[chain::CHAINS]
    for moment in chosen:
        live = served_version(address)
        stream = retrain(address)
        hearing = pool.submit(stream.listen)
        reach(ws, stream.job, moment)
        process.kill()
        process.wait()
        hearing.result(PATIENCE)
        cut += stream.end != "whole"
        went_on = jobs.job(ws, stream.job).state == "running"
        address, process = start()
        assert job(address, stream.job)["job"] == stream.job
        again = Stream(address, f"/api/jobs/{stream.job}/events", after=stream.ids[-1] if stream.heard else 0)
        hearing = pool.submit(again.listen)
        if went_on and moment is not chosen[-1]:
            cancel(address, stream.job)
        hearing.result(PATIENCE)
        result = all_heard(ws, stream.job, stream, again)
        assert served_version(address) == live + (result["status"] == "success")
        assert result["status"] in ("success", "cancelled")
        assert sold(ws) == before
    assert cut >= 2
    assert result["status"] == "success"


@pytest.mark.parametrize("stages", [STAGES[::2], STAGES[1::2]] if MOMENTS > 4 else [STAGES[::3]])
def test_a_retrain_is_cancelled_within_five_seconds_at_its_stages(ws, start, pool, stages):
    address, _ = start()
    for stage in stages:
        live = served_version(address)
        stream = retrain(address)
        hearing = pool.submit(stream.listen)
        until(lambda number=stream.job, stage=stage: stage in stages_of(ws, number))
        cancel(address, stream.job)
        hearing.result(PATIENCE)
        status = all_heard(ws, stream.job, stream)["status"]
        assert status == "cancelled" or (stage, status) == ("Publish", "success")
        assert served_version(address) == live + (status == "success")


@pytest.mark.parametrize("wait", [0, 0.1, 0.3])
def test_a_retrain_is_cancelled_while_it_starts(ws, start, pool, wait):
    address, _ = start()
    stream = retrain(address)
    time.sleep(wait)
    cancel(address, stream.job)
    assert all_heard(ws, stream.job, stream.listen())["status"] == "cancelled"
    assert served_version(address) == 1


def test_a_server_that_is_told_to_end_does_so_and_the_retrain_goes_on(ws, start, pool):
    address, process = start()
    stream = retrain(address)
    streams = [stream, *(Stream(address, f"/api/jobs/{stream.job}/events") for _ in range(4))]
    hearings = [pool.submit(each.listen) for each in streams]
    until(lambda: told(ws, stream.job) >= 4)
    process.terminate()
    assert process.wait(PATIENCE) is not None
    for hearing in hearings:
        hearing.result(PATIENCE)
    assert [each.rest for each in streams] == [b""] * 5
    assert jobs.job(ws, stream.job).state == "running"
    address, _ = start()
    agains = [Stream(address, f"/api/jobs/{stream.job}/events", after=each.ids[-1]) for each in streams]
    hearings = [pool.submit(again.listen) for again in agains]
    for each, hearing in zip(streams, hearings, strict=True):
        assert all_heard(ws, stream.job, each, hearing.result(PATIENCE))["status"] == "success"


def test_while_a_retrain_runs_a_second_one_is_told_where_and_its_file_is_not_merged(ws, start):
    before = sold(ws)
    address, _ = start()
    stream = retrain(address)
    later = shops.sales(150).query("date > '2026-06-20'").assign(sales=7).to_csv(index=False).encode()
    refused = httpx2.post(f"{address}/api/retrain", files={"file": ("later.csv", later)}, data=QUICK, timeout=PATIENCE)
    assert (refused.status_code, refused.headers["Location"]) == (409, f"/api/jobs/{stream.job}")
    assert sold(ws) == before
    cancel(address, stream.job)
    assert all_heard(ws, stream.job, stream.listen())["status"] == "cancelled"
    taken = Stream(address, "/api/retrain", fields=QUICK)
    assert taken.job == stream.job + 1
    cancel(address, taken.job)
    assert taken.listen().result["status"] == "cancelled"


def test_two_servers_share_a_retrain_and_what_it_makes(ws, start, pool):
    (one, _), (other, _) = start(), start()
    stream = retrain(one)
    beside = Stream(other, f"/api/jobs/{stream.job}/events")
    hearings = [pool.submit(each.listen) for each in (stream, beside)]
    until(lambda: told(ws, stream.job) >= 2)
    seen = httpx2.get(f"{other}/api/health", timeout=PATIENCE).json()["job"]
    assert (seen["job"], seen["state"]) == (stream.job, "running")
    assert httpx2.post(f"{other}/api/retrain", data=QUICK, timeout=PATIENCE).headers["Location"] == f"/api/jobs/{stream.job}"
    cancel(other, stream.job)
    for each, hearing in zip((stream, beside), hearings, strict=True):
        hearing.result(PATIENCE)
        assert all_heard(ws, stream.job, each)["status"] == "cancelled"
    made = retrain(other, QUICKER).listen().result["meta"]["version"]
    assert (served_version(one), served_version(other)) == (made, made)
