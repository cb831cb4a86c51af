"""A server that believes it is another day, that is killed again and again, and a client that repeats what was not answered.

The clock is libfaketime's (Debian: apt install faketime); it stands in a file, and moves on while the server runs.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import httpx2

LIBRARIES: Final = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
"""Where Debian and its kin put it."""
CACHE_SECONDS: Final = 1
"""Whole seconds for which libfaketime does not read the clock anew: between them and one more."""
START_SECONDS: Final = 240
ANSWER_SECONDS: Final = 240
SERVE: Final = """
import os, sys
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from forecasting.entrypoints.api.app import PREFIX, make_app
from forecasting.entrypoints.server.server_settings import ServerSettings
from forecasting.services import workspaces
api = make_app(workspaces.workspace(), ServerSettings.from_environ(os.environ))
uvicorn.run(Starlette(routes=[Mount(PREFIX, app=api)]), port=int(sys.argv[1]), log_level="warning")
"""
"""The API as the product mounts it, without pages, which take most of the time that a start takes."""
MOST_MILLISECONDS: Final = 60
"""After a request was sent, within which the server is killed."""


class Clock:
    """A clock that others read from a file.

    Args:
        file: Where it stands.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self.day = datetime.now(UTC).date()

    def set(self, day: date, hour: int) -> None:
        """Makes it a moment, in UTC."""
        self.day = day
        ahead = datetime(day.year, day.month, day.day, hour, tzinfo=UTC) - datetime.now(UTC)
        partial = self._file.with_suffix(".new")
        partial.write_text(f"{ahead.total_seconds():+.0f}\n")
        partial.replace(self._file)
        time.sleep(CACHE_SECONDS + 1.2)

    def environment(self, home: Path) -> dict[str, str]:
        """The environment of a process that goes by this clock."""
        only_the_clock = {"FAKETIME_CACHE_DURATION": str(CACHE_SECONDS), "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1", "TZ": "UTC"}
        faked = {"LD_PRELOAD": str(LIBRARIES[0]), "FAKETIME_TIMESTAMP_FILE": str(self._file), **only_the_clock}
        rates = {"FORECASTING_REQUEST_RATE": "100000/second", "FORECASTING_UPLOAD_RATE": "100000/second"}
        return {**os.environ, **faked, **rates, "FORECASTING_HOME": str(home)}


class ClockedServer:
    """A server on one port, started as often as it takes.

    Args:
        home: The workspace.
        clock: What it believes.
        log: The file that gets what it prints.
    """

    def __init__(self, home: Path, clock: Clock, log: Path) -> None:
        self._home, self._clock, self._log = home, clock, log
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None
        self._starting = threading.Lock()
        self.address = f"http://127.0.0.1:{self._port}"
        self.kills = 0

    def ensure(self) -> None:
        """Starts it unless it runs; comes back once it answers. One that is killed while it starts is started again."""
        with self._starting:
            if self._process is not None and self._process.poll() is None:
                return
            end, process = time.monotonic() + START_SECONDS, self._start()
            while not self._answers():
                if process.poll() == -signal.SIGKILL:
                    process = self._start()
                elif process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(f"The server did not start; see {self._log}.")
                time.sleep(0.1)

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", SERVE, str(self._port)]
        with self._log.open("ab") as output:
            environment = self._clock.environment(self._home)
            self._process = subprocess.Popen(command, env=environment, stdout=output, stderr=output, start_new_session=True)
        return self._process

    def kill(self) -> None:
        """Kills it with signal 9, whatever it is doing."""
        process = self._process
        if process is not None and process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            self.kills += 1

    def stop(self) -> None:
        """Ends it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()

    def _answers(self) -> bool:
        try:
            return httpx2.get(f"{self.address}/api/health", timeout=5).status_code == 200
        except httpx2.HTTPError:
            return False


class Client:
    """Sends each request until it is answered: what was not answered is sent again with the same key.

    Args:
        server: Whom.
        seed: Of the moments at which the server is killed.

    Attributes:
        repeated: Requests that were sent again because no answer came.
        doomed: Kinds of requests during the next of which the server is killed.
    """

    def __init__(self, server: ClockedServer, seed: int) -> None:
        self._server, self._random = server, random.Random(seed)
        self._choosing = threading.Lock()
        self._http = httpx2.Client(base_url=server.address, timeout=ANSWER_SECONDS)
        self.repeated = 0
        self.doomed: list[str] = []

    def send(self, kind: str, method: str, path: str, **options: Any) -> httpx2.Response:
        """The answer, whatever its status; 503 is asked again."""
        killer = None
        if self._is_doomed(kind):
            killer = threading.Timer(self._random.uniform(0, MOST_MILLISECONDS) / 1000, self._server.kill)
            killer.start()
        try:
            return self._until_answered(method, path, options)
        finally:
            if killer is not None:
                killer.join()

    def _is_doomed(self, kind: str) -> bool:
        with self._choosing:
            if kind not in self.doomed:
                return False
            self.doomed.remove(kind)
            return True

    def _until_answered(self, method: str, path: str, options: dict[str, Any]) -> httpx2.Response:
        while True:
            self._server.ensure()
            try:
                answer = self._http.request(method, path, **options)
            except httpx2.HTTPError:
                self.repeated += 1
                continue
            if answer.status_code != 503:
                return answer
            time.sleep(0.2)
