"""The arithmetic of orders against worked examples, stockpyl, and laws that hold whatever the numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from stockpyl.eoq import economic_order_quantity
from stockpyl.loss_functions import continuous_loss, normal_loss, poisson_loss
from stockpyl.newsvendor import newsvendor_normal, newsvendor_poisson

from forecasting import inventory

M = 4000
"""Equally likely values that stand for a distribution here."""


def one(value):
    return np.array([float(value)])


def normal(mean, sd):
    """Equally likely values of a normal distribution, a series a row."""
    middles = (np.arange(M) + 0.5) / M
    return stats.norm.ppf(middles, np.atleast_1d(mean)[:, None], np.atleast_1d(sd)[:, None])


def poisson(mean):
    return stats.poisson.ppf((np.arange(M) + 0.5) / M, mean)[None]


# Worked examples


def test_the_economic_order_quantity_of_a_book():
    # Snyder & Shen, Fundamentals of Supply Chain Theory, example 3.1: K = 8, h = 0.225, lambda = 1300 -> Q* = 304.1
    assert inventory.eoq(one(1300), one(8), one(0.225)) == pytest.approx(304.1, abs=0.06)


def test_the_newsvendor_of_a_book():
    # Snyder & Shen, example 4.3: demand N(50, 8^2), h = 0.18, p = 0.70 -> S* = 56.6, expected cost 1.9976
    ratio = inventory.critical_ratio(one(0.70 + 0.18), one(0.18), one(0), once=True)
    assert ratio == pytest.approx(0.70 / 0.88)
    level = inventory.quantile(normal(50, 8), ratio)
    assert level == pytest.approx(56.6, abs=0.01)
    cost = 0.18 * inventory.leftover(normal(50, 8), level) + 0.70 * inventory.shortage(normal(50, 8), level)
    assert cost == pytest.approx(1.9976, abs=0.001)


def test_the_textbook_level_of_a_week_and_a_lead_time():
    # mean 40 a day, sd 10, 9 days, 95 %: 360 + 1.645 x 10 x 3
    assert inventory.textbook_level(one(40), one(10), one(1.645), one(9)) == pytest.approx(409.35)
    # the lead time varies too: variance 9 x 10^2 + 40^2 x 2^2 = 7300
    assert inventory.textbook_level(one(40), one(10), one(1.645), one(9), 2.0) == pytest.approx(360 + 1.645 * np.sqrt(7300))


def test_a_fill_rate_by_numeric_integration():
    # (R, S) with normal demand of 100 a week, sd 30, L = 1, R = 1: the missed share is (n(S; 2 weeks) - n(S; 1 week)) / 100
    cycle, lead = normal(200, 30 * np.sqrt(2)), normal(100, 30)
    level = inventory.fill_level(cycle, lead, one(100), one(0.97))
    x = np.linspace(level[0], level[0] + 400, 400_001)
    missing = [np.trapezoid((x - level[0]) * stats.norm.pdf(x, mean, sd), x) for mean, sd in ((200, 30 * np.sqrt(2)), (100, 30))]
    assert (missing[0] - missing[1]) / 100 == pytest.approx(0.03, abs=0.0005)


@pytest.mark.parametrize(
    ("position", "pack", "least", "ordered"),
    [
        (90, 12, 0, 84),
        (173, 12, 0, 0),
        (172, 12, 0, 12),
        (172, 12, 30, 36),
        (200, 12, 30, 0),
        (89, 1, 0, 84),
        (173 - 1e-12, 12, 0, 0),
        (161, 12, 0, 12),
    ],
)
def test_orders_come_in_whole_packs_and_at_least_the_minimum(position, pack, least, ordered):
    assert inventory.order_quantity(one(173), one(position), one(pack), one(least)) == pytest.approx(ordered)


@pytest.mark.parametrize(("position", "ordered"), [(51, 0), (50, 40), (49, 40), (11, 40), (10, 80), (-35, 120)])
def test_lots_lift_the_position_above_the_reorder_point(position, ordered):
    assert inventory.lot_quantity(one(50), one(position), one(40), one(1), one(0)) == ordered
    if ordered:
        assert 50 < position + ordered <= 90


@pytest.mark.parametrize(("position", "ordered"), [(51, 0), (50, 70), (10, 110)])
def test_min_max_orders_up_to_the_maximum(position, ordered):
    assert inventory.min_max_quantity(one(50), one(120), one(position), one(1), one(0)) == ordered


def test_a_shelf_lasts_until_the_step_on_which_more_is_wanted_than_there_is():
    expected = np.array([[10.0, 20.0, 30.0, 0.0]])
    cover = [inventory.steps_of_cover(one(units), np.zeros((1, 4)), expected)[0] for units in (-5, 0, 5, 10, 20, 45, 60)]
    assert cover == [0.0, 0.0, 0.5, 1.0, 1.5, 2.5, np.inf]
    assert inventory.steps_of_cover(one(10), np.array([[0.0, 0.0, 40.0, 0.0]]), expected) == 1.0
    assert inventory.steps_of_cover(one(30), np.array([[0.0, 0.0, 40.0, 0.0]]), expected) == np.inf


def test_what_is_not_known_orders_nothing_and_is_not_a_number():
    unknown = np.full((1, 10), np.nan)
    assert np.isnan(inventory.chance_enough(unknown, one(5)))
    assert np.isnan(inventory.fill_level(unknown, unknown, one(3), one(0.9)))
    assert np.isnan(inventory.eoq(one(100), one(0), one(1)))
    assert np.isnan(inventory.critical_ratio(one(2), one(3), one(1)))
    assert inventory.order_quantity(one(np.nan), one(3), one(1), one(0)) == 0
    assert inventory.lot_quantity(one(np.nan), one(3), one(np.nan), one(1), one(0)) == 0


# A second opinion


@given(demand=st.floats(10, 1e5), order=st.floats(0.5, 500), holding=st.floats(0.01, 50))
def test_stockpyl_has_the_same_economic_order_quantity(demand, order, holding):
    assert inventory.eoq(one(demand), one(order), one(holding)) == pytest.approx(economic_order_quantity(order, holding, demand)[0], rel=1e-9)


@given(mean=st.floats(20, 500), share=st.floats(0.05, 0.3), earned=st.floats(0.5, 20), lost=st.floats(0.2, 10))
def test_stockpyl_has_the_same_newsvendor(mean, share, earned, lost):
    ratio = inventory.critical_ratio(one(lost + earned), one(lost), one(0), once=True)
    level, cost = newsvendor_normal(lost, earned, mean, share * mean)
    values = normal(mean, share * mean)
    ours = inventory.quantile(values, ratio)
    assert ours == pytest.approx(level, abs=0.002 * share * mean)
    assert lost * inventory.leftover(values, ours) + earned * inventory.shortage(values, ours) == pytest.approx(cost, rel=0.005)


@given(mean=st.integers(3, 60), earned=st.floats(1, 20), lost=st.floats(0.5, 10))
def test_stockpyl_has_the_same_newsvendor_of_whole_units(mean, earned, lost):
    level, _ = newsvendor_poisson(lost, earned, mean)
    ratio = earned / (earned + lost)
    ours = np.ceil(inventory.quantile(poisson(mean), one(ratio)) - 1e-9)
    assert abs(ours[0] - level) <= (
        1 if abs(stats.poisson.cdf(level - 1, mean) - ratio) < 1 / M or abs(stats.poisson.cdf(level, mean) - ratio) < 1 / M else 0
    )


@given(mean=st.floats(20, 300), share=st.floats(0.05, 0.3), at=st.floats(-2, 3))
def test_stockpyl_loses_and_keeps_as_much(mean, share, at):
    sd = share * mean
    missing, left = normal_loss(mean + at * sd, mean, sd)
    values, level = normal(mean, sd), one(mean + at * sd)
    assert inventory.shortage(values, level) == pytest.approx(missing, abs=0.0005 * sd)
    assert inventory.leftover(values, level) == pytest.approx(left, abs=0.0005 * sd)


def test_stockpyl_loses_as_much_of_other_demand():
    for level in (5, 12, 20):
        assert inventory.shortage(poisson(12), one(level)) == pytest.approx(poisson_loss(level, 12)[0], abs=0.005)
    gamma = stats.gamma(4, scale=10)
    values = gamma.ppf((np.arange(M) + 0.5) / M)[None]
    assert inventory.shortage(values, one(60)) == pytest.approx(continuous_loss(60, gamma)[0], abs=0.02)


# Laws

levels = st.floats(0, 1000)


@given(position=levels, lower=levels, more=levels, pack=st.integers(1, 48), least=st.floats(0, 200))
def test_a_higher_level_never_orders_less(position, lower, more, pack, least):
    less, greater = (inventory.order_quantity(one(level), one(position), one(pack), one(least)) for level in (lower, lower + more))
    assert greater >= less


@given(position=levels, more=levels, level=levels, pack=st.integers(1, 48), least=st.floats(0, 200))
def test_more_stock_never_orders_more(position, more, level, pack, least):
    poor, rich = (inventory.order_quantity(one(level), one(at), one(pack), one(least)) for at in (position, position + more))
    assert rich <= poor


@given(position=st.floats(-200, 1000), level=levels, pack=st.integers(1, 48), least=st.floats(0, 200), lot=st.floats(1, 300))
def test_packs_and_minima_are_never_broken(position, level, pack, least, lot):
    lot = inventory.whole_packs(one(max(lot, least)), one(pack))
    orders = (
        inventory.order_quantity(one(level), one(position), one(pack), one(least)),
        inventory.lot_quantity(one(level), one(position), lot, one(pack), one(least)),
        inventory.min_max_quantity(one(level), one(level) + lot, one(position), one(pack), one(least)),
    )
    for units in orders:
        assert units / pack == pytest.approx(np.round(units / pack))
        assert units == 0 or units >= least - 1e-6


@given(low=st.floats(0.01, 0.98), more=st.floats(0, 0.5), seed=st.integers(0, 999))
def test_more_service_never_needs_a_lower_level(low, more, seed):
    random = np.random.default_rng(seed)
    values = np.sort(random.gamma(0.5, 20, (1, 50)), axis=1)
    high = min(low + more, 0.99)
    assert inventory.quantile(values, one(high)) >= inventory.quantile(values, one(low))
    lead = values / 2
    fills = [inventory.fill_level(values, lead, one(values.mean() / 2), one(target)) for target in (low, high)]
    assert fills[1] >= fills[0] - 1e-9


@given(level=levels, seed=st.integers(0, 999))
def test_what_is_missing_and_what_is_left_differ_by_level_and_mean(level, seed):
    values = np.sort(np.random.default_rng(seed).gamma(2, 50, (1, 50)), axis=1)
    difference = inventory.leftover(values, one(level)) - inventory.shortage(values, one(level))
    assert difference == pytest.approx(level - values.mean(), abs=1e-9 * max(level, 1) + 1e-9)
