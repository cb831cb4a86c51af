"""Key columns: one that nobody named, and one that is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.formatting import count
from forecasting.intake.collisions import RowNumbers
from forecasting.intake.column_facts import ColumnFacts
from forecasting.intake.receipts import is_receipt_column
from forecasting.intake.table import Table, is_empty
from forecasting.intake.understood import Choice, Question

LEFT_SHARE: Final = 0.02
"""Share of the rows that still meet another one, of those that did, up to which a column parts them."""
MAX_VALUES_SHARE: Final = 0.2
"""Different texts of a key column, as a share of the rows, at most."""
MIN_CHANGES_SHARE: Final = 0.4
"""Share of a series' steps from day to day on which a column changes from which it is no key."""
DENSE_SHARE: Final = 0.8
"""Share of all days on which a series without a column has a row from which that column adds nothing."""
NAMES: Final = {schema.PRODUCT: "products", schema.STORE: "stores", schema.REGION: "regions"}


def unnamed(table: Table, rows: np.ndarray, frame: pd.DataFrame, met: np.ndarray, mapping: Mapping[str, str]) -> Question | None:
    """A column without a role whose texts tell apart the rows that meet on one day of one series.

    Args:
        table: The file.
        rows: Which of its rows are good.
        frame: The good rows, in columns of the schema.
        met: Which of them meet another one, shape (n,).
        mapping: Role -> column.
    """
    free = [key for key in (schema.STORE, schema.PRODUCT, schema.REGION) if key not in mapping]
    if not free or not met.any():
        return None
    numbers = RowNumbers.of(frame[met]).rows
    good = table.rows[rows]
    taken = {column for role, column in mapping.items() if role != schema.SUPPLIER}
    for name in (name for name in table.columns if name not in taken):
        values = good[name]
        if not isinstance(values.dtype, pd.CategoricalDtype) or is_receipt_column(name) or is_empty(values[met]).any():
            continue
        if _tells_returns(values.cat.codes.to_numpy(), frame[schema.SALES].to_numpy(dtype=float)):
            continue
        facts = ColumnFacts(name, values)
        if not 1 < facts.distinct <= max(MAX_VALUES_SHARE * len(values), 2) or facts.numeric >= 0.5 or facts.days >= 0.5:
            continue
        both = pd.Series(list(zip(numbers, values[met].cat.codes, strict=True)))
        if both.duplicated(keep=False).sum() <= LEFT_SHARE * met.sum():
            return _question(name, free, facts.distinct, int(met.sum()), float(frame[schema.SALES].sum()))
    return None


def _tells_returns(codes: np.ndarray, units: np.ndarray) -> bool:
    """Whether a column tells returns from sales ("Refund", "Payment"): the rows of one of its texts are all below zero, of others none is."""
    highest = np.full(codes.max(initial=-1) + 1, -np.inf)
    np.maximum.at(highest, codes[codes >= 0], units[codes >= 0])
    returned = (highest < 0)[codes]
    return bool(returned.any() and not returned.all() and (units[~returned] >= 0).all())


def _question(column: str, free: list[str], values: int, met: int, units: float) -> Question:
    named = [
        Choice(key, f"{column} names the {NAMES[key]}: each of its {values:,} texts gets forecasts of its own", {"mapping": {key: column}}, units)
        for key in free
    ]
    added = Choice("sum", f"{column} does not matter; rows of one day are added up: {units:,.0f} units", {"duplicates": "sum"}, units)
    text = f"{count(met, 'row')} have the day and the series of another row, and differ in {column}. What is {column}?"
    return Question("key", text, (*named, added))


def needless(rows: pd.DataFrame, mapping: Mapping[str, str]) -> list[str]:
    """Roles whose column is no key: it changes from day to day within what the other keys tell apart, which has one row a day without it."""
    dropped: list[str] = []
    for role in (schema.REGION, schema.STORE):
        others = [mapping[key] for key in schema.KEYS if key in mapping and key != role and key not in dropped]
        if role not in mapping or not others or not isinstance(rows[mapping[role]].dtype, pd.CategoricalDtype):
            continue
        codes = {name: pd.factorize(rows[name])[0] for name in (*others, mapping[schema.DATE], mapping[role])}
        series = pd.MultiIndex.from_arrays([codes[name] for name in others]).factorize()[0]
        day = codes[mapping[schema.DATE]]
        if pd.DataFrame({"series": series, "day": day}).duplicated().any():
            continue
        order = np.lexsort((day, series))
        same = series[order][1:] == series[order][:-1]
        changes = codes[mapping[role]][order][1:] != codes[mapping[role]][order][:-1]
        dense = len(series) / (len(np.unique(series)) * max(len(np.unique(day)), 1))
        if same.any() and dense >= DENSE_SHARE and (changes & same).sum() / same.sum() >= MIN_CHANGES_SHARE:
            dropped.append(role)
    return dropped
