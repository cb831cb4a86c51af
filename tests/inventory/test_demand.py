"""Demand of the days that an order covers: from errors of such sums, by the chance of each lead time, never from what came later."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import past_ensembles as pasts
import pytest

from forecasting.core import schema
from forecasting.core.arrays import moving_sum
from forecasting.inventory.levels import demand, textbook
from forecasting.training import reasons

ROWS = np.arange(12)


def fixed(steps, n=12, longest=9):
    """Every order takes so many steps."""
    return np.tile((np.arange(longest) == steps).astype(float), (n, 1))


def ones(value, n=12):
    return np.full(n, value)


@pytest.fixture(scope="module")
def made():
    """Twelve series of 40 a day, forecast well for 28 days at six cutoffs."""
    return pasts.ensemble(*pasts.noisy(h=28, cutoffs=6), before=np.full((12, 70), 40.0))


def test_demand_of_a_fixed_lead_time_is_the_band_of_that_sum(made):
    found = demand.demand_over(made, ROWS, fixed(3), ones(2))
    f = made.yhat[schema.BLEND][:, :5].sum(axis=1)
    np.testing.assert_allclose(found.expected, f)
    wanted = made.calibrated(5).quantiles(f[:, None], (0.1, 0.5, 0.9))[:, :, 0]
    np.testing.assert_allclose(np.quantile(found.values, (0.1, 0.5, 0.9), axis=1).T, wanted, rtol=0.01)


def test_demand_of_a_lead_time_that_varies_mixes_the_sums_by_their_chance(made):
    lead = np.tile([0.0, 0.25, 0.0, 0.75], (12, 1))
    found = demand.demand_over(made, ROWS, lead, ones(1))
    short, long = (demand.demand_over(made, ROWS, fixed(steps), ones(1)) for steps in (1, 3))
    np.testing.assert_allclose(found.expected, 0.25 * short.expected + 0.75 * long.expected)
    for level in (20.0, 30.0, 45.0):
        chance = (found.values <= level).mean(axis=1)
        parts = [(one.values <= level).mean(axis=1) for one in (short, long)]
        np.testing.assert_allclose(chance, 0.25 * parts[0] + 0.75 * parts[1], atol=0.01)
    assert (np.diff(found.values, axis=1) >= 0).all()


def test_a_span_beyond_what_was_judged_is_not_known(made):
    assert np.isnan(demand.demand_over(made, ROWS, fixed(8), ones(21)).values).all()
    assert np.isfinite(demand.demand_over(made, ROWS, fixed(8), ones(20)).values).all()


def test_a_series_that_is_no_longer_sold_needs_nothing(made):
    health = made.health.assign(**{schema.MODEL: [reasons.STOPPED, *made.health[schema.MODEL][1:]]})
    stopped = replace(made, health=health)
    found = demand.demand_over(stopped, ROWS, fixed(3), ones(2))
    assert (found.values[0] == 0).all()
    assert (found.values[1:, -1] > 0).all()
    assert np.nanmax(demand.ahead_levels(stopped, ROWS, fixed(3), ones(2), ones(0.95))[0]) == 0


def test_levels_of_the_first_review_are_the_quantile_of_demand(made):
    levels = demand.ahead_levels(made, ROWS, fixed(3), ones(2), ones(0.95))
    np.testing.assert_allclose(levels[:, 0], np.quantile(demand.demand_over(made, ROWS, fixed(3), ones(2)).values, 0.95, axis=1), rtol=0.01)
    reviews = np.isfinite(levels[0])
    assert np.flatnonzero(reviews).tolist() == list(range(0, 24, 2))


def test_levels_of_a_lead_time_that_varies_lie_between_those_of_its_lengths(made):
    mixed = demand.ahead_levels(made, ROWS, np.tile([0.0, 0.5, 0.0, 0.5], (12, 1)), ones(2), ones(0.9))
    low, high = (demand.ahead_levels(made, ROWS, fixed(steps), ones(2), ones(0.9)) for steps in (1, 3))
    known = np.isfinite(mixed) & np.isfinite(high)
    assert known.any()
    assert ((low <= mixed) & (mixed <= high))[known].all()


def test_each_series_gets_the_level_that_it_asks_for(made):
    p = np.linspace(0.5, 0.99, 12)
    levels = demand.ahead_levels(made, ROWS, fixed(3), ones(2), p)
    for row in (0, 5, 11):
        alone = demand.ahead_levels(made, np.array([row]), fixed(3, 1), ones(2, 1), p[row : row + 1])
        np.testing.assert_allclose(levels[row], alone[0])


def test_a_later_count_covers_later_days(made):
    ahead = made.yhat[schema.BLEND].copy()
    ahead[:, 5:] *= 3
    steep = replace(made, yhat={**made.yhat, schema.BLEND: ahead})
    np.testing.assert_allclose(demand.demand_over(steep, ROWS, fixed(3), ones(2), start=5).expected, ahead[:, 5:10].sum(axis=1))
    now, later = (demand.ahead_levels(steep, ROWS, fixed(3), ones(2), ones(0.9), start=start) for start in (0, 5))
    assert (later[:, 0] > 2 * now[:, 0]).all()


def test_past_levels_keep_their_promise():
    hits = []
    for seed in range(20):
        made = pasts.ensemble(*pasts.noisy(h=28, cutoffs=6, seed=seed), before=np.full((12, 70), 40.0))
        levels = demand.past_levels(made, ROWS, fixed(4), ones(3), ones(0.9))
        sold = moving_sum(made.past.y, 7)
        known = np.isfinite(levels[:, :, : sold.shape[2]])
        hits.append((sold <= levels[:, :, : sold.shape[2]])[known].mean())
    assert np.mean(hits) == pytest.approx(0.9, abs=0.02)


def test_past_levels_do_not_know_their_own_cutoff(made):
    levels = demand.past_levels(made, ROWS, fixed(4), ones(3), ones(0.9))
    y = made.past.y.copy()
    y[2] *= 5
    other = demand.past_levels(replace(made, past=replace(made.past, y=y)), ROWS, fixed(4), ones(3), ones(0.9))
    np.testing.assert_array_equal(levels[2], other[2])
    assert (np.nan_to_num(levels[0]) != np.nan_to_num(other[0])).any()


def test_past_levels_end_where_a_sum_would_pass_the_days_judged(made):
    levels = demand.past_levels(made, ROWS, fixed(4), ones(1), ones(0.9))
    assert levels.shape == (6, 12, 28)
    assert np.isfinite(levels[0, 0]).tolist() == [True] * 24 + [False] * 4


def test_what_sells_in_the_next_days_only_grows(made):
    found = demand.cumulative(made, 3, 10, (0.1, 0.5, 0.9))
    assert (np.diff(found, axis=1) >= 0).all()
    assert (np.diff(found, axis=0) >= 0).all()
    np.testing.assert_allclose(found[:, 4], made.calibrated(5).of(np.array([3])).quantiles(np.array([[50.0]]), (0.1, 0.5, 0.9))[0, :, 0])


def test_the_textbook_level_by_hand():
    before = np.tile(np.array([0.0, 10.0]), (12, 30))
    made = pasts.ensemble(*pasts.noisy(h=28, cutoffs=6), before=before)
    z = np.full(12, 1.645)
    level = textbook.past_levels(made, ROWS, z, np.full(12, 9.0))[0, 0, 0]
    sales = np.tile([0.0, 10.0], 28)
    assert level == pytest.approx(9 * 5 + 1.645 * sales.std(ddof=1) * 3)


def test_the_textbook_knows_the_sales_before_each_review_and_none_after(made):
    z, steps = np.full(12, 1.645), np.full(12, 9.0)
    levels = textbook.past_levels(made, ROWS, z, steps)
    sales = made.panel.sales.copy()
    sales[:, 70 + 10] *= 9
    other = textbook.past_levels(replace(made, panel=replace(made.panel, sales=sales)), ROWS, z, steps)
    np.testing.assert_array_equal(levels[0, :, :11], other[0, :, :11])
    assert (levels[0, :, 11] != other[0, :, 11]).all()


def test_a_young_series_has_the_textbook_level_of_the_days_that_it_has():
    before = np.full((12, 70), np.nan)
    before[:, -10:] = 8.0
    made = pasts.ensemble(*pasts.noisy(h=28, cutoffs=6), before=before)
    assert textbook.past_levels(made, ROWS, np.full(12, 1.0), np.full(12, 4.0))[0, 0, 0] == pytest.approx(32.0)
