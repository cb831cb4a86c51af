"""The benchmark and fallback forecasts every series that has any sales."""

from __future__ import annotations

import numpy as np
import pytest
import weekly_sales as periods
from panels import panel

from forecasting.core.panel import Panel, from_sales
from forecasting.models.seasonal_naive import SeasonalNaive


def forecast(sales: Panel, horizon: int) -> list[float]:
    found: list[float] = SeasonalNaive().fit(sales, horizon=horizon).predict(sales, horizon)[0].tolist()
    return found


def test_it_repeats_the_last_week() -> None:
    assert forecast(panel({"a": np.arange(17.0)}), 9) == [10, 11, 12, 13, 14, 15, 16, 10, 11]


def test_a_missing_day_takes_the_same_weekday_before() -> None:
    sales = np.arange(14.0)
    sales[[8, 13]] = np.nan
    assert forecast(panel({"a": sales}), 7) == [7, 1, 9, 10, 11, 12, 6]


def test_weekdays_never_seen_take_the_mean_of_the_last_days() -> None:
    sales = np.full(10, np.nan)
    sales[[8, 9]] = [4.0, 6.0]  # a Tuesday and a Wednesday; the forecast starts on a Thursday
    assert forecast(panel({"a": sales}), 7) == [5, 5, 5, 5, 5, 4, 6]


def test_the_mean_is_of_the_last_28_days_with_a_row() -> None:
    day = np.arange(70)
    sales = np.where(day % 7 < 5, np.where(day % 3 == 0, 10.0, 0.0), np.nan)  # too sparse to say that weekends are closed
    sales[:20] = 1000.0 * (day[:20] % 3 == 0)
    sales[[5, 6, 12, 13, 19]] = np.nan
    expected = sales[np.isfinite(sales)][-28:].mean()
    assert forecast(panel({"a": sales}), 7)[5:] == pytest.approx([expected, expected])


def test_a_single_day_of_sales_is_enough() -> None:
    assert forecast(panel({"a": np.array([3.0])}), 3) == [3, 3, 3]


def test_a_series_that_sold_nothing_is_forecast_to_sell_nothing() -> None:
    assert forecast(panel({"a": np.zeros(20)}), 2) == [0, 0]


def test_closed_days_sell_nothing_and_are_not_repeated() -> None:
    sales, planned = np.full(84, 5.0), np.ones((1, 91))
    sales[6::7] = 0.0
    sales[80], planned[0, 80] = 0.0, 0.0
    planned[0, 84] = 0.0
    planned[0, 6::7] = np.nan
    assert forecast(panel({"a": sales}, drivers={"open": planned}), 7) == [0, 5, 5, 5, 5, 5, 0]


def test_a_series_without_sales_is_named() -> None:
    sales = panel({"a": np.ones(5), "b": np.full(5, np.nan)})
    assert SeasonalNaive().fit(sales, horizon=1).unmodelled_ == {"b": "No day has sales yet."}


def test_a_later_panel_is_forecast_from_its_own_last_week() -> None:
    early = panel({"a": np.arange(14.0)})
    late = panel({"a": np.arange(21.0)})
    assert SeasonalNaive().fit(early, horizon=2).predict(late, 2)[0].tolist() == [14, 15]


def test_weeks_and_months_repeat_the_same_one_of_last_year() -> None:
    for sales, horizon, year in ((periods.weekly(), 60, 52), (periods.monthly(), 14, 12)):
        known = from_sales(sales)
        last = known.sales[:, -year:]
        found = SeasonalNaive().fit(known, horizon=horizon).predict(known, horizon)
        np.testing.assert_array_equal(found, np.hstack([last, last])[:, :horizon])


def test_a_series_without_a_whole_year_of_weeks_repeats_its_last_one() -> None:
    known = from_sales(periods.weekly(60).groupby("product_id").tail(51))
    found = SeasonalNaive().fit(known, horizon=5).predict(known, 5)
    np.testing.assert_array_equal(found, np.repeat(known.sales[:, -1:], 5, axis=1))


def test_a_gap_of_a_month_takes_the_one_two_years_ago() -> None:
    sales = periods.monthly()
    known = from_sales(sales[sales["date"] != "2022-11-30"])
    assert SeasonalNaive().fit(known, horizon=1).predict(known, 1).ravel().tolist() == known.sales[:, -24].tolist()
