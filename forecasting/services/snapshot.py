"""A copy of a workspace as it is at one moment, taken while others merge, retrain and prune.

Nearly all files of a workspace never change once they have their name, so that links to them are the copy; it takes milliseconds and no space.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from forecasting.core import formatting
from forecasting.core.errors import NotWritable
from forecasting.jobs.runner import Jobs
from forecasting.jobs.status import ALIVE, PID, RESERVE
from forecasting.storage import reading
from forecasting.storage.locks import exclusive, is_held
from forecasting.storage.sales import log
from forecasting.storage.sales.damage import find_damage
from forecasting.storage.sales.table import Dataset
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace

LOCK_SECONDS: Final = 60.0
_OF_A_PROCESS: Final = frozenset({ALIVE, PID, RESERVE})
"""Files of a job that mean something on this machine only."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a copy has.

    Args:
        sales_version: The newest version of the sales; None without any.
        uploads: Uploads that the sales name.
        versions: Model versions.
        live: The one that is live; None without any.
        jobs: Retrains that have ended.
        damaged: What is wrong with versions that should serve, and were copied as they are.
    """

    sales_version: int | None
    uploads: int
    versions: int
    live: int | None
    jobs: int
    damaged: tuple[str, ...] = ()

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Snapshot:
        """The snapshot that the facts of a backup tell of."""
        return cls(**{each.name: facts[each.name] for each in fields(cls) if each.name != "damaged"}, damaged=tuple(facts["damaged"]))

    def __str__(self) -> str:
        sales = "no sales" if self.sales_version is None else f"the sales of {formatting.count(self.uploads, 'upload')}"
        live = "none live" if self.live is None else f"{self.live} live"
        return f"{sales}, {formatting.count(self.versions, 'version')} ({live}) and {formatting.count(self.jobs, 'job')}"


def take(ws: Workspace, into: Path) -> Snapshot:
    """Copies a workspace into an empty folder: everything but locks, drafts, jobs that run, and trainings that can be asked for again.

    What names something else is copied before it: results of jobs name versions, and versions name sales.

    Raises:
        TryAgain: Somebody was merging, or publishing, for a minute.
        SalesDamaged: The sales cannot be read: a copy must not take the place of a better one.
    """
    jobs = _jobs(ws, into)
    with _still(ws.versions / ".lock"):
        versions = Versions(ws.versions)
        live, numbers = versions.live(), versions.numbers()
        _copy(ws.versions, ws, into)
    with _still(ws.sales.with_name("sales.lock")):
        dataset = Dataset(ws)
        version, uploads = dataset.version, {upload.sha256 for upload in dataset.history()}
        _copy(ws.sales, ws, into, without=_later(ws.sales, log.newest(ws.sales)))
        for sha256 in uploads:
            _link(ws.uploads / f"{sha256}.csv", ws, into)
    for top in (ws.sales.parent, ws.versions.parent):
        for path in _entries(top):
            if path not in (ws.jobs, ws.versions, ws.sales, ws.uploads, ws.reading, ws.splits):
                _copy(path, ws, into)
    copy = Workspace(into)
    damage = find_damage(copy.sales, None) if version is not None else None
    if damage is not None:
        raise damage
    refused = Versions(copy.versions).serving().refused
    return Snapshot(version, len(uploads), len(numbers), live, jobs, tuple(str(refusal) for refusal in refused))


def _jobs(ws: Workspace, into: Path) -> int:
    """Copies the jobs that have ended, and the highest number ever given; how many there are."""
    ended = [folder for number in Jobs(ws.jobs).numbers() if not is_held((folder := ws.jobs / f"{number:04d}") / ALIVE)]
    for folder in ended:
        _copy(folder, ws, into, without=_OF_A_PROCESS)
        if not folder.is_dir():  # pruned meanwhile: half of it is nothing
            shutil.rmtree(into / folder.relative_to(ws.home), ignore_errors=True)
    for path in _entries(ws.jobs):
        if path.is_file():
            _link(path, ws, into)
    return len(Jobs(Workspace(into).jobs).numbers())


def _later(sales: Path, version: int) -> frozenset[str]:
    """Names of log files of versions after this one; none as long as nobody else commits."""
    return frozenset(name for suffix in (".json", log.CHECKPOINT) for n in log.numbers(sales, suffix) if n > version for name in [f"{n:020}{suffix}"])


@contextmanager
def _still(lock: Path) -> Iterator[None]:
    """Nobody changes what a lock guards; where nothing can be written nobody does anyway."""
    with ExitStack() as stack:
        with suppress(NotWritable):
            stack.enter_context(exclusive(lock, timeout=LOCK_SECONDS))
        yield


def _entries(folder: Path) -> list[Path]:
    """What lies in a folder and counts: no locks, and no drafts, whose names begin with a point."""
    named = (folder / name for name in reading.names(folder) if not name.startswith("."))
    return sorted(path for path in named if path.suffix != ".lock")


def _copy(path: Path, ws: Workspace, into: Path, *, without: frozenset[str] = frozenset()) -> None:
    """Copies a file, or a folder with all that counts in it."""
    if path.is_dir():
        for inside in _entries(path):
            if inside.name not in without:
                _copy(inside, ws, into)
    else:
        _link(path, ws, into)


def _link(path: Path, ws: Workspace, into: Path) -> None:
    """Links a file into the copy, or copies it where no link can be made, or where others append to it: then its whole lines.

    A file that is gone is left out.
    """
    target = into / path.relative_to(ws.home)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        if path.suffix == ".jsonl" and not path.is_relative_to(ws.jobs):
            target.write_bytes(_whole_lines(path.read_bytes()))
            return
        try:
            os.link(path.resolve(strict=True), target)
        except OSError:
            shutil.copyfile(path, target)
    except FileNotFoundError:
        target.unlink(missing_ok=True)


def _whole_lines(content: bytes) -> bytes:
    return content[: content.rfind(b"\n") + 1]
