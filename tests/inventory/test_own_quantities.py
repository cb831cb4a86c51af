"""Everything that follows from the quantity of an order follows from the one that a person chose."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import past_ensembles as pasts
import pytest

from forecasting.inventory.orders import recommend as orders
from forecasting.inventory.orders import wording
from forecasting.inventory.orders.own_quantities import with_quantities
from forecasting.inventory.orders.recommend import NOT_COUNTED, NOW, SOON
from forecasting.inventory.policy import Policy
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import GivenStock

N = 12


@pytest.fixture(scope="module")
def found():
    """Orders of twelve series that sell 40 a day; the last shelf was not counted, the one before is full."""
    y, blend = pasts.noisy(h=28, cutoffs=6)
    made = pasts.ensemble(np.round(y), blend, before=np.full((N, 70), 40.0))
    made = replace(made, yhat={name: np.full((N, 28), 40.0) for name in made.yhat}, health=made.health.assign(wape=0.1))
    stock = np.array([0.0] * (N - 2) + [310.0])
    given = GivenStock.nothing(N).changed(state.ON_HAND, stock, np.arange(N - 1)).changed(state.UNIT_COST, 2.0)
    return orders.recommend_orders(made, given, Policy(lead_time=3, review_period=4), np.arange(N))


def test_the_recommended_quantities_change_nothing(found):
    assert with_quantities(found, {}) is found
    assert with_quantities(found, {"s0": found.table["order_quantity"][0], "nobody": 3.0}) is found


def test_fewer_units_cost_less_and_lose_more(found):
    mine = with_quantities(found, {"s0": 100.0})
    before, after = found.table.iloc[0], mine.table.iloc[0]
    assert (after["order_quantity"], after["order_value"], after["recommended"]) == (100.0, 200.0, before["order_quantity"])
    assert after["expected_lost"] > before["expected_lost"] + 100
    assert after["expected_left"] < before["expected_left"]
    assert after["risk_with_order"] > 0.99 > before["risk_with_order"]
    assert after["state"] == NOW
    pd.testing.assert_frame_equal(mine.table.iloc[1:], found.table.iloc[1:])


def test_an_order_of_nothing_is_put_off_and_one_that_was_not_recommended_is_placed_today(found):
    table = with_quantities(found, {"s0": 0.0, "s10": 24.0}).table
    assert (table["state"][0], table["order_by"][0], found.table["state"][0]) == (SOON, found.day, NOW)
    assert (table["state"][10], table["order_by"][10], found.table["state"][10]) == (NOW, found.day, SOON)


def test_an_order_for_a_shelf_that_was_not_counted_counts_without_a_risk(found):
    assert found.table["state"][11] == NOT_COUNTED
    row = with_quantities(found, {"s11": 24.0}).table.iloc[11]
    assert (row["order_quantity"], row["order_value"], row["state"]) == (24.0, 48.0, NOW)
    assert np.isnan(row["risk"])
    assert np.isnan(row["expected_lost"])


def test_totals_and_sentence_follow(found):
    own = {"s0": 100.0, "s1": 0.0}
    mine, totals = with_quantities(found, own), wording.order_totals(found, own)
    assert totals == wording.order_totals(mine, {}) | {}
    assert totals["order_now"] == wording.order_totals(found, {})["order_now"] - 1
    assert totals["missed"] == mine.table["expected_lost"].sum()
    recommended = f"{found.table['order_quantity'][0]:.0f}"
    assert wording.sum_of(mine, 0).startswith(f"You order 100, {int(recommended) - 100} fewer than recommended: about ")
    assert f"Recommended: {recommended}: 280 expected in 7 days" in wording.sum_of(mine, 0)
    assert wording.sum_of(with_quantities(found, {"s11": 24.0}), 11).startswith("You order 24. Not counted.")
