"""What to do about a damaged file of the sales table: always first what loses nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from forecasting.storage.sales import log, log_copies

REPAIR: Final = "python -m forecasting verify --repair"
_COPIES: Final = "data/uploads has the bytes of those that are kept."


def begin_anew() -> str:
    """For a log that cannot be used at all."""
    return f"Put it back from a backup. Without one, move data/sales away and upload the files again; {_COPIES}"


def of_log() -> str:
    """For a log of which nobody knows which file is damaged."""
    return "Put it back from a backup. Without one, move its newest files away one by one, by their numbers, until the sales can be read."


def of_checkpoint() -> str:
    """For a checkpoint or its hint."""
    return f"Run {REPAIR}: it puts the file right or aside. It only saves time, and nothing is lost."


def of_part() -> str:
    """For a data file."""
    return (
        f"Run {REPAIR}: it writes the file anew where what is kept tells its rows. Else put it back from a backup. Without one, take uploads back"
        f" until the sales can be read; if none can be taken back, move data/sales away. Then upload the files again; {_COPIES}"
    )


def of_entry(table: Path, version: int) -> str:
    """For a log entry."""
    if log_copies.content(table, log.path(table, version).name) is not None:
        return f"Run {REPAIR}: it puts the file back from its copy, and nothing is lost."
    if version == 0:  # without it there would be no log at all
        return begin_anew()
    alone = version == log.newest(table) and version not in log.numbers(table, log.CHECKPOINT)
    also = "it" if alone else f"it, {log.HINT} and every file with the same or a higher number beside it"
    again = "upload that file again" if alone else "upload that file and the later ones again"
    return f"Put it back from a backup. Without one, move {also} away: the sales are then as they were before that upload. Then {again}; {_COPIES}"
