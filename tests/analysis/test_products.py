"""All products in one table: sums over their series, the year before, money, error and what is to be said of them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import past_ensembles
import pytest

from forecasting.analysis import product_groups, products
from forecasting.core import schema
from forecasting.core.arrays import known_sum
from forecasting.core.period import MONTH, WEEK
from forecasting.core.prices import prices_ahead
from forecasting.training import metrics
from forecasting.training.reasons import STOPPED

STEPS = 28
NAMES = ["Bun", "Bun", "Cake", "Pie", "Roll"]


def shop(*, prices: bool = True):
    """Four products: one in two stores, one new, one no longer sold, one of the third store without a price."""
    random = np.random.default_rng(0)
    y = random.poisson(20.0, (3, 5, 30)).astype(float)
    health = {schema.MODEL: [schema.BLEND, schema.BLEND, schema.CATEGORY_PATTERN, STOPPED, schema.BLEND]}
    series = {schema.PRODUCT: NAMES, schema.STORE: list("NSNNN"), schema.CATEGORY: ["Bread", "Bread", "Sweet", "Sweet", "Bread"]}
    before = random.poisson(20.0, (5, 350)).astype(float)
    ensemble = past_ensembles.ensemble(y, y + random.normal(0, 5, y.shape), before=before, health=health, series=series)
    panel = ensemble.panel
    panel.sales[2, :-5], panel.sales[4, :-40] = np.nan, np.nan
    panel.sales[3, -60:] = np.nan
    price = np.full((5, panel.sales.shape[1] + 10), 2.0)
    price[:, -10:], price[4] = 3.0, np.nan
    promo = np.zeros((5, panel.sales.shape[1] + 3))
    promo[1, -1] = 1
    return dataclasses.replace(ensemble, panel=dataclasses.replace(panel, drivers={schema.PRICE: price, schema.PROMO: promo} if prices else {}))


def table(ensemble, prices=np.nan, steps=STEPS):
    of = product_groups.groups(ensemble.panel, np.arange(len(ensemble.panel)))
    return products.products(ensemble, of, steps, np.full(len(of.rows), prices)).set_index("product")


def test_a_product_adds_up_its_series():
    ensemble = shop()
    bun, sold = table(ensemble).loc["Bun"], ensemble.panel.sales[:2]
    assert (bun["last"], bun["next"]) == (sold[:, -STEPS:].sum(), pytest.approx(2 * STEPS * 10.0))
    assert bun["change"] == pytest.approx(bun["next"] - bun["last"])
    start = sold.shape[1] - 364
    assert bun["last_year"] == sold[:, start : start + STEPS].sum()
    assert bun["category"] == "Bread"
    assert len(bun["spark"]) == 12
    assert bun["spark"][:8].sum() == sold[:, -56:].sum()


def test_the_year_before_is_not_known_of_a_product_that_had_not_begun():
    assert table(shop())["last_year"].isna().to_dict() == {"Bun": False, "Cake": True, "Pie": False, "Roll": True}


def test_revenue_is_at_the_planned_price_then_at_the_last_one_and_unknown_without_any():
    ensemble = shop()
    revenue = table(ensemble)["revenue"]
    assert revenue["Cake"] == pytest.approx(10.0 * 3.0 * STEPS)
    assert np.isnan(revenue["Roll"])
    assert table(ensemble, prices=7.0)["revenue"]["Roll"] == pytest.approx(10.0 * 7.0 * STEPS)
    np.testing.assert_array_equal(prices_ahead(ensemble.panel, np.array([0, 4]), 2), [[3.0, 3.0], [np.nan, np.nan]])
    assert np.isnan(prices_ahead(shop(prices=False).panel, np.array([0]), 2)).all()


def test_without_any_price_the_value_of_a_year_is_its_units():
    values = table(shop(prices=False))["value"]
    assert values["Bun"] == np.nansum(shop().panel.sales[:2, -364:])


def test_the_usual_miss_is_that_of_the_total_by_step():
    ensemble = shop()
    y, f = (values[:, :2].sum(axis=1) for values in ensemble.errors)
    miss = table(ensemble)["miss"]
    assert miss["Bun"] == pytest.approx(float(metrics.wape(y, f)))
    single = ensemble.errors
    assert miss["Roll"] == pytest.approx(float(metrics.wape(known_sum(single.y[:, 4:], axis=1), known_sum(single.f[:, 4:], axis=1))))


def test_each_product_says_what_it_is():
    states = table(shop())[["gone", "young", "new", "promoted"]]
    assert {name: states.columns[row].tolist() for name, row in zip(states.index, states.to_numpy(), strict=True)} == {
        "Bun": ["promoted"],
        "Cake": ["young"],
        "Pie": ["gone"],
        "Roll": ["new"],
    }


@pytest.mark.parametrize(("period", "points"), [(WEEK, 12), (MONTH, 15)])
def test_small_curves_of_weeks_and_months_are_their_steps(period, points):
    ensemble = shop()
    coarse = dataclasses.replace(ensemble, panel=dataclasses.replace(ensemble.panel, period=period))
    assert len(table(coarse, steps=3)["spark"].iloc[0]) == points


def test_a_shop_of_a_few_days_has_what_it_has():
    y = np.full((0, 1, 5), 10.0)
    young = past_ensembles.ensemble(y, y, before=np.full((1, 3), 4.0))
    row = table(young, steps=5).iloc[0]
    assert (row["last"], row["next"], len(row["spark"])) == (12.0, 50.0, 0)
    assert pd.isna(row["miss"])
