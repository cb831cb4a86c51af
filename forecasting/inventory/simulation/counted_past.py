"""What the past check of all of a version's series counted when it was published, and on which terms: on the same ones nothing is counted again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa

from forecasting.core.arrays import FloatArray
from forecasting.inventory.levels.order_levels import Levels
from forecasting.inventory.policy import Rule
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import Stock
from forecasting.training import kept_table
from forecasting.training.number_columns import NumberColumns

NAME: Final = "past_check.parquet"
"""A row a series; absent in versions of earlier releases, whose past is counted when it is asked for."""
FORM: Final = 1
"""Of what the numbers mean: another one is not read. It changes whenever the same terms give other numbers."""
QUANTILE: Final = "quantile"


@dataclass(frozen=True, eq=False)
class CountedPast:
    """The past check of all n series of a version on some terms.

    Args:
        promise: Digest of the terms that `quantile` follows from.
        terms: Digest of the terms that the sums follow from.
        columns: `quantile` (of demand, that keeps the promise) and each column of `policy_check.COUNTED`, of ours and of the textbook's, shape (n,).
    """

    promise: str
    terms: str
    columns: Mapping[str, FloatArray]

    def quantile(self, p: FloatArray, lead: FloatArray, cover: np.ndarray) -> FloatArray | None:
        """The quantiles of demand that keep the promise, shape (n,), as `lost_sales.covering_quantiles` has them; None on other terms."""
        return self.columns[QUANTILE] if self.promise == promise_digest(p, lead, cover) else None

    def sums(self, shelves: Stock, today: Levels, rule: Rule, names: list[str]) -> pd.DataFrame | None:
        """These columns, a row a series; None on other terms."""
        if self.terms != terms_digest(shelves, today, rule):
            return None
        return pd.DataFrame({name: self.columns[name] for name in names})


def promise_digest(p: FloatArray, lead: FloatArray, cover: np.ndarray) -> str:
    """What tells apart the terms of which the quantiles differ; arguments as `lost_sales.covering_quantiles` has them."""
    return _digest("order_up_to", p, lead, cover)


def terms_digest(shelves: Stock, today: Levels, rule: Rule) -> str:
    """What tells apart the terms on which the past of all series was lived through; arguments as `policy_check.check_policy` has them."""
    terms = (shelves[name] for name in (state.PACK_SIZE, state.MINIMUM_ORDER, state.LEAD_TIME_SD))
    return _digest(rule, shelves.lead, shelves.life, *terms, today.p, today.quantile, today.cover, today.lot)


def write(counted: CountedPast, folder: Path) -> None:
    """Writes what was counted into a version's folder."""
    kept_table.write(pa.table(dict(counted.columns)), folder / NAME, FORM, {"promise": counted.promise, "terms": counted.terms})


def read(folder: Path) -> CountedPast | None:
    """What `write` wrote, each column read when it is asked for; None where there is nothing, or of another form."""
    head = kept_table.head(folder / NAME, FORM)
    if head is None:
        return None
    return CountedPast(head.facts["promise"], head.facts["terms"], NumberColumns(folder / NAME, head.names, (-1,)))


def _digest(rule: str, *arrays: np.ndarray) -> str:
    """Of numbers and their shapes."""
    told = sha256(rule.encode())
    for values in arrays:
        numbers = np.ascontiguousarray(values, dtype=np.float64)
        told.update(repr(numbers.shape).encode())
        told.update(numbers.tobytes())
    return told.hexdigest()
