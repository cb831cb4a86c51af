"""Two servers on one workspace, of which many people ask everything at once, in an order drawn with a seed."""

from __future__ import annotations

import itertools
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from deltalake import DeltaTable
from fake_jobs import until
from patience import PATIENCE
from repository import ROOT
from version_copies import saved_shop

from forecasting.core.errors import TryAgain
from forecasting.core.retention import Retention
from forecasting.services import jobs, retention
from forecasting.storage.sales.table import Dataset
from forecasting.storage.sales.table_folder import commits_of
from forecasting.storage.sales.uploads import COMPACTION
from forecasting.storage.versions.store import Versions

SEEDS = int(os.environ.get("SHELFCAST_CHAOS_SEEDS", "0"))
"""With so many seeds all of `WHOLE` is asked, minutes each; a run of all tests has time for an eighth of it, once."""
WHOLE = {"upload": 56, "undo": 39, "retrain": 53, "cancel": 20, "prune": 12, "read": 983}
SHARE = 1 if SEEDS else 8
PEOPLE = 8
READS = ("/api/versions", "/api/uploads", "/api/jobs", "/api/served", "/api/settings", "/api/health")
ALLOWED = {"upload": {200}, "undo": {200}, "retrain": {200, 409}, "cancel": {200, 404}, "read": {200}}
KEEP = Retention(versions=3, jobs=5, uploads=0)
SERVE = """
import os, sys
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from forecasting.entrypoints.api.app import PREFIX, make_app
from forecasting.entrypoints.server.server_settings import ServerSettings
from forecasting.services import worker, workspaces
worker.COMMAND = (sys.executable, "tests/support/copying_worker.py")
api = make_app(workspaces.workspace(), ServerSettings.from_environ(os.environ))
uvicorn.run(Starlette(routes=[Mount(PREFIX, app=api)]), port=int(sys.argv[1]), log_level="warning", timeout_graceful_shutdown=1)
"""
"""The API as the product mounts it, whose retrains copy the live version."""


@pytest.fixture
def ws(home):
    yield saved_shop(home)
    if jobs.running(home) is not None:
        jobs.cancel(home, jobs.running(home))


