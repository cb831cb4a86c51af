"""The promise held against the past."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import past_ensembles as pasts
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.inventory.levels import lost_sales
from forecasting.inventory.levels.demand import Demand
from forecasting.inventory.levels.order_levels import Levels
from forecasting.inventory.policy import Policy
from forecasting.inventory.simulation.known_then import draw_lead_times, levels_then
from forecasting.inventory.simulation.policy_check import check_policy
from forecasting.inventory.simulation.promises import MAX_CHANCE_OF_FALSE_ALARM, NOT_KEPT, promise
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import GivenStock, complete

NAN = np.nan


def terms(made, **policy):
    """Shelves of all series, nobody having said anything."""
    return complete(GivenStock.nothing(len(made.panel)), Policy(**policy), made.panel, made.horizon)


def found(shelves, p=0.95, *, lot=0.0, every=None):
    """Levels as far as the past needs them."""
    n = len(shelves)
    every = shelves.review if every is None else np.full(n, every)
    unknown = np.full(n, NAN)
    demand = Demand(unknown, unknown[:, None])
    p = np.full(n, p)
    return Levels(
        p, lost_sales.covering_quantiles(p, shelves.lead, every, np.zeros(n)), every, every, unknown, unknown, np.full(n, lot), demand, demand
    )


def judged(made, *, p=0.95, lot=0.0, every=None, rule="order_up_to", change=None, **policy):
    shelves = terms(made, **policy)
    shelves = shelves if change is None else replace(shelves, table=shelves.table.assign(**change))
    return check_policy(made, shelves, np.arange(len(shelves)), found(shelves, p, lot=lot, every=every), rule=rule)


def steady(n=3, h=14, cutoffs=3, level=10.0):
    """Sales that are what was forecast."""
    y = np.full((cutoffs, n, h), level)
    return pasts.ensemble(y, y, before=np.full((n, 60), level))


def noisy(**options):
    return pasts.ensemble(*pasts.noisy(**options), before=np.random.default_rng(9).normal(40, 6, (options.get("n", 12), 60)))


# What is counted


def test_sales_that_are_foreseen_are_served_from_an_empty_shelf():
    # Lead time 3, a review every 2 days: what comes is what is sold until the next delivery: 20, 10 on hand after the first day, 0 after the second.
    # Of 14 days 10 are judged: 4 reviews with a known level before the end, whose cycles are days 4-5, 6-7, ... 12-13.
    made = judged(steady(), lead_time=3, review_period=2)
    row = made.series.iloc[0]
    assert row[["cycles", "kept", "service", "sold", "lost", "fill_rate", "steps", "average_stock"]].tolist() == [15, 15, 1, 300, 0, 1, 30, 5]
    assert row["turns"] == pytest.approx(300 / (30 / 364) / 5)
    assert made.promise.tolist() == ["kept"] * 3


def test_the_textbook_lives_through_the_same_days():
    made = judged(steady(), lead_time=3, review_period=2).series
    for name in ("cycles", "kept", "sold", "average_stock"):
        np.testing.assert_array_equal(made[name], made[f"{name}_textbook"])


def test_a_promise_that_errors_bear_out_is_kept():
    made = judged(noisy(n=200, h=28, cutoffs=6), lead_time=3, review_period=4)
    assert made.total["service"] == pytest.approx(0.95, abs=0.02)
    assert (made.promise == "kept").mean() > 0.98


def test_levels_that_are_too_low_break_the_promise():
    made = noisy(n=60, h=28, cutoffs=6)
    shelves = terms(made, lead_time=3, review_period=4)
    low = replace(found(shelves), quantile=np.full(60, 0.4))
    kept = check_policy(made, shelves, np.arange(60), low)
    assert (kept.promise == "not kept").mean() > 0.9
    assert kept.total["service"] < 0.6 < kept.total["service_textbook"]


def test_where_orders_cover_more_days_than_were_judged_nothing_is():
    made = judged(noisy(h=14), lead_time=10, review_period=7)
    assert made.promise.tolist() == ["not judged"] * 12
    assert made.series["cycles"].tolist() == [0] * 12
    assert made.series[["service", "fill_rate", "average_stock", "turns", "service_textbook"]].isna().all(axis=None)


def test_without_a_past_nothing_is_judged():
    made = judged(pasts.ensemble(np.empty((0, 2, 14)), np.empty((0, 2, 14))), lead_time=3)
    assert made.promise.tolist() == ["not judged"] * 2


def test_unknown_days_are_not_judged_and_closed_days_are_part_of_longer_cycles_only():
    y, f = pasts.noisy(n=20)
    one, closed = y.copy(), y.copy()
    one[:, 0, 7:] = NAN
    closed[:, 0, ::7] = NAN
    shut = f.copy()
    shut[:, 0, ::7] = 0
    whole = judged(pasts.ensemble(y, f), lead_time=2, review_period=1).series["cycles"]
    unknown = judged(pasts.ensemble(one, f), lead_time=2, review_period=1).series["cycles"]
    assert unknown[0] < whole[0] * 0.6
    np.testing.assert_array_equal(unknown[1:], whole[1:])
    daily = judged(pasts.ensemble(closed, shut), lead_time=2, review_period=1).series["cycles"]
    np.testing.assert_array_equal(daily[1:], whole[1:])
    assert daily[0] == whole[0] - 5  # the closed days on which a cycle could end, none of which could lose anything
    longer = [judged(pasts.ensemble(*sold), lead_time=2, review_period=2).series["cycles"] for sold in ((closed, shut), (y, f))]
    np.testing.assert_array_equal(*longer)


def test_series_with_other_terms_are_judged_as_if_alone():
    made = noisy()
    shelves = terms(made, lead_time=2)
    mixed = replace(shelves, review=np.array([1, 2] * 6))
    together = check_policy(made, mixed, np.arange(12), found(mixed)).series
    for every, rows in ((1, slice(0, None, 2)), (2, slice(1, None, 2))):
        alone = replace(shelves, review=np.full(12, every))
        pd.testing.assert_frame_equal(together.iloc[rows], check_policy(made, alone, np.arange(12), found(alone)).series.iloc[rows])


def test_packs_are_bought_whole_and_keep_more_on_the_shelf():
    made = noisy(n=30, h=28)
    single, packs = (judged(made, lead_time=2, review_period=2, change={state.PACK_SIZE: size}) for size in (1.0, 100.0))
    assert packs.total["average_stock"] > single.total["average_stock"] + 20
    assert packs.total["service"] >= single.total["service"]


@pytest.mark.parametrize("rule", ["reorder_point", "min_max"])
def test_rules_by_lots_are_judged_by_their_deliveries(rule):
    made = judged(noisy(n=100, h=28), lead_time=3, every=1, lot=200.0, rule=rule)
    # 40 a day in lots of 200: a delivery every fifth day at most.
    assert 3 <= (made.series["cycles"] / 5).mean() <= 28 / 5
    assert made.total["service"] > 0.93
    assert made.total["average_stock"] > judged(noisy(n=100, h=28), lead_time=3, review_period=1).total["average_stock"]


def test_what_it_costs_a_year():
    money = {state.PRICE: 5.0, state.UNIT_COST: 3.0, state.HOLDING_COST: 1.5, state.ORDER_COST: 4.0}
    # One delivery every second day, 5 units on hand on average, nothing lost.
    made = judged(steady(), lead_time=3, review_period=2, change=money)
    assert made.series["cost"].tolist() == pytest.approx([1.5 * 5 + 4 * 15 / (30 / 364)] * 3)
    assert judged(steady(), lead_time=3, review_period=2).series["cost"].isna().all()


# Sums over series


def test_shares_of_a_group_are_of_all_its_cycles_and_units():
    made = judged(noisy(), lead_time=2, review_period=3)
    labels = np.array(["A"] * 5 + ["B"] * 7)
    table, some = made.by(labels), made.series.iloc[:5]
    assert table["series"].tolist() == [5, 7]
    assert table.loc["A", "service"] == pytest.approx(some["kept"].sum() / some["cycles"].sum())
    assert table.loc["A", "fill_rate_textbook"] == pytest.approx(some["sold_textbook"].sum() / (some["sold_textbook"] + some["lost_textbook"]).sum())
    assert table.loc["A", "turns"] == pytest.approx((some["turns"] * some["average_stock"]).sum() / some["average_stock"].sum())
    assert made.total["sold"] == pytest.approx(table["sold"].sum())
    assert set(table.columns) == {*made.series.columns, "series"}


# Only what was known


def then(made, rows=None):
    shelves = terms(made, lead_time=2, review_period=1)
    p = np.full(len(shelves), 0.95)
    return levels_then(made, shelves, np.arange(len(shelves)), 1, (p, p))


@pytest.mark.slow
@settings(max_examples=20)
@given(cut=st.integers(0, 4), day=st.integers(0, 13))
def test_no_level_knows_what_was_sold_later(cut, day):
    y, f = pasts.noisy()
    other = y.copy()
    other[cut, :, day:] += 30
    other[cut + 1 :] *= 2
    (ours, theirs), (_, theirs_other) = then(pasts.ensemble(y, f)), then(pasts.ensemble(other, f))
    np.testing.assert_array_equal(theirs[:cut], theirs_other[:cut])
    np.testing.assert_array_equal(theirs[cut, :, : day + 1], theirs_other[cut, :, : day + 1])
    alone = y.copy()
    alone[cut, :, day:] += 30
    np.testing.assert_array_equal(ours[cut], then(pasts.ensemble(alone, f))[0][cut])


def test_the_textbook_does_learn_from_what_was_sold_since_the_cutoff():
    y, f = pasts.noisy()
    other = y.copy()
    other[2, :, 0] += 30
    assert (then(pasts.ensemble(other, f))[1][2, :, 1:5] > then(pasts.ensemble(y, f))[1][2, :, 1:5]).all()


# Lead times that vary


def test_lead_times_are_drawn_by_their_chances():
    takes = draw_lead_times(np.array([[0.0, 0.2, 0.3, 0.5], [0.0, 0.0, 1.0, 0.0]]), 20_000, seed=3)
    np.testing.assert_allclose(np.bincount(takes[0], minlength=4) / 20_000, [0, 0.2, 0.3, 0.5], atol=0.02)
    assert (takes[1] == 2).all()
    np.testing.assert_array_equal(takes, draw_lead_times(np.array([[0.0, 0.2, 0.3, 0.5], [0.0, 0.0, 1.0, 0.0]]), 20_000, seed=3))


def test_a_promise_is_kept_with_lead_times_that_vary():
    made = judged(noisy(n=200, h=28, cutoffs=6), lead_time=4, lead_time_sd=1.5, review_period=3)
    assert made.total["service"] == pytest.approx(0.95, abs=0.025)
    assert made.total["fill_rate"] > 0.97


# The verdict


def test_a_promise_is_not_kept_where_chance_cannot_explain_it():
    kept, cycles, p = np.array([20.0, 19, 15, 0, 0, 3]), np.array([20.0, 20, 20, 0, 1, 4]), np.full(6, 0.95)
    # P(at most 15 of 20) = 0.0026; of a single cycle lost nothing follows (0.05); P(at most 3 of 4) = 0.19
    assert promise(kept, cycles, p, np.ones(6)).tolist() == ["kept", "kept", "not kept", "not judged", "kept", "kept"]


def test_cycles_that_share_their_days_count_less():
    kept, cycles, p = np.array([15.0]), np.array([20.0]), np.array([0.95])
    assert promise(kept, cycles, p, np.array([1.0])).tolist() == ["not kept"]
    assert promise(kept, cycles, p, np.array([0.2])).tolist() == ["kept"]


def test_few_promises_that_are_kept_are_called_broken():
    cycles = np.full(20_000, 40.0)
    kept = np.random.default_rng(0).binomial(40, 0.95, 20_000).astype(float)
    assert (promise(kept, cycles, np.full(20_000, 0.95), np.ones(20_000)) == NOT_KEPT).mean() < MAX_CHANCE_OF_FALSE_ALARM
