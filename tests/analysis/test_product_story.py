"""Three sentences behind a product's forecast, and the days that stand out around it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import past_ensembles
import pytest

from forecasting.analysis import day_marks, forecast_view, product_story
from forecasting.analysis.contributions import Contributions
from forecasting.core import schema
from forecasting.core.period import WEEK
from forecasting.training.reasons import STOPPED

UNITS = {"level": 9.0, "yearly": 4.2, "holidays": -1.5, schema.PRICE: 3.0}


def made_of(monkeypatch, units):
    """What a forecast of 28 days is made of: models that were fitted are not needed to put it into words."""
    parts = {(part, ""): np.full(28, value) for part, value in units.items()}
    whole = Contributions(pd.date_range("2026-01-01", periods=28), 40.0, np.full(28, 40.0), parts)
    monkeypatch.setattr(product_story, "contributions", lambda *asked: whole)  # noqa: ARG005


@pytest.fixture
def parts(monkeypatch):
    """Parts that are worth a word."""
    made_of(monkeypatch, UNITS)


def shop(**health):
    sold, forecast = past_ensembles.noisy(1, 28, 5)
    ensemble = past_ensembles.ensemble(sold, forecast, before=np.full((1, 700), 40.0), health=health or None)
    week = np.where(ensemble.panel.ahead(28).day_of_week == 5, 80.0, np.where(ensemble.panel.ahead(28).day_of_week == 6, 0.0, 40.0))
    ensemble.yhat[schema.BLEND][:] = week
    return ensemble


def told(ensemble):
    return product_story.product_story(ensemble, forecast_view.view(ensemble, {}, 28))


@pytest.mark.usefixtures("parts")
def test_level_weekdays_season_and_past_errors_in_three_sentences():
    level, changes, past = told(shop())
    assert level.startswith("From 2 years of sales we expect 40 units a day, most on Saturdays and least on")
    assert "Sundays" not in level
    assert changes == "Against an average day of last year the season adds 4.2 and holidays take 1.5 away."
    assert past.startswith("In the past such forecasts were off by 12\u00a0% of sales on a single day, and by ")
    assert past.endswith("\u00a0% over 28 days.")


@pytest.mark.usefixtures("parts")
def test_nothing_sold_of_late_is_said_instead_of_a_percentage():
    ensemble = shop()
    ensemble.panel.sales[:, -28:] = 0.0
    assert "nothing was sold in the last 28 days" in told(ensemble)[0]


def test_parts_too_small_to_be_read_are_not_told(monkeypatch):
    made_of(monkeypatch, {part: units / 1_000 for part, units in UNITS.items()})
    ensemble = shop()
    ensemble.yhat[schema.BLEND][:] = 0.2
    assert told(ensemble)[1] == "Season, holidays and promotions change little in these days."


def test_a_product_no_longer_sold_has_its_reason_alone():
    assert told(shop(model=STOPPED, reason="No rows since 5 May 2026.")) == ["No rows since 5 May 2026."]


def test_a_simpler_forecast_says_why_in_place_of_its_parts():
    assert told(shop(model=schema.CATEGORY_PATTERN, reason="Only 5 days of sales."))[1] == "Only 5 days of sales."


def marks(panel, *, country=None):
    return [(mark.kind, mark.days, mark.name) for mark in day_marks.day_marks(panel, np.array([0]), back=14, ahead=14, country=country)]


def test_holidays_promotions_and_closings_are_told_with_their_days():
    panel = shop().panel
    last = len(panel.dates)
    promo, opened = np.zeros((1, last + 5)), np.full((1, last + 5), np.nan)
    promo[0, last - 3 : last + 2], promo[0, last + 4], opened[0, last + 1] = 1, 1, 0
    dates = pd.date_range(end="2026-12-21", periods=last).as_unit("us")
    panel = dataclasses.replace(panel, dates=dates, drivers={schema.PROMO: promo, schema.OPEN: opened})
    assert marks(panel, country="DE") == [
        ("promotion", "Sat 19 Dec to Wed 23 Dec", "Promotion"),
        ("closed", "Wed 23 Dec", "Closed"),
        ("holiday", "Fri 25 Dec", "Christmas Day"),
        ("holiday", "Sat 26 Dec", "Second Day of Christmas"),
        ("promotion", "Sat 26 Dec", "Promotion"),
        ("holiday", "Fri 1 Jan", "New Year's Day"),
    ]


def test_weeks_have_no_marks():
    assert marks(dataclasses.replace(shop().panel, period=WEEK), country="DE") == []
