"""The columns of a Parquet file as cells: each value as it is, never by way of a number that cannot hold it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import compute

from forecasting.core.errors import UnreadableFile
from forecasting.intake.table import EXACT_BELOW, texts

FIRST_YEAR, LAST_YEAR = 1000, 9998
"""Years of a day that is read as such; a day outside of them stays a text, so that its row is a problem and says what it is."""
EXACT_DIGITS: Final = 15
"""Digits of a decimal number that a float always keeps."""
_PER_DAY: Final = {"s": 86_400, "ms": 86_400 * 10**3, "us": 86_400 * 10**6, "ns": 86_400 * 10**9}
_OFFSET: Final = re.compile(r"([+-])([01]\d|2[0-3]):?([0-5]\d)")
_NO_CELLS: Final[list[tuple[Callable[[pa.DataType], bool], str]]] = [
    (pa.types.is_map, "maps"),
    (pa.types.is_struct, "groups of values"),
    (pa.types.is_nested, "lists"),
    (lambda kind: pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind), "bytes"),
    (pa.types.is_binary_view, "bytes"),
    (pa.types.is_duration, "lengths of time"),
]


def is_text(kind: pa.DataType) -> bool:
    """Whether a type is one of texts."""
    return any(suits(kind) for suits in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view))


def check_type(field: pa.Field, where: str) -> None:
    """Looks at the type of a column before anything of it is read.

    Args:
        field: The column's.
        where: The file and the column, for messages.

    Raises:
        UnreadableFile: No cell of a table has values of this type.
    """
    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    extension = kind.extension_name if isinstance(kind, pa.BaseExtensionType) else (field.metadata or {}).get(b"ARROW:extension:name", b"").decode()
    what = f'values of the type "{extension[:80]}"' if extension else next((what for suits, what in _NO_CELLS if suits(kind)), "")
    if what:
        raise UnreadableFile(f"{where} holds {what}, not one text, number or day in each row. Write it as text, or leave it out, and upload again.")


def read_column(cells: pa.ChunkedArray, where: str) -> pd.Series:
    """A column as `Table.rows` has it: whole numbers that a float cannot hold, and the like, are the text of their digits.

    Args:
        cells: Of a type that `check_type` lets pass.
        where: The file and the column, for messages.

    Raises:
        UnreadableFile: Its times are in a time zone that nobody knows.
    """
    kind = cells.type.value_type if pa.types.is_dictionary(cells.type) else cells.type
    if is_text(kind):
        return texts(cells.cast(pa.large_string()) if pa.types.is_string_view(kind) else cells)
    plain = cells.cast(kind) if kind != cells.type else cells
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return _moments(plain, where)
    if pa.types.is_decimal(kind):
        return _decimals(plain)
    if pa.types.is_floating(kind):
        return _floats(plain)
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        return _whole(plain)
    return texts(compute.replace_substring_regex(plain.cast(pa.string()), r"\.0+$", ""))  # times of a day, and columns without a value


def _whole(cells: pa.ChunkedArray) -> pd.Series:
    """Whole numbers, and truth values as 0 and 1; as texts if there is a number that a float would round."""
    limits = compute.min_max(cells).as_py()
    if any(int(limit or 0) not in range(1 - EXACT_BELOW, EXACT_BELOW) for limit in limits.values()):
        return texts(cells.cast(pa.string()))
    whole = cells.cast(pa.int8()) if pa.types.is_boolean(cells.type) else cells
    return pd.Series(whole.cast(pa.float64()).to_numpy())


def _floats(cells: pa.ChunkedArray) -> pd.Series:
    """Floats; small ones by the digits that they stand for, and as texts with an exponent if there is one with more digits than they keep."""
    values = cells.to_numpy()
    if values.dtype == np.float64:
        return pd.Series(values)
    places, distinct = pd.factorize(values)
    if (np.abs(distinct[np.isfinite(distinct)]) >= 2.0 ** (np.finfo(values.dtype).nmant + 1)).any():
        written = pa.array([np.format_float_scientific(value) for value in distinct], pa.string())
        return texts(pa.chunked_array([pa.DictionaryArray.from_arrays(pa.array(places, mask=places < 0), written)]))
    return pd.Series(np.append([float(str(value)) for value in distinct], np.nan)[places])


def _decimals(cells: pa.ChunkedArray) -> pd.Series:
    """Decimal numbers; as texts if there is one with more digits than a float keeps."""
    encoded = cells.dictionary_encode().combine_chunks()
    encoded = pa.concat_arrays(encoded.chunks) if isinstance(encoded, pa.ChunkedArray) else encoded
    written = [_digits(value) for value in encoded.dictionary.to_pylist()]
    if all(len(digits.lstrip("-").replace(".", "").lstrip("0")) <= EXACT_DIGITS for digits in written):
        values = np.append([float(digits) for digits in written], np.nan)
        return pd.Series(values[encoded.indices.fill_null(len(written)).to_numpy(zero_copy_only=False)])
    return texts(pa.chunked_array([pa.DictionaryArray.from_arrays(encoded.indices, pa.array(written, pa.string()))]))


def _digits(value: Decimal) -> str:
    """A decimal number without an exponent and without zeros at its end.

    Example:
        >>> _digits(Decimal("1.50")), _digits(Decimal("1E+3")), _digits(Decimal("-0.00"))
        ('1.5', '1000', '0')
    """
    plain = f"{value:f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain == "-0" else plain


def _moments(cells: pa.ChunkedArray, where: str) -> pd.Series:
    """Times as a clock in their own time zone shows them; as texts if there is one outside of the years that are read."""
    kind = cells.type
    unit = "D" if pa.types.is_date32(kind) else "ms" if pa.types.is_date64(kind) else kind.unit
    zone = _zone(kind.tz, where) if pa.types.is_timestamp(kind) and kind.tz else None
    missing = cells.is_null().to_numpy()
    numbers = cells.cast(pa.int32() if unit == "D" else pa.int64()).fill_null(0).to_numpy().astype(np.int64)
    days = numbers // _PER_DAY.get(unit, 1)
    outside = (days < _day(FIRST_YEAR)) | (days >= _day(LAST_YEAR + 1))
    if outside.any():
        return _as_texts(numbers, days, np.where(missing, -1, outside), unit)
    moments = pd.Series(numbers.view(f"datetime64[{unit}]").astype("datetime64[us]")).mask(missing)
    return moments if zone is None else moments.dt.tz_localize("UTC").dt.tz_convert(zone).dt.tz_localize(None)


def _day(year: int) -> int:
    """The number of a year's first day, from 1970."""
    return int(np.datetime64(f"{year:04}-01-01", "D").astype(np.int64))


def _as_texts(numbers: np.ndarray, days: np.ndarray, state: np.ndarray, unit: str) -> pd.Series:
    """Moments as ISO texts, in UTC; those outside of the years that are read by their year alone.

    Args:
        numbers: In the unit, from 1970, shape (n,).
        days: The same in days, shape (n,).
        state: 1 for a moment outside of the years that are read, -1 for a missing one, else 0, shape (n,).
        unit: Of the numbers.
    """
    years = days.view("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    inside = np.datetime_as_string(np.where(state == 0, numbers, 0).view(f"datetime64[{unit}]"), unit="auto")
    cells: list[Any] = [
        None if which < 0 else f"in the year {year}" if which else text for which, year, text in zip(state, years, inside, strict=True)
    ]
    return texts(pa.chunked_array([pa.array(cells, pa.string())]))


def _zone(name: str, where: str) -> tzinfo:
    offset = _OFFSET.fullmatch(name)
    if offset:
        sign, hours, minutes = offset.groups()
        return timezone((1 if sign == "+" else -1) * timedelta(hours=int(hours), minutes=int(minutes)))
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise UnreadableFile(f'{where} has times in the time zone "{name[:80]}", which is not known. Write it in UTC and upload again.') from error
