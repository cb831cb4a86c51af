"""Who delivers each series, by a column of a sales or stock file; the column is no key and no column of the sales."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from forecasting.core import row_keys, schema
from forecasting.core.formatting import count, listing
from forecasting.core.plausibility import mending
from forecasting.core.plausibility.mends import MendedName
from forecasting.intake import cells
from forecasting.intake.column_mapping import Mapping
from forecasting.intake.key_texts import MAX_CHARACTERS
from forecasting.intake.table import Table

SHOWN: Final = 3
"""Series with several suppliers that a note names."""


def nothing() -> pd.DataFrame:
    """The table of `named` without a row."""
    return pd.DataFrame({schema.SUPPLIER: pd.Series(dtype="str"), schema.DATE: pd.Series(dtype="datetime64[us]")})


def named(table: Table, good: np.ndarray, frame: pd.DataFrame, series: np.ndarray, roles: Mapping) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The supplier of each series: that of its newest row that names one, the last of these in the file.

    Args:
        table: The file.
        good: Which of its rows are good.
        frame: The good rows, shape (n, ...): keys and days.
        series: The number of the series of each, shape (n,).
        roles: Role -> column.

    Returns:
        One row a series that has a supplier: its keys, `supplier`, and `date`, the day of the row that names it; and notes for a person.
    """
    if schema.SUPPLIER not in roles or not len(frame):
        return nothing(), ()
    texts = cells.as_texts(table.rows[roles[schema.SUPPLIER]]).filter(pa.array(good))
    names = np.array([" ".join(text.split()) for text in texts.dictionary.to_pylist()] + [""], dtype=object)
    usable = np.array([0 < len(name) <= MAX_CHARACTERS for name in names])
    places = texts.indices.fill_null(len(names) - 1).to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(usable[places])
    rows = rows[np.lexsort((row_keys.days(frame)[rows], series[rows]))]
    last = np.append(series[rows][1:] != series[rows][:-1], True)[: len(rows)]
    chosen = rows[last]
    keys = [name for name in schema.KEYS if name in frame]
    listed = frame.iloc[chosen][[*keys, schema.DATE]].reset_index(drop=True)
    listed = listed.assign(**{schema.SUPPLIER: pd.Series(names[places[chosen]], dtype="str")})
    return listed[[*keys, schema.SUPPLIER, schema.DATE]], _several(listed, keys, series[rows], names[places[rows]])


def counted(listed: pd.DataFrame) -> dict[str, Any]:
    """For how many series a supplier is named, and how many suppliers these are."""
    return {"series": len(listed), "suppliers": listed[schema.SUPPLIER].str.casefold().nunique()}


def renamed(listed: pd.DataFrame, names: Sequence[MendedName]) -> pd.DataFrame:
    """The same for series under their saved names; of two that become one the newest row counts."""
    there = [each for each in names if each.key in listed and listed[each.key].eq(each.before).any()]
    if not there:
        return listed
    keys = [name for name in schema.KEYS if name in listed]
    return mending.renamed(listed, there).sort_values(schema.DATE, kind="stable").drop_duplicates(keys, keep="last").reset_index(drop=True)


def _several(listed: pd.DataFrame, keys: list[str], series: np.ndarray, names: np.ndarray) -> tuple[str, ...]:
    """A note about series with more than one supplier; `names` are those of their rows, oldest first."""
    pairs = pd.DataFrame({"series": series, "name": names, "key": [name.casefold() for name in names]})
    pairs = pairs.drop_duplicates(["series", "key"], keep="last")
    numbers = pairs["series"].drop_duplicates().to_numpy()
    repeated = pairs[pairs["series"].duplicated(keep=False)]
    if repeated.empty:
        return ()
    places = np.flatnonzero(np.isin(numbers, repeated["series"]))
    examples = []
    for place in places[:SHOWN]:
        newest = listed[schema.SUPPLIER].iloc[place]
        before = [name for name in repeated.loc[repeated["series"] == numbers[place], "name"] if name.casefold() != newest.casefold()]
        examples.append(f"{' '.join(map(str, listed[keys].iloc[place])) or 'all'} from {newest}, before from {listing(before[:SHOWN])}")
    more = "" if len(places) <= SHOWN else f", and {len(places) - SHOWN:,} more"
    return (f"{count(len(places), 'series', 'series')} have several suppliers; the newest row counts: {'; '.join(examples)}{more}.",)
