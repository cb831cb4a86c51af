"""Orders, cover and the past check count what is expected, not the line: goods that sell on few days are ordered too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import past_ensembles
import pytest

from forecasting.analysis import forecast_view
from forecasting.core import schema
from forecasting.inventory.levels import demand
from forecasting.inventory.orders import projection, recommend, wording
from forecasting.inventory.orders.risk import order_in
from forecasting.inventory.policy import Policy
from forecasting.inventory.simulation import known_then
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import GivenStock
from forecasting.training.bands import quantiles

ROWS, SCREWS = np.arange(3), np.array([1, 2])
A_DAY, POLICY = 0.4, Policy(lead_time=3, review_period=4)
LEAD, REVIEW = np.eye(4)[[3, 3]], np.full(2, 4)


@pytest.fixture(scope="module")
def ensemble():
    made = past_ensembles.sparse()
    return replace(made, health=made.health.assign(wape=[0.2, 1.0, 1.0]))


@pytest.fixture(scope="module")
def orders(ensemble):
    given = GivenStock.nothing(3).changed(state.ON_HAND, np.array([100.0, 2.0, 0.0]))
    return recommend.recommend_orders(ensemble, given, POLICY, ROWS)


def test_demand_of_the_days_to_cover_is_expected(ensemble):
    of = demand.demand_over(ensemble, SCREWS, LEAD, REVIEW)
    np.testing.assert_allclose(of.expected, 7 * A_DAY)
    learned = quantiles.calibrate(ensemble.expected_errors, window=7)
    np.testing.assert_allclose(np.median(of.values, axis=1), learned.of(SCREWS).quantiles(np.full((2, 1), 7 * A_DAY), (0.5,))[:, 0, 0], atol=0.1)


def test_levels_of_the_past_start_from_what_was_expected(ensemble):
    chance = np.full(2, 0.5)
    plain = replace(ensemble, past=replace(ensemble.past, yhat={**ensemble.past.yhat, schema.BLEND: ensemble.expected_errors.f}))
    np.testing.assert_array_equal(*(demand.past_levels(each, SCREWS, LEAD, REVIEW, chance) for each in (ensemble, plain)))


def test_an_order_is_for_what_is_expected(orders):
    table = orders.table
    np.testing.assert_allclose(table["expected"], 7 * np.array([10.0, A_DAY, A_DAY]))
    assert (table["order_up_to"][1:] > 7 * A_DAY).all()
    assert table["order_quantity"][2] > 0
    np.testing.assert_allclose(table["days_of_cover"], [10.0, 2 / A_DAY, 0.0])
    assert table["risk"][2] > table["risk"][1] > 0


def test_orders_add_up_to_the_forecast_of_the_days_that_they_cover(ensemble, orders):
    assert orders.table["expected"].sum() == pytest.approx(forecast_view.total_range(ensemble, ROWS, 7).expected)


def test_a_shelf_runs_down_as_expected(ensemble, orders):
    curve = projection.projection_of(orders, 1, 0.0)
    np.testing.assert_allclose(curve.alone.evening, np.maximum(2.0 - A_DAY * np.arange(1, len(curve.alone.evening) + 1), 0.0), atol=1e-9)
    levels = replace(orders.levels, quantile=np.full(3, 0.5))
    assert np.isfinite(order_in(ensemble, orders.stock, ROWS, levels, 0)[2])


def test_days_without_a_row_are_filled_in_whole_units_that_add_up(ensemble):
    y = ensemble.past.y.copy()
    y[0, 1, :10] = np.nan
    wanted, known = known_then.sold_then(replace(ensemble, past=replace(ensemble.past, y=y)), SCREWS, 0)
    assert set(wanted[0, :10]) == {0.0, 1.0}
    assert wanted[0, :10].sum() == 10 * A_DAY
    assert not known.known[0, :10].any()
    assert known.open[0].all()


def test_a_day_that_expects_nothing_and_has_no_row_was_closed(ensemble):
    yhat = {name: values.copy() for name, values in ensemble.past.yhat.items()}
    y = ensemble.past.y.copy()
    y[0, 1, 3], yhat[schema.EXPECTED][0, 1, 3] = np.nan, 0.0
    wanted, known = known_then.sold_then(replace(ensemble, past=replace(ensemble.past, y=y, yhat=yhat)), SCREWS, 0)
    assert (wanted[0, 3], known.known[0, 3], known.open[0, 3]) == (0.0, True, False)


@pytest.mark.parametrize(
    ("a_day", "up_to", "words"),
    [
        (0.05, 1.0, "Order 1: under 1 expected in 7 days plus 1 safety stock, minus 0 on the shelf."),
        (0.05, 0.0, "Nothing to order: only 0.4 expected in 7 days, so that an empty shelf keeps this promise."),
        (0.0, 0.0, "Nothing to order: we expect no sales."),
    ],
)
def test_an_order_never_says_that_nothing_is_expected_where_something_is(orders, a_day, up_to, words):
    table = orders.table.copy()
    table.loc[2, ["expected", "order_up_to", "order_quantity", "recommended"]] = [7 * a_day, up_to, up_to, up_to]
    assert wording.sum_of(replace(orders, table=table), 2) == words
