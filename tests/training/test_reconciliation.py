"""Totals that are forecast themselves, and when their parts follow them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecasting.core import schema
from forecasting.core.panel import Panel
from forecasting.core.settings import ProphetSettings
from forecasting.training import reconciliation
from forecasting.training.backtest import Backtest

K, N, H = 6, 40, 14


def past_and_total(seed=1, *, common=0.3):
    """A blend that is off by a lot that all series share, and a forecast of the total that is nearly right."""
    random = np.random.default_rng(seed)
    mean = np.broadcast_to(random.gamma(2, 2, N)[:, None], (K + 1, N, H))
    y = random.poisson(mean).astype(float)
    blend = mean * np.exp(common * random.normal(size=(K + 1, 1, 1)))
    own = mean.sum(axis=1, keepdims=True) * np.exp(0.02 * random.normal(size=(K + 1, 1, H)))
    cutoffs = pd.date_range("2026-01-01", periods=K, freq="28D")
    past = Backtest(cutoffs, y[:K], {schema.BLEND: blend[:K]})
    return (
        past,
        blend[K],
        reconciliation.Direct(reconciliation.Grouping(reconciliation.EVERYTHING, np.zeros(N, dtype=int), 1), own[:K], own[K]),
        mean[K],
    )


def test_parts_follow_a_total_that_was_forecast_better_and_add_up_to_it():
    past, ahead, direct, _ = past_and_total()
    made = reconciliation.reconcile(past, {schema.BLEND: ahead}, [direct])
    assert made is not None
    assert made.weight > 0.8
    assert made.saved > 0.3
    expected = ahead.sum(axis=0) + made.weight * (direct.ahead[0] - ahead.sum(axis=0))
    np.testing.assert_allclose(made.ahead[schema.BLEND].sum(axis=0), expected)
    np.testing.assert_allclose(
        made.ahead[schema.BLEND] / ahead, np.broadcast_to(made.ahead[schema.BLEND].sum(axis=0) / ahead.sum(axis=0), ahead.shape)
    )


def test_neither_the_total_nor_the_series_became_worse_in_the_past():
    past, ahead, direct, _ = past_and_total()
    made = reconciliation.reconcile(past, {schema.BLEND: ahead}, [direct])
    before, after = (np.abs(values - past.y).sum() for values in (past.yhat[schema.BLEND], made.past[schema.BLEND]))
    assert after <= before
    assert np.abs((made.past[schema.BLEND] - past.y).sum(axis=1)).sum() < np.abs((past.yhat[schema.BLEND] - past.y).sum(axis=1)).sum()


@pytest.mark.parametrize("seed", range(5))
def test_where_adding_up_is_as_good_nothing_is_scaled(seed):
    past, ahead, direct, _ = past_and_total(seed, common=0.0)
    assert reconciliation.reconcile(past, {schema.BLEND: ahead}, [direct]) is None


def test_what_a_cutoff_sold_does_not_teach_the_weight_that_it_is_judged_by():
    past, ahead, direct, _ = past_and_total()
    changed = past.y.copy()
    changed[2] *= 1.2
    made = reconciliation.reconcile(past, {schema.BLEND: ahead}, [direct])
    again = reconciliation.reconcile(Backtest(past.cutoffs, changed, past.yhat), {schema.BLEND: ahead}, [direct])
    np.testing.assert_array_equal(again.past[schema.BLEND][2], made.past[schema.BLEND][2])
    assert not np.array_equal(again.past[schema.BLEND][1], made.past[schema.BLEND][1])


def test_a_total_without_a_forecast_of_its_own_stays_the_sum_of_its_parts():
    past, ahead, direct, _ = past_and_total()
    gap = direct.ahead.copy()
    gap[0, 3] = np.nan
    made = reconciliation.reconcile(past, {schema.BLEND: ahead}, [reconciliation.Direct(direct.grouping, direct.past, gap)])
    np.testing.assert_allclose(made.ahead[schema.BLEND][:, 3], ahead[:, 3])


def shop(days=150):
    dates = pd.date_range("2026-01-05", periods=days, freq="D")
    series = pd.DataFrame({"unique_id": list("abcd"), "product_id": list("abcd"), "store": ["x", "x", "y", "y"]})
    sales = np.arange(4.0)[:, None] + np.tile([1.0, 1, 1, 1, 1, 5, 1], days)[:days]
    sales[3, :20] = np.nan
    return Panel(series, dates, sales, {schema.PROMO: np.tile([0.0, 1.0], (4, days))[:, :days]})


def test_groupings_are_everything_and_each_column_that_groups():
    assert [(made.name, made.count) for made in reconciliation.groupings(shop())] == [("all", 1), ("store", 2)]
    assert reconciliation.groupings(shop().select(np.array([0]))) == []


def test_sales_add_up_over_known_rows_and_drivers_are_averaged():
    panel = shop()
    whole = reconciliation.added_up(panel, reconciliation.groupings(panel)[1])
    np.testing.assert_allclose(whole.sales[1, :20], panel.sales[2, :20])
    np.testing.assert_allclose(whole.sales[0], panel.sales[:2].sum(axis=0))
    np.testing.assert_allclose(whole.drivers[schema.PROMO], panel.drivers[schema.PROMO][:2])


def test_every_total_is_forecast_at_each_cutoff_with_what_was_known_then():
    panel, told = shop(), []
    past = [panel.cut(cut) for cut in (108, 122, 136)]
    everything, stores = reconciliation.forecast(panel, past, (14, 7), ProphetSettings(), told.append)
    assert (everything.past.shape, everything.ahead.shape, stores.past.shape) == ((3, 1, 14), (1, 7), (3, 2, 14))
    np.testing.assert_allclose(everything.ahead[0], panel.sales.sum(axis=0)[-7:], rtol=0.1)
    assert [(step.done, step.total) for step in told] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert reconciliation.forecast(panel, past[:2], (14, 7), ProphetSettings()) == []
