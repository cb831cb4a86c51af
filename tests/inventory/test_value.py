"""What stock, orders and expected sales are worth, and what a budget loses."""

from __future__ import annotations

import dataclasses
from dataclasses import replace

import numpy as np
import past_ensembles as pasts
import pytest

from forecasting.core.errors import InputError
from forecasting.inventory.budget import spend
from forecasting.inventory.orders import recommend, value
from forecasting.inventory.orders.sales_value import sales_value
from forecasting.inventory.policy import Policy
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import GivenStock

N = 12
ROWS = np.arange(N)


@pytest.fixture(scope="module")
def made():
    """Twelve series of 40 a day, forecast for 28 days."""
    y, blend = pasts.noisy(h=28, cutoffs=6)
    found = pasts.ensemble(np.round(y), blend, before=np.full((N, 70), 40.0))
    return replace(found, yhat={name: np.full((N, 28), 40.0) for name in found.yhat}, health=found.health.assign(wape=0.1))


def ordered(made, **columns):
    given = GivenStock.nothing(N)
    for name, values in columns.items():
        given = given.changed(name, values)
    return recommend.recommend_orders(made, given, Policy(lead_time=3, review_period=4), ROWS)


def test_sums_are_units_times_money(made):
    orders = ordered(made, on_hand=50.0, on_order=10.0, price=3.0, unit_cost=2.0)
    worth, table = value.value_of(orders), orders.table
    assert worth.revenue == pytest.approx(made.expected.sum() * 3.0)
    assert worth.margin == pytest.approx(made.expected.sum() * 1.0)
    assert (worth.stock, worth.on_order) == (N * 50 * 2.0, N * 10 * 2.0)
    assert worth.orders == pytest.approx((table["order_quantity"] * 2.0).sum())
    assert worth.at_risk == pytest.approx(table["expected_lost"].sum() * 1.0)
    assert 0 < worth.at_risk <= worth.at_risk_without_orders
    assert (worth.series, worth.priced, worth.costed, worth.overstock) == (N, N, N, 0.0)


def test_partly_known_prices_count_alone_and_are_counted(made):
    known = np.where(ROWS < 3, 3.0, np.nan)
    worth = value.value_of(ordered(made, on_hand=50.0, price=known, unit_cost=2.0))
    assert (worth.priced, worth.costed) == (3, N)
    assert worth.revenue == pytest.approx(made.expected[:3].sum() * 3.0)
    assert worth.stock == N * 50 * 2.0


def test_without_prices_and_costs_nothing_is_known(made):
    worth = dataclasses.asdict(value.value_of(ordered(made, on_hand=50.0)))
    assert all(np.isnan(worth[name]) for name in value.SUMS)


def test_uncounted_shelves_have_no_stock_and_no_risk(made):
    worth = value.value_of(ordered(made, price=3.0, unit_cost=2.0))
    assert all(np.isnan([worth.stock, worth.at_risk, worth.overstock]))
    assert worth.orders > 0


def test_overstock_is_what_lies_above_the_level(made):
    orders = ordered(made, on_hand=np.where(ROWS == 0, 5000.0, 300.0), unit_cost=2.0)
    level = orders.table["order_up_to"][0]
    assert value.value_of(orders).overstock == pytest.approx((5000.0 - level) * 2.0)


def test_a_curve_falls_from_all_that_is_lost_to_nothing_and_is_exact_where_the_next_step_fits(made):
    orders = ordered(made, on_hand=np.linspace(0, 240, N), price=np.linspace(3, 6, N), unit_cost=2.0, pack_size=12.0)
    curve = spend.curve(orders)
    assert spend.in_money(orders)
    assert (curve["budget"][0], curve["gain"][0], curve["lost"].iloc[-1]) == (0.0, 0.0, 0.0)
    assert (np.diff(curve["budget"]) >= 0).all()
    assert (np.diff(curve["lost"]) <= 0).all()
    everything = spend.spend(orders, 1e9)
    assert curve["budget"].iloc[-1] <= everything["takes"].sum()
    assert curve["gain"].iloc[-1] == pytest.approx(everything["gain"].sum())
    for at in (1, len(curve) // 2, len(curve) - 2):
        budget, gain = curve.loc[at, ["budget", "gain"]]
        assert spend.spend(orders, float(budget))["gain"].sum() == pytest.approx(gain)


def test_a_curve_without_costs_says_what_is_missing(made):
    with pytest.raises(InputError, match="unit costs"):
        spend.curve(ordered(made, on_hand=5.0))
    assert not spend.in_money(ordered(made, on_hand=5.0, unit_cost=1.0))


def test_expected_sales_bring_revenue_and_margin_of_what_has_prices_and_costs(made):
    priced = GivenStock.nothing(N).changed(state.PRICE, np.where(ROWS < 6, 3.0, np.nan)).changed(state.UNIT_COST, np.where(ROWS < 2, 1.0, np.nan))
    worth = sales_value(made, priced, ROWS, 7)
    assert (worth.series, worth.priced, worth.costed) == (N, 6, 2)
    assert worth.revenue == pytest.approx(made.expected[:6, :7].sum() * 3.0)
    assert worth.margin == pytest.approx(made.expected[:2, :7].sum() * 2.0)
    assert np.isnan(sales_value(made, GivenStock.nothing(N), ROWS, 7)[:2]).all()
