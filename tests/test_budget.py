"""A budget is spent as well as it can be."""

from __future__ import annotations

import itertools
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting import budget
from forecasting.budget import Wanted
from forecasting.inventory import order_quantity


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


@settings(max_examples=60)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 5), share=st.floats(0, 1.2))
def test_on_small_cases_nothing_is_better(seed, n, share):
    asked = case(n, seed, pack=0)
    steps = budget.ways(asked)
    money = share * steps.cost[:, -1].sum()
    units, gain = budget.spend(asked, money)
    assert (units * asked.unit_cost).sum() <= money + 1e-6
    assert gain.sum() == pytest.approx(brute(steps, money), rel=1e-9, abs=1e-9)


@given(seed=st.integers(0, 10_000), share=st.floats(0, 1.2))
def test_packs_and_minima_are_kept_and_nothing_is_bought_that_was_not_recommended(seed, share):
    asked = case(40, seed, pack=0)
    money = share * float((asked.quantity * asked.unit_cost).sum())
    units, _ = budget.spend(asked, money)
    np.testing.assert_allclose(units / asked.pack_size, np.round(units / asked.pack_size))
    assert ((units == 0) | (units >= asked.minimum_order)).all()
    assert (units <= asked.quantity).all()
    assert (units * asked.unit_cost).sum() <= money + 1e-6


def test_money_for_everything_buys_what_is_recommended():
    asked = case(200, 1)
    units, _ = budget.spend(asked, 1e12)
    worthless = budget.ways(asked).gain[:, -1] <= 0
    np.testing.assert_allclose(units[~worthless], asked.quantity[~worthless])


def test_more_money_never_gains_less():
    asked = case(60, 2)
    whole = float((asked.quantity * asked.unit_cost).sum())
    gains = [budget.spend(asked, share * whole)[1].sum() for share in np.linspace(0, 1, 15)]
    assert (np.diff(gains) >= -1e-9).all()
    assert gains[0] == 0


def test_of_many_series_hardly_any_money_is_left_and_the_bound_is_nearly_reached():
    asked = case(2000, 3)
    steps = budget.ways(asked)
    money = 0.3 * float(steps.cost[:, -1].sum())
    units, gain = budget.spend(asked, money)
    assert money - (units * asked.unit_cost).sum() < 5
    assert gain.sum() > 0.9999 * budget._Bound(steps.cost, steps.gain).of(money)


def test_no_series_and_no_money():
    asked = Wanted(*(getattr(case(3, 0), name.name)[:0] for name in fields(Wanted)))
    assert budget.spend(asked, 10.0)[0].shape == (0,)
    assert budget.spend(case(3, 0), 0.0)[0].sum() == 0
