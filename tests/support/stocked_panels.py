"""Panels of products in stores, for stock."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.core.panel import Panel, unique_id


def panel(rows, keys=("product_id", "store")):
    series = pd.DataFrame(rows, columns=list(keys), dtype="str")
    series.insert(0, "unique_id", unique_id(series))
    dates = pd.date_range("2026-01-01", periods=10, freq="D").as_unit("us")
    return Panel(series, dates, np.ones((len(series), len(dates))), {})
