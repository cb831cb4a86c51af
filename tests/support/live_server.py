"""A real server, its streams of events as programs hear them, and the small shop that it serves."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from urllib.parse import urlencode, urlsplit

from patience import PATIENCE
from repository import ROOT


@contextmanager
def served(home, *, log=None, **variables):
    """A server on a free port; its address and its process.

    Args:
        home: The workspace.
        log: The file that gets what it prints, after what is there.
        variables: Of its environment; unless they say otherwise it works out nothing before somebody asks, which no test but those of it waits for.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "forecasting", "serve", "--port", str(port)]
    surroundings = {**os.environ, "FORECASTING_HOME": str(home), "FORECASTING_WARM": "0", **variables}
    with open(log or os.devnull, "ab") as output:  # noqa: PTH123
        process = subprocess.Popen(command, cwd=ROOT, env=surroundings, stdout=output, stderr=output)
    try:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1).close()
                break
            except OSError:
                assert process.poll() is None, "The server ended."
                assert time.monotonic() < end, "The server did not start."
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.terminate()
        process.wait(PATIENCE)


class Stream:
    """An answer of events, heard over a socket of its own.

    Args:
        address: Of the server.
        path: Of the route.
        fields: A form to send; None to only ask.
        after: The id of the event that was heard last.

    Attributes:
        answer: The answer's head.
        heard: (id, data) of each event that came whole.
        rest: What came after the last whole event.
        end: "whole", "dropped" by the listener, or what cut it off.
    """

    def __init__(self, address, path, *, fields=None, after=0):
        self._connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=PATIENCE)
        headers = {"Last-Event-ID": str(after)} if after else {}
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request("GET" if fields is None else "POST", path, None if fields is None else urlencode(fields), headers)
        self.answer = self._connection.getresponse()
        self.heard, self.rest, self.end = [], b"", ""

    @property
    def job(self):
        """The number of the job that it tells of."""
        return int(self.answer.headers["Location"].rpartition("/")[2])

    @property
    def ids(self):
        return [number for number, _ in self.heard]

    @property
    def result(self):
        """How the job ended."""
        assert [data["type"] for _, data in self.heard].index("result") == len(self.heard) - 1, self.heard
        return self.heard[-1][1]["data"]

    def listen(self, most=sys.maxsize):
        """Hears until it ends or so many bytes came; itself."""
        came = 0
        try:
            while came < most:
                part = self.answer.read1(min(4096, most - came))
                if not part:
                    self.end = "whole"
                    break
                came += len(part)
                self._hear(part)
        except (http.client.HTTPException, OSError) as error:
            self.end = repr(error)
        self.end = self.end or "dropped"
        self._connection.close()
        return self

    def _hear(self, part):
        *blocks, self.rest = (self.rest + part.replace(b"\r", b"")).split(b"\n\n")
        for block in blocks:
            fields = dict(line.split(": ", 1) for line in block.decode().splitlines() if line and not line.startswith(":"))
            if "data" in fields:
                self.heard.append((int(fields["id"]), json.loads(fields["data"])))
