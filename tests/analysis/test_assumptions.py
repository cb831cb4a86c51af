"""What the forecast takes for granted of the days ahead, in words."""

from __future__ import annotations

import numpy as np
import panels
import pytest

from forecasting.analysis import assumptions

DAYS, AHEAD = 70, 14
"""Ten weeks from Monday 2 Jan 2023 on: the first day ahead is Monday 13 Mar 2023."""
ALL = np.array([0, 1])


def of(drivers=None, *, rows=ALL, days=AHEAD, sales=None):
    sold = panels.regular(DAYS) + 5 if sales is None else sales
    panel = panels.panel({"a": sold, "b": sold}, drivers=drivers or {})
    return {each.driver: each.text for each in assumptions.assumptions_of(panel, rows, days)}


def driver(past, *ahead):
    """Both series' values: the past's, and ahead those of each; none where nothing was uploaded."""
    return np.array([[*past, *values] for values in ahead]) if ahead else np.array([past, past])


SOME = [float(day % 7 == 4) for day in range(DAYS)]
"""A promotion each Friday."""


def test_nothing_is_said_where_there_is_nothing_to_assume():
    assert of() == {}


def test_without_a_plan_promotions_are_as_usual():
    assert of({"promo": driver(SOME)}) == {"promo": "Promotions: as usual (on 14\u00a0% of days)"}
    assert of({"promo": driver([1.0] * 14 + [0.0] * 56)}) == {"promo": "Promotions: none, as of late"}


def test_a_plan_counts_as_far_as_it_goes():
    whole, half = [1.0, *[0.0] * 13], [1.0, *[0.0] * 6, *[np.nan] * 7]
    assert of({"promo": driver(SOME, whole, whole)}) == {"promo": "Promotions: as planned (on 7\u00a0% of days)"}
    assert of({"promo": driver(SOME, half, half)}) == {"promo": "Promotions: planned to 19 Mar, then as usual (on 14\u00a0% of days)"}
    assert of({"promo": driver(SOME, whole, half)}) == {"promo": "Promotions: planned to 26 Mar at most, then as usual (on 14\u00a0% of days)"}
    nothing = [np.nan] * 14
    assert of({"promo": driver(SOME, half, nothing)}) == {
        "promo": "Promotions: planned to 19 Mar for 1 of 2 series, else as usual (on 14\u00a0% of days)"
    }


def test_prices_stay_as_they_were_last():
    price = driver([2.0] * 69 + [2.4])
    price[1, -1] = 1.1
    assert of({"price": price}) == {"price": "Price: stays as it was last (1.10 to 2.40)"}
    assert of({"price": price}, rows=np.array([0])) == {"price": "Price: stays at 2.40"}
    plan = driver([2.0] * 70, [3.0, *[np.nan] * 13], [3.0, *[np.nan] * 13])
    assert of({"price": plan}, rows=np.array([0])) == {"price": "Price: planned to 13 Mar, then stays at 3.00"}
    assert of({"price": plan}, rows=np.array([0]), days=1) == {"price": "Price: as planned, 3.00"}
    assert of({"price": driver([np.nan] * 70)}) == {}


def test_closed_weekdays_and_planned_closed_days_are_named():
    closed = np.where(np.arange(DAYS) % 7 == 6, np.nan, panels.regular(DAYS) + 5)
    assert of(sales=closed) == {"open": "Closed: Sundays"}
    ahead = [*[np.nan] * 2, 0.0, *[np.nan] * 11]
    plan = driver([np.nan] * DAYS, ahead, [np.nan] * 14)
    assert of({"open": plan}, sales=closed) == {"open": "Closed: Sundays and 15 Mar (1 of 2 series)"}
    sundays = [0.0 if day % 7 == 6 else 1.0 for day in range(14)]
    assert of({"open": driver([np.nan] * DAYS, sundays, sundays)}, sales=closed) == {"open": "Closed: Sundays"}


@pytest.mark.parametrize("days", [1, 14])
def test_asking_leaves_the_panel_alone(days):
    drivers = {"promo": driver(SOME), "price": driver([2.0] * DAYS)}
    before = {name: values.copy() for name, values in drivers.items()}
    of(drivers, days=days)
    for name, values in before.items():
        np.testing.assert_array_equal(drivers[name], values)
