"""What one look of the monitor looks at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forecasting.analysis.monitoring.grading import Graded
from forecasting.analysis.monitoring.rows import History
from forecasting.core.arrays import BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class Subject:
    """What is looked at.

    Args:
        graded: The newest steps, graded.
        history: Which rows came.
        keys: What each series is, {"product_id": "Bread", "store": "North"}, shape (n,).
        active: Series that are forecast to sell, shape (n,).
        prices: Prices of the newest days, shape (n, t); None where the file has none.
    """

    graded: Graded
    history: History
    keys: tuple[Mapping[str, str], ...]
    active: BoolArray
    prices: FloatArray | None = None
