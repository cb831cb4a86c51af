"""A shelf that nobody counted is not an empty one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import past_ensembles as pasts
import pytest

from forecasting.core import schema
from forecasting.inventory.orders import recommend as orders
from forecasting.inventory.orders import wording
from forecasting.inventory.orders.recommend import NOT_COUNTED, NOW, OVERSTOCK
from forecasting.inventory.policy import Policy
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import GivenStock
from forecasting.training import reasons

N = 12
ROWS = np.arange(N)
WEEKLY = Policy(lead_time=3, review_period=4)
TWO = np.array([2, 5])


@pytest.fixture(scope="module")
def made():
    """Twelve series, each of which sells more than the one before; 40 a day ahead."""
    y, blend = pasts.noisy(h=28, cutoffs=6)
    found = pasts.ensemble(np.round(y), blend, before=np.linspace(10, 40, N)[:, None].round() * np.ones((N, 70)))
    return replace(found, yhat={name: np.full((N, 28), 40.0) for name in found.yhat}, health=found.health.assign(wape=0.1))


def counted(made, on_hand=0.0, rows=TWO, **terms):
    given = GivenStock.nothing(N).changed(state.ON_HAND, on_hand, rows)
    for name, value in terms.items():
        given = given.changed(name, value)
    return orders.recommend_orders(made, given, WEEKLY, ROWS)


def by_value(found):
    """Rows by the value of a year's sales, most first."""
    return found.table["year_value"].sort_values(ascending=False, kind="stable").index.tolist()


def test_only_counted_shelves_run_out_or_have_a_risk(made):
    found = counted(made)
    table, others = found.table, np.setdiff1d(ROWS, TWO)
    assert (table["risk"][TWO] > 0.99).all()
    assert table["runs_out"][TWO].all()
    assert not table["runs_out"][others].any()
    assert (
        table.loc[others, ["risk", "days_of_cover", "empty_on", "expected_lost", "expected_left", "on_hand", "order_quantity"]].isna().all(axis=None)
    )
    assert (table["state"][others] == NOT_COUNTED).all()
    assert found.totals() | {"value": 0.0} == {
        "order_now": 2,
        "soon": 0,
        "overstock": 0,
        "runs_out": 2,
        "counted": 2,
        "to_count": N,
        "units": table["order_quantity"][TWO].sum(),
        "value": 0.0,
    }


def test_shelves_that_wait_for_a_count_come_last_most_value_first(made):
    found = counted(made)
    urgent = found.urgent().index.tolist()
    assert set(urgent[:2]) == {2, 5}
    assert urgent[2:] == [row for row in by_value(found) if row not in TWO]


def test_before_anything_is_counted_orders_say_how_much_to_hold_and_nothing_is_at_risk(made):
    found = orders.recommend_orders(made, GivenStock.nothing(N), WEEKLY, ROWS)
    assert (found.table["state"] == NOW).all()
    assert (found.table["order_quantity"] == found.table["order_up_to"]).all()
    assert found.table[["risk", "days_of_cover", "empty_on", "expected_lost"]].isna().all(axis=None)
    assert (found.totals()["runs_out"], found.totals()["counted"]) == (0, 0)
    assert found.urgent().index.tolist() == by_value(found)


def test_a_shelf_that_is_on_its_way_to_empty_runs_out_only_if_nothing_comes_before(made):
    assert counted(made, 100.0).table["runs_out"][TWO].all()
    assert not counted(made, 130.0).table["runs_out"].any()
    assert (counted(made, 130.0).table["order_quantity"][TWO] > 0).all()


def test_a_product_no_longer_sold_need_not_be_counted(made):
    health = made.health.assign(**{schema.MODEL: [reasons.STOPPED, *made.health[schema.MODEL][1:]]})
    ahead = {name: np.vstack([np.zeros((1, 28)), values[1:]]) for name, values in made.yhat.items()}
    gone = replace(made, health=health, yhat=ahead)
    found = counted(gone)
    assert found.table["state"][0] not in (NOT_COUNTED, NOW)
    assert found.table["order_quantity"][0] == 0
    assert found.totals()["to_count"] == N - 1
    assert counted(gone, 7.0, np.array([0, 1])).table["state"][0] == OVERSTOCK


def test_a_selection_without_counted_shelves_still_waits(made):
    given = GivenStock.nothing(N).changed(state.ON_HAND, 5.0, TWO)
    found = orders.recommend_orders(made, given, WEEKLY, np.array([0, 1]))
    assert (found.table["state"] == NOT_COUNTED).all()
    assert found.totals()["units"] == 0


def test_words_say_what_is_not_counted(made):
    found = counted(made, unit_cost=2.0)
    level = f"{found.table['order_up_to'][0]:.0f}"
    assert wording.sum_of(found, 0).startswith(f"Not counted. Filled up, this shelf would hold {level}: 280 expected in 7 days plus ")
    assert "2 of 12 series are counted; the others have no order until they are." in wording.summary(found)
    assert "counted" not in wording.summary(counted(made, 0.0, ROWS))


def test_an_odd_row_does_not_make_a_product_of_whole_units_one_of_parts(made):
    sales = made.panel.sales.copy()
    sales[0, 3] = 2.5
    sales[1, ::2] += 0.25
    odd = replace(made, panel=replace(made.panel, sales=sales))
    assert odd.whole_units.tolist() == [True, False, *[True] * (N - 2)]
    levels = counted(odd).table["order_up_to"]
    assert (np.delete(levels.to_numpy(), 1) % 1 == 0).all()
