"""A budget is spent as well as it can be."""

from __future__ import annotations

import itertools
import time
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.inventory.arithmetic import shortage
from forecasting.inventory.budget import knapsack
from forecasting.inventory.budget.knapsack import Steps, Wanted
from forecasting.inventory.order_quantities import order_quantity


def case(n, seed, *, pack=6.0, most=5):
    """n series with gamma demand, packs, some minimum orders, prices and costs."""
    random = np.random.default_rng(seed)
    values = np.sort(random.gamma(3, random.uniform(2, 30, (n, 1)), (n, 100)), axis=1)
    position = random.uniform(0, 20, n)
    packs = np.full(n, pack) if pack else random.integers(1, 13, n).astype(float)
    least = np.where(random.random(n) < 0.3, 2 * packs, 0.0)
    wanted = np.minimum(np.quantile(values, 0.95, axis=1), position + most * packs)
    quantity = order_quantity(wanted, position, packs, least)
    return Wanted(values, position, quantity, packs, least, worth=random.uniform(0.5, 5, n), unit_cost=random.uniform(0.5, 8, n))


def brute(steps, money):
    """The most that can be gained, by looking at everything."""
    choices = [sorted(set(zip(cost, gain, strict=True))) for cost, gain in zip(steps.cost, steps.gain, strict=True)]
    best = 0.0
    for picked in itertools.product(*choices):
        if sum(cost for cost, _ in picked) <= money + 1e-9:
            best = max(best, sum(gain for _, gain in picked))
    return best


def by_money(steps, money):
    """The most that can be gained where everything costs whole money: the best for each amount, series by series."""
    best = np.zeros(money + 1)
    for costs, gains in zip(steps.cost.astype(int), steps.gain, strict=True):
        more = best.copy()
        for cost, gain in set(zip(costs, gains, strict=True)):
            if 0 < cost <= money:
                more[cost:] = np.maximum(more[cost:], best[: money + 1 - cost] + gain)
        best = np.maximum.accumulate(more)
    return best[-1]


def at_most(steps, money):
    """What could be gained if the last step might be cut to size."""
    cost, gain = np.diff(steps.cost, axis=1).ravel(), np.diff(steps.gain, axis=1).ravel()
    order = np.argsort(-gain[cost > 0] / cost[cost > 0], kind="stable")
    return np.interp(money, *(np.append(0.0, np.cumsum(each[cost > 0][order])) for each in (cost, gain)))


@settings(max_examples=60)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 5), share=st.floats(0, 1.2))
def test_on_small_cases_nothing_is_better(seed, n, share):
    asked = case(n, seed, pack=0)
    steps = knapsack.order_steps(asked)
    money = share * steps.cost[:, -1].sum()
    units, gain = knapsack.spend(asked, money)
    assert (units * asked.unit_cost).sum() <= money + 1e-6
    assert gain.sum() == pytest.approx(brute(steps, money), rel=1e-9, abs=1e-9)


@given(seed=st.integers(0, 10_000), share=st.floats(0, 1.2))
def test_packs_and_minima_are_kept_and_nothing_is_bought_that_was_not_recommended(seed, share):
    asked = case(40, seed, pack=0)
    money = share * float((asked.quantity * asked.unit_cost).sum())
    units, _ = knapsack.spend(asked, money)
    np.testing.assert_allclose(units / asked.pack_size, np.round(units / asked.pack_size))
    assert ((units == 0) | (units >= asked.minimum_order)).all()
    assert (units <= asked.quantity).all()
    assert (units * asked.unit_cost).sum() <= money + 1e-6


@settings(max_examples=40)
@given(seed=st.integers(0, 10_000), n=st.integers(20, 300), money=st.integers(1, 3000), alike=st.booleans())
def test_on_larger_cases_nothing_is_better_either(seed, n, money, alike):
    random = np.random.default_rng(seed)
    units = np.concatenate([np.zeros((n, 1)), random.integers(1, 6, (n, 1)) + np.arange(6.0)], axis=1)
    price = random.integers(1, 100, (n, 1))
    a_unit = np.sort(random.gamma(1, 1, (n, 6)), axis=1)[:, ::-1] * (price if alike else 1)
    gain = np.concatenate([np.zeros((n, 1)), np.cumsum(a_unit * np.diff(units, axis=1), axis=1)], axis=1)
    steps = Steps(units, gain, units * price)
    row, chosen = np.arange(n), knapsack.choose(steps, money)
    assert steps.cost[row, chosen].sum() <= money + 1e-6
    assert gain[row, chosen].sum() == pytest.approx(by_money(steps, money), rel=1e-9)


@pytest.mark.parametrize("money", [1e12, None])
def test_money_for_everything_buys_what_is_recommended(money):
    asked = case(200, 1)
    whole = (asked.quantity * asked.unit_cost).sum()
    np.testing.assert_array_equal(knapsack.spend(asked, money or whole)[0], asked.quantity)


def test_what_is_free_is_ordered_whatever_the_budget():
    asked = replace(case(4, 0), unit_cost=np.array([0.0, 2.0, 2.0, 2.0]))
    assert knapsack.spend(asked, 0.0)[0].tolist() == [asked.quantity[0], 0, 0, 0]


def test_an_order_spares_as_much_as_its_shortage_shrinks():
    asked = case(30, 4, pack=0)
    asked = replace(asked, position=asked.position - 10, values=np.round(asked.values))
    steps = knapsack.order_steps(asked)
    missing = [shortage(asked.values, asked.position + units) for units in steps.units.T]
    np.testing.assert_allclose(steps.gain.T, (missing[0] - missing) * asked.worth, atol=1e-9)


def test_a_large_order_is_taken_in_a_few_large_steps_of_whole_packs():
    asked = replace(case(1, 0), quantity=np.array([6.0 * 1000]), position=np.zeros(1), minimum_order=np.array([20.0]))
    units = knapsack.order_steps(asked).units[0]
    assert units[[0, 1, -1]].tolist() == [0, 24, 6000]
    assert len(units) <= knapsack.MAX_STEPS + 1
    assert (units % 6 == 0).all()


def test_ten_thousand_series_take_less_than_a_second():
    asked = case(10_000, 5, pack=6, most=20)
    money = 0.5 * float((asked.quantity * asked.unit_cost).sum())
    started = time.process_time()
    knapsack.spend(asked, money)
    assert time.process_time() - started < 1


def test_more_money_never_gains_less():
    asked = case(60, 2)
    whole = float((asked.quantity * asked.unit_cost).sum())
    gains = [knapsack.spend(asked, share * whole)[1].sum() for share in np.linspace(0, 1, 15)]
    assert (np.diff(gains) >= -1e-9).all()
    assert gains[0] == 0


def test_of_many_series_hardly_any_money_is_left_and_the_bound_is_nearly_reached():
    asked = case(2000, 3)
    steps = knapsack.order_steps(asked)
    money = 0.3 * float(steps.cost[:, -1].sum())
    units, gain = knapsack.spend(asked, money)
    assert money - (units * asked.unit_cost).sum() < 5
    assert gain.sum() > 0.999999 * at_most(steps, money)


def test_no_series_and_no_money():
    asked = Wanted(*(getattr(case(3, 0), name.name)[:0] for name in fields(Wanted)))
    assert knapsack.spend(asked, 10.0)[0].shape == (0,)
    assert knapsack.spend(case(3, 0), 0.0)[0].sum() == 0
