"""Sales thousands of times the usual ones are found; lively sales are not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecasting.core import outsizes
from forecasting.core.outsizes import outsized


def found(values, past, series=None, past_series=None):
    values, past = np.array(values, dtype=float), np.array(past, dtype=float)
    series = np.zeros(len(values)) if series is None else np.array(series)
    places, usual = outsized(values, series, past, np.zeros(len(past)) if past_series is None else np.array(past_series))
    return places.tolist(), usual.tolist()


@pytest.mark.parametrize(
    ("values", "past", "expected"),
    [
        ([5000], [5, 5, 5, 5, 5], ([0], [5])),
        ([4999], [5, 5, 5, 5, 5], ([], [])),
        ([5000], [5, 5, 5, 5], ([], [])),  # too few to say what is usual
        ([300], [0.2, 0, 0.3, 0.3, 0.3, np.nan, 0.3], ([0], [0.3])),  # weights; days without sales do not count
        ([2000], [1, 500, 800, 2000, 900, 700], ([], [])),
        ([np.nan, -5000, 9000, 7000], [5] * 5, ([2, 3], [5, 5])),
        ([], [5] * 5, ([], [])),
        ([5000], [], ([], [])),
        ([5000], [0.0] * 9, ([], [])),
    ],
)
def test_a_thousand_times_the_usual_is_outsized(values, past, expected):
    assert found(values, past) == expected


def test_each_series_has_its_own_usual_sales():
    past, of = [5] * 6 + [4000] * 6, [2] * 6 + [7] * 6
    assert found([5000, 5000, 5000, 5000], past, [1, 2, 7, 9], of) == ([1], [5])


def test_a_note_names_the_first_few():
    sales = pd.DataFrame(
        {"date": pd.date_range("2026-03-01", periods=5), "product_id": "Tea", "store": "North", "sales": [7e6, 5500.0, 1, 6000, 9000]}
    )
    places, usual = np.array([0, 1, 3, 4]), np.array([5.0, 5.5, 5, 5])
    assert outsizes.note(sales, places, usual) == (
        "4 rows have a thousand times the usual sales of their series, or more: Tea, North on 1 Mar 2026, 7,000,000 units instead of about 5; "
        "Tea, North on 2 Mar 2026, 5,500 units instead of about 5.5; Tea, North on 4 Mar 2026, 6,000 units instead of about 5; 1 more. "
        "Correct what is a mistake."
    )
    assert outsizes.note(sales[["date", "sales"]], places[:1], usual).startswith(
        "1 row has a thousand times the usual sales of its series, or more: 1 Mar 2026,"
    )
    assert not outsizes.note(sales, places[:0], usual[:0])
