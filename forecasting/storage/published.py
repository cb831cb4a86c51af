"""What was forecast for each day by the versions that served, for grading: one file a version, which outlives it."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from forecasting.core import schema
from forecasting.core.errors import VersionDamaged
from forecasting.storage import disk_full, reading
from forecasting.storage.atomic_files import write_bytes

FACTS: Final = "shelfcast"
"""Where in a file's footer the facts lie that all of its rows share."""
DIGEST: Final = "sha256"
"""Where the sha256 of a file lies that has zeros in this place."""
_UNSEALED: Final = "0" * 64


@dataclass(frozen=True, eq=False)
class PublishedForecast:
    """What one version forecast.

    Args:
        rows: A row a series and day; `analysis.monitoring.published` says which columns.
        facts: What all rows share.
    """

    rows: pd.DataFrame
    facts: Mapping[str, Any]


class Published:
    """The files in a folder: `0007.parquet` of version 7.

    Args:
        folder: Created at the first write.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, number: int) -> Path:
        """The file of a version, which need not exist."""
        return self._folder / f"{number:04d}.parquet"

    def numbers(self) -> list[int]:
        """The versions that have a file, in order."""
        names = [Path(name) for name in reading.names(self._folder)]
        return sorted(int(name.stem) for name in names if name.suffix == ".parquet" and name.stem.isdecimal())

    def write(self, number: int, rows: pd.DataFrame, facts: Mapping[str, Any]) -> None:
        """Writes what a version forecast, whole or not at all; raises DiskFull or NotWritable."""
        table = pa.Table.from_pandas(rows, preserve_index=False)
        buffer = io.BytesIO()
        with parquet.ParquetWriter(buffer, table.schema, compression="zstd") as writer:
            writer.write_table(table)
            writer.add_key_value_metadata({FACTS: json.dumps(dict(facts)), DIGEST: _UNSEALED})
        with disk_full.disk_full_as_error("what was forecast"):
            self._folder.mkdir(parents=True, exist_ok=True)
            write_bytes(self.path(number), _sealed(buffer.getvalue()))

    def read(
        self, number: int, *, first: pd.Timestamp | None = None, last: pd.Timestamp | None = None, columns: Sequence[str] | None = None
    ) -> PublishedForecast:
        """What a version forecast for the days from the first to the last one, and of that some columns; all for None.

        Raises:
            FileNotFoundError: There is no such file.
            VersionDamaged: The file is not as it was written.
        """
        path, ends = self.path(number), [(schema.DS, sign, day) for sign, day in ((">=", first), ("<=", last)) if day is not None]
        content = reading.content(path)
        if not _is_whole(content):
            raise VersionDamaged(number, path.name)
        source = pa.BufferReader(content)
        facts = json.loads(_facts(content)[FACTS.encode()])
        return PublishedForecast(parquet.read_table(source, columns=columns, filters=ends or None).to_pandas(), facts)

    def trim(self, number: int, last: pd.Timestamp) -> None:
        """Leaves out the days after the last one that this version can be asked for; a version without any other loses its file."""
        with suppress(FileNotFoundError, VersionDamaged):
            whole = self.read(number)
            needed = whole.rows[whole.rows[schema.DS] <= last]
            if needed.empty:
                self.path(number).unlink(missing_ok=True)
            elif len(needed) < len(whole.rows):
                self.write(number, needed, whole.facts)

    def discard(self, which: Callable[[int], bool]) -> None:
        """Deletes the files of some versions."""
        for number in filter(which, self.numbers()):
            self.path(number).unlink(missing_ok=True)

    def missing(self, numbers: Iterable[int]) -> list[int]:
        """Those of the versions that have no file."""
        there = set(self.numbers())
        return [number for number in numbers if number not in there]


def _sealed(content: bytes) -> bytes:
    """A file with its sha256 in the place that was left for it."""
    place = content.rindex(_UNSEALED.encode())
    return content[:place] + hashlib.sha256(content).hexdigest().encode() + content[place + len(_UNSEALED) :]


def _is_whole(content: bytes) -> bool:
    """Whether a file has every byte that was written."""
    try:
        stated = _facts(content).get(DIGEST.encode(), b"")
    except (OSError, ValueError, pa.ArrowException):
        return False
    place = content.rfind(stated) if len(stated) == len(_UNSEALED) else -1
    if place < 0:
        return False
    before = hashlib.sha256(content[:place])
    before.update(_UNSEALED.encode() + content[place + len(stated) :])
    return bool(before.hexdigest().encode() == stated)


def _facts(content: bytes) -> dict[bytes, bytes]:
    facts: dict[bytes, bytes] = parquet.ParquetFile(pa.BufferReader(content)).metadata.metadata or {}
    return facts
