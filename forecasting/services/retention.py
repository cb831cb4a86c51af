"""Old versions and jobs are deleted, so that a workspace does not grow for ever."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forecasting.core import formatting
from forecasting.core.errors import ShelfcastError
from forecasting.core.settings import Retention
from forecasting.jobs.runner import Jobs
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was deleted, or can be.

    Args:
        versions: Numbers of versions, in order.
        jobs: Numbers of jobs, in order.
    """

    versions: tuple[int, ...] = ()
    jobs: tuple[int, ...] = ()

    def __str__(self) -> str:
        named = [
            f"{formatting.count(len(numbers), noun)} ({_spans(numbers)})"
            for noun, numbers in (("version", self.versions), ("job", self.jobs))
            if numbers
        ]
        return " and ".join(named) or "nothing"


def spare(ws: Workspace, retention: Retention) -> Pruned:
    """What `prune` would delete now."""
    versions = Versions(ws.versions).spare(retention.versions) if retention.versions else []
    jobs = Jobs(ws.jobs).spare(retention.jobs) if retention.jobs else []
    return Pruned(tuple(versions), tuple(jobs))


def prune(ws: Workspace, retention: Retention) -> Pruned:
    """Deletes old versions and jobs, but never the live version, one that serves in its place, or a job that runs.

    Raises:
        TryAgain: Somebody else was publishing, or starting a job, for too long.
    """
    versions = Versions(ws.versions).prune(retention.versions) if retention.versions else []
    jobs = Jobs(ws.jobs).prune(retention.jobs) if retention.jobs else []
    return Pruned(tuple(versions), tuple(jobs))


def tidy(ws: Workspace) -> None:
    """Prunes as the environment says, after a retrain, which no failure here takes back."""
    log = logging.getLogger(__name__)
    try:
        gone = prune(ws, Retention.from_environ(os.environ))
        if gone != Pruned():
            log.warning("Deleted: %s", gone)
    except (ShelfcastError, OSError):
        log.exception("Old versions and jobs were not deleted")


def _spans(numbers: Sequence[int]) -> str:
    """Numbers as a person writes them.

    Example:
        >>> _spans([1, 2, 3, 5])
        '1 to 3, 5'
    """
    return ", ".join(f"{first}" if first == last else f"{first} to {last}" for first, last in _runs(numbers))


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of numbers that follow each other."""
    starts = [number for number in numbers if number - 1 not in numbers]
    ends = [number for number in numbers if number + 1 not in numbers]
    return zip(starts, ends, strict=True)
