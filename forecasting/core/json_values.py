"""Values and tables as JSON: days as ISO dates, what is not known as null."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd


def of_columns(columns: Mapping[str, np.ndarray]) -> str:
    """An array of objects, one a row.

    Example:
        >>> of_columns({"date": np.array(["2026-11-25"], "datetime64[D]"), "units": np.array([np.nan])})
        '[{"date": "2026-11-25", "units": null}]'
    """
    plain = [_plain(values) for values in columns.values()]
    return json.dumps([dict(zip(columns, values, strict=True)) for values in zip(*plain, strict=True)], allow_nan=False)


def of_table(table: pd.DataFrame) -> list[str]:
    """Each row as an object of its own."""
    columns = {str(name): _plain(table[name].to_numpy()) for name in table}
    return [json.dumps(dict(zip(columns, values, strict=True)), allow_nan=False) for values in zip(*columns.values(), strict=True)]


def array(rows: list[str]) -> str:
    """Objects as an array."""
    return f"[{', '.join(rows)}]"


def joined(head: Mapping[str, Any], **arrays: str) -> str:
    """An object of plain members, and of arrays that are JSON already."""
    parts = [json.dumps(head, allow_nan=False)[1:-1], *(f'"{name}": {rows}' for name, rows in arrays.items())]
    return f"{{{', '.join(parts)}}}"


def _plain(values: np.ndarray) -> list[Any]:
    """A column as JSON knows it; infinity, too, is null."""
    if values.dtype.kind == "M":
        days = np.datetime_as_string(values.astype("datetime64[D]")).tolist()
        return [None if day == "NaT" else day for day in days]
    if values.dtype.kind == "f":
        known = np.isfinite(values)
        plain: list[Any] = values.tolist()
        return plain if known.all() else [value if there else None for value, there in zip(plain, known.tolist(), strict=True)]
    return [None if value is None or value != value else value for value in values.tolist()]


def jsonable(value: Any) -> Any:
    """The value as JSON knows it: NumPy numbers as numbers, NaN ("not defined") and infinity as null, anything strange as text.

    Example:
        >>> jsonable({"wape": float("nan"), "files": ("a", Path("b"))})
        {'wape': None, 'files': ['a', 'b']}
    """
    if isinstance(value, Mapping):
        return {str(name): jsonable(item) for name, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [jsonable(item) for item in value]
    if hasattr(value, "tolist"):
        return jsonable(value.tolist())
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)
