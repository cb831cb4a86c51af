"""Weekly and monthly files are recognised, whatever day they are dated on; everything else is daily."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecasting.core.panel import Panel, from_sales
from forecasting.core.period import DAY, MONTH, WEEK, period_of_dates


def dates(freq: str, periods: int = 12, start: str = "2023-01-01") -> pd.DatetimeIndex:
    return pd.date_range(start, periods=periods, freq=freq)


def days(text: pd.DatetimeIndex) -> list[str]:
    return [f"{day:%Y-%m-%d}" for day in text]


@pytest.mark.parametrize(
    ("freq", "period"),
    [
        ("D", DAY),
        ("W-MON", WEEK),
        ("W-SUN", WEEK),
        ("2W-SAT", WEEK),
        ("MS", MONTH),
        ("ME", MONTH),
        ("QS", MONTH),
        ("BME", MONTH),
        ("BMS", MONTH),
        ("WOM-1MON", MONTH),
        ("SMS", DAY),
        ("B", DAY),
        ("10D", DAY),
    ],
)
def test_a_period_is_recognised_from_its_dates(freq: str, period: object) -> None:
    assert period_of_dates(dates(freq)) == period


def test_the_order_repeats_and_times_of_dates_do_not_matter() -> None:
    weeks = dates("W-MON")
    assert period_of_dates(weeks[::-1].append(weeks + pd.Timedelta(hours=3))) == WEEK


def test_missing_weeks_and_months_are_gaps_not_days() -> None:
    assert period_of_dates(dates("W-MON", 40)[[0, 1, 5, 9, 10, 30]]) == WEEK
    assert period_of_dates(dates("MS", 40)[[0, 1, 5, 9, 30]]) == MONTH


def test_few_dates_prove_nothing() -> None:
    assert [period_of_dates(dates("W-MON", count)) for count in (1, 3, 4)] == [DAY, DAY, WEEK]
    assert [period_of_dates(dates("MS", count)) for count in (1, 3, 4)] == [DAY, DAY, MONTH]
    assert [period_of_dates(dates("BME", count, "2023-02-01")) for count in (5, 6)] == [DAY, MONTH]


def test_one_other_weekday_makes_a_file_daily() -> None:
    weeks = dates("W-MON", 30)
    assert period_of_dates(weeks.append(weeks[:1] + pd.Timedelta(days=1))) == DAY


@pytest.mark.parametrize(
    ("day", "ahead"),
    [
        (1, ["2023-03-01", "2023-04-01", "2023-05-01"]),
        (15, ["2023-03-15", "2023-04-15", "2023-05-15"]),
        (28, ["2023-03-28", "2023-04-28", "2023-05-28"]),
        (30, ["2023-03-30", "2023-04-30", "2023-05-30"]),
        (31, ["2023-03-31", "2023-04-30", "2023-05-31"]),
    ],
)
def test_months_go_on_as_the_file_dates_them(day: int, ahead: list[str]) -> None:
    firsts = dates("MS")
    file = firsts + pd.to_timedelta(np.minimum(day, firsts.days_in_month) - 1, unit="D")
    assert days(period_of_dates(file).ahead(file[1], 3)) == ahead


def test_a_horizon_in_days_becomes_steps_rounded_up() -> None:
    assert [[period.steps(length) for length in (1, 7, 28, 31, 90, 92, 365)] for period in (DAY, WEEK, MONTH)] == [
        [1, 7, 28, 31, 90, 92, 365],
        [1, 1, 4, 5, 13, 14, 53],
        [1, 1, 1, 1, 3, 3, 12],
    ]


def test_steps_have_words() -> None:
    assert [period.count(2) for period in (DAY, WEEK, MONTH)] == ["2 days", "2 weeks", "2 months"]
    assert (WEEK.count(1), MONTH.adjective) == ("1 week", "monthly")


def table(when: pd.DatetimeIndex, **columns: object) -> pd.DataFrame:
    return pd.DataFrame({"date": when, "sales": np.arange(float(len(when))), **columns})


@pytest.mark.parametrize(("freq", "period"), [("D", DAY), ("W-SUN", WEEK), ("MS", MONTH), ("ME", MONTH)])
def test_a_panel_has_a_column_a_step_and_goes_on_in_steps(freq: str, period: object) -> None:
    when = dates(freq, 14)
    panel = from_sales(table(when).iloc[[0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11]])
    assert panel.period == period
    assert panel.dates.tolist() == when[:12].tolist()
    np.testing.assert_array_equal(panel.sales, [[0, 1, 2, np.nan, 4, 5, 6, 7, 8, 9, 10, 11]])
    assert panel.ahead(2).tolist() == when[12:].tolist()


def test_the_last_working_days_of_months_stand_for_their_months() -> None:
    panel = from_sales(table(dates("BME", 12)))
    assert days(panel.dates[:4]) == ["2023-01-31", "2023-02-28", "2023-03-31", "2023-04-30"]
    np.testing.assert_array_equal(panel.sales[0], np.arange(12))
    assert days(panel.ahead(1)) == ["2024-01-31"]


@pytest.fixture
def planned() -> Panel:
    """Ten weeks of sales; the promotions of the week after are given day by day, those of the next by its date."""
    weeks = table(dates("W-MON", 10), promo=0.0, price=2.0)
    ahead = pd.date_range("2023-03-13", periods=7, freq="D").append(pd.DatetimeIndex(["2023-03-20"]))
    plan = pd.DataFrame({"date": ahead, "sales": np.nan, "promo": [0, 0, 0, 0, 0, 1, 1, 1], "price": 3.0})
    return from_sales(pd.concat([weeks, plan]))


def test_drivers_ahead_lie_in_their_weeks(planned: Panel) -> None:
    np.testing.assert_allclose(planned.drivers["promo"][0, 10:], [2 / 7, 1.0])
    np.testing.assert_array_equal(planned.driver("price", 3)[0, 8:], [2, 2, 3, 3, 3])


def test_cuts_and_selections_keep_the_period(planned: Panel) -> None:
    assert planned.cut(5).period == planned.select(np.array([0])).period == WEEK
    assert planned.cut(5).ahead(1).tolist() == [planned.dates[5]]
