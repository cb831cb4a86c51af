"""What a merge asks of saved rows, in a few numbers a series and a day: made of one file's rows, and put together for many files.

A row lies in one file, so that whatever is counted or added up is so over files as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from forecasting.core import row_keys, schema
from forecasting.core.arrays import FloatArray
from forecasting.core.plausibility.past import TOPS, Values, tops, values_of
from forecasting.core.plausibility.rows import Runs

NEVER: Final = -(2**31)
"""The last day of a series that has none; its first day is the largest number of this size."""


class Months(NamedTuple):
    """The days with sales that are known, by series and month.

    Args:
        places: The place of the series, shape (m,).
        months: Months since 1970, shape (m,).
        days: A bit for each day, the first one lowest, shape (m,) of uint32.
    """

    places: np.ndarray
    months: np.ndarray
    days: np.ndarray

    def of(self, wanted: np.ndarray) -> Months:
        """Those of the series under a mask, by their places among these."""
        here = wanted[self.places]
        return Months((np.cumsum(wanted) - 1)[self.places[here]], self.months[here], self.days[here])


class Days(NamedTuple):
    """All series by day, ascending.

    Args:
        days: Since 1970, shape (d,).
        rows: Rows, shape (d,).
        known: Those with sales, shape (d,).
        sales: Units, shape (d,).
        money: Units times price where there is one, shape (d,).
        unpriced: Units without a price, shape (d,).
    """

    days: np.ndarray
    rows: np.ndarray
    known: np.ndarray
    sales: FloatArray
    money: FloatArray
    unpriced: FloatArray


@dataclass(frozen=True, eq=False)
class Summary:
    """Rows of the sales table, summed up.

    Args:
        columns: The columns of the table that have any value, in their order.
        keys: The series, one row each, in the order of their keys; all columns of `schema.KEYS`.
        first: The first day of each with sales, since 1970, shape (s,); the largest number where there is none.
        last: The last one, shape (s,); `NEVER` where there is none.
        counts: Rows with units above zero, shape (s,).
        tops: Its largest different values, units, shape (3, s); 0 where it has fewer.
        category: Its last category, None where it has no product or no category.
        category_day: Of which day, shape (s,); `NEVER` where it has none.
        months: On which days each has sales.
        values: How often each had values of which size.
        days: All series by day.
    """

    columns: tuple[str, ...]
    keys: pd.DataFrame
    first: np.ndarray
    last: np.ndarray
    counts: np.ndarray
    tops: FloatArray
    category: pd.Series
    category_day: np.ndarray
    months: Months
    values: Values
    days: Days

    def __len__(self) -> int:
        """How many rows there are."""
        return int(self.days.rows.sum())

    def sold_days(self) -> np.ndarray:
        """The days on which sales are known, ascending, shape (n,) of `datetime64[D]`."""
        return self.days.days[self.days.known > 0].astype("datetime64[D]")


def of_rows(rows: pa.Table, series: np.ndarray) -> Summary:
    """The summary of rows.

    Args:
        rows: All columns of the table, sorted by keys and day.
        series: The number of each row's series, ascending, shape (rows,).
    """
    runs = Runs.of(series)
    places = np.repeat(np.arange(len(runs.codes)), runs.counts)
    day = rows.column(schema.DATE).cast(pa.int32()).to_numpy()
    units = rows.column(schema.SALES).to_numpy()
    known, sold = ~np.isnan(units), units > 0
    of_sold = Runs.of(places[sold])
    highest = np.zeros((TOPS, len(runs.codes)))
    highest[:, of_sold.codes] = tops(units[sold], of_sold)
    named = rows.column(schema.PRODUCT).is_valid().to_numpy() & rows.column(schema.CATEGORY).is_valid().to_numpy()
    last_named = _by_series(np.maximum, np.where(named, np.arange(len(day)), -1), runs)
    return Summary(
        tuple(name for name in schema.COLUMNS if rows.column(name).null_count < len(rows)),
        rows.select([*schema.KEYS]).take(runs.starts).to_pandas(),
        _by_series(np.minimum, np.where(known, day, -(NEVER + 1)), runs),
        _by_series(np.maximum, np.where(known, day, NEVER), runs),
        np.bincount(places[sold], minlength=len(runs.codes)),
        highest,
        rows.column(schema.CATEGORY).take(pa.array(last_named, mask=last_named < 0)).to_pandas(),
        np.where(last_named < 0, NEVER, np.append(day, 0)[last_named]),
        _months(places[known], day[known]),
        values_of(units[sold], places[sold]),
        _days(rows, day, units),
    )


def combined(summaries: Sequence[Summary]) -> Summary:
    """The summary of the rows of all; raises ValueError without any."""
    if len(summaries) == 1:
        return summaries[0]
    codes = row_keys.series_codes([each.keys for each in summaries])
    every = np.concatenate(codes)
    order = np.argsort(every, kind="stable")
    runs = Runs.of(every[order])
    places = [np.searchsorted(runs.codes, each) for each in codes]
    keys = pd.concat([each.keys for each in summaries], ignore_index=True)
    day = np.concatenate([each.category_day for each in summaries])
    newest = np.lexsort((day, every))[runs.starts + runs.counts - 1]
    columns = {name for each in summaries for name in each.columns}
    return Summary(
        tuple(name for name in schema.COLUMNS if name in columns),
        keys.iloc[order[runs.starts]].reset_index(drop=True),
        _by_series(np.minimum, np.concatenate([each.first for each in summaries])[order], runs),
        _by_series(np.maximum, np.concatenate([each.last for each in summaries])[order], runs),
        _by_series(np.add, np.concatenate([each.counts for each in summaries])[order], runs),
        _highest(np.concatenate([each.tops for each in summaries], axis=1)[:, order], runs),
        pd.concat([each.category for each in summaries], ignore_index=True).iloc[newest].reset_index(drop=True),
        day[newest],
        Months(*_joined(np.bitwise_or, [each.months for each in summaries], places)),
        Values(*_joined(np.add, [(each.values.places, each.values.steps, each.values.counts) for each in summaries], places)),
        _added_up([each.days for each in summaries]),
    )


def _by_series(reduce: np.ufunc, values: np.ndarray, runs: Runs) -> np.ndarray:
    return np.asarray(reduce.reduceat(values, runs.starts)) if len(runs.starts) else values[:0]


def _highest(known: FloatArray, runs: Runs) -> FloatArray:
    """The largest different values of each series, of those of its files; shape (3, series)."""
    return tops(known.T.ravel(), Runs(runs.codes, TOPS * runs.starts, TOPS * runs.counts))


def _joined(reduce: np.ufunc, tables: Sequence[tuple[np.ndarray, ...]], places: Sequence[np.ndarray]) -> tuple[np.ndarray, ...]:
    """Several tables as one, by series and step.

    Args:
        reduce: Puts the numbers of the same series and step together.
        tables: The place of a series, a step and a number, of each.
        places: The place of each series of each table among all.
    """
    moved = [(to[table[0]], *table[1:]) for table, to in zip(tables, places, strict=True)]
    place, step, numbers = (np.concatenate(columns) for columns in zip(*moved, strict=True))
    lowest, width = int(step.min(initial=0)), int(step.max(initial=0) - step.min(initial=0)) + 1
    cells = place * width + (step - lowest)
    order = np.argsort(cells, kind="stable")  # tables in order, which are merged
    runs = Runs.of(cells[order])
    return runs.codes // width, runs.codes % width + lowest, _by_series(reduce, numbers[order], runs)


def _months(places: np.ndarray, day: np.ndarray) -> Months:
    """The days of rows that are sorted by series, then the day."""
    dates = day.astype("datetime64[D]")
    month = dates.astype("datetime64[M]")
    bits = np.uint32(1) << (dates - month).astype(np.uint32)
    starts = np.flatnonzero((np.diff(places, prepend=-1) != 0) | (np.diff(month.astype(np.int64), prepend=0) != 0))
    masks = np.bitwise_or.reduceat(bits, starts) if len(starts) else bits
    return Months(places[starts], month[starts].astype(np.int64), masks)


def _days(rows: pa.Table, day: np.ndarray, units: FloatArray) -> Days:
    price = rows.column(schema.PRICE).to_numpy()
    known, priced = ~np.isnan(units), ~np.isnan(price)
    sold = np.where(known, units, 0.0)
    columns = (np.ones(len(day), dtype=np.int64), known.astype(np.int64), sold, np.where(priced, sold * price, 0.0), np.where(priced, 0.0, sold))
    return _by_day(day, columns)


def _added_up(tables: Sequence[Days]) -> Days:
    day, *columns = (np.concatenate(each) for each in zip(*tables, strict=True))
    return _by_day(day, columns)


def _by_day(day: np.ndarray, columns: Sequence[np.ndarray]) -> Days:
    first = int(day.min(initial=0))
    there = np.flatnonzero(np.bincount(day - first))
    return Days(there + first, *(np.bincount(day - first, weights=values)[there].astype(values.dtype) for values in columns))
