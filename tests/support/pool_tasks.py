"""What the processes of a pool are asked to do in tests: functions of a module that they can import."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np


def spectrum(seed: int) -> np.ndarray:
    """Numbers whose last bits depend on how many threads a product is spread over."""
    values = np.random.default_rng(seed).normal(size=(300, 300))
    return np.linalg.eigvalsh(values @ values.T)


def process(_: object) -> int:
    """The process that does it."""
    return os.getpid()


def threads(_: object) -> set[int]:
    """Threads that products of matrices may use."""
    from threadpoolctl import threadpool_info

    return {library["num_threads"] for library in threadpool_info()}


def modules(_: object) -> list[str]:
    """The modules that are loaded."""
    return list(sys.modules)


def die_elsewhere(task: tuple[int, int]) -> int:
    """The second number; ends the process if that is not the first one."""
    home, number = task
    if os.getpid() != home and number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def squares_unless_poisoned(task: tuple[int, list[int]]) -> list[int]:
    """The squares of the second; one with 13 in it kills a process that is not the first, and raises an error there."""
    home, numbers = task
    if 13 in numbers:
        if os.getpid() == home:
            raise ValueError("13 is unlucky")
        os.kill(os.getpid(), signal.SIGKILL)
    return [number * number for number in numbers]


def die_once(task: tuple[str, int]) -> int:
    """The square of the second; writes down that it starts, and kills its process when it first does so for 5."""
    folder, number = task
    first = not (Path(folder) / f"{number} 1").exists()
    (Path(folder) / f"{number} {1 if first else 2}").touch(exist_ok=False)
    if number == 5 and first:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.02)
    return number * number


def nap(folder: str) -> None:
    """Says that it starts, then does nothing for a while."""
    (Path(folder) / str(os.getpid())).touch()
    time.sleep(6)


def refuse(number: int) -> int:
    """The number, unless it is 2."""
    if number == 2:
        raise KeyError("two is refused")
    return number


def sleep(folder: str) -> None:
    """Says which process it is, then does nothing for very long."""
    (Path(folder) / str(os.getpid())).touch()
    time.sleep(600)
