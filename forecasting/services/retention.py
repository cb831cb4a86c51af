"""What is old is deleted, so that a workspace does not grow for ever."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from forecasting.core import formatting
from forecasting.core.errors import NotFound, VersionDamaged
from forecasting.core.retention import Retention
from forecasting.jobs.runner import Jobs
from forecasting.services import change_split, published_forecasts, shadow
from forecasting.storage import locks
from forecasting.storage.sales import compaction
from forecasting.storage.sales.compaction import Keep, Spare
from forecasting.storage.settings import settings_store
from forecasting.storage.versions import sales_snapshot
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace

MERGE_SECONDS = 10.0
"""For so long a compaction beside a merge, whose answer is on its way, waits for others to change the sales."""
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was deleted, or can be.

    Args:
        versions: Numbers of versions, in order.
        jobs: Numbers of jobs, in order.
        uploads: How many files with the bytes of old uploads.
        files: How many files of the sales table that neither an undo nor a version needs.
        freed: The bytes of all of it.
    """

    versions: tuple[int, ...] = ()
    jobs: tuple[int, ...] = ()
    uploads: int = 0
    files: int = 0
    freed: int = 0

    def __str__(self) -> str:
        numbered = [
            f"{formatting.count(len(numbers), noun)} ({_spans(numbers)})"
            for noun, numbers in (("version", self.versions), ("job", self.jobs))
            if numbers
        ]
        counted = [(self.uploads, "file of an old upload", "files of old uploads"), (self.files, "file of old sales", "files of old sales")]
        named = numbered + [formatting.count(number, noun, plural) for number, noun, plural in counted if number]
        return formatting.listing(named, most=len(named)) or "nothing"

    @property
    def size(self) -> str:
        """The bytes of all of it, for a person."""
        return formatting.size(self.freed)


def chosen(ws: Workspace, environment: Mapping[str, str]) -> Retention:
    """How much is kept: as the environment says, else as a person chose. Raises SettingsError or StateDamaged."""
    return Retention.from_environ(environment, settings_store(ws).load().values.retention)


def spare(ws: Workspace, retention: Retention) -> Pruned:
    """What `prune` would delete now; raises SalesDamaged."""
    versions = Versions(ws.versions).spare(retention.versions, retention.versions_mb, shadow.needed(ws))
    jobs = Jobs(ws.jobs).spare(retention.jobs, retention.jobs_mb)
    return _pruned(versions, jobs, compaction.spare(ws, _keep(ws, retention)))


def prune(ws: Workspace, retention: Retention) -> Pruned:
    """Deletes what is old, but never the live version, one that serves in its place, a job that runs, or sales that an undo or a version needs.

    Raises:
        TryAgain: Somebody else was publishing, starting a job, or merging, for too long.
        SalesDamaged: The sales cannot be read; what else is old was deleted.
    """
    versions = _prune_versions(ws, retention)
    jobs = Jobs(ws.jobs).prune(retention.jobs, retention.jobs_mb)
    return _pruned(versions, jobs, compaction.compact(ws, _keep(ws, retention)))


def tidy(ws: Workspace) -> None:
    """Prunes versions and jobs as the environment says, else as a person chose, after a retrain, which no failure here takes back."""
    try:
        retention = chosen(ws, os.environ)
        versions = _prune_versions(ws, retention)
        gone = _pruned(versions, Jobs(ws.jobs).prune(retention.jobs, retention.jobs_mb), Spare())
        if gone != Pruned():
            logger.warning("Deleted: %s", gone)
    except Exception:
        logger.exception("Old versions and jobs were not deleted")


def tidy_sales(ws: Workspace) -> None:
    """Compacts the sales where that is due and deletes what is old, as environment or person say, after a merge; no failure here takes it back."""
    try:
        if compaction.is_due(ws.sales):
            with locks.waiting_at_most(MERGE_SECONDS):
                compaction.compact(ws, _keep(ws, chosen(ws, os.environ)))
    except Exception:
        logger.exception("The sales were not compacted")


def _prune_versions(ws: Workspace, retention: Retention) -> dict[int, int]:
    """Deletes old versions; of each, what it forecast stays for the days that it can be graded by."""
    store = Versions(ws.versions)
    published_forecasts.keep_all(ws, store.spare(retention.versions, retention.versions_mb, shadow.needed(ws)))
    pruned = store.prune(retention.versions, retention.versions_mb, shadow.needed(ws))
    published_forecasts.trim(ws, pruned)
    change_split.trim(ws)
    return pruned


def _pruned(versions: Mapping[int, int], jobs: Mapping[int, int], sales: Spare) -> Pruned:
    freed = sum(versions.values()) + sum(jobs.values()) + sales.size
    return Pruned(tuple(versions), tuple(jobs), len(sales.uploads), len(sales.files), freed)


def _keep(ws: Workspace, retention: Retention) -> Keep:
    return Keep(uploads=retention.uploads, megabytes=retention.uploads_mb, days=retention.uploads_days, versions=frozenset(_learned(ws)))


def _learned(ws: Workspace) -> Iterator[int]:
    """The versions of the sales that early model versions, which have no sales of their own, read from the table."""
    versions = Versions(ws.versions)
    for number in versions.numbers():
        if not (versions.path(number) / sales_snapshot.NAME).exists():
            with suppress(NotFound, VersionDamaged):  # it serves no more, whatever sales there are
                learned = versions.manifest(number).get("sales_version")
                if learned is not None:
                    yield int(learned)


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
