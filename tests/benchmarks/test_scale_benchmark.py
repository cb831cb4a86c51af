"""The chain that the benchmark of scale makes up has every kind of series, and its parts are measured wherever they are called from."""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np
import pandas as pd

from benchmarks import scale
from benchmarks.support import chains
from forecasting.core import panel


def test_a_chain_is_the_same_each_time_and_has_young_sparse_and_closed_series():
    sales = chains.sales(300, 120)
    pd.testing.assert_frame_equal(sales, chains.sales(300, 120))
    made = panel.from_sales(sales)
    known = np.isfinite(made.sales)
    assert made.sales.shape == (300, 120)
    assert 10 <= (made.started > 0).sum() <= 100
    assert ((known.sum(axis=1) < 60) & (made.started < 20)).any(), "none without rows for nothing sold"
    closed = made.series["store"] == "store 00000"
    sundays = made.dates.day_of_week == 6
    assert not known[np.ix_(closed, sundays)].any()
    assert known[np.ix_(~closed, sundays)].any()
    assert made.series["category"].nunique() == chains.CATEGORIES


def test_an_exponent_is_the_power_of_growth():
    assert scale.exponent([100, 200, 400], [1.0, 7.0, 16.0]) == 2.0
    assert math.isnan(scale.exponent([100, 200], [0.0, 1.0]))


def test_a_part_counts_whoever_imported_its_function(monkeypatch):
    from forecasting.training import pipeline
    from forecasting.training.bands import days

    for owner in (days, pipeline):
        monkeypatch.setattr(owner, "day_bands", days.day_bands)  # undone after the test
    seconds = defaultdict(float)
    scale.watch(seconds, "bands", "forecasting.training.bands.days", "day_bands")
    assert pipeline.day_bands is days.day_bands
    assert pipeline.day_bands.__wrapped__ is not pipeline.day_bands
