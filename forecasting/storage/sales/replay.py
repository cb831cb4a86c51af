"""The log of the sales table played through: which files each version consists of, told without the library."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from forecasting.storage.sales import log, log_copies


def entry_fault(table: Path, version: int) -> str:
    """What is wrong with a log entry: "missing" or "damaged"; empty if it is whole."""
    entry = log.entry(table, version)
    if not entry.sha256:
        return "missing"
    written = log_copies.hashes(table).get(log.path(table, version).name)
    is_whole = entry.is_whole if written is None else entry.sha256 == written
    return "" if is_whole else "damaged"


def contents(table: Path, last: int) -> list[Mapping[str, int]]:
    """Path -> size, of the files of each version from 0 to `last`; shorter where an entry is not whole, since nothing is known from there on."""
    states: list[Mapping[str, int]] = []
    sizes: Mapping[str, int] = {}
    for version in range(last + 1):
        if entry_fault(table, version):
            break
        entry = log.entry(table, version)
        sizes = {path: size for path, size in sizes.items() if path not in entry.removed} | dict(entry.added)
        states.append(sizes)
    return states
