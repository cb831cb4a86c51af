"""The saved sales as a merge reads them: a summary of all rows, and the rows themselves only of the days or the series that it asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial, reduce
from operator import and_, or_
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
from deltalake import DeltaTable
from pyarrow import dataset, parquet

from forecasting.core import row_keys, schema
from forecasting.core.plausibility.findings import Known, last_categories
from forecasting.core.plausibility.past import Past
from forecasting.core.plausibility.rows import Rows
from forecasting.storage.atomic_files import write_bytes
from forecasting.storage.sales import parts, summary, summary_files
from forecasting.storage.sales.summary import NEVER, Summary

ALL: Final = dataset.scalar(True)
"""Chooses all rows."""


@dataclass(frozen=True, eq=False)
class Saved:
    """Sales to merge an upload into.

    Args:
        columns: Their columns, in order: those that have any value, and those that all sales have.
        summary: Of all rows.
        rows: All of them, with the columns of the table.
    """

    columns: tuple[str, ...]
    summary: Summary
    rows: dataset.Dataset

    @classmethod
    def of(cls, sales: pd.DataFrame) -> Saved:
        """Those of a frame: columns of `schema.COLUMNS`, one row per key and day; texts may be categories."""
        rows, series = parts.in_order(parts.arrow(sales))
        return cls(tuple(name for name in schema.COLUMNS if name in sales), summary.of_rows(rows, series), dataset.dataset(rows))

    @classmethod
    def of_table(cls, table: DeltaTable, folder: Path) -> Saved:
        """Those of an open table, which has files."""
        summed = of_parts(folder, parts.active(table))
        names = tuple(name for name in schema.COLUMNS if name in {*schema.REQUIRED, *summed.columns})
        return cls(names, summed, coded_files([parts.location(folder, part) for part in parts.active(table)]))

    def put_aside(self) -> Saved:
        """The same columns without rows."""
        empty = parts.ARROW.empty_table()
        return replace(self, summary=summary.of_rows(empty, np.zeros(0, dtype=np.int64)), rows=dataset.dataset(empty))

    def of_days(self, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
        """The rows from a day to another one, sorted by keys and day; texts may be categories. None where there are no such days."""
        if pd.isna(first):
            return self._read(dataset.scalar(False))
        bounds = [pa.scalar(day.date(), pa.date32()) for day in (first, last)]
        return self._read((dataset.field(schema.DATE) >= bounds[0]) & (dataset.field(schema.DATE) <= bounds[1]))

    def known(self, series: np.ndarray) -> Known:
        """What is known of them beside an upload; `series` has the numbers of the series of the summary."""
        sold, counts, values = self.summary.counts > 0, self.summary.counts, self.summary.values
        values = replace(values, places=(np.cumsum(sold) - 1)[values.places])
        past = Past(series[sold], counts[sold], self.summary.tops[:, sold], values, partial(self._sold, series))
        return Known(self.summary.keys, past, self._categories(), self._price)

    def _sold(self, series: np.ndarray, codes: np.ndarray) -> Rows:
        """The rows with units above zero of some series, by their numbers."""
        found = self._read(_having(self.summary.keys[np.isin(series, codes)]))
        there, of_found = row_keys.series_codes([self.summary.keys, found])
        numbers = series[np.searchsorted(there, of_found)]
        return Rows.of(found, numbers).where(np.isin(numbers, codes)).sold()

    def _categories(self) -> Mapping[str, str]:
        last = pd.DataFrame(
            {schema.DATE: self.summary.category_day, schema.PRODUCT: self.summary.keys[schema.PRODUCT], schema.CATEGORY: self.summary.category}
        )
        return last_categories(last[self.summary.category_day > NEVER])

    def _price(self) -> float:
        """What a unit cost, over all rows; NaN where there are no prices."""
        if schema.PRICE not in self.columns:
            return np.nan
        sales = self._read(ALL)
        prices, units = sales[schema.PRICE].to_numpy(dtype=float), sales[schema.SALES].to_numpy(dtype=float)
        known = np.isfinite(prices) & (units > 0)
        return float(np.average(prices[known], weights=units[known])) if known.any() else np.nan

    def _read(self, wanted: dataset.Expression) -> pd.DataFrame:
        return framed(self.rows.to_table(columns=[*self.columns], filter=wanted).unify_dictionaries(), self.columns)


def _having(keys: pd.DataFrame) -> dataset.Expression:
    """Chooses all rows of some series, and perhaps more."""
    return reduce(and_, (_among(name, keys[name]) for name in schema.KEYS))


def _among(name: str, values: pd.Series) -> dataset.Expression:
    texts = dataset.field(name).isin(pa.array(values.dropna().unique(), pa.string()))
    return reduce(or_, [texts, dataset.field(name).is_null()] if values.isna().any() else [texts])


def coded_files(files: Sequence[Path]) -> dataset.Dataset:
    """The rows of files of the table, with texts as categories, so that each text is there once however many rows have it."""
    kinds = {name: pa.dictionary(pa.int32(), pa.string()) for name in parts.TEXTS}
    coded = pa.schema([(column.name, kinds.get(column.name, column.type)) for column in parts.ARROW])
    options = dataset.ParquetReadOptions(dictionary_columns=set(parts.TEXTS))
    return dataset.dataset([str(path) for path in files], schema=coded, format=dataset.ParquetFileFormat(read_options=options))


def framed(arrow: pa.Table, columns: Sequence[str]) -> pd.DataFrame:
    """Columns of the table, their rows sorted by keys and day."""
    days = arrow.column(schema.DATE).cast(pa.timestamp("us"))
    frame = arrow.select([*columns]).set_column([*columns].index(schema.DATE), schema.DATE, days).to_pandas()
    return row_keys.in_order(frame)


def of_parts(folder: Path, active: Sequence[parts.Part]) -> Summary:
    """The summary of all rows of files of the table, of which there are some.

    What was put together for fewer files counts, so that a file more takes as long however many there are.
    """
    if len(active) == 1:
        return of_part(folder, active[0])
    by_path = {str(part["path"]): part for part in active}
    files, known = summary_files.load_named(folder / summary_files.FOLDER / summary_files.ALL) or (frozenset(), None)
    if known is None or not files <= by_path.keys():
        files, known = frozenset(), None
    if known is not None and files == by_path.keys():
        return known
    others = [of_part(folder, part) for path, part in sorted(by_path.items()) if path not in files]
    made = summary.combined([*filter(None, [known]), *others])
    _save(folder / summary_files.FOLDER / summary_files.ALL, summary_files.packed(made, by_path))
    return made


def of_part(folder: Path, part: parts.Part) -> Summary:
    """The summary of a file of the table, which is made, and saved if that can be, where there is none."""
    path = summary_files.location(folder, str(part["path"]))
    known = summary_files.load(path)
    return remade(folder, part) if known is None else known


def remade(folder: Path, part: parts.Part) -> Summary:
    """The summary of a file of the table, made of its rows and saved, if that can be."""
    made = of_rows(folder, part)
    _save(summary_files.location(folder, str(part["path"])), summary_files.packed(made))
    return made


def _save(path: Path, content: bytes) -> None:
    """Saves a summary, if that can be."""
    with suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        write_bytes(path, content)


def of_rows(folder: Path, part: parts.Part) -> Summary:
    """The summary of a file of the table, made of its rows."""
    rows, series = parts.in_order(parquet.read_table(parts.location(folder, part), schema=parts.ARROW))
    return summary.of_rows(rows, series)


def summary_fault(folder: Path, part: parts.Part) -> str:
    """What is wrong with the summary of a file of the table: "damaged"; empty if it is what the rows say."""
    known = summary_files.load(summary_files.location(folder, str(part["path"])))
    return "" if known is not None and summary_files.agree(known, of_rows(folder, part)) else "damaged"


def joint_fault(folder: Path, active: Sequence[parts.Part]) -> str:
    """What is wrong with the summary of several files together; empty for one of files that do not count any more, which nobody reads."""
    files, known = summary_files.load_named(folder / summary_files.FOLDER / summary_files.ALL) or (frozenset(), None)
    if known is not None and not files <= {part["path"] for part in active}:
        return ""
    of_files = [of_rows(folder, part) for part in active if part["path"] in files]
    return "" if known is not None and summary_files.agree(known, summary.combined(of_files)) else "damaged"
