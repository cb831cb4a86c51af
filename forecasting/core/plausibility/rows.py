"""Sales row by row, as the checks of plausibility take them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.core import row_keys, schema
from forecasting.core.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class Rows:
    """Sales row by row, those of a series side by side and in the order of their days.

    Args:
        units: Shape (n,); NaN where not known.
        series: The number of each row's series, ascending, shape (n,).
        days: Days since 1970, shape (n,).
    """

    units: FloatArray
    series: np.ndarray
    days: np.ndarray

    @classmethod
    def of(cls, sales: pd.DataFrame, series: np.ndarray) -> Rows:
        """The rows of sales in columns of the schema, sorted by series, then the day."""
        return cls(sales[schema.SALES].to_numpy(dtype=float), series, row_keys.days(sales))

    def where(self, which: np.ndarray | slice) -> Rows:
        """The rows under a mask, or of a slice."""
        return Rows(self.units[which], self.series[which], self.days[which])

    def sold(self) -> Rows:
        """Those with units above zero."""
        sold = self.units > 0
        return self if sold.all() else self.where(sold)


@dataclass(frozen=True, slots=True)
class Runs:
    """Where the rows of each series lie.

    Args:
        codes: The series' numbers, ascending, shape (s,).
        starts: The first row of each, shape (s,).
        counts: How many rows each has, shape (s,).
    """

    codes: np.ndarray
    starts: np.ndarray
    counts: np.ndarray

    @classmethod
    def of(cls, series: np.ndarray) -> Runs:
        """Those of rows by their series, ascending."""
        starts = np.flatnonzero(np.append(True, series[1:] != series[:-1])) if len(series) else np.zeros(0, dtype=np.int64)
        return cls(series[starts], starts, np.diff(np.append(starts, len(series))))

    def slice_of(self, place: int) -> slice:
        """The rows of the series at a place."""
        return slice(int(self.starts[place]), int(self.starts[place] + self.counts[place]))

    def places_of(self, codes: np.ndarray) -> np.ndarray:
        """The place of each of these series, shape (n,); -1 for one without rows."""
        if not len(self.codes):
            return np.full(len(codes), -1)
        places = np.searchsorted(self.codes, codes).clip(max=len(self.codes) - 1)
        return np.where(self.codes[places] == codes, places, -1)