@contextmanager
def serving(ws, log):
    """The address of a server that answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    rates = dict.fromkeys(("FORECASTING_REQUEST_RATE", "FORECASTING_UPLOAD_RATE"), "100000/second")
    surroundings = {**os.environ, **rates, "FORECASTING_HOME": str(ws.home), "FORECASTING_LOCK_SECONDS": str(PATIENCE), "PYTHONPATH": str(ROOT)}
    with log.open("ab") as output:
        process = subprocess.Popen([sys.executable, "-c", SERVE, str(port)], cwd=ROOT, env=surroundings, stdout=output, stderr=output)
    try:
        until(lambda: process.poll() is not None or _listens(port), step=0.1)
        assert process.poll() is None, Path(log).read_text()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _listens(port):
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


class Crowd:
    """People who ask two servers, and what they were answered.

    Args:
        ws: Where.
        addresses: Of the servers.
        seed: Of the order in which they ask.
    """

    def __init__(self, ws, addresses, seed):
        self._ws, self._random = ws, random.Random(seed)
        self._servers = itertools.cycle(addresses)
        self._client = httpx2.Client(timeout=PATIENCE, limits=httpx2.Limits(max_keepalive_connections=0))  # a server ends idle connections
        self._last = Dataset(ws).read().date.max()
        self._numbers, self._lock = itertools.count(1), threading.Lock()
        self._there = threading.Semaphore(0)
        self.versions, self.answers, self.put_off, self.wrong = [], Counter(), Counter(), []

    def ask(self):
        """Has everything asked, and waits until no retrain runs."""
        drawn = [kind for kind, count in WHOLE.items() for _ in range(-(-count // SHARE))]
        self._random.shuffle(drawn)
        with self._client, ThreadPoolExecutor(PEOPLE) as pool:
            list(pool.map(self._do, self._undos_behind_uploads(drawn)))
        until(lambda: jobs.running(self._ws) is None)
        return self

    def _undos_behind_uploads(self, drawn):
        """The same, with each undo behind an upload of its own: it waits for that one alone."""
        there, waiting = 0, 0
        for kind in drawn:
            if kind == "undo" and there == 0:
                waiting += 1
                continue
            there += {"upload": 1, "undo": -1}.get(kind, 0)
            yield kind
            if kind == "upload" and waiting:
                waiting, there = waiting - 1, there - 1
                yield "undo"

    def _do(self, kind):
        with self._lock:
            address, number = next(self._servers), next(self._numbers)
        if kind == "prune":
            with suppress(TryAgain):  # others held the sales for too long, and it says so
                retention.prune(self._ws, KEEP)
            return
        answer = self._patiently(kind, address, number)
        with self._lock:
            self.answers[kind, answer.status_code] += 1
            if answer.status_code not in ALLOWED[kind]:
                self.wrong.append((kind, answer.status_code, answer.text[:300]))

    def _patiently(self, kind, address, number):
        """An answer that does not say to try again: on a busy machine others may hold the sales for longer than a server waits."""
        while (answer := getattr(self, f"_{kind}")(address, number)).status_code == 503 and "try again in a moment" in answer.text:
            self.put_off[kind] += 1
        return answer

    def _upload(self, address, number):
        day = self._last - timedelta(days=number % 50)
        text = f"date,product_id,category,sales\n{day:%Y-%m-%d},Number {number},Tools,{number}\n"
        answer = self._client.post(f"{address}/api/upload", files={"file": (f"{number}.csv", text.encode())}, data={"accept": "level"})
        if answer.status_code == 200:
            with self._lock:
                self.versions.append((answer.json()["saved"], answer.json()["version"]))
            self._there.release()
        return answer

    def _undo(self, address, _):
        assert self._there.acquire(timeout=PATIENCE)
        answer = self._client.post(f"{address}/api/uploads/undo")
        if answer.status_code == 503:
            self._there.release()
        return answer

    def _retrain(self, address, _):
        with self._client.stream("POST", f"{address}/api/retrain", data={"epochs": "1"}) as answer:
            if answer.status_code != 200:
                answer.read()
            return answer

    def _cancel(self, address, _):
        newest = self._client.get(f"{address}/api/jobs", params={"most": 1}).json()
        return self._client.post(f"{address}/api/jobs/{newest[0]['job'] if newest else 1}/cancel")

    def _read(self, address, number):
        if number % 7 == 0:
            return self._client.post(f"{address}/api/forecast", json={"days": 7})
        return self._client.get(f"{address}{READS[number % len(READS)]}")


def changes(ws):
    """How many versions of the sales each kind of change has made."""
    return Counter(commit["kind"] for commit in commits_of(DeltaTable(str(ws.sales))))


@pytest.mark.parametrize("seed", range(max(SEEDS, 1)))
def test_whatever_two_servers_are_asked_at_once_nothing_is_lost_doubled_or_a_fault(ws, tmp_path, seed):
    before, begun = changes(ws), time.monotonic()
    with ExitStack() as servers:
        addresses = [servers.enter_context(serving(ws, tmp_path / f"log{number}")) for number in range(2)]
        crowd = Crowd(ws, addresses, seed).ask()
        served = [httpx2.post(f"{address}/api/forecast", json={"days": 7}, timeout=PATIENCE).json()["version"] for address in addresses]
    print(f"seed {seed}: {time.monotonic() - begun:.0f} s, {dict(sorted(crowd.answers.items()))}, put off {dict(crowd.put_off)}")  # noqa: T201 - a run by hand is reported
    assert crowd.wrong == []
    uploads, undos = len(crowd.versions), crowd.answers["undo", 200]
    made = changes(ws) - before
    assert made.pop(COMPACTION, 0) <= -(-WHOLE["prune"] // SHARE)
    assert made == {"upload": uploads, "undo": undos}
    assert all(saved for saved, _ in crowd.versions)
    assert len({version for _, version in crowd.versions}) == uploads
    standing = {each.name for each in Dataset(ws).history() if each.kind == "upload" and not each.undone} - {"sales.csv"}
    sold = Dataset(ws).read().query("product_id.str.startswith('Number ')")
    assert {f"{row.sales:.0f}.csv": 1 for row in sold.itertuples()} == dict(Counter(standing))
    assert len(sold) == len(standing) == uploads - undos
    assert served == [Versions(ws.versions).serving().version] * 2
    assert Versions(ws.versions).serving().refused == ()
    assert "Traceback" not in "".join((tmp_path / f"log{number}").read_text() for number in range(2))
