"""Units that were sold between any two days, of all series at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.core import row_keys, schema
from forecasting.core.arrays import BoolArray, FloatArray
from forecasting.core.panel import Panel
from forecasting.core.period import MONTH, Period


@dataclass(frozen=True, eq=False)
class UnitsSold:
    """Saved sales, by series and day. Returns count as sold units below zero; days without a row sold nothing.

    A week begins on the day on which the file dates it, a month on its first. Of a week or month that had begun before a day, the sales are spread
    evenly over its days.

    Args:
        code: Shape (m,), ascending: a number for the series and the first day of each row.
        begin: Shape (m,), the first day of each row, days since `first`.
        length: Shape (m,), days of each row.
        units: Shape (m,), units of each row.
        total: Shape (m + 1,), running sum of `units`.
        whole: Shape (n,), whether a series is sold in whole units.
        first: The earliest day of all, days since 1970.
        span: Days from the earliest to the latest, and one more.
    """

    code: np.ndarray
    begin: np.ndarray
    length: np.ndarray
    units: FloatArray
    total: FloatArray
    whole: BoolArray
    first: int
    span: int

    @classmethod
    def of(cls, sales: pd.DataFrame, panel: Panel) -> UnitsSold:
        """Of saved sales of the series of a panel; rows of other series, and of replaced products under their old names, are left out."""
        theirs, ours = row_keys.series_codes([sales, panel.series], panel.keys)
        order = np.argsort(ours)
        row = order[np.minimum(np.searchsorted(ours, theirs, sorter=order), len(ours) - 1)]
        there = (ours[row] == theirs) & sales[schema.SALES].notna().to_numpy()
        row, units = row[there], sales[schema.SALES].to_numpy(dtype=float)[there]
        begin, length = _spans(pd.DatetimeIndex(sales[schema.DATE].to_numpy()[there]), panel.period)
        first = int(begin.min()) if len(begin) else 0
        span = (int(begin.max()) - first if len(begin) else 0) + 2
        code = row * span + (begin - first)
        whole = np.bincount(row[units % 1 != 0], minlength=len(panel)) == 0
        ascending = np.argsort(code, kind="stable")
        units = units[ascending]
        total = np.concatenate([[0.0], np.cumsum(units)])
        return cls(code[ascending], (begin - first)[ascending], length[ascending], units, total, whole, first, span)

    def between(self, rows: np.ndarray, first: np.ndarray, until: np.ndarray) -> FloatArray:
        """Units sold from a day on and before another, shape (m,); whole ones of a series that is sold in whole ones.

        Args:
            rows: Shape (m,), positions of series.
            first: Shape (m,), the first day, `datetime64[D]`.
            until: Shape (m,), the day after the last one, `datetime64[D]`.
        """
        sold = np.maximum(until, first)
        units = self._until(rows, sold) - self._until(rows, first)
        return np.where(self.whole[rows], np.round(units), units)

    def _until(self, rows: np.ndarray, day: np.ndarray) -> FloatArray:
        if not len(self.code):
            return np.zeros(len(rows))
        days = day.astype("datetime64[D]").astype(np.int64) - self.first
        start = np.searchsorted(self.code, rows * self.span)
        end = np.searchsorted(self.code, rows * self.span + np.clip(days, 0, self.span - 1))
        units, last = self.total[end] - self.total[start], np.maximum(end - 1, 0)
        share = np.clip((days - self.begin[last]) / self.length[last], 0.0, 1.0)
        return units - np.where(end > start, (1 - share) * self.units[last], 0.0)


def end_of(date: pd.Timestamp, period: Period) -> pd.Timestamp:
    """The day after the last one of a row that a file dates on `date`."""
    begin, length = _spans(pd.DatetimeIndex([date]), period)
    return pd.Timestamp(int(begin[0] + length[0]), unit="D")


def _spans(dates: pd.DatetimeIndex, period: Period) -> tuple[np.ndarray, np.ndarray]:
    """The first day of each row, days since 1970, and how many days it has."""
    days = dates.to_numpy().astype("datetime64[D]")
    if period == MONTH:
        return days.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64), dates.days_in_month.to_numpy()
    return days.astype(np.int64), np.full(len(days), period.days)
