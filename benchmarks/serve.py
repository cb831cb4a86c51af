"""How many forecasts a second one server answers over HTTP, and how soon, idle and while a retrain runs.

Usage: python benchmarks/serve.py SALES [--home FOLDER] [--seconds 15] [--rate 150] [--connections 4] [--listeners 0]

Merges and trains SALES in a workspace of its own (or copies FOLDER, one that is trained already) and starts the server. Every request asks
POST /api/forecast for one series, drawn anew, over 28 days: three curves, bands, and what to order of it. Measured are

- what it can do: so many connections, each asking again as soon as it has its answer;
- how soon it answers at a steady rate: requests are due at fixed times, and their time counts from when they were due.

Both idle and while a retrain that the server's workspace started runs; with `--listeners` so many event streams follow that retrain meanwhile.
Beside it stands a bare FastAPI route under uvicorn that answers the same bytes from memory: what HTTP itself takes here. Prints a table,
the ratio, the memory of the server, and the longest that the first request after a start took.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.pages import prepare
from benchmarks.support.process_memory import held
from forecasting.services import cache, jobs, versions
from forecasting.services.retraining import start_retrain
from forecasting.storage.workspace import Workspace

DAYS = 28
BARE = """
import sys, uvicorn
from fastapi import FastAPI, Response
body = sys.stdin.buffer.read()
app = FastAPI()
@app.post("/api/forecast")
async def forecast() -> Response:
    return Response(body, media_type="application/json")
uvicorn.run(app, port=int(sys.argv[1]), log_level="error")
"""
Questions = Sequence[bytes]


@dataclass(frozen=True)
class Load:
    """What was measured.

    Args:
        seconds: Of each answer.
        took: Seconds from the first request to the last answer.
    """

    seconds: np.ndarray
    took: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.seconds) / self.took

    def __str__(self) -> str:
        middle, late, latest = 1000 * np.quantile(self.seconds, [0.5, 0.95, 0.99])
        return f"{self.rate:7.0f} a second   median {middle:6.1f} ms   95 % {late:6.1f} ms   99 % {latest:6.1f} ms   ({len(self.seconds):,})"


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sales", type=Path)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--rate", type=float, default=150)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--listeners", type=int, default=0)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        prepare(home, args.sales, args.home)
        measure(home, args)


def measure(home: Path, args: argparse.Namespace) -> None:
    """Starts the servers, asks them, and prints."""
    asked = questions(home)
    with server(home) as (port, process):
        begun = time.perf_counter()
        body = ask(port, asked[0])
        print(f"first answer after the start: {time.perf_counter() - begun:.2f} s; an answer has {len(body):,} bytes")
        capacity(port, asked, args.connections, 3)
        idle = report("idle", port, asked, args)
        print(f"memory of the server: {held(process.pid):,.0f} MB")
        with bare(body) as other:
            floor = capacity(other, asked, args.connections, args.seconds)
            print(f"a bare route     as many as it can   {floor}")
        with retraining(Workspace(home), port, args.listeners) as still_runs:
            report("while retraining", port, asked, args)
            print("" if still_runs() else "The retrain ended before the measurement: give a file that trains for longer, or fewer --seconds.")
        print(f"memory of the server: {held(process.pid):,.0f} MB")
        print(f"forecasts a second, Shelfcast / a bare route that answers the same bytes: {idle.rate / floor.rate:.2f}")


def report(name: str, port: int, asked: Questions, args: argparse.Namespace) -> Load:
    """Measures both ways and prints; what it can do."""
    most = capacity(port, asked, args.connections, args.seconds)
    print(f"{name:16} as many as it can   {most}")
    print(f"{name:16} {args.rate:4.0f} a second due   {steady(port, asked, args.rate, args.seconds)}")
    return most


def questions(home: Path) -> Questions:
    """One question a series, in an order drawn with a seed."""
    made = cache.live(Workspace(home)).ensemble
    keys = [name for name in ("product_id", "region", "store") if name in made.labels]
    series = [dict(zip(keys, values, strict=True)) for values in zip(*(made.labels[name] for name in keys), strict=True)]
    random.Random(0).shuffle(series)
    cache.forget()
    return [json.dumps({"days": min(DAYS, made.horizon), **each}).encode() for each in series]


def capacity(port: int, asked: Questions, connections: int, seconds: float) -> Load:
    """Connections that ask again as soon as they have an answer."""
    begun = time.perf_counter()
    times: list[float] = []

    def client(place: int) -> None:
        with connected(port) as connection:
            for turn in range(place, sys.maxsize, connections):
                start = time.perf_counter()
                if start - begun >= seconds:
                    return
                request(connection, asked[turn % len(asked)])
                times.append(time.perf_counter() - start)

    side_by_side(client, connections)
    return Load(np.array(times), time.perf_counter() - begun)


def steady(port: int, asked: Questions, rate: float, seconds: float, connections: int = 8) -> Load:
    """Requests that are due at fixed times; one that has to wait for a connection is late, and that counts."""
    begun = time.perf_counter() + 0.2
    times: list[float] = []

    def client(place: int) -> None:
        with connected(port) as connection:
            for turn in range(place, int(rate * seconds), connections):
                due = begun + turn / rate
                time.sleep(max(0.0, due - time.perf_counter()))
                request(connection, asked[turn % len(asked)])
                times.append(time.perf_counter() - due)

    side_by_side(client, connections)
    return Load(np.array(times), time.perf_counter() - begun)


def side_by_side(client: Callable[[int], None], count: int) -> None:
    """Runs so many clients, each in a thread."""
    threads = [threading.Thread(target=client, args=(place,)) for place in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@contextmanager
def connected(port: int) -> Iterator[http.client.HTTPConnection]:
    """A connection that is kept alive."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    yield connection
    connection.close()


