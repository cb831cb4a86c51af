"""What one look of the monitor looks at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from forecasting.analysis.monitoring.grading import Graded
from forecasting.analysis.monitoring.rows import History
from forecasting.core.arrays import BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class SeriesKeys:
    """What each of n series is, put into words only for the few of which anything is found.

    Args:
        columns: The key columns, a row a series.
    """

    columns: pd.DataFrame

    def __getitem__(self, row: int) -> Mapping[str, str]:
        """What one is: {"product_id": "Bread", "store": "North"}."""
        return {str(name): str(value) for name, value in self.columns.iloc[int(row)].items()}


@dataclass(frozen=True, eq=False)
class Subject:
    """What is looked at.

    Args:
        graded: The newest steps, graded.
        history: Which rows came.
        keys: What each series is.
        active: Series that are forecast to sell, shape (n,).
        prices: Prices of the newest days, shape (n, t); None where the file has none.
    """

    graded: Graded
    history: History
    keys: SeriesKeys
    active: BoolArray
    prices: FloatArray | None = None
