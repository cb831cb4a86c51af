"""Two versions side by side: only the same past days, series and days ahead count."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import past_ensembles as pasts
import pytest

from forecasting.analysis import side_by_side as module
from forecasting.analysis.side_by_side import side_by_side

SERIES = {"product_id": ["Bread", "Cake", "Tea"], "category": ["Food", "Food", "Drinks"]}


def version(blend, y=10.0, *, ahead=10.0, later=0, names=None, **more):
    """Three products at four cutoffs of seven days, each sold and forecast at one level; its sales may begin some days later."""
    shape = (4, 3, 7)
    level = np.broadcast_to(np.asarray(blend, dtype=float), (3,))[None, :, None]
    one = pasts.ensemble(np.full(shape, y), np.broadcast_to(level, shape), series=SERIES, **more)
    dates = one.panel.dates + pd.Timedelta(days=later)
    series = one.panel.series if names is None else one.panel.series.assign(unique_id=names)
    past = replace(one.past, cutoffs=one.past.cutoffs + pd.Timedelta(days=later))
    return replace(one, panel=replace(one.panel, dates=dates, series=series), past=past, yhat={"blend": np.full((3, 7), ahead)})


def test_errors_are_those_of_the_same_days_by_model_and_by_category():
    both = side_by_side(version([11.0, 11.0, 12.0], prophet=np.full((4, 3, 7), 15.0)), version([9.0, 10.0, 10.0]))
    assert len(both.cutoffs) == 4
    errors = {each.name: (round(each.a, 4), round(each.b, 4)) for each in both.models}
    assert next(iter(errors)) == "blend"
    assert errors["blend"] == (round(4 / 30, 4), round(1 / 30, 4))
    assert errors["prophet"] == (0.5, round(1 / 30, 4))
    assert [(each.name, round(each.a, 2), round(each.b, 2)) for each in both.categories] == [("Food", 0.1, 0.05), ("Drinks", 0.2, 0.0)]


def test_cutoffs_two_days_apart_share_the_days_that_both_forecast_and_four_days_apart_none():
    near = side_by_side(version(11.0), version(12.0, later=1))
    assert len(near.cutoffs) == 4
    assert [(round(each.a, 2), round(each.b, 2)) for each in near.models if each.name == "blend"] == [(0.1, 0.2)]
    far = side_by_side(version(11.0), version(12.0, later=4))
    assert (far.cutoffs, far.models, far.categories) == ((), (), ())


def test_units_are_those_of_the_days_that_both_forecast_and_add_up():
    both = side_by_side(version(11.0, ahead=10.0), version(11.0, ahead=12.0, later=3))
    assert (len(both.days), both.total.a, both.total.b) == (4, 120.0, 144.0)
    assert sum(each.difference for each in both.series) + both.others[1] == both.total.difference


def test_series_beyond_those_named_are_added_up(monkeypatch):
    monkeypatch.setattr(module, "MOST_SERIES", 1)
    both = side_by_side(version(11.0), version(11.0, ahead=12.0))
    assert (len(both.series), both.others, both.total.difference) == (1, (2, 28.0), 42.0)


def test_a_series_of_one_version_counts_as_nothing_in_the_other():
    both = side_by_side(version(11.0), version(11.0, names=["s0", "s1", "new"]))
    apart = {each.name: each.difference for each in both.series}
    assert (apart["s2"], apart["new"], apart["s0"]) == (-70.0, 70.0, 0.0)
    assert both.shared == 2


@pytest.mark.parametrize("names", [["a", "b", "c"], ["S0", "S1", "S2"]])
def test_versions_that_share_no_series_are_not_compared(names):
    assert side_by_side(version(11.0), version(11.0, names=names)) is None
