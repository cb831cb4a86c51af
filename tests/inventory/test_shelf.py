"""A shelf lived through day by day."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.inventory.simulation.shelf import KnownDemand, delivery_cycles, replay, review_cycles

ALL = 1.0


def up_to(level, *, every=1, pack=1.0, least=0.0):
    """Orders at every so manieth step up to a level, in whole packs, at least so many units."""

    def order(step, position):
        if step % every:
            return np.zeros_like(position)
        short = np.maximum(level - position, 0)
        return np.where(short > 0, np.ceil(np.maximum(short, least) / pack) * pack, 0.0)

    return order


def when_low(_, position):
    """Orders 5 as soon as at most 2 are left."""
    return np.where(position <= 2, 5.0, 0.0)


def nothing(_, position):
    return np.zeros_like(position)


def steps(*values):
    return np.array([values], dtype=float)


def whole(*values):
    return np.array(values, dtype=int)


# By hand


def test_a_daily_review_with_a_lead_time_of_two_days():
    # Level 10. Day 1: sells 4, 6 left. Day 2: orders 4 (there on day 4), sells 5, 1 left. Day 3: orders 5, 3 wanted, 1 sold, 2 lost.
    # Day 4: orders 1, gets 4, sells 4. Day 5: orders 4, gets 5, sells 0.
    lived = replay(steps(4, 5, 3, 4, 0), up_to(10), lead=whole(2), start=np.array([10.0]))
    np.testing.assert_array_equal(lived.ordered, steps(0, 4, 5, 1, 4))
    np.testing.assert_array_equal(lived.arrived, steps(0, 0, 0, 4, 5))
    np.testing.assert_array_equal(lived.sold, steps(4, 5, 1, 4, 0))
    np.testing.assert_array_equal(lived.lost, steps(0, 0, 2, 0, 0))
    np.testing.assert_array_equal(lived.on_hand, steps(6, 1, 0, 0, 5))


def test_what_is_delivered_at_once_serves_the_same_day():
    lived = replay(steps(8, 8, 8), up_to(8), lead=whole(0), start=np.array([8.0]))
    np.testing.assert_array_equal(lived.sold, steps(8, 8, 8))
    np.testing.assert_array_equal(lived.arrived, steps(0, 8, 8))


def test_orders_come_in_packs_and_minima_at_reviews_only():
    lived = replay(steps(5, 1, 1, 9, 0, 0), up_to(20, every=2, pack=6, least=10), lead=whole(0), start=np.array([20.0]))
    np.testing.assert_array_equal(lived.ordered, steps(0, 0, 12, 0, 12, 0))


def test_orders_may_overtake_each_other():
    # Ordered on days 1 and 2, there on days 4 and 3.
    lived = replay(steps(0, 3, 0, 0), lambda step, _: steps(7, 3, 0, 0)[:, step], lead=np.array([[3, 1, 1, 1]]), start=np.zeros(1))
    np.testing.assert_array_equal(lived.arrived, steps(0, 0, 3, 7))
    np.testing.assert_array_equal(lived.lost, steps(0, 3, 0, 0))


def test_shelves_do_not_touch_each_other():
    random = np.random.default_rng(0)
    demand, lead, start = random.poisson(3, (5, 30)).astype(float), whole(0, 1, 2, 5, 9), random.poisson(20, 5).astype(float)
    together = replay(demand, up_to(np.array([9.0, 14, 20, 30, 40])), lead=lead, start=start)
    for row, level in enumerate([9, 14, 20, 30, 40]):
        alone = replay(demand[row : row + 1], up_to(level), lead=lead[row : row + 1], start=start[row : row + 1])
        np.testing.assert_array_equal(alone.on_hand[0], together.on_hand[row])


# Laws

shops = st.integers(0, 10_000).map(np.random.default_rng)


@given(random=shops, pack=st.sampled_from([1, 6, 10]), least=st.sampled_from([0, 15]), every=st.integers(1, 9))
def test_every_unit_is_somewhere(random, pack, least, every):
    m, h = 4, 40
    demand, lead = random.poisson(random.gamma(1, 5, (m, 1)), (m, h)).astype(float), random.integers(0, 12, (m, h))
    start = random.poisson(30, m).astype(float)
    lived = replay(demand, up_to(random.poisson(40, m), every=every, pack=pack, least=least), lead=lead, start=start)
    before = np.column_stack([start, lived.on_hand[:, :-1]])
    np.testing.assert_allclose(before + lived.arrived - lived.sold, lived.on_hand)
    np.testing.assert_allclose(lived.sold + lived.lost, demand)
    assert (lived.on_hand >= 0).all()
    assert (lived.lost[lived.on_hand > 0] == 0).all()
    assert (lived.ordered % pack == 0).all()
    assert (lived.ordered[lived.ordered > 0] >= least).all()
    place = np.arange(h) + lead
    for row in range(m):
        due = np.bincount(place[row], lived.ordered[row], minlength=h)
        np.testing.assert_allclose(lived.arrived[row], due[:h])


@given(random=shops)
def test_ample_stock_loses_nothing(random):
    demand = random.poisson(5, (3, 50)).astype(float)
    lived = replay(demand, nothing, lead=whole(1, 2, 3), start=demand.sum(axis=1))
    assert (lived.lost == 0).all()
    assert (lived.on_hand[:, -1] == 0).all()


@given(random=shops, day=st.integers(0, 29))
def test_no_order_knows_what_will_be_wanted(random, day):
    demand, lead = random.poisson(5, (3, 30)).astype(float), whole(0, 3, 7)
    other = np.where(np.arange(30) < day, demand, random.poisson(9, (3, 30)))
    rule = up_to(np.array([10.0, 30, 60]), every=2, pack=4)
    one, two = (replay(wanted, rule, lead=lead, start=np.full(3, 20.0)) for wanted in (demand, other))
    np.testing.assert_array_equal(one.ordered[:, : day + 1], two.ordered[:, : day + 1])


@given(random=shops)
def test_a_higher_level_never_loses_more(random):
    demand, lead = random.poisson(5, (6, 60)).astype(float), random.integers(0, 8, 6)
    low = random.poisson(30, 6).astype(float)
    lost = [replay(demand, up_to(level), lead=lead, start=level).lost.sum(axis=1) for level in (low, low + 5)]
    assert (lost[1] <= lost[0]).all()


# Cycles


def reviewed(lost, *, lead, reviews, known=None, opened=None, share=ALL):
    lost = np.atleast_2d(np.asarray(lost, dtype=float))
    known = np.isfinite(lost) if known is None else np.atleast_2d(known).astype(bool)
    return review_cycles(
        lost,
        KnownDemand(known, known if opened is None else np.atleast_2d(opened).astype(bool)),
        np.broadcast_to(lead, lost.shape),
        np.array(reviews),
        share=share,
    )


def test_a_cycle_lasts_from_one_delivery_to_the_next():
    # Reviews before days 1, 3, 5 (and 7), lead time 1: cycles are days 2-3, 4-5, 6-7; day 1 and day 8 belong to none.
    cycles = reviewed([9, 0, 0, 0, 1, 0, 0, 9], lead=1, reviews=[0, 2, 4, 6])
    assert cycles.judged.tolist() == [[True, True, True]]
    assert cycles.kept.tolist() == [[True, False, True]]


def test_a_cycle_that_ends_beyond_what_is_known_is_not_judged():
    assert reviewed([0, 0, 0, 0], lead=2, reviews=[0, 1, 2, 3, 4]).judged.tolist() == [[True, True, False, False]]


def test_a_cycle_of_unknown_days_is_not_judged():
    # Lead time 1, a review every 2 days. The first cycle (days 2-3) knows both its days and 2 of the 3 since its review; the second (days 4-5) one.
    known = [0, 1, 1, 1, 0]
    assert reviewed([0, 0, 0, 0, 0], lead=1, reviews=[0, 2, 4], known=known, share=0.6).judged.tolist() == [[True, False]]
    assert reviewed([0, 0, 0, 0, 0], lead=1, reviews=[0, 2, 4], known=known).judged.tolist() == [[False, False]]


def test_a_cycle_of_closed_days_alone_is_not_judged():
    # Lead time 0, a review every day; the shop is closed on days 2 and 4, on which nothing can be lost.
    cycles = reviewed([0, 0, 1, 0], lead=0, reviews=[0, 1, 2, 3, 4], opened=[1, 0, 1, 0])
    assert cycles.judged.tolist() == [[True, False, True, False]]
    assert cycles.kept.tolist() == [[True, False, False, False]]


def test_a_delivery_that_is_overtaken_ends_no_cycle():
    # Due before days 4, 3 and 5: from the first on to the second is no time.
    cycles = reviewed([0, 0, 1, 0, 0], lead=[[3, 1, 2, 2, 2]], reviews=[0, 1, 2])
    assert cycles.judged.tolist() == [[False, True]]
    assert cycles.kept.tolist() == [[False, False]]


def test_cycles_of_a_rule_without_reviews_end_with_its_deliveries():
    demand = steps(1, 2, 1, 1, 3, 1, 1, 0)
    lived = replay(demand, when_low, lead=whole(2), start=np.array([5.0]))
    np.testing.assert_array_equal(lived.ordered, steps(0, 0, 5, 0, 0, 5, 0, 0))
    np.testing.assert_array_equal(lived.lost, steps(0, 0, 0, 0, 0, 0, 0, 0))
    cycles = delivery_cycles(lived, np.ones_like(demand, dtype=bool), share=ALL)
    assert np.flatnonzero(cycles.judged[0]).tolist() == [4, 7]
    assert np.flatnonzero(cycles.kept[0]).tolist() == [4, 7]
    lived = replay(demand * 2, when_low, lead=whole(2), start=np.array([5.0]))
    cycles = delivery_cycles(lived, np.ones_like(demand, dtype=bool), share=ALL)
    np.testing.assert_array_equal(lived.arrived > 0, cycles.judged)
    assert not cycles.kept.all(where=cycles.judged)


@pytest.mark.parametrize("lead", [0, 3])
def test_reviews_and_deliveries_cut_the_same_days_where_each_review_orders(lead):
    demand = np.random.default_rng(1).poisson(6, (5, 40)).astype(float) + 1
    lived = replay(demand, up_to(24), lead=np.full(5, lead), start=np.full(5, 24.0))
    by_review = reviewed(lived.lost, lead=lead, reviews=np.arange(41)).kept
    by_delivery = delivery_cycles(lived, np.ones_like(demand, dtype=bool), share=ALL).kept
    # The cycle of the review before step t ends with the delivery on step t + lead + 1.
    np.testing.assert_array_equal(by_review[:, 1 : 39 - lead], by_delivery[:, lead + 2 :])
