"""Planned products take part in a training without sales, and are forecast as launches before them sold."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from past_ensembles import START, ensemble

from forecasting.analysis import by_span, forecast_view, product_story
from forecasting.core import panel as panels
from forecasting.core.period import WEEK
from forecasting.storage.planned_launches import PlannedLaunch
from forecasting.training.planned import with_planned, with_rows

STOLLEN = PlannedLaunch("Stollen", date(2026, 7, 3), "Cake", 9.5)


def sales(**columns: object) -> pd.DataFrame:
    """Tea in two stores for 30 days, of which the second closed after two."""
    dates = pd.date_range("2026-06-01", periods=30)
    north = pd.DataFrame({"date": dates, "product_id": "Tea", "store": "North", "sales": 3.0})
    rows = pd.concat([north, north.head(2).assign(store="South"), north.assign(store="West")], ignore_index=True)
    return rows.astype({"product_id": "str", "store": "str"}).assign(**columns)


def test_a_planned_product_has_a_row_in_each_store_that_sells_and_no_sales():
    rows = with_rows(sales(category="Drinks", price=2.0, promo=0), [STOLLEN])
    added = rows.tail(2)
    said = added[["product_id", "store", "category", "price"]].to_numpy().tolist()
    assert said == [["Stollen", "North", "Cake", 9.5], ["Stollen", "West", "Cake", 9.5]]
    assert added["date"].dt.day.tolist() == [30, 30]
    assert added[["sales", "promo"]].isna().all(axis=None)
    panel = panels.from_sales(rows)
    assert (len(panel), len(panel.dates), panel.drivers["price"].shape) == (5, 30, (5, 30))


def test_what_was_sold_is_no_plan_and_sales_without_products_have_none():
    rows = sales()
    assert with_rows(rows, [PlannedLaunch("Tea", date(2026, 7, 3))]) is rows
    assert with_rows(rows.drop(columns="product_id"), [STOLLEN]).columns.tolist() == ["date", "store", "sales"]


@pytest.fixture
def planned():
    """Twelve products of which ten were launched, each at 2 to 11 units a day, and a planned one in two stores, of which one sells twice as much."""
    names = ["Bread", *[f"Bun {number:02}" for number in range(10)], "Stollen", "Stollen", "Bread"]
    stores = ["a"] * 11 + ["a", "b", "b"]
    days = np.full((14, 140), np.nan)
    days[0], days[13] = 40.0, 64.0
    for number in range(10):
        days[1 + number, 30 + number :] = 2.0 + number
    y = np.zeros((3, 14, 14)) + np.nan_to_num(days[:, -1])[None, :, None]
    y[:, 11:13] = np.nan
    whole = ensemble(y, np.nan_to_num(y), before=days, series={"product_id": names, "store": stores})
    blend = np.where(np.isnan(days[:, :1]) & np.isnan(days[:, -1:]), 0.0, 10.0) * np.ones((14, 14))
    whole.yhat["blend"][:] = blend
    wait = pd.Timestamp(whole.panel.ahead(5)[-1]).date()
    return with_planned(whole, [PlannedLaunch("Stollen", wait)])


def test_it_sells_nothing_before_its_day_and_then_as_the_latest_launches_by_store(planned):
    ahead = planned.yhat["blend"][11:13]
    assert (ahead[:, :4] == 0).all()
    middle = np.expm1(np.mean(np.log1p(28 * np.arange(7.0, 12.0)))) / 28
    assert ahead[:, 4:].sum(axis=0).mean() == pytest.approx(middle, rel=0.01)
    assert ahead[1].sum() / ahead[0].sum() == pytest.approx(64 / (40 + 65))
    assert planned.unlaunched.tolist() == [False] * 11 + [True, True, False]


def test_its_range_is_that_of_earlier_launches_for_days_stores_and_sums_alike(planned):
    bands, ahead = planned.bands[11], planned.yhat["blend"][11]
    assert (np.diff([bands[2], bands[0], ahead, bands[1], bands[3]], axis=0) >= 0).all()
    whole = forecast_view.view(planned, {"product_id": "Stollen"}, 14)
    assert whole.total.lower_80 == pytest.approx(planned.bands[11:13, 0].sum())
    assert whole.forecast["upper_80"].sum() == pytest.approx(whole.total.upper_80)
    _, weeks = by_span.split(planned, np.array([11, 12]), 14, WEEK)
    assert by_span.total(planned, np.array([11, 12]), weeks)["upper_80"].sum() <= whole.total.upper_80 + 1e-9


def test_it_says_whom_it_follows_and_that_a_person_checks_it(planned):
    view = forecast_view.view(planned, {"product_id": "Stollen"}, 14)
    (story,) = product_story.product_story(planned, view)
    assert story.startswith("Not sold yet. From ")
    assert "in its first 28 days, like Bun 09, Bun 08, Bun 07 and 2 more (80 % range" in story
    assert story.endswith("It is not ordered until you have checked it.")
    assert planned.health["model"].tolist()[11:13] == ["too_new", "too_new"]


def test_without_earlier_launches_it_stays_without_a_forecast():
    y = np.full((3, 2, 14), 5.0)
    y[:, 1] = np.nan
    whole = ensemble(y, np.nan_to_num(y), before=[[5.0] * 28, [np.nan] * 28], series={"product_id": ["Tea", "Stollen"]})
    assert with_planned(whole, [PlannedLaunch("Stollen", START.date())]) is whole


@pytest.mark.parametrize(("day", "sold"), [(date(1, 1, 1), True), (date(9999, 12, 31), False)])
def test_any_day_can_be_planned(planned, day, sold):
    ahead = with_planned(planned, [PlannedLaunch("Stollen", day)]).yhat["blend"][11]
    assert (ahead > 0).all() if sold else (ahead == 0).all()
