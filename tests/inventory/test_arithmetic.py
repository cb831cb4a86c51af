"""The arithmetic of orders against worked examples, stockpyl, and laws that hold whatever the numbers."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from stockpyl.eoq import economic_order_quantity
from stockpyl.loss_functions import continuous_loss, normal_loss, poisson_loss
from stockpyl.newsvendor import newsvendor_normal, newsvendor_poisson
from stockpyl.rq import r_q_eoqss_approximation

from forecasting.inventory import arithmetic, order_quantities

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


def missed(cycle, lead, level):
    """Units that a cycle misses, whose shelf was filled up to the level."""
    return arithmetic.shortage(cycle, level) - arithmetic.shortage(lead, level)


def test_the_examples_are_right():
    assert [doctest.testmod(module).failed for module in (arithmetic, order_quantities)] == [0, 0]


# Worked examples


def test_the_economic_order_quantity_of_a_book():
    # Snyder & Shen, Fundamentals of Supply Chain Theory, example 3.1: K = 8, h = 0.225, lambda = 1300 -> Q* = 304.1, cost 68.4
    lot = arithmetic.eoq(one(1300), one(8), one(0.225))
    assert lot == pytest.approx(304.1, abs=0.06)
    assert 8 * 1300 / lot + 0.225 * lot / 2 == pytest.approx(68.4, abs=0.05)


def test_the_newsvendor_of_a_book():
    # Snyder & Shen, example 4.3: demand N(50, 8^2), h = 0.18, p = 0.70 -> S* = 56.6, expected cost 1.9976
    ratio = arithmetic.critical_ratio(one(0.70 + 0.18), one(0.18), one(0), once=True)
    assert ratio == pytest.approx(0.70 / 0.88)
    level = arithmetic.quantile(normal(50, 8), ratio)
    assert level == pytest.approx(56.6, abs=0.01)
    cost = 0.18 * arithmetic.leftover(normal(50, 8), level) + 0.70 * arithmetic.shortage(normal(50, 8), level)
    assert cost == pytest.approx(1.9976, abs=0.001)


def test_the_newsvendor_of_a_book_with_a_salvage_value():
    # Snyder & Shen, example 4.2: N(50, 8^2), price 1, cost 0.30, salvage 0.12 -> S* = 56.6, expected profit 33.00
    ratio = arithmetic.critical_ratio(one(1), one(0.30), one(np.nan), once=True, salvage=0.12)
    values = normal(50, 8)
    level = arithmetic.quantile(values, ratio)
    assert level == pytest.approx(56.6, abs=0.01)
    sold, left = 50 - arithmetic.shortage(values, level), arithmetic.leftover(values, level)
    assert 1.00 * sold + 0.12 * left - 0.30 * level == pytest.approx(33.00, abs=0.01)


def test_the_newsvendor_of_a_book_in_whole_units():
    # Snyder & Shen, example 4.7: Poisson(6), h = 1, p = 4 -> S* = 8, cost 3.57
    ratio = arithmetic.critical_ratio(one(4), one(0), one(1))
    level = arithmetic.quantile(poisson(6), ratio)
    assert level == 8
    assert 1 * arithmetic.leftover(poisson(6), level) + 4 * arithmetic.shortage(poisson(6), level) == pytest.approx(3.57, abs=0.01)


def test_the_reorder_point_and_lot_of_a_book():
    # Snyder & Shen, example 5.5 (EOQ + SS): lambda = 1300 a year, sd 150, L = 1/12, K = 8, h = 0.225, p = 7.5 -> r = 190.3, Q = 304.0
    ratio = arithmetic.critical_ratio(one(7.5), one(0), one(0.225))
    level = arithmetic.quantile(normal(1300 / 12, 150 / np.sqrt(12)), ratio)
    assert level == pytest.approx(190.3, abs=0.1)
    assert arithmetic.textbook_level(one(1300), one(150), stats.norm.ppf(ratio), one(1 / 12)) == pytest.approx(190.34, abs=0.01)
    assert r_q_eoqss_approximation(0.225, 7.5, 8, 1300, 150, 1 / 12) == pytest.approx(
        (level[0], arithmetic.eoq(one(1300), one(8), one(0.225))[0]), abs=0.1
    )


def test_the_textbook_level_of_a_week_and_a_lead_time():
    # mean 40 a day, sd 10, 9 days, 95 %: 360 + 1.645 x 10 x 3
    assert arithmetic.textbook_level(one(40), one(10), one(1.645), one(9)) == pytest.approx(409.35)
    # the lead time varies too: variance 9 x 10^2 + 40^2 x 2^2 = 7300
    assert arithmetic.textbook_level(one(40), one(10), one(1.645), one(9), 2.0) == pytest.approx(360 + 1.645 * np.sqrt(7300))


def test_a_fill_rate_by_numeric_integration():
    # (R, S) with normal demand of 100 a week, sd 30, L = 1, R = 1: the missed share is (n(S; 2 weeks) - n(S; 1 week)) / 100
    cycle, lead = normal(200, 30 * np.sqrt(2)), normal(100, 30)
    level = arithmetic.fill_level(cycle, lead, one(100), one(0.97))
    x = np.linspace(level[0], level[0] + 400, 400_001)
    missing = [np.trapezoid((x - level[0]) * stats.norm.pdf(x, mean, sd), x) for mean, sd in ((200, 30 * np.sqrt(2)), (100, 30))]
    assert (missing[0] - missing[1]) / 100 == pytest.approx(0.03, abs=0.0005)


def test_a_shelf_that_is_lived_through_day_by_day_keeps_what_its_level_promises():
    # unmet demand waits, lead time 3, a review every 5 days: what both formulas are about
    random, shelves, days, lead, review = np.random.default_rng(7), 2000, 400, 3, 5
    demand = random.gamma(2.0, 5.0, (days, shelves))
    sums = {span: np.sort(random.gamma(2.0 * span, 5.0, (1, 100_000)), axis=1) for span in (lead, lead + review)}
    kept_at = arithmetic.quantile(sums[lead + review], one(0.9))
    met_at = arithmetic.fill_level(sums[lead + review], sums[lead], one(10 * review), one(0.95))
    for level, kept, met in ((kept_at, 0.9, None), (met_at, None, 0.95)):
        net, arriving = np.full(shelves, level[0]), np.zeros((days + lead + 1, shelves))
        position, missing, short = net.copy(), 0.0, np.zeros((days, shelves), dtype=bool)
        for day in range(days):
            net = net + arriving[day]
            after = net - demand[day]
            missing += (np.maximum(-after, 0) - np.maximum(-net, 0)).mean() if day >= lead else 0.0
            short[day] = after < 0
            net, position = after, position - demand[day]
            if (day + 1) % review == 0:
                arriving[day + 1 + lead] += level - position
                position = np.full(shelves, level[0])
        ends = np.arange(lead + 2 * review - 1, days, review)
        if kept:
            assert 1 - short[ends].mean() == pytest.approx(kept, abs=0.003)
        else:
            assert 1 - missing / (10 * (days - lead)) == pytest.approx(met, abs=0.003)


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
    assert order_quantities.order_quantity(one(173), one(position), one(pack), one(least)) == pytest.approx(ordered)


@pytest.mark.parametrize(("position", "ordered"), [(51, 0), (50, 40), (49, 40), (11, 40), (10, 80), (-35, 120)])
def test_lots_lift_the_position_above_the_reorder_point(position, ordered):
    assert order_quantities.lot_quantity(one(50), one(position), one(40), one(1), one(0)) == ordered
    if ordered:
        assert 50 < position + ordered <= 90


@pytest.mark.parametrize(("position", "ordered"), [(51, 0), (50, 70), (10, 110)])
def test_min_max_orders_up_to_the_maximum(position, ordered):
    assert order_quantities.min_max_quantity(one(50), one(120), one(position), one(1), one(0)) == ordered


def test_a_shelf_lasts_until_the_step_on_which_more_is_wanted_than_there_is():
    expected = np.array([[10.0, 20.0, 30.0, 0.0]])
    cover = [arithmetic.steps_of_cover(one(units), np.zeros((1, 4)), expected)[0] for units in (-5, 0, 5, 10, 20, 45, 60)]
    assert cover == [0.0, 0.0, 0.5, 1.0, 1.5, 2.5, np.inf]
    assert arithmetic.steps_of_cover(one(10), np.array([[0.0, 0.0, 40.0, 0.0]]), expected) == 1.0
    assert arithmetic.steps_of_cover(one(30), np.array([[0.0, 0.0, 40.0, 0.0]]), expected) == np.inf


@given(
    on_hand=st.floats(-20, 200),
    expected=st.lists(st.integers(0, 30), max_size=8),
    receipts=st.lists(st.integers(0, 40), min_size=8, max_size=8),
)
def test_a_shelf_lasts_as_long_as_when_it_is_emptied_step_by_step(on_hand, expected, receipts):
    left, lasts = on_hand, np.inf
    for step, (wanted, arrived) in enumerate(zip(expected, receipts, strict=False)):
        left += arrived
        if left < wanted - 1e-9:
            lasts = step + (max(left, 0) / wanted if wanted else 0)
            break
        left -= wanted
    h = len(expected)
    found = arithmetic.steps_of_cover(one(on_hand), np.array([receipts[:h]], dtype=float), np.array([expected], dtype=float).reshape(1, h))
    assert found == pytest.approx(lasts)


def test_how_long_a_shelf_lasts_is_not_known_where_the_forecast_is_not():
    expected = np.array([[5.0, np.nan], [5.0, np.nan]])
    np.testing.assert_array_equal(arithmetic.steps_of_cover(np.array([4.0, 9.0]), np.zeros((2, 2)), expected), [0.8, np.nan])


def test_what_is_not_known_orders_nothing_and_is_not_a_number():
    unknown = np.full((1, 10), np.nan)
    assert np.isnan(arithmetic.chance_enough(unknown, one(5)))
    assert np.isnan(arithmetic.chance_enough(np.zeros((1, 10)), one(np.nan)))
    assert np.isnan(arithmetic.quantile(unknown, one(0.9)))
    assert np.isnan(arithmetic.shortage(unknown, one(5)))
    assert np.isnan(arithmetic.leftover(unknown, one(5)))
    assert np.isnan(arithmetic.fill_level(unknown, unknown, one(3), one(0.9)))
    assert np.isnan(arithmetic.eoq(one(100), one(0), one(1)))
    assert np.isnan(arithmetic.critical_ratio(one(2), one(3), one(1)))
    assert np.isnan(arithmetic.critical_ratio(one(np.nan), one(3), one(1)))
    assert np.isnan(arithmetic.critical_ratio(one(4), one(3), one(np.nan)))
    assert order_quantities.order_quantity(one(np.nan), one(3), one(1), one(0)) == 0
    assert order_quantities.lot_quantity(one(np.nan), one(3), one(np.nan), one(1), one(0)) == 0


# A second opinion


@given(demand=st.floats(10, 1e5), order=st.floats(0.5, 500), holding=st.floats(0.01, 50))
def test_stockpyl_has_the_same_economic_order_quantity(demand, order, holding):
    assert arithmetic.eoq(one(demand), one(order), one(holding)) == pytest.approx(economic_order_quantity(order, holding, demand)[0], rel=1e-9)


@given(mean=st.floats(20, 500), share=st.floats(0.05, 0.3), earned=st.floats(0.5, 20), lost=st.floats(0.2, 10))
def test_stockpyl_has_the_same_newsvendor(mean, share, earned, lost):
    ratio = arithmetic.critical_ratio(one(lost + earned), one(lost), one(0), once=True)
    level, cost = newsvendor_normal(lost, earned, mean, share * mean)
    values = normal(mean, share * mean)
    ours = arithmetic.quantile(values, ratio)
    assert ours == pytest.approx(level, abs=0.002 * share * mean)
    assert lost * arithmetic.leftover(values, ours) + earned * arithmetic.shortage(values, ours) == pytest.approx(cost, rel=0.005)


@given(mean=st.integers(3, 60), earned=st.floats(1, 20), lost=st.floats(0.5, 10))
def test_stockpyl_has_the_same_newsvendor_of_whole_units(mean, earned, lost):
    level, _ = newsvendor_poisson(lost, earned, mean)
    ratio = earned / (earned + lost)
    ours = np.ceil(arithmetic.quantile(poisson(mean), one(ratio)) - 1e-9)
    assert abs(ours[0] - level) <= (
        1 if abs(stats.poisson.cdf(level - 1, mean) - ratio) < 1 / M or abs(stats.poisson.cdf(level, mean) - ratio) < 1 / M else 0
    )


@given(mean=st.floats(20, 300), share=st.floats(0.05, 0.3), at=st.floats(-2, 3))
def test_stockpyl_loses_and_keeps_as_much(mean, share, at):
    sd = share * mean
    missing, left = normal_loss(mean + at * sd, mean, sd)
    values, level = normal(mean, sd), one(mean + at * sd)
    assert arithmetic.shortage(values, level) == pytest.approx(missing, abs=0.0005 * sd)
    assert arithmetic.leftover(values, level) == pytest.approx(left, abs=0.0005 * sd)


def test_stockpyl_loses_as_much_of_other_demand():
    for level in (5, 12, 20):
        assert arithmetic.shortage(poisson(12), one(level)) == pytest.approx(poisson_loss(level, 12)[0], abs=0.005)
    gamma = stats.gamma(4, scale=10)
    values = gamma.ppf((np.arange(M) + 0.5) / M)[None]
    assert arithmetic.shortage(values, one(60)) == pytest.approx(continuous_loss(60, gamma)[0], abs=0.02)


# Laws

levels = st.floats(0, 1000)


@given(position=levels, lower=levels, more=levels, pack=st.integers(1, 48), least=st.floats(0, 200))
def test_a_higher_level_never_orders_less(position, lower, more, pack, least):
    less, greater = (order_quantities.order_quantity(one(level), one(position), one(pack), one(least)) for level in (lower, lower + more))
    assert greater >= less


@given(position=levels, more=levels, level=levels, pack=st.integers(1, 48), least=st.floats(0, 200))
def test_more_stock_never_orders_more(position, more, level, pack, least):
    poor, rich = (order_quantities.order_quantity(one(level), one(at), one(pack), one(least)) for at in (position, position + more))
    assert rich <= poor


@given(position=st.floats(-200, 1000), level=levels, pack=st.integers(1, 48), least=st.floats(0, 200), lot=st.floats(1, 300))
def test_packs_and_minima_are_never_broken(position, level, pack, least, lot):
    lot = order_quantities.whole_packs(one(max(lot, least)), one(pack))
    orders = (
        order_quantities.order_quantity(one(level), one(position), one(pack), one(least)),
        order_quantities.lot_quantity(one(level), one(position), lot, one(pack), one(least)),
        order_quantities.min_max_quantity(one(level), one(level) + lot, one(position), one(pack), one(least)),
    )
    for units in orders:
        assert units / pack == pytest.approx(np.round(units / pack))
        assert units == 0 or units >= least - 1e-6


@given(low=st.floats(0.01, 0.98), more=st.floats(0, 0.5), seed=st.integers(0, 999))
def test_more_service_never_needs_a_lower_level(low, more, seed):
    random = np.random.default_rng(seed)
    values = np.sort(random.gamma(0.5, 20, (1, 50)), axis=1)
    high = min(low + more, 0.99)
    assert arithmetic.quantile(values, one(high)) >= arithmetic.quantile(values, one(low))
    lead = values / 2
    fills = [arithmetic.fill_level(values, lead, one(values.mean() / 2), one(target)) for target in (low, high)]
    assert fills[1] >= fills[0] - 1e-9


@given(level=levels, seed=st.integers(0, 999))
def test_what_is_missing_and_what_is_left_differ_by_level_and_mean(level, seed):
    values = np.sort(np.random.default_rng(seed).gamma(2, 50, (1, 50)), axis=1)
    difference = arithmetic.leftover(values, one(level)) - arithmetic.shortage(values, one(level))
    assert difference == pytest.approx(level - values.mean(), abs=1e-9 * max(level, 1) + 1e-9)


@given(seed=st.integers(0, 9999), places=st.integers(1, 40), before=st.integers(1, 40), target=st.floats(0.01, 0.999))
def test_no_lower_level_meets_the_share_of_demand(seed, places, before, target):
    random = np.random.default_rng(seed)
    whole, ships = random.random(2) < [0.5, 0.8]
    lead = np.sort(random.gamma(0.7, 30, (1, before)), axis=1) * ships
    cycle = np.sort(random.choice(lead[0], (1, places)) + random.gamma(0.7, 30, (1, places)), axis=1)
    lead, cycle = (np.round(values) if whole else values for values in (lead, cycle))
    per_cycle = np.maximum(cycle.mean(axis=1) - lead.mean(axis=1), 1.0)
    level, allowed = arithmetic.fill_level(cycle, lead, per_cycle, one(target)), (1 - target) * per_cycle
    assert missed(cycle, lead, level) <= allowed + 1e-6
    for lower in np.linspace(0, level * (1 - 1e-6), 50, endpoint=True):
        assert level == 0 or missed(cycle, lead, lower) > allowed - 1e-6


def test_series_are_told_apart(monkeypatch):
    monkeypatch.setattr(arithmetic, "ROWS", 3)
    random = np.random.default_rng(0)
    lead = np.sort(random.gamma(1, 30, (8, 20)), axis=1)
    cycle = np.sort(lead + random.gamma(1, 30, (8, 20)), axis=1)
    cycle[2] = np.nan
    per_cycle, target = (cycle - lead).mean(axis=1), random.uniform(0.5, 0.99, 8)
    per_cycle[5] = 0.0
    level = arithmetic.fill_level(cycle, lead, per_cycle, target)
    alone = [arithmetic.fill_level(cycle[[i]], lead[[i]], per_cycle[[i]], target[[i]])[0] for i in range(8)]
    np.testing.assert_array_equal(level, alone)
    assert np.flatnonzero(np.isnan(level)).tolist() == [2, 5]
    np.testing.assert_array_equal(arithmetic.quantile(cycle, target), [arithmetic.quantile(cycle[[i]], target[[i]])[0] for i in range(8)])


@given(seed=st.integers(0, 9999), p=st.floats(0.01, 0.99), scale=st.floats(0.1, 50), more=st.floats(0, 100))
def test_a_level_is_in_the_units_of_demand_and_covers_it_as_often_as_asked(seed, p, scale, more):
    values = np.sort(np.random.default_rng(seed).gamma(1, 20, (1, 200)), axis=1)
    level = arithmetic.quantile(values, one(p))
    assert arithmetic.quantile(scale * values + more, one(p)) == pytest.approx(scale * level + more)
    assert arithmetic.chance_enough(values, level) == pytest.approx(p, abs=0.5 / 200 + 1e-9)


@given(position=st.floats(-200, 1000), level=levels, pack=st.integers(1, 48), least=st.floats(0, 200))
def test_an_order_reaches_the_level_and_has_no_pack_too_many(position, level, pack, least):
    units = order_quantities.order_quantity(one(level), one(position), one(pack), one(least))[0]
    assert position + units >= level - 1e-6
    assert units == 0 or units - pack < least + 1e-6 or position + units - pack < level + 1e-6


@given(margin=st.floats(0.01, 100), cost=st.floats(0.01, 100), holding=st.floats(0.01, 100), more=st.floats(0, 50), once=st.booleans())
def test_what_earns_more_is_kept_more_and_what_costs_more_to_keep_less(margin, cost, holding, more, once):
    ratio = arithmetic.critical_ratio(one(cost + margin), one(cost), one(holding), once=once)
    assert 0 < ratio < 1
    assert arithmetic.critical_ratio(one(cost + margin + more), one(cost), one(holding), once=once) >= ratio
    assert arithmetic.critical_ratio(one(cost + margin), one(cost), one(holding + more), once=once) <= ratio


def test_the_variance_of_a_sum_over_a_varying_number_of_days():
    random = np.random.default_rng(1)
    days = random.choice([5, 7, 12], 400_000)
    sums = random.gamma(4.0 * days, 2.5)
    level = arithmetic.textbook_level(one(10), one(5), one(1.5), one(days.mean()), days.std())
    assert level == pytest.approx(sums.mean() + 1.5 * sums.std(), rel=0.005)


def test_no_series_at_all():
    none, values = np.zeros(0), np.zeros((0, 10))
    assert arithmetic.quantile(values, none).shape == arithmetic.fill_level(values, values, none, none).shape == (0,)
    assert arithmetic.chance_enough(values, none).shape == arithmetic.shortage(values, none).shape == (0,)
    assert order_quantities.order_quantity(none, none, none, none).shape == arithmetic.eoq(none, none, none).shape == (0,)
    assert arithmetic.steps_of_cover(none, np.zeros((0, 5)), np.zeros((0, 5))).shape == (0,)
