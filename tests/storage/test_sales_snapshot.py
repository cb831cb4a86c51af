"""A version's own sales are those of the table, to the last bit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small_tables import merged, sales

from forecasting.storage.sales.table import Dataset
from forecasting.storage.versions import sales_snapshot

FRAMES = {
    "a total": sales(("2024-01-01", 5), ("2024-01-02", float("nan")), columns=("date", "sales")),
    "keys": sales(("2024-01-01", "a", "north", 5), ("2024-01-01", None, "süd|", 0.1 + 0.2), columns=("date", "product_id", "region", "sales")),
    "drivers": sales(
        ("2024-01-01", "a", "bread", 2.5, 1, 5),
        ("2024-01-02", "a", None, float("nan"), 0, 6),
        columns=("date", "store", "category", "price", "promo", "sales"),
    ),
    "many": sales(*[(str(day.date()), store, np.pi * day.day) for store in "ab" for day in pd.date_range("2020-01-01", periods=900)]),
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_sales_come_back_from_a_versions_folder_as_from_the_table(home, tmp_path, frame):
    read = merged(Dataset(home), frame).read()
    sales_snapshot.write(read, tmp_path)
    found = sales_snapshot.read(home, tmp_path, {})
    pd.testing.assert_frame_equal(found, read)
    assert found.dtypes.to_dict() == read.dtypes.to_dict()
