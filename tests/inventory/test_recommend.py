"""Recommendations: laws that every shop would hold them to, and numbers that add up."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import past_ensembles as pasts
import pytest

from forecasting.core import schema
from forecasting.core.errors import InputError
from forecasting.inventory.export import tables
from forecasting.inventory.orders import recommend as orders
from forecasting.inventory.orders import wording
from forecasting.inventory.orders.recommend import FINE, NOW, OVERSTOCK, SOON, UNKNOWN
from forecasting.inventory.policy import Policy
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import GivenStock
from forecasting.training import reasons
from forecasting.training.backtest import Backtest

N = 12
ROWS = np.arange(N)
WEEKLY = Policy(lead_time=3, review_period=4)


@pytest.fixture(scope="module")
def made():
    """Twelve series of 40 a day, sold in whole units, forecast well for 28 days at six cutoffs; 40 a day ahead."""
    y, blend = pasts.noisy(h=28, cutoffs=6)
    found = pasts.ensemble(np.round(y), blend, before=np.full((N, 70), 40.0))
    health = found.health.assign(wape=0.1)
    return replace(found, yhat={name: np.full((N, 28), 40.0) for name in found.yhat}, health=health)


def recommend(made, given=None, policy=WEEKLY):
    return orders.recommend_orders(made, given or GivenStock.nothing(N), policy, ROWS).table


def having(on_hand, **terms):
    given = GivenStock.nothing(N).changed(state.ON_HAND, on_hand)
    for name, value in terms.items():
        given = given.changed(name, value)
    return given


def test_an_empty_shelf_is_filled_up_to_the_level(made):
    table = recommend(made)
    np.testing.assert_allclose(table["expected"], 280.0)
    np.testing.assert_allclose(table["expected"] + table["safety_stock"], table["order_up_to"])
    np.testing.assert_allclose(table["order_quantity"], table["order_up_to"])
    assert (table["safety_stock"] > 0).all()
    assert (table["state"] == NOW).all()
    assert (table["order_by"] == made.panel.ahead(1)[0]).all()
    assert (recommend(made, having(0.0))["risk"] > 0.99).all()


def test_levels_are_whole_where_sales_are(made):
    table = recommend(made)
    assert (table["order_up_to"] % 1 == 0).all()


def test_more_service_never_orders_less(made):
    levels = [recommend(made, policy=replace(WEEKLY, service_level=level))["order_quantity"] for level in (0.5, 0.8, 0.9, 0.95, 0.99)]
    for lower, higher in itertools.pairwise(levels):
        assert (higher >= lower).all()


def test_more_on_the_shelf_never_orders_more_and_does_not_move_the_level(made):
    tables = [recommend(made, having(float(units))) for units in (0, 50, 200, 300, 1000)]
    for less, more in itertools.pairwise(tables):
        assert (more["order_quantity"] <= less["order_quantity"]).all()
        np.testing.assert_array_equal(more["order_up_to"], less["order_up_to"])
        assert (more["risk"] <= less["risk"]).all()


def test_packs_and_minimum_orders_are_kept(made):
    table = recommend(made, having(150.0, pack_size=12.0, minimum_order=200.0))
    assert (table["order_quantity"] % 12 == 0).all()
    assert (table["order_quantity"] >= 200).all()
    enough = recommend(made, having(1000.0, pack_size=12.0, minimum_order=200.0))
    assert (enough["order_quantity"] == 0).all()


def test_stock_on_the_way_counts_and_backorders_are_owed(made):
    table = recommend(made, having(100.0, on_order=50.0, backorders=20.0))
    np.testing.assert_allclose(table["inventory_position"], 130.0)
    np.testing.assert_allclose(table["order_quantity"], table["order_up_to"] - 130.0)


def test_a_delivery_that_comes_too_late_does_not_lower_the_risk(made):
    day = made.panel.ahead(10)
    due = [pd.DataFrame({"row": ROWS, "day": day[place], "units": 200.0}) for place in (0, 2, 5)]
    tables = [recommend(made, replace(having(60.0, on_order=200.0), due=rows)) for rows in due]
    assert (tables[0]["risk"] < 0.01).all()
    assert (tables[1]["risk"] > 0.9).all()
    assert (tables[2]["risk"] > 0.9).all()
    assert (tables[0]["order_quantity"] == tables[2]["order_quantity"]).all()


def test_the_shelf_lasts_as_long_as_the_forecast_says(made):
    table = recommend(made, having(100.0))
    np.testing.assert_allclose(table["days_of_cover"], 2.5)
    assert (table["empty_on"] == made.panel.ahead(3)[2]).all()
    endless = recommend(made, having(1e6))
    assert np.isinf(endless["days_of_cover"]).all()
    assert endless["empty_on"].isna().all()


def test_an_order_can_wait_until_the_review_at_which_the_level_is_no_longer_reached(made):
    level = recommend(made)["order_up_to"].iloc[0]
    table = recommend(made, having(level + 40.0 * 4 + 1))
    assert (table["order_quantity"] == 0).all()
    assert (table["state"] == FINE).all()
    assert (table["order_by"] == made.panel.ahead(9)[8]).all()
    sooner = recommend(made, having(level + 40.0))
    assert (sooner["order_by"] == made.panel.ahead(5)[4]).all()
    assert (sooner["state"] == SOON).all()


def test_too_much_is_called_too_much(made):
    level = recommend(made)["order_up_to"].iloc[0]
    assert (recommend(made, having(3 * level))["state"] == OVERSTOCK).all()


def test_what_is_lost_and_left_adds_up_to_demand(made):
    found = orders.recommend_orders(made, having(0.0), WEEKLY, ROWS)
    table = found.table
    sold_before_arrival = 3 * 40.0
    assert (table["expected_lost"] > 0.95 * sold_before_arrival).all()
    full = recommend(made, having(table["order_up_to"].to_numpy()))
    assert (full["expected_lost"] < 4).all()
    np.testing.assert_allclose(full["expected_left"] - full["expected_lost"], table["order_up_to"] - found.levels.cycle.values.mean(axis=1), atol=1.0)


def test_a_lead_time_that_varies_needs_more(made):
    steady, varying = (recommend(made, policy=replace(WEEKLY, lead_time_sd=spread)) for spread in (0.0, 2.0))
    assert (varying["order_up_to"] > steady["order_up_to"]).all()


def test_goods_that_do_not_keep_are_ordered_for_the_days_that_they_keep(made):
    table = recommend(made, having(0.0, shelf_life=2.0))
    np.testing.assert_allclose(table["expected"], 40.0 * 5)


def test_a_share_of_demand_may_be_promised_instead(made):
    table = recommend(made, policy=replace(WEEKLY, target="fill", service_level=0.98))
    assert (table["service_level"] < 0.98).all()
    assert (table["order_up_to"] < recommend(made, policy=replace(WEEKLY, service_level=0.98))["order_up_to"]).all()


def test_costs_may_decide(made):
    dear = recommend(made, having(0.0, price=10.0, unit_cost=2.0), replace(WEEKLY, target="costs", rule="newsvendor"))
    cheap = recommend(made, having(0.0, price=3.0, unit_cost=2.0), replace(WEEKLY, target="costs", rule="newsvendor"))
    np.testing.assert_allclose(dear["service_level"], 0.8)
    np.testing.assert_allclose(cheap["service_level"], 1 / 3, atol=0.001)
    assert (dear["order_quantity"] > cheap["order_quantity"]).all()


def test_lots_are_ordered_at_the_reorder_point(made):
    policy = replace(WEEKLY, rule="reorder_point", order_cost=20.0)
    table = recommend(made, having(0.0, unit_cost=2.0), policy)
    economic = np.sqrt(2 * 40 * 365 * 20.0 / (0.25 * 2.0))
    np.testing.assert_allclose(table["lot"], np.ceil(economic))
    assert (table["order_quantity"] % table["lot"] == 0).all()
    fine = recommend(made, having(table["reorder_point"].to_numpy() + 1, unit_cost=2.0), policy)
    assert (fine["order_quantity"] == 0).all()


def test_a_level_by_class_goes_to_series_without_one_of_their_own(made):
    sales = made.panel.sales * np.linspace(20, 1, N)[:, None]
    steep = replace(made, panel=replace(made.panel, sales=sales))
    table = recommend(
        steep, replace(GivenStock.nothing(N)).changed(state.SERVICE_LEVEL, 0.9, np.array([0])), replace(WEEKLY, class_levels=(0.99, 0.95, 0.8))
    )
    assert table["service_level"].iloc[0] == pytest.approx(0.9)
    wanted = table["abc"].map({"A": 0.99, "B": 0.95, "C": 0.8})
    np.testing.assert_allclose(table["service_level"].iloc[1:], wanted.iloc[1:])
    assert set(table["abc"]) == {"A", "B", "C"}


def test_more_days_than_were_judged_are_refused_with_the_reason(made):
    table = recommend(made, policy=Policy(lead_time=20, review_period=14))
    assert (table["state"] == UNKNOWN).all()
    assert (table["order_quantity"].fillna(0) == 0).all()
    assert table["reason"].str.contains("34 days").all()
    assert table["reason"].str.contains("28 days").all()


def test_a_series_no_longer_sold_needs_no_order_and_its_stock_is_too_much(made):
    health = made.health.assign(**{schema.MODEL: [reasons.STOPPED, *made.health[schema.MODEL][1:]]})
    ahead = {name: np.vstack([np.zeros((1, 28)), values[1:]]) for name, values in made.yhat.items()}
    table = recommend(replace(made, health=health, yhat=ahead), having(5.0))
    assert table["order_quantity"].iloc[0] == 0
    assert table["state"].iloc[0] == OVERSTOCK
    assert (table["order_quantity"].iloc[1:] > 0).all()


def test_what_sold_once_is_not_ordered_until_a_person_has_checked_it(made):
    why = "Too new, check by hand: sold 7 on 1 day, the last on 3 Jan 2026. It is not ordered until you have checked it."
    health = made.health.assign(model=[reasons.TOO_NEW, *["blend"] * (N - 1)], reason=[why, *[""] * (N - 1)])
    found = orders.recommend_orders(replace(made, health=health), GivenStock.nothing(N), WEEKLY, ROWS)
    line = found.table.iloc[0]
    assert (line["state"], line["reason"]) == (UNKNOWN, why)
    assert line["order_quantity"] == 0
    assert (found.table["order_quantity"].iloc[1:] > 0).all()
    assert f"1 without a recommendation: {why}" in wording.summary(found)
    assert tables.orders_table(found, 3, {}).set_index("product_id").loc["s0", ["state", "reason"]].tolist() == [UNKNOWN, why]


def test_each_reason_for_no_order_is_told_once_with_its_count(made):
    health = made.health.assign(model=[*[reasons.TOO_NEW] * 2, *["blend"] * (N - 2)], reason=["Too new: a.", "Too new: b.", *[""] * (N - 2)])
    found = orders.recommend_orders(replace(made, health=health), GivenStock.nothing(N), Policy(lead_time=20, review_period=14), ROWS)
    assert wording.without_advice(found) == [(N - 2, found.table["reason"].iloc[-1]), (2, wording.MANY_TOO_NEW)]


def test_assumptions_are_named(made):
    assert recommend(made)["defaults"].iloc[0] == "on_hand, lead_time, review_period, pack_size, unit_cost, service_level"
    assert recommend(made, having(5.0, pack_size=6.0))["defaults"].iloc[0] == "lead_time, review_period, unit_cost, service_level"


def test_the_textbook_stands_beside_with_a_reason(made):
    table = recommend(made)
    assert table["textbook_order_up_to"].between(280, 400).all()
    steep = replace(made, yhat={name: values * 2 for name, values in made.yhat.items()})
    assert recommend(steep)["why"].str.contains(r"The forecast expects 2\d\d more").all()


def test_most_urgent_first(made):
    on_hand = np.array([1e6, 0.0, 150.0, 290.0, *[500.0] * 8])
    found = orders.recommend_orders(made, having(on_hand), WEEKLY, ROWS)
    urgent = found.urgent()
    assert urgent[schema.UNIQUE_ID].iloc[0] == found.table[schema.UNIQUE_ID].iloc[1]
    assert [state for state in urgent["state"] if state == NOW] == urgent["state"].head((urgent["state"] == NOW).sum()).tolist()
    totals = found.totals()
    assert totals["units"] == found.table["order_quantity"].sum()
    assert np.isnan(totals["value"])


def test_the_past_says_whether_the_promise_was_kept(made):
    table = recommend(made)
    assert table["cycles"].gt(0).all()
    assert table["achieved"].mean() == pytest.approx(0.95, abs=0.04)
    assert (table["promise"] == "kept").sum() >= N - 1


def test_weekly_sales_count_lead_times_in_weeks(made):
    from forecasting.core.period import WEEK

    weekly = replace(made, panel=replace(made.panel, period=WEEK))
    table = recommend(weekly, policy=Policy(lead_time=10, review_period=7))
    np.testing.assert_allclose(table["expected"], 40.0 * 3)


def test_the_counting_may_be_later_than_the_last_sales(made):
    ahead = {name: np.tile(np.arange(28.0), (N, 1)) for name in made.yhat}
    rising = replace(made, yhat=ahead)
    np.testing.assert_allclose(recommend(rising, policy=replace(WEEKLY, start=2))["expected"], sum(range(2, 9)))


def test_a_counting_beyond_the_forecast_is_refused(made):
    with pytest.raises(InputError, match="only 28 days are forecast"):
        recommend(made, policy=replace(WEEKLY, start=28))
    assert (recommend(made, policy=replace(WEEKLY, start=27))["state"] == UNKNOWN).all()


def test_without_a_past_nothing_is_recommended_and_after_one_cutoff_nothing_is_judged(made):
    def first(count):
        past = made.past
        return replace(made, past=Backtest(past.cutoffs[:count], past.y[:count], {name: yhat[:count] for name, yhat in past.yhat.items()}))

    none, one = recommend(first(0)), recommend(first(1))
    assert (none["state"] == UNKNOWN).all()
    assert none["reason"].str.contains("too little history").all()
    assert (one["order_quantity"] > 0).all()
    assert (one["promise"] == "not judged").all()
