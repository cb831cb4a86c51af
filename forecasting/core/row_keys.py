"""Keys and day of rows as numbers, which are faster to compare."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import compute

from forecasting.core import schema

_LARGE = 2**31


def series_codes(frames: Sequence[pd.DataFrame], names: Sequence[str] = schema.KEYS) -> list[np.ndarray]:
    """A whole number a row: equal where all keys are equal, within and between the frames, and in the order of the keys' texts.

    Args:
        frames: Any columns; a key that a frame has not got counts as missing, and missing ones are equal and come first.
        names: The keys, the most significant one first.

    Returns:
        One array per frame, shape (rows,), each number below 2**31.
    """
    codes = np.zeros(sum(map(len, frames)), dtype=np.int64)
    for name in names:
        if not any(name in frame for frame in frames):
            continue
        ranks, count = _ranks(pa.chunked_array([chunk for frame in frames for chunk in _chunks(frame, name)], pa.large_string()))
        top = (int(codes.max()) if len(codes) else 0) * count + count
        codes = codes * count + ranks
        if top >= _LARGE:
            codes = np.unique(codes, return_inverse=True)[1].astype(np.int64)
    return np.split(codes, np.cumsum([len(frame) for frame in frames])[:-1])


def days(frame: pd.DataFrame) -> np.ndarray:
    """Each row's day as days since 1970, shape (rows,)."""
    return frame[schema.DATE].to_numpy().astype("datetime64[D]").astype(np.int64)


def row_codes(codes: Sequence[np.ndarray], days_: Sequence[np.ndarray]) -> list[np.ndarray]:
    """A whole number a row: equal where series and day are equal, in the order of the series, then the day."""
    first, length = span(days_)
    return [code * length + (day - first) for code, day in zip(codes, days_, strict=True)]


def span(days_: Sequence[np.ndarray]) -> tuple[int, int]:
    """The earliest day of all, and the number of days from it to the latest, both included."""
    filled = [day for day in days_ if len(day)]
    first = min((int(day.min()) for day in filled), default=0)
    return first, max((int(day.max()) for day in filled), default=0) - first + 1


def is_increasing(codes: np.ndarray) -> bool:
    """Whether each number is larger than the one before."""
    return bool((np.diff(codes) > 0).all())


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows sorted by their keys, then the day."""
    codes = row_codes(series_codes([frame]), [days(frame)])[0]
    return frame if is_increasing(codes) else frame.iloc[np.argsort(codes, kind="stable")].reset_index(drop=True)


def _chunks(frame: pd.DataFrame, name: str) -> list[pa.Array]:
    if name not in frame:
        return [pa.nulls(len(frame), pa.large_string())]
    cells = pa.array(frame[name], from_pandas=True)
    return list(cells.cast(pa.large_string()).chunks) if isinstance(cells, pa.ChunkedArray) else [cells.cast(pa.large_string())]


def _ranks(cells: pa.ChunkedArray) -> tuple[np.ndarray, int]:
    """Each text's rank among the distinct ones, from 1, 0 for missing; and the number of ranks."""
    encoded = cells.dictionary_encode().combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.chunk(0)
    ranks = np.zeros(len(encoded.dictionary) + 1, dtype=np.int64)
    ranks[compute.sort_indices(encoded.dictionary).to_numpy()] = np.arange(1, len(ranks))
    indices = encoded.indices.fill_null(len(encoded.dictionary)).to_numpy(zero_copy_only=False)
    return ranks[indices], len(ranks)
