"""Which versions of the sales can be read: all since the last compaction, and those before it that it kept.

A compaction is a commit that changes no row. Its metadata names the versions before it that stay readable; the files of the others may be gone.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from forecasting.core.errors import NotFound
from forecasting.storage.sales import log
from forecasting.storage.sales.uploads import COMPACTION, KEPT, UPLOADS_FROM


def last_compaction(table: Path, *, most: int | None = None) -> int | None:
    """The version that the last compaction made, looked for in so many versions at most; None if there is none."""
    newest = log.newest(table)
    oldest = 0 if most is None else max(newest - most + 1, 0)
    return next((version for version in range(newest, oldest - 1, -1) if _is_compaction(table, version)), None)


def kept_by(table: Path, compaction: int) -> list[int]:
    """The versions before a compaction that it kept, ascending."""
    return [int(version) for version in str(log.entry(table, compaction).info.get(KEPT, "")).split()]


def with_uploads_from(table: Path) -> int:
    """The version of the oldest upload whose bytes are kept; 0 if those of all are."""
    last = last_compaction(table)
    return 0 if last is None else int(log.entry(table, last).info.get(UPLOADS_FROM, 0))


def made_its_rows(table: Path, version: int) -> int:
    """The version that made the rows of a version: itself, or the one before the compactions that led to it."""
    while _is_compaction(table, version):
        version -= 1
    return version


def readable(table: Path, version: int) -> int:
    """The version to read in place of another one, with the same rows in other files where its own are gone.

    Raises:
        NotFound: It is no longer kept.
    """
    last = last_compaction(table)
    if last is None or version >= last:
        return version
    kept, twin = {*kept_by(table, last), last}, version
    while twin not in kept:
        twin += 1
        if twin > last or not _is_compaction(table, twin):
            raise NotFound(f"Sales version {version} is no longer kept, to save space. FORECASTING_KEEP_UPLOADS says how far back sales are kept.")
    return twin


def still_readable(table: Path, versions: Iterable[int]) -> list[int]:
    """The versions to read in place of these, ascending; without those that are no longer kept."""
    twins = set()
    for version in versions:
        try:
            twins.add(readable(table, version))
        except NotFound:
            continue
    return sorted(twins)


def _is_compaction(table: Path, version: int) -> bool:
    return log.entry(table, version).info.get("kind") == COMPACTION
