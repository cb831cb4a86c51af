"""What a unit is sold for on days ahead: as planned, else as it was last."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd

from forecasting.core import prices, schema


def test_a_price_stays_until_the_next_planned_one_and_begins_with_the_first_that_is_known():
    nan = np.nan
    known = np.array([[1.0, 2.0, nan], [nan, nan, nan], [nan, nan, nan], [3.0, nan, nan]])
    planned = np.array([[nan, 5.0, nan], [nan, 7.0, 8.0], [nan, nan, nan], [4.0, nan, nan]])
    panel = SimpleNamespace(dates=pd.RangeIndex(3), drivers={schema.PRICE: np.hstack([known, planned])})
    wanted = np.array([[2.0, 5.0, 5.0, 5.0], [7.0, 7.0, 8.0, 8.0], [nan] * 4, [4.0] * 4])
    np.testing.assert_array_equal(prices.prices_ahead(panel, np.arange(4), 4), wanted)
    np.testing.assert_array_equal(prices.prices_ahead(panel, np.array([3, 0]), 1), [[4.0], [2.0]])
