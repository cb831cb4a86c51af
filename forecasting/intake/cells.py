"""Columns of a table read as days, numbers, yes and no, and texts."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import compute

from forecasting.core import spreadsheets
from forecasting.intake.cell_units import without_units
from forecasting.intake.column_mapping import NO, YES
from forecasting.intake.date_formats import Days, parse_days
from forecasting.intake.number_formats import Decimal, parse_numbers
from forecasting.intake.table import as_text

UNKNOWN: Final = frozenset({"nan", "na", "n/a", "null", "none", "-"})
"""Texts that programs write for an unknown value of a driver."""


def distinct(cells: pd.Series) -> tuple[np.ndarray, pa.Array]:
    """Each cell's position in the distinct texts, shape (n,), and the distinct texts; an empty cell is the text ""."""
    if not isinstance(cells.dtype, pd.CategoricalDtype):
        places, uniques = pd.factorize(cells)
        return places, pa.array([*_as_texts(uniques), ""], pa.string())
    return cells.cat.codes.to_numpy(), pa.array([*cells.cat.categories, ""], pa.string())


def shown(cells: pd.Series, rows: np.ndarray) -> list[str]:
    """The texts of the cells in these rows, for a person."""
    places, texts = distinct(cells[rows])
    return [str(texts[int(place)].as_py()) for place in places]


def as_days(cells: pd.Series, *, column: str, day_first: bool | None) -> Days:
    """The day of each cell, NaT where there is none; raises AmbiguousDates, and InputError for quarters and the like."""
    if cells.dtype.kind == "M":
        return cells.to_numpy().astype("datetime64[D]")
    places, texts = distinct(cells)
    days = parse_days(texts, column=column, day_first=day_first, serial=True)
    return days[places]


def as_numbers(cells: pd.Series, decimal: Decimal) -> np.ndarray:
    """The number of each cell, NaN where there is none."""
    if cells.dtype.kind == "f":
        return cells.to_numpy()
    places, texts = distinct(cells)
    return parse_numbers(without_units(texts)[0], decimal)[places]


def as_yes_or_no(cells: pd.Series) -> np.ndarray:
    """1 for yes, 0 for no, NaN for anything else."""
    places, texts = distinct(cells)
    folded = [text.strip().casefold() for text in texts.to_pylist()]
    return np.array([1.0 if text in YES else 0.0 if text in NO else np.nan for text in folded])[places]


def as_texts(cells: pd.Series) -> pa.DictionaryArray:
    """Trimmed texts in Unicode's form NFC, missing where the cell is empty, as they were before they were made safe for a spreadsheet."""
    places, texts = distinct(cells)
    trimmed = compute.utf8_trim_whitespace(compute.utf8_normalize(texts, "NFC"))
    encoded = _as_meant(trimmed).dictionary_encode()
    indices = encoded.indices.to_numpy()[places]
    empty = compute.equal(encoded.dictionary, "").to_numpy(zero_copy_only=False)[indices]
    return pa.DictionaryArray.from_arrays(pa.array(indices, mask=empty), encoded.dictionary)


def _as_meant(texts: pa.Array) -> pa.Array:
    """The texts without the apostrophes that keep a spreadsheet from running them, and without escapes."""
    if not compute.any(compute.match_substring_regex(texts, r"'|\\u")).as_py():
        return texts
    return compute.utf8_trim_whitespace(pa.array([spreadsheets.as_meant(text) for text in texts.to_pylist()], pa.string()))


def is_unknown(cells: pd.Series) -> np.ndarray:
    """Which cells are empty or hold a text that means "not known", shape (n,)."""
    places, texts = distinct(cells)
    return np.array([text.strip().casefold() in UNKNOWN or not text.strip() for text in texts.to_pylist()])[places]


def _as_texts(values: pd.Index | np.ndarray) -> list[str]:
    """Numbers without a needless ".0", days in ISO form."""
    kind = pd.Series(values)
    if kind.dtype.kind == "f":
        return [as_text(float(value)) for value in values]
    return [str(value).removesuffix(" 00:00:00") for value in values]
