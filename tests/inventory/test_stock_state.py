"""Stock is complete: what was given, and the policy's terms wherever nothing was."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from time import process_time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.core import period
from forecasting.core.panel import Panel
from forecasting.core.period import DAY, MONTH, WEEK
from forecasting.inventory.policy import Policy
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import GivenStock, complete

POLICY = Policy(lead_time=4, lead_time_sd=1.0, review_period=3, order_cost=7.0, holding_rate=0.2, service_level=0.9)


def panel(n=3, dates=None, steps=DAY):
    dates = pd.date_range("2026-01-01", periods=10, freq="D") if dates is None else pd.DatetimeIndex(dates)
    series = pd.DataFrame({"unique_id": [f"s{i}" for i in range(n)], "product_id": [f"s{i}" for i in range(n)]}, dtype="str")
    return Panel(series, dates.as_unit("us"), np.ones((n, len(dates))), {}, steps)


WEEKLY = panel(dates=pd.date_range("2026-01-05", periods=10, freq="7D"), steps=WEEK)


def with_due(*deliveries, n=3):
    """Deliveries of (series, day or None, units)."""
    due = pd.DataFrame(
        {
            "row": np.array([row for row, _, _ in deliveries], dtype=np.int64),
            "day": pd.Series([pd.NaT if day is None else pd.Timestamp(day) for _, day, _ in deliveries], dtype="datetime64[us]"),
            "units": [float(units) for _, _, units in deliveries],
        }
    )
    table = GivenStock.nothing(n).table
    table[state.ON_ORDER] = due.groupby("row")["units"].sum().reindex(range(n))
    return GivenStock(table, due, {})


def mean(chances):
    return chances @ np.arange(chances.shape[1])


# Defaults


def test_what_nobody_gave_is_the_policys():
    found = complete(GivenStock.nothing(2), POLICY, panel(2), 14)
    assert found.table.iloc[0].to_dict() == pytest.approx(
        {
            "on_hand": 0.0,
            "on_order": 0.0,
            "backorders": 0.0,
            "lead_time": 4.0,
            "lead_time_sd": 1.0,
            "review_period": 3.0,
            "pack_size": 1.0,
            "minimum_order": 0.0,
            "unit_cost": np.nan,
            "price": np.nan,
            "holding_cost": np.nan,
            "order_cost": 7.0,
            "shelf_life": np.nan,
            "unit_space": np.nan,
            "service_level": 0.9,
        },
        nan_ok=True,
    )
    assert (found.review.tolist(), found.life.tolist(), found.receipts.shape, found.receipts.sum()) == ([3, 3], [np.inf, np.inf], (2, 14), 0)
    assert not found.given.any(axis=None)


def test_what_was_given_counts():
    stated = GivenStock.nothing(2)
    for column in stated.table:
        stated = stated.changed(column, 2.0, np.array([1]))
    found = complete(stated, POLICY, panel(2), 14)
    assert (found.table.iloc[1] == 2.0).all()
    assert found.given.iloc[1].all()
    assert not found.given.iloc[0].any()


def test_a_given_lead_time_has_no_spread_unless_one_was_given():
    stated = GivenStock.nothing(3).changed(state.LEAD_TIME, 6.0, np.array([0, 1])).changed(state.LEAD_TIME_SD, 2.0, np.array([1, 2]))
    found = complete(stated, POLICY, panel(), 14)
    assert found.table[[state.LEAD_TIME, state.LEAD_TIME_SD]].to_numpy().tolist() == [[6, 0], [6, 2], [4, 2]]


def test_holding_a_unit_costs_a_share_of_its_cost_unless_said_otherwise():
    stated = GivenStock.nothing(3).changed(state.UNIT_COST, 5.0, np.array([0, 1])).changed(state.HOLDING_COST, 0.5, np.array([1]))
    assert np.array_equal(complete(stated, POLICY, panel(), 14)[state.HOLDING_COST], [1.0, 0.5, np.nan], equal_nan=True)


def test_past_lead_times_say_their_mean_and_spread_and_count_as_given():
    found = complete(replace(GivenStock.nothing(2), lead_times={1: (6, 7, 11)}), POLICY, panel(2), 14)
    assert found.table.loc[1, [state.LEAD_TIME, state.LEAD_TIME_SD]].tolist() == pytest.approx([8, np.std([6, 7, 11])])
    assert found.given[[state.LEAD_TIME, state.LEAD_TIME_SD]].to_numpy().tolist() == [[False, False], [True, True]]


def test_the_position_is_on_hand_and_on_order_less_backorders():
    stated = GivenStock.nothing(1).changed(state.ON_HAND, 10.0).changed(state.ON_ORDER, 5.0).changed(state.BACKORDERS, 2.0)
    assert complete(stated, POLICY, panel(1), 14).position.tolist() == [13.0]


def test_completing_leaves_what_was_given_alone():
    stated = replace(with_due((0, "2026-01-12", 5)), lead_times={1: (6, 7)})
    before = stated.table.copy()
    complete(stated, POLICY, panel(), 14)
    pd.testing.assert_frame_equal(stated.table, before)


def test_selected_series_are_those_of_the_whole():
    stated = replace(with_due((0, "2026-01-12", 5), (2, None, 7)), lead_times={1: (6, 7)}).changed(state.ON_HAND, np.array([1.0, 2.0, 3.0]))
    whole = complete(stated, POLICY, panel(), 14)
    some = whole.select(np.array([2, 1]))
    assert (len(some), some[state.ON_HAND].tolist(), some.receipts[:, 0].tolist()) == (2, [3.0, 2.0], [7.0, 0.0])
    assert np.array_equal(some.lead, whole.lead[[2, 1]])
    assert some.given[state.LEAD_TIME].tolist() == [False, True]


# Lead times


def lead(mean_, sd, at=WEEKLY):
    return complete(GivenStock.nothing(3).changed(state.LEAD_TIME, mean_).changed(state.LEAD_TIME_SD, sd), POLICY, at, 14).lead


@given(st.integers(0, 60), st.floats(0.0, 30.0))
def test_chances_of_lead_times_sum_to_1_and_have_their_mean(mean_, sd):
    sd = min(sd, float(mean_))
    chances = lead(float(mean_), sd, panel())
    assert (chances >= 0).all()
    assert chances.sum(axis=1) == pytest.approx(1)
    assert mean(chances) == pytest.approx(mean_, abs=0.05 * max(mean_, 1))


@pytest.mark.parametrize(("mean_", "sd"), [(7, 2), (14, 5), (21, 10), (3, 1)])
def test_chances_of_lead_times_have_their_spread(mean_, sd):
    chances = lead(mean_, sd, panel())[0]
    days = np.arange(len(chances))
    assert np.sqrt(chances @ (days - mean_) ** 2) == pytest.approx(sd, rel=0.05)


def test_a_lead_time_without_spread_is_sure():
    assert lead(3.0, 0.0, panel())[0].tolist() == [0, 0, 0, 1]
    assert lead(0.0, 0.0, panel())[0].tolist() == [1]
    assert lead(0.0, 5.0, panel())[0].tolist() == [1]


def test_past_lead_times_are_equally_likely():
    found = complete(replace(GivenStock.nothing(3), lead_times={1: (2, 3, 3, 5)}), replace(POLICY, lead_time=1, lead_time_sd=0), panel(), 14)
    assert found.lead.tolist() == [[0, 1, 0, 0, 0, 0], [0, 0, 0.25, 0.5, 0, 0.25], [0, 1, 0, 0, 0, 0]]


@pytest.mark.parametrize(("days", "weeks"), [(0, 0), (1, 1), (7, 1), (8, 2), (14, 2)])
def test_what_arrives_within_a_week_is_there_the_next(days, weeks):
    assert lead(days, 0.0)[0].argmax() == weeks
    assert complete(replace(GivenStock.nothing(3), lead_times={0: (days,)}), POLICY, WEEKLY, 14).lead[0].argmax() == weeks


def test_a_hair_of_spread_changes_a_lead_time_in_weeks_by_a_hair():
    assert lead(10.0, 0.05) == pytest.approx(np.array([[0.0, 0.0, 1.0]] * 3), abs=1e-6)


def test_lead_times_in_weeks_are_those_in_days_rounded_up():
    days, weeks = lead(9.0, 4.0, panel())[0], lead(9.0, 4.0)[0]
    rounded = np.bincount(-(-np.arange(len(days)) // 7), weights=days)
    assert weeks[: len(rounded)] == pytest.approx(rounded)


# Steps


def test_reviews_and_shelf_lives_are_whole_steps_and_at_least_one():
    stated = GivenStock.nothing(3).changed(state.REVIEW_PERIOD, np.array([1.0, 7.0, 8.0])).changed(state.SHELF_LIFE, np.array([3.0, 20.0, np.nan]))
    weekly, daily = complete(stated, POLICY, WEEKLY, 14), complete(stated, POLICY, panel(), 14)
    assert (weekly.review.tolist(), weekly.life.tolist()) == ([1, 1, 2], [1, 2, np.inf])
    assert (daily.review.tolist(), daily.life.tolist()) == ([1, 7, 8], [3, 20, np.inf])


def test_monthly_goods_keep_for_whole_months_and_at_least_one():
    monthly = panel(dates=pd.date_range("2026-01-31", periods=10, freq="ME"), steps=MONTH)
    given = GivenStock.nothing(3).changed(state.SHELF_LIFE, np.array([3.0, 70.0, np.nan]))
    assert complete(given, POLICY, monthly, 6).life.tolist() == [1, 2, np.inf]


# Receipts


def arrivals(stated, at=None, policy=POLICY, horizon=5):
    found = complete(stated, policy, panel() if at is None else at, horizon)
    return {(int(row), int(step)): float(found.receipts[row, step]) for row, step in zip(*found.receipts.nonzero(), strict=True)}


def test_deliveries_arrive_on_their_day():
    # the last day of sales is 10 January
    assert arrivals(with_due((0, "2026-01-11", 5), (0, "2026-01-13", 6), (2, "2026-01-15", 7))) == {(0, 0): 5, (0, 2): 6, (2, 4): 7}


def test_overdue_and_undated_deliveries_arrive_first():
    assert arrivals(with_due((0, "2026-01-02", 5), (1, None, 6), (1, "2025-01-01", 3))) == {(0, 0): 5, (1, 0): 9}


def test_deliveries_beyond_the_horizon_are_on_order_alone():
    stated = with_due((0, "2026-01-16", 5))
    assert arrivals(stated) == {}
    assert complete(stated, POLICY, panel(), 5)[state.ON_ORDER].tolist() == [5, 0, 0]


def test_two_deliveries_of_a_day_add_up():
    assert arrivals(with_due((0, "2026-01-12", 5), (0, "2026-01-12", 6))) == {(0, 1): 11}


def test_receipts_are_counted_from_the_counting():
    stated = with_due((0, "2026-01-12", 5), (0, "2026-01-13", 6), (0, "2026-01-17", 7))
    assert arrivals(stated, policy=replace(POLICY, start=2)) == {(0, 0): 11, (0, 4): 7}


def test_a_delivery_within_a_week_is_there_the_next():
    # the last week is that of 9 March
    stated = with_due((0, "2026-03-16", 5), (1, "2026-03-18", 6), (2, "2026-03-23", 7))
    assert arrivals(stated, WEEKLY) == {(0, 0): 5, (1, 1): 6, (2, 1): 7}


def test_a_delivery_within_a_month_is_there_the_next():
    first, last = (pd.date_range("2026-01-01", periods=6, freq=freq) for freq in ("MS", "ME"))
    first, last = (panel(dates=dates, steps=period.period_of_dates(dates)) for dates in (first, last))
    assert first.period == last.period == MONTH
    stated = with_due((0, "2026-07-01", 5), (1, "2026-07-15", 6), (2, "2026-08-31", 7))
    assert arrivals(stated, first) == arrivals(stated, last) == {(0, 0): 5, (1, 1): 6, (2, 2): 7}


@given(st.lists(st.tuples(st.integers(0, 2), st.none() | st.dates(date(2025, 1, 1), date(2027, 1, 1)), st.integers(1, 99))))
def test_no_unit_on_order_is_lost_within_a_long_horizon(deliveries):
    stated = with_due(*deliveries)
    for at in (panel(), WEEKLY):
        found = complete(stated, POLICY, at, 400)
        assert found.receipts.sum(axis=1).tolist() == found[state.ON_ORDER].tolist()


# Changes


def test_changed_units_on_order_replace_the_deliveries_of_a_series():
    stated = with_due((0, "2026-01-12", 5), (1, "2026-01-12", 6)).changed(state.ON_ORDER, 9.0, np.array([0]))
    assert arrivals(stated) == {(0, 0): 9, (1, 1): 6}
    assert arrivals(stated.changed(state.ON_ORDER, 0.0)) == {}


def test_what_is_given_now_counts_over_what_was_given_before():
    before = replace(with_due((0, "2026-01-12", 5), (1, "2026-01-12", 6)), lead_times={0: (1, 2), 1: (3,)})
    before = before.changed(state.PACK_SIZE, 6.0).changed(state.ON_HAND, np.array([1.0, 2.0, 3.0]))
    now = replace(with_due((0, "2026-01-14", 8)), lead_times={1: (4,)}).changed(state.ON_HAND, np.array([7.0, np.nan, np.nan]))
    both = now.over(before)
    assert both.table[state.ON_HAND].tolist() == [7, 2, 3]
    assert both.table[state.PACK_SIZE].tolist() == [6, 6, 6]
    assert both.table[state.ON_ORDER].tolist()[:2] == [8, 6]
    assert (arrivals(both), both.lead_times) == ({(0, 3): 8, (1, 1): 6}, {0: (1, 2), 1: (4,)})


def test_a_lead_time_given_now_counts_over_those_listed_before():
    before = replace(GivenStock.nothing(2), lead_times={0: (1, 2), 1: (3,)})
    both = GivenStock.nothing(2).changed(state.LEAD_TIME, 9.0, np.array([0])).over(before)
    assert complete(both, POLICY, panel(2), 14)[state.LEAD_TIME].tolist() == [9, 3]


def test_10_000_series_are_completed_within_seconds():
    n = 10_000
    stated = replace(GivenStock.nothing(n), lead_times={row: (6, 7, 9) for row in range(0, n, 2)})
    stated = stated.changed(state.LEAD_TIME, 7.0).changed(state.LEAD_TIME_SD, np.arange(n) % 50 / 10)
    begun = process_time()
    found = complete(stated, POLICY, panel(n), 60)
    assert process_time() - begun < 5
    assert found.lead.sum(axis=1) == pytest.approx(1)
