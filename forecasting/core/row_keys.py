"""Keys and day of rows as numbers, which are faster to compare."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

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
        ranks, count = _ranks([_encoded(frame, name) for frame in frames])
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


class _Encoded(NamedTuple):
    """A column of texts: the position of each row's text among the distinct ones, behind the last where it is missing; and these, large strings."""

    places: np.ndarray
    texts: pa.Array


def _encoded(frame: pd.DataFrame, name: str) -> _Encoded:
    if name not in frame:
        return _Encoded(np.zeros(len(frame), dtype=np.int64), pa.array([], pa.large_string()))
    if isinstance(frame[name].dtype, pd.CategoricalDtype):  # encoded already: not a text of a row is looked at
        codes, texts = frame[name].cat.codes.to_numpy(), pa.array(frame[name].cat.categories, pa.large_string())
        return _Encoded(np.where(codes < 0, len(texts), codes), texts)
    cells = pa.array(frame[name], from_pandas=True)
    chunks = cells if isinstance(cells, pa.ChunkedArray) else pa.chunked_array([cells])
    whole = chunks.cast(pa.large_string()).dictionary_encode().combine_chunks()
    whole = whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole
    return _Encoded(whole.indices.fill_null(len(whole.dictionary)).to_numpy(zero_copy_only=False), whole.dictionary)


def _ranks(columns: Sequence[_Encoded]) -> tuple[np.ndarray, int]:
    """Each text's rank among the distinct ones of all columns, from 1, 0 for missing; and the number of ranks."""
    distinct = pa.chunked_array([column.texts for column in columns], pa.large_string()).unique()
    ordered = distinct.take(compute.sort_indices(distinct))
    ranks = [np.append(1 + compute.index_in(column.texts, ordered).to_numpy(zero_copy_only=False), 0)[column.places] for column in columns]
    return np.concatenate(ranks).astype(np.int64), len(ordered) + 1
