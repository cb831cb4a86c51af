"""A process that answers requests with what it was sent, and does what a test chooses first."""

from __future__ import annotations

import sys

CHILD = """
import json, os, resource, signal, socket, sys, time
stream = socket.socket(fileno=int(sys.argv[1])).makefile("rwb")
def say(message):
    stream.write(json.dumps(message).encode() + b"\\n"); stream.flush()
say({"held": sys.argv[2] != "free"})
for line in stream:
    request = json.loads(line)
    exec(request.get("run", "RUN"))
    say({**request, "token": os.environ.get("FORECASTING_API_TOKEN")})
"""


def command(run: str = "pass") -> tuple[str, ...]:
    """Starts it; `run` is what it does at a request that does not say it."""
    return sys.executable, "-S", "-c", CHILD.replace('"RUN"', repr(run))
