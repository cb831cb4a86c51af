"""Weekly sales from the upload to the pages: everything counts in weeks."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
import shop_workspaces as shops
import weekly_sales as periods
from patience import PATIENCE
from repository import ROOT
from streamlit.testing.v1 import AppTest

from forecasting.analysis import contributions, forecast_view
from forecasting.core import schema
from forecasting.core.errors import InputError
from forecasting.core.settings import LstmSettings, Settings, TreesSettings
from forecasting.services import cache, forecasts, versions, workspaces
from forecasting.storage.workspace import Workspace
from pages.charts import forecast

pytestmark = pytest.mark.slow

HORIZON = 13


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with weekly sales and a published version; for reading only."""
    made = Workspace(tmp_path_factory.mktemp("weekly"))
    shops.merge(made, periods.weekly())
    manifest = shops.retrain(
        made,
        Settings(horizon=90, cutoffs=3, lstm=LstmSettings(epochs=3, windows_per_epoch=1024, units=16), trees=TreesSettings(trees=20, rows=2_000)),
    )
    assert (manifest["period"], manifest["sales_to"]) == ("week", "2023-10-30")
    return made


@pytest.fixture(scope="module")
def made(ws: Workspace):
    return versions.load(ws, 1)


def test_the_horizon_of_ninety_days_is_thirteen_weeks(made):
    assert (made.horizon, made.panel.period.name) == (HORIZON, "week")
    assert np.isfinite(made.yhat[schema.BLEND]).all()


def test_a_christmas_peak_is_forecast_by_the_blend(made):
    """Four weeks of December sell twice as much in the two Decembers before."""
    view = forecast_view.view(made, {}, HORIZON)
    december = (view.forecast[schema.DS].dt.month == 12).to_numpy()
    units = view.forecast[schema.BLEND].to_numpy()
    assert units[december].mean() > 1.4 * units[~december].mean()
    assert view.busiest[0].month == 12


def test_last_year_is_52_weeks_back(made):
    view = forecast_view.view(made, {"product_id": "Tea"}, 4)
    assert view.last_year == made.panel.sales[2, -52:-48].sum()
    assert view.forecast[schema.DS].tolist() == pd.date_range("2023-11-06", periods=4, freq="7D").tolist()


def test_what_moves_the_forecast_has_no_weekdays(made):
    parts = {part for part, _ in contributions.contributions(made, made.cleaned, np.arange(len(made.panel))).parts}
    assert {"level", "yearly"} <= parts
    assert "weekly" not in parts


def test_more_weeks_than_the_version_forecasts_are_refused_in_weeks(made):
    with pytest.raises(InputError, match="forecasts 1 to 13 weeks, not 14"):
        forecast_view.view(made, {}, 14)


def test_the_csv_has_a_row_a_week(made):
    table = pd.read_csv(io.BytesIO(forecasts.forecast_csv(made, {}, 4, total=True)))
    assert table["date"].tolist() == ["2023-11-06", "2023-11-13", "2023-11-20", "2023-11-27"]


def test_the_backtest_is_dated_in_weeks(ws):
    past = pd.read_parquet(ws.versions / "0001" / "backtest.parquet")
    assert ((past["ds"] - past["cutoff"]).dt.days == 7 * past["step"]).all()


def test_the_chart_shows_half_a_year_of_weeks(made):
    figure = forecast.forecast(forecast_view.view(made, {}, 4), forecast.shown())
    sales = next(trace for trace in figure.data if trace.name == "Sales")
    assert len(sales.x) == 26
    assert figure.layout.xaxis.hoverformat == "Week of %-d %b %Y"


@pytest.fixture
def watching(ws, monkeypatch):
    """This process looks at the weekly workspace."""
    cache.forget()
    monkeypatch.setattr(workspaces, "workspace", lambda: ws)
    yield
    cache.forget()


def shown(page: str) -> tuple[AppTest, str]:
    """A page, and all that it says."""
    at = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=PATIENCE)
    at.run()
    if page != "overview":
        at.switch_page(f"pages/{page}.py").run()
    assert not at.exception
    return at, "\n".join([*(each.value for each in [*at.title, *at.caption, *at.markdown]), *(metric.label for metric in at.metric)])


def test_the_overview_says_weeks(watching):
    text = shown("overview")[1]
    for part in ("Sales to week of 30 Oct 2023", "Next 4 weeks", "Units, next 4 weeks against the last 4"):
        assert part in text


def test_the_forecast_page_offers_and_says_weeks(watching):
    at, text = shown("forecast")
    for part in ("Units a week, everything added up", "Weeks ahead", "Same weeks last year", "Busiest week", "Week by week"):
        assert part in text
    assert at.segmented_control(key="days").options == ["4", "8", "13"]
