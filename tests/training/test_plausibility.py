"""No forecast passes what a series has ever come near."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import panels
import pytest

from forecasting.models.base import Forecasts
from forecasting.training import plausibility

HORIZON = 28


def test_a_line_that_runs_away_is_held_and_named():
    sales = panels.panel({"a": np.full(100, 10.0), "b": np.full(100, 4.0)})
    yhat = np.vstack([np.linspace(10.0, 400.0, HORIZON), np.full(HORIZON, 5.0)])
    held, texts = plausibility.cap(yhat, sales)
    assert held.max(axis=1).tolist() == [15.0, 5.0]
    assert texts == {"a": "A forecast of 400 a day is held at 15, 1.5 times the largest day of a comparable season."}


def test_a_peak_of_last_year_may_come_back_and_one_of_another_season_does_not_count():
    day = np.arange(500)
    december, june = (np.where((day >= start) & (day < start + 20), 100.0, 10.0) for start in (500 - 364 + 4, 300))
    sales = panels.panel({"a": december, "b": june})
    held, _ = plausibility.cap(np.full((2, HORIZON), 1000.0), sales)
    assert held[:, 0].tolist() == [150.0, 15.0]


def test_growth_since_last_year_lifts_what_is_believable():
    day = np.arange(450)
    sales = panels.panel({"a": np.where(day < 364, 10.0, 18.0) * np.where((day > 95) & (day < 110), 5.0, 1.0)})
    assert plausibility.ceiling(sales, HORIZON)[0] == pytest.approx(1.5 * 50.0 * 1.8)


def test_believable_forecasts_and_missing_ones_stay_as_they_are():
    sales = panels.panel({"a": panels.regular(200), "b": panels.sparse(200), "zero": np.zeros(200)})
    yhat = np.vstack([sales.sales[0, -HORIZON:], np.full(HORIZON, np.nan), np.zeros(HORIZON)])
    held, texts = plausibility.cap(yhat, sales)
    np.testing.assert_array_equal(held, yhat)
    assert texts == {}


def test_no_forecast_is_negative():
    held, texts = plausibility.cap(np.full((1, HORIZON), -3.0), panels.panel({"a": panels.regular(100)}))
    assert (held == 0).all()
    assert texts == {}


def test_scaling_sales_scales_what_is_believable():
    sales = panels.panel({"a": panels.regular(500), "b": panels.sparse(500)})
    np.testing.assert_allclose(plausibility.ceiling(replace(sales, sales=7 * sales.sales), HORIZON), 7 * plausibility.ceiling(sales, HORIZON))


def test_a_line_and_its_mean_are_held_alike_and_one_array_stays_one():
    sales = panels.panel({"a": np.full(100, 10.0)})
    line, mean = np.full((1, HORIZON), 12.0), np.full((1, HORIZON), 90.0)
    held, texts = plausibility.capped(Forecasts(line, mean), sales)
    assert (held.line == 12.0).all()
    assert (held.mean == 15.0).all()
    assert texts == {}
    both, texts = plausibility.capped(Forecasts(mean, mean), sales)
    assert both.line is both.mean
    assert list(texts) == ["a"]
