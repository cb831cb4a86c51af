"""The saved sales added up by day."""

from __future__ import annotations

import pandas as pd

from forecasting.core import schema
from forecasting.storage.sales.summary import Days

SUMS = ("sales", "money", "unpriced")


def daily(days: Days | None) -> pd.DataFrame:
    """Units and money of all series by day.

    Args:
        days: The sums of all rows; None where there are none.

    Returns:
        Index `date` (days with sales, in order); `sales` (units), `money` (units times price) and `unpriced` (units without a price).
    """
    if days is None:
        return pd.DataFrame(dict.fromkeys(SUMS, pd.Series(dtype=float)), index=pd.DatetimeIndex([], name=schema.DATE))
    sold = days.known > 0
    index = pd.DatetimeIndex(days.days[sold].astype("datetime64[D]").astype("datetime64[s]"), name=schema.DATE)
    return pd.DataFrame({name: getattr(days, name)[sold] for name in SUMS}, index=index)
