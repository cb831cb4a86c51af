"""What is proposed of products that are planned and not sold yet, and that nothing of it is ordered by itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import past_ensembles as pasts
import pytest

from forecasting.core import schema
from forecasting.inventory.orders import own_quantities, recommend, wording
from forecasting.inventory.orders.first_orders import first_orders
from forecasting.inventory.policy import Policy
from forecasting.inventory.stock.state import GivenStock
from forecasting.training import reasons

N, LAUNCH = 4, 10
"""Series, and days ahead on which the first one is launched, from 0."""
WEEKLY = Policy(lead_time=3, review_period=7)


@pytest.fixture(scope="module")
def ensemble():
    """A planned product that will sell 5 a day, and three that sell 40."""
    y, blend = pasts.noisy(N, h=28, cutoffs=6)
    ensemble = pasts.ensemble(np.round(y), blend, before=np.full((N, 70), 40.0))
    ensemble.panel.sales[0] = np.nan
    blend = np.full((N, 28), 40.0)
    blend[0] = np.where(np.arange(28) < LAUNCH, 0.0, 5.0)
    bands = blend[:, None] * np.array([0.2, 4.0, 0.1, 8.0])[None, :, None]
    model = [reasons.TOO_NEW, *[schema.BLEND] * (N - 1)]
    health = ensemble.health.assign(wape=0.1, model=model, reason=["Not sold yet.", *[""] * (N - 1)])
    return replace(ensemble, yhat=dict.fromkeys(ensemble.yhat, blend), bands=bands, health=health)


def orders_of(ensemble, policy=WEEKLY, **terms):
    given = GivenStock.nothing(N)
    for name, value in terms.items():
        given = given.changed(name, value)
    return recommend.recommend_orders(ensemble, given, policy, np.arange(N))


def test_a_planned_product_is_proposed_until_a_second_order_can_arrive(ensemble):
    (proposal,) = first_orders(orders_of(ensemble))
    launch = ensemble.panel.ahead(28)[LAUNCH]
    assert (proposal.place, proposal.day, proposal.units) == (0, launch, 35.0)
    assert proposal.reason.startswith("35 expected from ")
    assert "until a second order can arrive (80\u00a0% range 7 to 140)." in proposal.reason
    assert f"Order by {launch.day - 3} " in proposal.reason


def test_it_is_proposed_by_what_is_expected(ensemble):
    line = np.where(np.arange(N)[:, None] == 0, 0.0, ensemble.line)
    (proposal,) = first_orders(orders_of(replace(ensemble, yhat={**ensemble.yhat, schema.BLEND: line, schema.EXPECTED: ensemble.line})))
    assert (proposal.day, proposal.units) == (ensemble.panel.ahead(28)[LAUNCH], 35.0)


def test_packs_and_what_is_there_already_count(ensemble):
    (proposal,) = first_orders(orders_of(ensemble, on_hand=np.array([4.0, 60, 60, 60]), pack_size=12))
    assert proposal.units == 36.0
    assert "minus 4 in stock or coming, in packs of 12." in proposal.reason


def test_one_that_can_only_come_late_says_when(ensemble):
    (proposal,) = first_orders(orders_of(ensemble, Policy(lead_time=14, review_period=7)))
    assert "after its first day" in proposal.reason


def test_a_plan_that_no_launch_speaks_for_and_products_that_sell_have_no_proposal(ensemble):
    none = replace(ensemble, yhat={name: np.where(np.arange(N)[:, None] == 0, 0.0, values) for name, values in ensemble.yhat.items()})
    assert first_orders(orders_of(none)) == []


def test_it_is_in_no_total_until_a_person_takes_it_over(ensemble):
    orders = orders_of(ensemble, unit_cost=2.0)
    taken = own_quantities.with_quantities(orders, {orders.table[schema.UNIQUE_ID][0]: first_orders(orders)[0].units})
    before, after = (wording.order_totals(each, {}) for each in (orders, taken))
    assert orders.table["order_quantity"][0] == 0
    assert after["units"] - before["units"] == 35.0
    assert after["value"] - before["value"] == 70.0
    assert after["order_now"] - before["order_now"] == 1
    assert first_orders(taken) == first_orders(orders)
