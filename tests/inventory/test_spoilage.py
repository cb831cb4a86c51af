"""Goods that do not keep: what the simulation takes off the shelf, and what was expected to spoil."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import past_ensembles as pasts
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.inventory.arithmetic import critical_ratio
from forecasting.inventory.orders import recommend, value
from forecasting.inventory.policy import Policy
from forecasting.inventory.simulation.policy_check import TEXTBOOK
from forecasting.inventory.simulation.shelf import replay
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import GivenStock

N = 12
ROWS = np.arange(N)
PARTS = ("arrived", "sold", "lost", "on_hand", "ordered")


def up_to(level, every=1):
    return lambda step, position: np.maximum(level - position, 0.0) * (step % every == 0)


def test_by_hand():
    # Goods keep two days. Day 1: 10 there, 3 sold. Day 2: 2 sold, the other 5 spoil. Day 3: 4 come, 1 sold. Day 4: none sold, the other 3 spoil.
    demand = np.array([[3.0, 2, 1, 0, 2]])
    come = np.array([[0.0, 0, 4, 0, 0]])
    lived = replay(demand, lambda step, _: come[:, step], lead=np.array([0]), start=np.array([10.0]), life=np.array([2.0]))
    np.testing.assert_array_equal(lived.spoiled, [[0, 5, 0, 3, 0]])
    np.testing.assert_array_equal(lived.on_hand, [[7, 0, 3, 0, 0]])
    np.testing.assert_array_equal(lived.lost, [[0, 0, 0, 0, 2]])


def test_goods_of_one_day_never_stay_over_night():
    demand = np.random.default_rng(1).poisson(5, (4, 30)).astype(float)
    lived = replay(demand, up_to(8.0), lead=np.zeros(4, dtype=int), start=np.full(4, 8.0), life=np.ones(4))
    assert not lived.on_hand.any()
    np.testing.assert_array_equal(lived.spoiled, 8 - lived.sold)


def cohorts(demand, arrived, start, life):
    """Units that spoil at each step, unit by unit."""
    there, spoiled = [0] * int(start), []
    for step, wanted in enumerate(demand):
        there += [step] * int(arrived[step])
        there = there[int(min(wanted, len(there))) :]
        spoiled.append(sum(came + life - 1 <= step for came in there))
        there = there[spoiled[-1] :]
    return spoiled


CASES = st.tuples(st.integers(0, 2**32 - 1), st.integers(1, 9), st.integers(0, 4), st.integers(1, 5))


@settings(max_examples=60, deadline=None)
@given(CASES)
def test_what_came_was_sold_is_there_or_spoiled_and_the_oldest_leave_first(case):
    seed, life, lead, every = case
    random = np.random.default_rng(seed)
    demand, start = random.poisson(3, (3, 25)).astype(float), random.poisson(9, 3).astype(float)
    lived = replay(demand, up_to(random.poisson(14, 3), every), lead=np.full(3, lead), start=start, life=np.full(3, float(life)))
    np.testing.assert_allclose(start + lived.arrived.sum(axis=1), (lived.sold + lived.spoiled).sum(axis=1) + lived.on_hand[:, -1])
    for row in range(3):
        assert cohorts(demand[row], lived.arrived[row], start[row], life) == lived.spoiled[row].tolist()


@settings(max_examples=30, deadline=None)
@given(CASES)
def test_goods_that_keep_live_as_before_to_the_last_bit(case):
    seed, life, lead, every = case
    random = np.random.default_rng(seed)
    demand, start = random.gamma(2, 2, (4, 25)), random.gamma(3, 3, 4)
    rule, lead = up_to(random.gamma(9, 2, 4), every), np.full(4, lead)
    before = replay(demand, rule, lead=lead, start=start)
    kept = replay(demand, rule, lead=lead, start=start, life=np.full(4, np.inf))
    mixed = replay(demand, rule, lead=lead, start=start, life=np.array([np.inf, life, np.inf, 400.0]))
    for name in PARTS:
        np.testing.assert_array_equal(getattr(kept, name), getattr(before, name))
        np.testing.assert_array_equal(getattr(mixed, name)[[0, 2, 3]], getattr(before, name)[[0, 2, 3]])
    assert not kept.spoiled.any()


@pytest.fixture(scope="module")
def made():
    """Twelve series of 40 a day with noise, forecast for 28 days at six cutoffs."""
    y, blend = pasts.noisy(h=28, cutoffs=6)
    found = pasts.ensemble(np.round(y), blend, before=np.full((N, 70), 40.0))
    return replace(found, yhat={name: np.full((N, 28), 40.0) for name in found.yhat}, health=found.health.assign(wape=0.1))


def ordered(made, policy, **columns):
    counted = GivenStock.nothing(N)
    for name, values in {state.ON_HAND: 0.0, **columns}.items():
        counted = counted.changed(name, values)
    return recommend.recommend_orders(made, counted, policy, ROWS)


POLICY = Policy(lead_time=1, review_period=2)


def test_the_past_check_meets_about_the_waste_that_was_expected(made):
    at_once = replace(POLICY, lead_time=0)
    check = ordered(made, at_once, shelf_life=np.where(ROWS < 6, 2.0, np.nan), unit_cost=2.0, price=3.0).past_check.series
    fresh, keeps = check[:6], check[6:]
    assert (keeps[["spoiled", "spoiled_expected"]] == 0).all(axis=None)
    assert (fresh["spoiled"] > 0).all()
    assert 0.8 < fresh["spoiled"].sum() / fresh["spoiled_expected"].sum() < 1.25
    assert (fresh[f"spoiled{TEXTBOOK}"] > 0).all()


def test_a_life_that_nobody_outlives_changes_nothing(made):
    keeps = ordered(made, POLICY).past_check.series
    long = ordered(made, POLICY, shelf_life=20.0).past_check.series
    columns = [name for name in keeps if "expected" not in name]
    np.testing.assert_array_equal(keeps[columns].to_numpy(), long[columns].to_numpy())


def test_waste_is_expected_of_a_whole_class_or_not_at_all(made):
    check = ordered(made, replace(POLICY, lead_time=0), shelf_life=np.where(ROWS == 0, 400.0, 2.0)).past_check
    assert np.isnan(check.series["spoiled_expected"][0])
    assert np.isnan(check.total["spoiled_expected"])
    assert np.isfinite(check.by(ROWS > 0)["spoiled_expected"].iloc[1])


def test_an_order_is_expected_to_waste_more_the_shorter_its_goods_keep(made):
    wastes = [value.by_series(ordered(made, POLICY, shelf_life=life, unit_cost=2.0, price=3.0))["waste"].sum() for life in (2.0, 3.0, 6.0)]
    assert wastes[0] > wastes[1] > wastes[2] >= 0
    assert value.value_of(ordered(made, POLICY, unit_cost=2.0)).waste == 0.0


def test_waste_weighs_in_the_order_where_costs_decide(made):
    costs = replace(POLICY, target="costs")
    dear, cheap = (
        ordered(made, costs, shelf_life=2.0, unit_cost=unit, price=10.0, holding_cost=0.01).table["order_quantity"].sum() for unit in (8.0, 1.0)
    )
    keeps = ordered(made, costs, unit_cost=8.0, price=10.0, holding_cost=0.01).table["order_quantity"].sum()
    assert dear < cheap
    assert dear < keeps


def test_the_critical_fractile_takes_salvage_of_what_is_left():
    price, cost, holding = np.array([10.0, 10.0]), np.array([4.0, 4.0]), np.array([0.5, 0.5])
    np.testing.assert_allclose(critical_ratio(price, cost, holding, once=np.array([True, False]), salvage=1.0), [6 / 9, 6 / 6.5])


def test_goods_that_keep_shorter_than_an_order_takes_are_not_replayed_and_say_so(made):
    keeps, short = (ordered(made, POLICY, **terms).past_check.series for terms in ({"review_period": 2.0}, {"shelf_life": 2.0}))
    np.testing.assert_array_equal(short[["kept", "sold", "lost"]].to_numpy(), keeps[["kept", "sold", "lost"]].to_numpy())
    assert short[["spoiled", "spoiled_expected"]].isna().all(axis=None)
