"""The processes of a server: each gets its connections, one that ends starts again, all end together. A short script stands in for a server."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from patience import PATIENCE
from repository import ROOT

PROCESS = """\
import os, socket
line = socket.socket(fileno=int(os.environ["FORECASTING_PROCESS_LINE"]))
line.send(b"r")
while True:
    said, descriptors, *_ = socket.recv_fds(line, 1, 1)
    if not said:
        break
    with socket.socket(fileno=descriptors[0]) as connection:
        connection.recv(1000)
        connection.sendall(f"{os.environ['FORECASTING_PROCESS_NUMBER']} {os.getpid()} {os.environ['STREAMLIT_SERVER_COOKIE_SECRET']}".encode())
"""
SERVE = """\
import os, sys
from forecasting.entrypoints.server import server_processes, sockets
listening = sockets.listening("127.0.0.1", 0)
print(listening.getsockname()[1], flush=True)
sys.exit(server_processes.run(listening, [sys.executable, "-S", "-c", sys.argv[1]], os.environ, 3))
"""


@contextmanager
def serving(process=PROCESS):
    """A server of three processes, and its port."""
    command = [sys.executable, "-c", SERVE, process]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        try:
            yield server, int(server.stdout.readline())
        finally:
            server.kill()


def ask(port, path):
    """Number, process and secret of whoever answers."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        client.sendall(f"GET {path} HTTP/1.1\r\n\r\n".encode())
        number, pid, secret = client.recv(1000).split()
        return int(number), int(pid), secret


def gone(pid):
    """Whether a process ends in time."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


def test_programs_and_pages_have_processes_that_start_again_and_end_together():
    with serving() as (server, port):
        programs, *pages = [ask(port, path) for path in ("/api/", "/", "/")]
        assert [programs[0], *sorted(number for number, *_ in pages)] == [0, 1, 2]
        assert len({secret for *_, secret in (programs, *pages)}) == 1
        os.kill(programs[1], signal.SIGKILL)
        number, again, _ = ask(port, "/api/")
        assert number == 0
        assert again != programs[1]
        server.terminate()
        _, said = server.communicate(timeout=PATIENCE)
        assert server.returncode == 0
        assert "Process 0 of the server ended with -9" in said
        assert all(gone(pid) for pid in (again, *(pid for _, pid, _ in pages)))


def test_processes_end_with_the_one_that_listens():
    with serving() as (server, port):
        pids = [ask(port, path)[1] for path in ("/api/", "/", "/")]
        server.kill()
        assert all(gone(pid) for pid in pids)


@pytest.mark.parametrize("process", ["raise SystemExit(3)", "import sys; sys.exit('FORECASTING_API_TOKEN is wrong.')"])
def test_a_server_whose_process_cannot_start_ends_and_says_why(process):
    with serving(process) as (server, _):
        _, said = server.communicate(timeout=PATIENCE)
        assert server.returncode == (3 if "3" in process else 1)
        assert "3" in process or "FORECASTING_API_TOKEN is wrong." in said
