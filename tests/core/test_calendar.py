"""Closed days are told from days that chance left without sales; holidays come by country."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import weekly_sales as periods
from panels import panel, regular, sparse

from forecasting.core import calendar
from forecasting.core.errors import SettingsError
from forecasting.core.panel import from_sales

DAYS = 12 * 7


def closed(sales: np.ndarray) -> list[int]:
    """Weekdays, Monday 0, on which one series is closed."""
    return np.flatnonzero(calendar.closed_weekdays(panel({"a": sales}))[0]).tolist()


def without(weekdays: list[int], value: float, days: int = DAYS) -> np.ndarray:
    return np.where(np.isin(np.arange(days) % 7, weekdays), value, regular(days))


@pytest.mark.parametrize("value", [0.0, np.nan], ids=["zeros", "no rows"])
def test_a_weekday_that_never_sells_is_closed(value: float) -> None:
    assert closed(without([6], value)) == [6]
    assert closed(without([0, 6], value)) == [0, 6]


def test_one_sale_in_eight_weeks_opens_a_weekday() -> None:
    sales = without([6], 0.0)
    sales[-1] = 1.0
    assert closed(sales) == []


def test_what_was_sold_more_than_eight_weeks_ago_does_not_count() -> None:
    sales = without([6], 0.0)
    sales[6] = 100.0
    assert closed(sales) == [6]


def test_three_weeks_prove_nothing_and_four_do() -> None:
    assert closed(without([6], 0.0, 21)) == []
    assert closed(without([6], 0.0, 28)) == [6]


def test_a_weekday_without_sales_proves_nothing_of_a_sparse_series() -> None:
    for seed in range(20):
        assert closed(sparse(DAYS, rate=0.2, seed=seed)) == []
    assert closed(without([1, 2, 3, 4, 5, 6], 0.0) * (np.arange(DAYS) > DAYS - 8)) == []


def test_chance_decides_what_is_sparse() -> None:
    """Selling on half of the days, eight empty Sundays have a probability of 0.4 %; on two of three, 0.02 %."""
    day = np.arange(DAYS)
    half = np.where((day % 7 < 6) & (day % 2 == 0), 5.0, 0.0)
    two_thirds = np.where((day % 7 < 6) & (day % 3 > 0), 5.0, 0.0)
    assert closed(half) == []
    assert closed(two_thirds) == [6]


def test_a_series_without_sales_is_not_closed() -> None:
    assert closed(np.zeros(DAYS)) == []
    assert closed(np.full(DAYS, np.nan)) == []


def test_a_series_that_ended_is_judged_by_its_own_last_weeks() -> None:
    sales = np.concatenate([without([6], 0.0), np.full(70, np.nan)])
    assert closed(sales) == [6]


def test_a_plan_overrides_closed_weekdays() -> None:
    planned = np.full((1, DAYS + 5), np.nan)
    planned[0, DAYS + 1] = 0.0
    sales = without([0, 2], 0.0)
    planned[0, DAYS] = 1.0
    assert calendar.closed_ahead(panel({"a": sales}), 7)[0].tolist() == [True, False, True, False, False, False, False]
    both = panel({"a": sales}, drivers={"open": planned})
    assert calendar.closed_ahead(both, 7)[0].tolist() == [False, True, True, False, False, False, False]


def test_selling_days_leave_out_days_without_rows_and_closed_ones() -> None:
    sales = without([6], 0.0)
    sales[3] = np.nan
    given = np.ones((1, DAYS))
    given[0, 4] = 0.0
    days = calendar.selling_days(panel({"a": sales}, drivers={"open": given}))[0]
    assert np.flatnonzero(~days[:14]).tolist() == [3, 4, 6, 13]


def test_countries_have_names() -> None:
    names = calendar.countries()
    assert {"DE": "Germany", "US": "United States", "GB": "United Kingdom"}.items() <= names.items()
    assert list(names.values()) == sorted(names.values())


def test_holidays_have_their_english_names() -> None:
    found = calendar.holidays_of("DE", (2024,))
    assert found[pd.Timestamp("2024-12-25")] == ("Christmas Day",)
    assert pd.Timestamp("2024-12-27") not in found
    assert list(found) == sorted(found)


def test_a_country_without_holidays_is_refused() -> None:
    with pytest.raises(SettingsError, match="'Atlantis'"):
        calendar.holidays_of("Atlantis", (2024,))


def test_weeks_are_closed_only_where_a_plan_says_so() -> None:
    sales = periods.weekly(20).assign(sales=0.0, open=1.0)
    plan = pd.DataFrame({"date": [pd.Timestamp(2023, 11, 6)], "product_id": "Tea", "sales": np.nan, "open": 0.0})
    known = from_sales(pd.concat([sales, plan]))
    assert not calendar.closed_weekdays(known).any()
    assert calendar.closed_ahead(known, 2).tolist() == [[False, False], [False, False], [True, False]]
    assert calendar.selling_days(known).all()


def test_a_region_has_the_holidays_of_its_country_and_its_own() -> None:
    germany, bavaria = (calendar.holidays_of(code, (2026,)) for code in ("DE", "DE-BY"))
    assert {*germany} < {*bavaria}
    assert bavaria[pd.Timestamp("2026-01-06")] == ("Epiphany",)
    assert pd.Timestamp("2026-01-06") not in germany


@pytest.mark.parametrize("code", ["XX", "DE-XX", "DE-", "-BY", "de", "DE-BY-X", ""])
def test_what_is_no_country_or_region_is_named(code: str) -> None:
    with pytest.raises(SettingsError, match=r"no holidays for country|has no region"):
        calendar.holidays_of(code, (2026,))
