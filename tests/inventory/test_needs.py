"""What an order needs is what the recommendation says, at a fraction of the work."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import past_ensembles
import pytest

from forecasting.inventory.orders import counting
from forecasting.inventory.orders.recommend import recommend_orders
from forecasting.inventory.policy import Policy
from forecasting.inventory.proposals.needs import needs
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import GivenStock
from forecasting.training.ensemble import Ensemble

N = 12
ROWS = np.arange(1, N, 2)


def forecast() -> Ensemble:
    """Ten units a day of each series."""
    made: Ensemble = past_ensembles.ensemble(*past_ensembles.noisy(N), health={"wape": np.full(N, 0.3)})
    return made


@pytest.mark.parametrize(
    "policy",
    [
        Policy(lead_time=3, review_period=4),
        Policy(lead_time=2, review_period=3, start=2),
        Policy(lead_time=3, review_period=4, target="fill"),
        Policy(lead_time=3, review_period=4, rule="min_max"),
        Policy(lead_time=3, review_period=4, rule="reorder_point", order_cost=9.0),
        Policy(lead_time=3, review_period=4, rule="newsvendor", target="costs"),
    ],
    ids=lambda policy: f"{policy.rule} {policy.target} {policy.start}",
)
def test_quantities_and_shelves_that_run_out_are_those_of_the_recommendation(policy: Policy) -> None:
    ensemble, places = forecast(), np.arange(N)
    terms = GivenStock.nothing(N).changed(state.PACK_SIZE, 6.0).changed(state.PRICE, 3.0).changed(state.UNIT_COST, 2.0)
    terms = terms.changed(state.ON_ORDER, np.where(places % 3 == 0, 40.0, 0.0))
    for counted in (0, 7, N):
        given = terms.changed(state.ON_HAND, np.where(places < counted, places * 17.0 % 90, np.nan))
        table = recommend_orders(ensemble, given, policy, ROWS).table
        shelves = state.complete(given, policy, ensemble.panel, ensemble.horizon).select(ROWS)
        needed = needs(ensemble, policy, shelves, counting.counting(ensemble, given, ROWS), ROWS)
        np.testing.assert_array_equal(needed.quantity, table["order_quantity"].fillna(0.0))
        np.testing.assert_array_equal(needed.runs_out, table["runs_out"])
        assert (needed.quantity.any(), needed.runs_out.any()) == (True, counted > 0)


def test_nothing_of_what_has_stopped_is_open() -> None:
    ensemble = forecast()
    health = ensemble.health.assign(model="stopped")
    stopped = replace(ensemble, health=health)
    given, policy = GivenStock.nothing(N), Policy(lead_time=3, review_period=4)
    shelves = state.complete(given, policy, ensemble.panel, ensemble.horizon).select(ROWS)
    found = [needs(each, policy, shelves, counting.counting(each, given, ROWS), ROWS).is_open for each in (ensemble, stopped)]
    assert (found[0].all(), stopped.silent.all(), found[1].any()) == (True, True, False)
