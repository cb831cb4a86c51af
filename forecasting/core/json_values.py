"""Values and tables as JSON: days as ISO dates, unknown values as null. It imports neither NumPy nor pandas; callers bring them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, overload

import orjson

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_PLAIN: Final = frozenset({str, int, bool})
_ROWS_AT_A_TIME: Final = 1000


def of_columns(columns: Mapping[str, np.ndarray]) -> bytes:
    """An array of objects, one per row.

    Example:
        >>> of_columns({"date": np.array(["2026-11-25"], "datetime64[D]"), "units": np.array([np.nan])})
        b'[{"date":"2026-11-25","units":null}]'
    """
    return orjson.dumps(list(_rows(columns)), option=orjson.OPT_SERIALIZE_NUMPY)


def lines(columns: Mapping[str, np.ndarray]) -> bytes:
    """A line a row, each an object.

    Example:
        >>> lines({"units": np.array([1.5, np.nan])})
        b'{"units":1.5}\\n{"units":null}\\n'
    """
    return b"".join(orjson.dumps(row, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE) for row in _rows(columns))


def of_table(table: pd.DataFrame) -> list[bytes]:
    """Each row of a table as a JSON object."""
    return [orjson.dumps(row, option=orjson.OPT_SERIALIZE_NUMPY) for row in _rows({str(name): table[name].to_numpy() for name in table})]


class TableRows(Sequence[bytes]):
    """Each row of a table as a JSON object, written with those beside it when it is first asked for.

    Args:
        table: Nobody changes it.
    """

    def __init__(self, table: pd.DataFrame) -> None:
        self._table = table
        self._written: dict[int, list[bytes]] = {}

    def __len__(self) -> int:
        return len(self._table)

    @overload
    def __getitem__(self, row: int) -> bytes: ...

    @overload
    def __getitem__(self, row: slice) -> list[bytes]: ...

    def __getitem__(self, row: int | slice) -> bytes | list[bytes]:
        if isinstance(row, slice):
            return [self[place] for place in range(*row.indices(len(self)))]
        block, place = divmod(range(len(self))[row], _ROWS_AT_A_TIME)
        if block not in self._written:
            self._written[block] = of_table(self._table.iloc[block * _ROWS_AT_A_TIME : (block + 1) * _ROWS_AT_A_TIME])
        return self._written[block][place]


def array(rows: Sequence[bytes]) -> bytes:
    """JSON objects as one JSON array."""
    return b"[" + b",".join(rows) + b"]"


def joined(head: Mapping[str, Any], **arrays: bytes) -> bytes:
    """A JSON object of the members of `head`, unknown numbers as null, and of arrays that are JSON already."""
    return orjson.dumps({**head, **{name: orjson.Fragment(rows) for name, rows in arrays.items()}}, option=orjson.OPT_SERIALIZE_NUMPY)


def _rows(columns: Mapping[str, np.ndarray]) -> Iterator[dict[str, Any]]:
    """Each row as a dict; NaN and infinity stay, since orjson writes both as null."""
    plain = [_days(values) if values.dtype.kind == "M" else values.tolist() for values in columns.values()]
    return (dict(zip(columns, values, strict=True)) for values in zip(*plain, strict=True))


def _days(moments: np.ndarray) -> list[str | None]:
    days = moments.astype("datetime64[D]").astype(str).tolist()
    return [None if day == "NaT" else day for day in days]


def jsonable(value: Any) -> Any:
    """The value as JSON knows it: NumPy numbers as numbers, NaN ("not defined") and infinity as null, anything strange as text.

    Example:
        >>> jsonable({"wape": float("nan"), "files": ("a", Path("b"))})
        {'wape': None, 'files': ['a', 'b']}
    """
    if value is None or type(value) in _PLAIN:
        return value
    if isinstance(value, Mapping):
        return {str(name): jsonable(item) for name, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [jsonable(item) for item in value]
    if hasattr(value, "tolist"):
        return jsonable(value.tolist())
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value if isinstance(value, (str, int)) else str(value)
