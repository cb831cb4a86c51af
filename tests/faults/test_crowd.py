"""Many at once: listeners that drop and come back, listeners that never read, and files that all come in one moment."""

from __future__ import annotations

import fcntl
import json
import random
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
import shop_workspaces as shops
from fake_jobs import until
from fault_moments import all_heard, as_told
from live_server import Stream, served
from patience import PATIENCE

from forecasting.jobs.events import Event
from forecasting.services import jobs
from forecasting.storage.sales.table import Dataset

LISTENERS, DEAF, FILES = 8, 6, 16
EPOCHS = 16
STEPS = 20_000
"""Of a job of an hour, told ten times a second: 10 MB of events, more than sockets hold."""
MOST_GROWTH = 60 * 2**20
SALES = shops.sales(40).query("product_id in ('Bread', 'Cake', 'Soap', 'Tea')")


@pytest.fixture
def ws(quick_shop):
    return quick_shop


@pytest.fixture
def server(home, tmp_path):
    with served(home.home, log=tmp_path / "log", FORECASTING_UPLOAD_RATE="1000/second", FORECASTING_LOCK_SECONDS=str(PATIENCE)) as running:
        yield running
        assert running[1].poll() in (None, -signal.SIGTERM)
    assert "Traceback" not in (tmp_path / "log").read_text()


def memory(process):
    """Bytes that a process holds in memory."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return 1024 * int(status.split("VmRSS:")[1].split()[0])


def listen(address, number, seed):
    """The streams that a listener needed to hear a job to its end; one with an odd seed drops at random moments, also within an event."""
    seeded, streams, seen = random.Random(seed), [], 0
    while not (streams and streams[-1].end == "whole"):
        streams.append(Stream(address, f"/api/jobs/{number}/events", after=seen))
        drops = seed % 2 and len(streams) < 6
        streams[-1].listen(seeded.randrange(1, 8000) if drops else 2**40)
        assert streams[-1].end == "dropped" or streams[-1].rest == b""
        seen = max([seen, *streams[-1].ids])
        time.sleep(seeded.random() * 0.5 if drops else 0)
    return streams


@contextmanager
def deaf(address, number):
    """A listener that asks for the events of a job and never reads them."""
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        connection.sendall(f"GET /api/jobs/{number}/events HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
        yield


def test_eight_listeners_half_of_which_drop_and_come_back_hear_every_event_once(ws, server):
    address, _ = server
    first = Stream(address, "/api/retrain", fields={"epochs": EPOCHS, "without": "trees"})
    with ThreadPoolExecutor(LISTENERS + 1) as pool, deaf(address, first.job), deaf(address, first.job), deaf(address, first.job):
        whole = pool.submit(first.listen)
        everyone = [pool.submit(listen, address, first.job, seed) for seed in range(LISTENERS)]
        heard = [listener.result(PATIENCE) for listener in everyone]
        whole.result(PATIENCE)
    assert all_heard(ws, first.job, first)["status"] == "success"
    for streams in heard:
        assert all_heard(ws, first.job, *streams) == first.result
    assert len(first.heard) > 2 * EPOCHS
    assert sum(len(streams) > 1 for streams in heard) == LISTENERS // 2


def event(number):
    """One of a long job's, as its process writes it."""
    made = Event(id=number, at=datetime.now(UTC), type="progress", stage="LSTM", done=number, total=STEPS, note=f"window {number:06} " * 6)
    return json.dumps(made.to_dict()).encode() + b"\n"


def test_listeners_that_never_read_neither_hinder_others_nor_fill_the_memory_nor_keep_the_server(ws, server):
    address, process = server
    folder = ws.jobs / "0002"
    folder.mkdir()
    (folder / "request.json").write_text("{}")
    (folder / "events.jsonl").write_bytes(b"".join(event(number) for number in range(1, STEPS + 1)))
    with (folder / "alive").open("wb") as alive, ThreadPoolExecutor(1) as pool:
        fcntl.flock(alive, fcntl.LOCK_EX)
        httpx2.get(f"{address}/api/jobs/2", timeout=PATIENCE).raise_for_status()
        before, most = memory(process), 0
        with ExitStack() as listeners:
            for _ in range(DEAF):
                listeners.enter_context(deaf(address, 2))
            stream = Stream(address, "/api/jobs/2/events")
            reading = pool.submit(stream.listen)
            end = time.monotonic() + PATIENCE
            while len(stream.heard) < STEPS:
                most = max(most, memory(process))
                assert time.monotonic() < end, f"{len(stream.heard)} events came."
                time.sleep(0.05)
            (folder / "result.json").write_text(json.dumps({"status": "cancelled", "reason": "Enough."}))
            reading.result(PATIENCE)
            process.terminate()
            process.wait(PATIENCE)
    assert stream.heard[:-1] == as_told(ws, 2)
    assert stream.result["status"] == "cancelled"
    assert most - before < MOST_GROWTH


def files():
    """Sales that overlap: each file has all series for some days, with numbers of its own."""
    days = SALES.date.unique()
    for number in range(FILES):
        yield SALES[SALES.date.isin(days[number : number + 12])].assign(sales=100 * number + 1)


def send(address, frame, name):
    content = frame.to_csv(index=False, date_format="%Y-%m-%d").encode()
    return httpx2.post(f"{address}/api/upload", files={"file": (name, content)}, data={"accept": "level"}, timeout=PATIENCE)


def all_at_once(address, frames):
    with ThreadPoolExecutor(FILES) as pool:
        answers = list(pool.map(lambda numbered: send(address, numbered[1], f"{numbered[0]}.csv"), enumerate(frames)))
    assert [answer.status_code for answer in answers] == [200] * FILES, [answer.text for answer in answers]
    return [answer.json() for answer in answers]


def test_sixteen_files_that_come_at_once_are_all_merged_as_if_one_after_the_other(home, server):
    address, _ = server
    until(lambda: jobs.job(home) is not None)  # the sample, on which an empty workspace trains
    jobs.cancel(home, jobs.job(home).number)
    first = Dataset(home).version + 1
    answers = all_at_once(address, files())
    order = sorted(range(FILES), key=lambda number: answers[number]["version"])
    assert [answers[number]["version"] for number in order] == list(range(first, first + FILES))
    listed = httpx2.get(f"{address}/api/uploads", timeout=PATIENCE).json()
    assert [(each["name"], each["version"]) for each in listed[:FILES]] == [(f"{number}.csv", answers[number]["version"]) for number in order[::-1]]
    merged = {}
    for number in order:
        frame = list(files())[number]
        rows = {(row.date, row.product_id, row.region): float(row.sales) for row in frame.itertuples()}
        changed = sum(merged.get(key, value) != value for key, value in rows.items())
        assert (answers[number]["new"], answers[number]["changed"]) == (len(rows.keys() - merged.keys()), changed)
        merged |= rows
    assert {(row.date, row.product_id, row.region): row.sales for row in Dataset(home).read().itertuples()} == merged


def test_one_file_that_comes_sixteen_times_at_once_is_merged_once(ws, server):
    address, _ = server
    before = Dataset(ws).version
    later = SALES.assign(sales=5)
    answers = all_at_once(address, [later] * FILES)
    assert {answer["version"] for answer in answers} == {before + 1}
    assert sorted(answer["saved"] for answer in answers) == [False] * (FILES - 1) + [True]
    assert len(Dataset(ws).history()) == 2
