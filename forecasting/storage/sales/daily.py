"""The saved sales added up by day, read without their keys."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
from deltalake import DeltaTable
from pyarrow import compute, dataset

from forecasting.core import schema

SUMS = ("sales", "money", "unpriced")


def daily(table: DeltaTable | None) -> pd.DataFrame:
    """Units and money of all series by day.

    Returns:
        Index `date` (days with sales, in order); `sales` (units), `money` (units times price) and `unpriced` (units without a price).
    """
    if table is None or not table.file_uris():
        return pd.DataFrame(dict.fromkeys(SUMS, pd.Series(dtype=float)), index=pd.DatetimeIndex([], name=schema.DATE))
    names = [schema.DATE, schema.SALES, schema.PRICE]
    rows = table.to_pyarrow_dataset().to_table(columns=names, filter=dataset.field(schema.SALES).is_valid())
    day, sold, price = (rows.column(name) for name in names)
    money = compute.multiply(sold, compute.fill_null(price, 0.0))
    unpriced = compute.multiply(sold, compute.is_null(price).cast(pa.float64()))
    by_day = pa.table({schema.DATE: day, "sales": sold, "money": money, "unpriced": unpriced}).group_by(schema.DATE)
    sums: pd.DataFrame = by_day.aggregate([(name, "sum") for name in SUMS]).to_pandas()
    sums[schema.DATE] = pd.to_datetime(sums[schema.DATE])
    return sums.rename(columns=lambda name: str(name).removesuffix("_sum")).set_index(schema.DATE).sort_index()
