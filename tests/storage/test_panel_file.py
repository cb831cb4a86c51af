"""A version's panel is read as it was learned from, cell for cell."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small_tables import sales

from forecasting.core import panel
from forecasting.storage.versions import panel_file

FRAMES = {
    "a total": sales(("2024-01-01", 5), ("2024-01-03", 2), columns=("date", "sales")),
    "plans": sales(
        ("2024-01-01", "süd|", "bread", 2.5, 1, 5),
        ("2024-01-02", "a", None, float("nan"), 0, 6),
        ("2024-01-05", "a", None, float("nan"), 1, float("nan")),
        columns=("date", "store", "category", "price", "promo", "sales"),
    ),
    "weeks": sales(
        *[(str(day.date()), "a", day.day) for day in pd.date_range("2024-01-04", periods=60, freq="7D")], columns=("date", "store", "sales")
    ),
    "months": sales(
        *[(str(day.date()), "a", day.day) for day in pd.date_range("2022-01-01", periods=30, freq="MS")], columns=("date", "store", "sales")
    ),
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_a_panel_comes_back_as_it_was_written(tmp_path, monkeypatch, frame):
    monkeypatch.setattr(panel_file, "BLOCK_CELLS", 7)
    written = panel.from_sales(frame)
    panel_file.write(written, tmp_path)
    read = panel_file.read(tmp_path)
    pd.testing.assert_frame_equal(read.series, written.series)
    pd.testing.assert_index_equal(read.dates, written.dates)
    assert (read.dates.freq, read.period, list(read.drivers)) == (written.dates.freq, written.period, list(written.drivers))
    np.testing.assert_array_equal(read.sales, written.sales)
    for name, values in written.drivers.items():
        np.testing.assert_array_equal(read.drivers[name], values)


def test_a_version_of_before_has_none(tmp_path):
    assert panel_file.read(tmp_path) is None
