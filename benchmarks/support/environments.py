"""Environments of other forecasters, apart from ours, since their libraries need other releases; and processes in them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
REQUIREMENTS = ROOT / "benchmarks" / "peers" / "requirements"
HOME = ROOT / ".venv-peers"
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMBA")}
REASON_LENGTH = 100


class PeerError(Exception):
    """Why a peer gives no forecast; its text is shown in the table."""


def python(group: str, requirements: Path = REQUIREMENTS, home: Path = HOME) -> Path:
    """The Python of an environment that has a group of libraries; made if there is none, or if its requirements have changed.

    Raises:
        PeerError: The libraries cannot be installed.
    """
    wanted, made = requirements / f"{group}.txt", home / group / "bin" / "python"
    stamp = home / group / "requirements.txt"
    if not stamp.exists() or stamp.read_bytes() != wanted.read_bytes():
        call([sys.executable, "-m", "venv", "--clear", home / group])
        call([made, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:", "-r", wanted])
        stamp.write_bytes(wanted.read_bytes())
    return made


def call(command: Sequence[str | Path]) -> None:
    """Runs a command on one thread.

    Raises:
        PeerError: It failed, or took more CPU time than it may.
    """
    done = subprocess.run(command, env={**os.environ, **ONE_THREAD}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode == -signal.SIGXCPU:
        raise PeerError("stopped: it needs more CPU time than it was given")
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise PeerError(f"failed: {said[-1][:REASON_LENGTH]}")