def request(connection: http.client.HTTPConnection, question: bytes) -> bytes:
    """The answer to a question; anything but a forecast ends the benchmark."""
    connection.request("POST", "/api/forecast", question, {"Content-Type": "application/json"})
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise SystemExit(f"{response.status}: {body[:300]!r}")
    return body


def ask(port: int, question: bytes) -> bytes:
    """One answer over a connection of its own."""
    with connected(port) as connection:
        return request(connection, question)


@contextmanager
def retraining(ws: Workspace, port: int, listeners: int) -> Iterator[Callable[[], bool]]:
    """A retrain with its followers, ended afterwards; says whether it still runs."""
    number = start_retrain(ws, versions.settings(ws))
    for _ in range(listeners):
        threading.Thread(target=listen, args=(port, number), daemon=True).start()
    time.sleep(5)
    yield lambda: jobs.running(ws) == number
    jobs.cancel(ws, number)


def listen(port: int, number: int) -> None:
    """Reads a job's events until they end."""
    with connected(port) as connection:
        connection.request("GET", f"/api/jobs/{number}/events")
        response = connection.getresponse()
        with suppress(OSError, http.client.HTTPException):
            while response.readline():
                pass


@contextmanager
def server(home: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Shelfcast's server, once it is well."""
    port = free_port()
    command = [sys.executable, "-m", "forecasting", "serve", "--port", str(port)]
    surroundings = {**os.environ, "FORECASTING_HOME": str(home), "FORECASTING_REQUEST_RATE": "100000/second"}
    with running(subprocess.Popen(command, cwd=ROOT, env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL), port) as process:
        yield port, process


@contextmanager
def bare(body: bytes) -> Iterator[int]:
    """A route that answers these bytes, and nothing else."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", BARE, str(port)], stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(body)
    process.stdin.close()
    with running(process, port):
        yield port


@contextmanager
def running(process: subprocess.Popen[bytes], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server once it listens, ended afterwards."""
    try:
        while socket.socket().connect_ex(("127.0.0.1", port)):
            if process.poll() is not None:
                raise SystemExit("The server ended.")
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        process.wait(20)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


if __name__ == "__main__":
    main()
