"""What the cells of a column look like, from the first rows of a file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa

from forecasting.intake.cell_units import without_units
from forecasting.intake.date_formats import looks_like_days
from forecasting.intake.number_formats import decimal_of, parse_numbers
from forecasting.intake.table import is_empty

SAMPLE_ROWS: Final = 20_000
SAMPLE_CELLS: Final = 1000
"""Distinct cells that decide what a column holds, at most."""
COUNTING_SHARE: Final = 0.95
"""Share of the steps from row to row that go up by one, or back to one, in a column that only counts rows."""


@dataclass(frozen=True, eq=False)
class ColumnFacts:
    """One column.

    Args:
        name: As the file has it.
        cells: Its first `SAMPLE_ROWS` cells.
    """

    name: str
    cells: pd.Series

    @cached_property
    def texts(self) -> pa.Array:
        """The first distinct texts, without the empty one."""
        return sample(self.cells)

    @cached_property
    def filled(self) -> float:
        """Share of the cells that are not empty."""
        return 1.0 - float(is_empty(self.cells).mean()) if len(self.cells) else 0.0

    @cached_property
    def numeric(self) -> float:
        """Share of the distinct texts that are numbers."""
        return float(np.isfinite(numbers(self.texts)).mean()) if len(self.texts) else 0.0

    @cached_property
    def days(self) -> float:
        """Share of the distinct texts that are days."""
        if self.cells.dtype.kind == "M":
            return 1.0
        return float(looks_like_days(self.texts).mean()) if len(self.texts) else 0.0

    @cached_property
    def distinct(self) -> int:
        """How many different values the cells have."""
        return int(self.cells.nunique())

    @cached_property
    def has_cents(self) -> bool:
        """Whether most numbers have two decimals, as money has."""
        texts = self.texts.to_pylist()
        return bool(texts) and sum(len(text) > 3 and text.strip("€$£ ")[-3:-2] in ".," for text in texts) > len(texts) / 2

    @cached_property
    def counts_rows(self) -> bool:
        """Whether the numbers only count rows, receipts or the lines of a receipt: whole, and never falling but to begin anew."""
        if self.numeric < 1.0 or len(self.cells) < 3:
            return False
        values = self._values
        steps = np.diff(values[np.isfinite(values)])
        if not len(steps) or (np.floor(values[np.isfinite(values)]) != values[np.isfinite(values)]).any():
            return False
        rises = bool((steps >= 0).all() and (steps > 0).any() and (steps <= 1).mean() >= COUNTING_SHARE)
        again = values[1:][np.isfinite(values[1:])][steps < 0] if len(steps) == len(values) - 1 else np.array([np.nan])
        lines = bool((steps < 0).any() and (again <= 1).all() and ((steps == 1) | (steps < 0)).mean() >= COUNTING_SHARE)
        return rises or lines

    @cached_property
    def _values(self) -> np.ndarray:
        if self.cells.dtype.kind == "f":
            return self.cells.to_numpy()
        codes = self.cells.cat.codes.to_numpy() if isinstance(self.cells.dtype, pd.CategoricalDtype) else pd.factorize(self.cells)[0]
        texts = pa.array([*self.cells.astype("category").cat.categories.astype(str), ""], pa.string())
        return numbers(texts)[codes]


def facts_of(rows: pd.DataFrame) -> list[ColumnFacts]:
    """The facts of every column."""
    return [ColumnFacts(str(name), rows[name].iloc[:SAMPLE_ROWS]) for name in rows]


def sample(cells: pd.Series, most: int | None = SAMPLE_CELLS) -> pa.Array:
    """The first `most` distinct texts of a column, without the empty one; all of them for None."""
    if isinstance(cells.dtype, pd.CategoricalDtype):
        used = (
            cells.cat.categories
            if most is None or len(cells) > SAMPLE_ROWS
            else cells.cat.categories[np.unique(cells.cat.codes[cells.cat.codes >= 0])]
        )
        distinct = used[:most].to_series()
    else:
        distinct = pd.Series(cells.dropna().unique()[:most])
        if distinct.dtype.kind == "f":
            distinct = distinct.map("{:.15g}".format)
    texts = distinct.astype("str")
    return pa.array(texts[texts.str.strip() != ""].tolist(), pa.string())


def numbers(texts: pa.Array) -> np.ndarray:
    """The number of each text, with or without a unit behind it, NaN where there is none, by the decimal mark that most of them prove."""
    bare, _ = without_units(texts)
    return parse_numbers(bare, decimal_of(bare) or ".")
