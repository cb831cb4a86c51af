"""Columns of numbers in a Parquet file, each read when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from threading import Lock

import pyarrow as pa
from pyarrow import parquet

from forecasting.core.arrays import FloatArray
from forecasting.core.errors import StorageUnavailable


class NumberColumns(Mapping[str, FloatArray]):
    """Name -> the column as an array, unknown numbers as NaN; what was read stays, what nobody asks for is never read.

    The file is mapped: it can be read as long as somebody has this, also after its name is gone.

    Args:
        file: Written once and never changed.
        names: Columns of numbers.
        shape: Of each as an array; one length may be -1.
        as_written: Whether numbers stay of the type that the file has, smaller ones than floats of 64 bits.
    """

    def __init__(self, file: Path, names: Sequence[str], shape: tuple[int, ...], *, as_written: bool = False) -> None:
        self._path, self._shape, self._as_written = file, shape, as_written
        self._file = parquet.ParquetFile(pa.memory_map(str(file)), page_checksum_verification=True)
        self._known: dict[str, FloatArray | None] = dict.fromkeys(names)
        self._lock = Lock()

    def __getitem__(self, name: str) -> FloatArray:
        known = self._known[name]
        if known is None:
            with self._lock:
                known = self._known[name] = self._read(name)
        return known

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, name: object) -> bool:
        return name in self._known

    def _read(self, name: str) -> FloatArray:
        try:
            column = self._file.read(columns=[name]).column(0)
        except (pa.ArrowException, OSError) as error:
            text = f"{self._path} can no longer be read as it was written ({error}). Put it back from a backup, or retrain to publish a new version."
            raise StorageUnavailable(text) from error
        values: FloatArray = (column if self._as_written else column.cast(pa.float64())).to_numpy().reshape(self._shape)
        return values
