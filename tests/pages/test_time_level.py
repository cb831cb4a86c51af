"""Day, week and month, and the same days of last year, on every chart, its table and its CSV."""

from __future__ import annotations

import numpy as np
import pytest
from app_driver import chart, curves, opened, texts

from forecasting.analysis import by_span, forecast_view
from forecasting.core.period import WEEK
from forecasting.services import versions
from pages.charts import forecast

pytestmark = pytest.mark.usefixtures("watching")


@pytest.mark.parametrize("page", ["overview", "forecast"])
def test_a_chart_goes_by_week_and_shows_last_year_where_the_url_says_so(page):
    at = opened(page, by="Week", last_year="true").run()
    assert at.segmented_control(key="by").options == ["Day", "Week"]  # 14 days from 1 July are no whole month
    assert "Same week last year" in curves(at)
    sales = next(trace for trace in chart(at)["data"] if trace["name"] == "Sales")
    assert sales["x"][-1].startswith("2026-06-22")


def test_the_table_follows(published):
    at = opened("forecast", by="Week", last_year="true", region="North").run()
    view = forecast_view.view(versions.load(published, 1), {"region": "North"}, 14, WEEK)
    table = at.dataframe[0].value
    assert table.columns.tolist()[-1] == by_span.LAST_YEAR
    assert (len(table), len(at.dataframe[0].value.columns)) == (2, 8)
    np.testing.assert_allclose(table["blend"], view.forecast["blend"])
    assert "The week of 29 Jun 2026 includes" in texts(at)
    assert "Units a week, North" in texts(at)


def test_nonsense_in_the_url_shows_days():
    assert "Units a day" in texts(opened("forecast", by="Century"))


def test_a_long_look_ahead_goes_by_week_until_a_person_says_otherwise(monkeypatch):
    monkeypatch.setattr("pages.components.shared.time_level.LONG", {"day": 10})
    at = opened("forecast")
    assert "Units a week" in texts(at)
    at.segmented_control(key="days").set_value(7).run()
    assert "Units a day" in texts(at)
    at.segmented_control(key="days").set_value(14).run()
    at.segmented_control(key="by").set_value("Day").run()
    assert "Units a day" in texts(at)


def test_the_forecast_of_weeks_begins_where_the_last_whole_week_ends(published):
    figure = forecast.forecast(forecast_view.view(versions.load(published, 1), {}, 14, WEEK), ("blend", "band_80"))
    ahead, sales = (next(trace for trace in figure.data if trace.name == name) for name in ("Forecast", "Sales"))
    assert (ahead.x[0], ahead.y[0]) == (sales.x[-1], sales.y[-1])
    assert len(sales.x) == forecast.FEWEST_PAST["week"]
