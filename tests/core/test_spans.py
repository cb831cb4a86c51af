"""Steps of a calendar gathered into whole weeks and months."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecasting.core.period import DAY, MONTH, WEEK, Period
from forecasting.core.spans import levels_of, spans_of


def days(start: str, count: int) -> pd.DatetimeIndex:
    return pd.date_range(start, periods=count).as_unit("us")


def months(start: str, count: int, period: Period) -> pd.DatetimeIndex:
    return period.ahead(pd.Timestamp(start), count, start=0)


@pytest.mark.parametrize("start", ["2026-06-01", "2026-06-03", "2026-06-07"])
@pytest.mark.parametrize("count", [5, 13, 14, 20, 90])
def test_whole_weeks_begin_on_monday_and_leave_out_what_the_ends_cut(start, count):
    calendar = days(start, count)
    weeks = spans_of(calendar, DAY, WEEK)
    held = [calendar[first:stop] for first, stop in zip(weeks.first, weeks.stop, strict=True)]
    assert all(len(week) == 7 and week[0].day_of_week == 0 for week in held)
    assert [week[0] for week in held] == weeks.dates.tolist()
    mondays = calendar[calendar.day_of_week == 0]
    assert len(held) == sum(monday + pd.Timedelta(days=6) <= calendar[-1] for monday in mondays)


def test_months_of_days_have_all_their_days():
    spans = spans_of(days("2027-12-15", 120), DAY, MONTH)
    assert [f"{date:%Y-%m-%d}" for date in spans.dates] == ["2028-01-01", "2028-02-01", "2028-03-01"]
    assert (spans.stop - spans.first).tolist() == [31, 29, 31]


def test_weeks_of_a_file_belong_to_the_month_that_dates_them():
    calendar = pd.date_range("2026-01-03", periods=12, freq="7D").as_unit("us")
    spans = spans_of(calendar, WEEK, MONTH)
    assert [f"{date:%b} {stop - first}" for date, first, stop in zip(*spans, strict=True)] == ["Jan 5", "Feb 4"]


def test_months_stay_as_they_are():
    month_ends = Period("month", 1, 12, 31)
    calendar = months("2026-01-31", 4, month_ends)
    spans = spans_of(calendar, month_ends, MONTH)
    assert spans.dates.tolist() == calendar.tolist()
    assert levels_of(month_ends) == (MONTH,)


def test_sums_count_what_is_known_and_are_not_known_where_nothing_is():
    spans = spans_of(days("2026-06-01", 21), DAY, WEEK)
    values = np.ones((2, 21))
    values[0, 3], values[1, 7:14] = np.nan, np.nan
    np.testing.assert_array_equal(spans.sums(values), [[6, 7, 7], [7, np.nan, 7]])
    np.testing.assert_array_equal(spans.select(np.array([2, 0])).sums(values), [[7, 6], [7, 7]])
    assert spans_of(days("2026-06-02", 3), DAY, WEEK).sums(values).shape == (2, 0)
