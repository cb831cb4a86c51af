"""Stock that runs down and fills up: by hand, and as laws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from forecasting.inventory.orders import projection

DATES = pd.date_range("2026-11-23", periods=4, freq="D")
UNKNOWN = np.full((2, 4), np.nan)


def path(on_hand=25.0, receipts=(0, 0, 0, 0), expected=(10, 10, 10, 10), limits=UNKNOWN, order=(2, 30.0)):
    values = (np.asarray(each, dtype=float) for each in (receipts, expected, limits))
    return projection.project_stock(**dict(zip(("receipts", "expected", "limits"), values, strict=True)), dates=DATES, on_hand=on_hand, order=order)


def test_a_shelf_by_hand():
    # 25 on hand, 10 a day, 30 ordered that arrive before the third day's sales
    found = path()
    np.testing.assert_allclose(found.ordered.morning, [25, 15, 35, 25])
    np.testing.assert_allclose(found.ordered.evening, [15, 5, 25, 15])
    np.testing.assert_allclose(found.alone.morning, [25, 15, 5, 0])
    np.testing.assert_allclose(found.alone.evening, [15, 5, 0, 0])
    assert found.dates[-1] == pd.Timestamp("2026-11-27")
    assert found.empty == (pd.Timestamp("2026-11-25 12:00"), None)


def test_what_is_not_there_is_not_sold_later():
    found = path(on_hand=5.0, order=(1, 100.0))
    np.testing.assert_allclose(found.ordered.evening, [0, 90, 80, 70])
    assert found.empty[0] == found.empty[1] == pd.Timestamp("2026-11-23 12:00")


def test_what_is_owed_is_served_from_the_first_delivery():
    found = path(on_hand=-8.0, order=(1, 30.0))
    np.testing.assert_allclose(found.ordered.morning, [0, 22, 12, 2])
    assert found.empty[0] == DATES[0]


def test_deliveries_under_way_arrive_with_and_without_the_order():
    found = path(on_hand=0.0, receipts=(50, 0, 0, 0), order=(3, 7.0))
    np.testing.assert_allclose(found.alone.evening, [40, 30, 20, 10])
    np.testing.assert_allclose(found.ordered.evening, [40, 30, 20, 17])


def test_an_order_that_arrives_later_changes_nothing_that_is_shown():
    found = path(order=(9, 30.0))
    np.testing.assert_array_equal(found.ordered.evening, found.alone.evening)


def test_a_shelf_that_nobody_buys_from_is_not_empty():
    assert path(on_hand=0.0, expected=(0, 0, 0, 0)).empty == (None, None)


def test_the_band_follows_sums_of_demand():
    found = path(on_hand=100.0, limits=[[5, 12, 20, 29], [15, 28, 40, 51]], order=(9, 0.0))
    np.testing.assert_allclose(found.upper.evening, [95, 88, 80, 71])
    np.testing.assert_allclose(found.lower.evening, [85, 72, 60, 49])


def test_the_band_ends_where_no_sum_was_judged():
    found = path(limits=[[5, 12, np.nan, np.nan], [15, 28, np.nan, np.nan]])
    assert np.isfinite(found.lower.evening).tolist() == [True, True, False, False]
    assert np.isfinite(found.ordered.evening).all()


def test_one_step_ends_a_day_later():
    found = projection.project_stock(
        dates=DATES[:1], on_hand=3.0, receipts=np.zeros(1), expected=np.array([6.0]), limits=np.full((2, 1), np.nan), order=(0, 0.0)
    )
    assert found.dates.tolist() == [DATES[0], DATES[1]]
    assert found.empty[0] == pd.Timestamp("2026-11-23 12:00")


units = some.floats(0, 100)


@given(units, some.lists(units, min_size=4, max_size=4), some.lists(units, min_size=4, max_size=4), some.integers(0, 5), units)
def test_more_ordered_is_never_less_on_the_shelf(on_hand, receipts, expected, arrival, quantity):
    steps = np.cumsum(expected)
    found = path(on_hand, receipts, expected, [0.8 * steps, 1.2 * steps], (arrival, quantity))
    assert (found.ordered.evening >= found.alone.evening - 1e-9).all()
    for run in (found.ordered, found.alone, found.lower, found.upper):
        assert (run.evening >= 0).all()
        assert (run.evening <= run.morning + 1e-9).all()
    assert (found.lower.evening <= found.ordered.evening + 1e-9).all()
    assert (found.ordered.evening <= found.upper.evening + 1e-9).all()


@given(units, some.lists(units, min_size=4, max_size=4))
def test_units_are_kept(on_hand, expected):
    found = path(on_hand, (0, 0, 0, 0), expected, order=(1, 40.0))
    sold = found.ordered.morning - found.ordered.evening
    assert on_hand + 40 - sold.sum() == pytest.approx(found.ordered.evening[-1])
    assert (sold <= np.asarray(expected) + 1e-9).all()
