"""The quantile that keeps a promise where unmet demand is lost."""

from __future__ import annotations

import numpy as np
import past_ensembles as pasts
import pytest
from scipy.special import ndtri

from forecasting.inventory.levels.lost_sales import covering_quantiles, idle_share
from forecasting.inventory.simulation.shelf import KnownDemand, replay, review_cycles

P = np.array([0.6, 0.8, 0.9, 0.95, 0.98, 0.995])


def chances(lead, n):
    return np.tile((np.arange(lead + 1) == lead).astype(float), (n, 1))


def asked(lead, review, p=P, idle=0.0):
    return covering_quantiles(p, chances(lead, len(p)), np.full(len(p), review), np.full(len(p), idle))


def achieved(demand, level, lead, review):
    """Share of cycles without a loss of shelves that are ordered up to a level, shape (m,), at every review."""
    m, h = demand.shape
    lived = replay(demand, lambda step, at: np.maximum(level - at, 0) * (step % review == 0), lead=np.full(m, lead), start=level)
    always = np.ones((m, h), dtype=bool)
    cycles = review_cycles(lived.lost, KnownDemand(always, always), np.full((m, h), lead), np.arange(0, h + 1, review), share=1.0)
    return cycles.kept.sum() / cycles.judged.sum()


@pytest.mark.parametrize(("lead", "review"), [(0, 1), (3, 7), (6, 7)])
def test_where_one_order_is_under_way_at_a_time_the_promise_is_the_quantile(lead, review):
    np.testing.assert_array_equal(asked(lead, review), P)


def test_the_more_orders_are_under_way_the_lower_the_quantile():
    made = np.array([asked(lead, 1) for lead in (0, 1, 2, 4, 7, 14, 30)])
    assert (np.diff(made, axis=0) < 0).all()
    assert (np.diff(made, axis=1) > 0).all()


def test_series_with_other_terms_are_reckoned_each_by_its_own():
    lead = np.zeros((3, 8))
    lead[[0, 1, 2], [7, 7, 2]] = 1
    made = covering_quantiles(np.array([0.95, 0.95, 0.9]), lead, np.array([1, 7, 1]), np.zeros(3))
    np.testing.assert_allclose(made, [*asked(7, 1, P[3:4]), *asked(7, 7, P[3:4]), *asked(2, 1, P[2:3])])


@pytest.mark.parametrize(("lead", "review"), [(7, 1), (4, 1), (7, 7), (14, 7), (21, 1)])
@pytest.mark.parametrize("p", [0.9, 0.95, 0.98])
def test_normal_demand_keeps_the_promise(lead, review, p):
    demand = np.random.default_rng(1).normal(100, 20, (400, 40 * review + 5 * lead))
    quantile = asked(lead, review, np.array([p]))[0]
    cover = lead + review
    level = np.full(len(demand), 100 * cover + ndtri(quantile) * 20 * np.sqrt(cover))
    assert achieved(demand, level, lead, review) == pytest.approx(p, abs=0.008)


def test_errors_that_last_keep_it_nearly():
    # Relative errors of 0.8 from one day to the next, and a forecast that is off for good: the quantile is taken from sums as they are.
    random = np.random.default_rng(2)
    error = random.normal(size=(4000, 80))
    for day in range(1, 80):
        error[:, day] = 0.8 * error[:, day - 1] + 0.6 * error[:, day]
    demand = 100 + 20 * error + 5 * random.normal(size=(4000, 1))
    level = np.quantile(np.lib.stride_tricks.sliding_window_view(demand, 8, axis=1).sum(axis=2), asked(7, 1, np.array([0.95]))[0])
    assert achieved(demand, np.full(4000, level), 7, 1) == pytest.approx(0.95, abs=0.015)


# Sales on few days


def test_the_fewer_days_have_sales_the_lower_the_quantile():
    made = np.array([asked(7, 1, idle=idle) for idle in (0.0, 0.3, 0.5, 0.7, 0.9)])
    assert (np.diff(made[:, 1:], axis=0) < 0).all()


def test_with_weekly_reviews_few_weeks_are_idle():
    np.testing.assert_allclose(asked(14, 7, idle=0.7), asked(14, 7), atol=1e-12)


@pytest.mark.parametrize("idle", [0.3, 0.5, 0.7, 0.9])
def test_lumpy_demand_keeps_the_promise(idle):
    random = np.random.default_rng(3)
    demand = np.where(random.random((3000, 70)) < idle, 0.0, random.gamma(1.5, 10, (3000, 70)))
    level = np.quantile(np.lib.stride_tricks.sliding_window_view(demand, 8, axis=1).sum(axis=2), asked(7, 1, np.array([0.95]), idle)[0])
    assert achieved(demand, np.full(3000, level), 7, 1) == pytest.approx(0.95, abs=0.012)


def test_idle_days_are_counted_between_sales_and_before_the_first_cutoff():
    # Never sold before day 7; then every third day on which one of two days after a sale is without one, five sales in a row, and a gap.
    before = np.array([[0, 0, 0, 0, 0, 0, 2, 0, 0, 1, 0, 0, 1, 1], [3, 3, 3, 3, 3, 3, 3, 3, 3, 3, np.nan, 3, 3, 3]])
    made = pasts.ensemble(np.zeros((2, 2, 7)), np.zeros((2, 2, 7)), before=before)
    np.testing.assert_allclose(idle_share(made, np.arange(2)), [2 / (3 + 2), 0])
    np.testing.assert_allclose(idle_share(made, np.array([1])), [0])


def test_without_a_past_all_sales_count():
    made = pasts.ensemble(np.empty((0, 1, 7)), np.empty((0, 1, 7)), before=[[1, 0, 0, 1, 0, 0, 1]])
    np.testing.assert_allclose(idle_share(made, np.array([0])), [2 / (2 + 2)])
