"""A series too new for any model follows those it belongs to, at its own level."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import panels
import pytest

from forecasting.core.panel import Panel
from forecasting.training.cold_start import age, newcomers

DAYS, HORIZON = 120, 14


def bread_and_milk(own: float = 2.0, days: int = 5) -> Panel:
    """Four breads that peak on Saturdays, four milks that peak on Mondays, and a new bread."""
    rng = np.random.default_rng(0)
    day = np.arange(DAYS)
    shapes = {"bread": np.where(day % 7 == 5, 3.0, 1.0), "milk": np.where(day % 7 == 0, 4.0, 1.0)}
    rows = {f"{kind} {i}": (20.0 + 5 * i) * shape * rng.uniform(0.95, 1.05, DAYS) for kind, shape in shapes.items() for i in range(4)}
    rows["new"] = panels.only_last(own * 27.5 * shapes["bread"] * rng.uniform(0.95, 1.05, DAYS), days)
    made = panels.panel(rows)
    return replace(made, series=made.series.assign(category=[name.split()[0].replace("new", "bread") for name in made.unique_ids]))


def modelled(panel: Panel) -> np.ndarray:
    return np.array([name != "new" for name in panel.unique_ids])


def last_weeks(panel: Panel) -> np.ndarray:
    """A forecast that repeats the last two weeks of those that models serve, and has none of the others."""
    return np.where(modelled(panel)[:, None], panel.sales[:, -HORIZON:], np.nan)


def forecast(panel: Panel) -> np.ndarray:
    return forecast_with(panel, last_weeks(panel), modelled(panel))


def forecast_with(panel: Panel, blend: np.ndarray, served: np.ndarray) -> np.ndarray:
    return newcomers.forecast(panel, newcomers.learn_cold_start(panel, served), blend, served)


def test_a_new_series_follows_its_category_at_its_own_level():
    sales = bread_and_milk()
    made = forecast(sales)[sales.unique_ids.index("new")]
    pattern = last_weeks(sales)[[name.startswith("bread") for name in sales.unique_ids]].mean(axis=0)
    np.testing.assert_allclose(made, 2.0 * pattern, rtol=0.15)
    assert sales.ahead(HORIZON)[made.argmax()].day_name() == "Saturday"


def test_only_new_series_are_forecast():
    sales = bread_and_milk()
    made = forecast(sales)
    assert np.isfinite(made).all(axis=1).tolist() == [name == "new" for name in sales.unique_ids]
    assert not np.isfinite(forecast_with(sales, last_weeks(sales), np.zeros(9, dtype=bool))).any()
    assert not np.isfinite(forecast(bread_and_milk(days=42))).any()


def test_a_new_series_without_rows_in_the_last_eight_weeks_has_ended():
    sales = bread_and_milk()
    row = sales.unique_ids.index("new")
    ended = sales.sales.copy()
    ended[row, 20:25], ended[row, -5:] = ended[row, -5:], np.nan
    assert not np.isfinite(forecast(replace(sales, sales=ended))).any()


@pytest.mark.parametrize("factor", [0.001, 12.0, 1e6])
def test_scaling_sales_scales_the_forecast(factor: float):
    sales = bread_and_milk()
    scaled = replace(sales, sales=factor * sales.sales)
    np.testing.assert_allclose(forecast(scaled), factor * forecast(sales))


def test_few_days_of_noise_are_drawn_towards_the_group():
    rng = np.random.default_rng(3)
    rows = {f"old {i}": rng.poisson(3.0, DAYS).astype(float) for i in range(8)}
    lucky = np.full(DAYS, np.nan)
    lucky[-1] = 12.0
    sales = panels.panel({**rows, "new": lucky})
    (one,) = newcomers.learn_cold_start(sales, modelled(sales))
    assert 1.0 < one.scale < 2.0
    ten = np.where(np.arange(DAYS) >= DAYS - 40, 12.0, np.nan)
    (many,) = newcomers.learn_cold_start(replace(sales, sales=np.vstack([ten, sales.sales[1:]])), modelled(sales))
    assert one.scale < many.scale < 12.0 / 3.0 * 1.1


def test_closed_days_sell_nothing():
    sales = bread_and_milk()
    plan = np.full((len(sales), DAYS + HORIZON), np.nan)
    plan[:, DAYS + 3] = 0.0
    made = forecast(replace(sales, drivers={"open": plan}))
    assert made[sales.unique_ids.index("new"), 3] == 0
    assert (np.delete(made[sales.unique_ids.index("new")], 3) > 0).all()


def test_a_new_series_is_closed_when_its_store_is():
    day = np.arange(DAYS)
    sunday, always = np.where(day % 7 == 6, 0.0, 10.0), np.full(DAYS, 10.0)
    names = {"a|1": sunday, "b|1": sunday, "c|2": always, "d|2": always, "e|2": always, "new": panels.only_last(always, 3)}
    made = panels.panel(names)
    sales = replace(made, series=made.series.assign(store=["1", "1", "2", "2", "2", "1"], category="x"))
    sundays = sales.ahead(HORIZON).day_of_week == 6
    blend = np.where(sundays & (sales.series["store"] == "1").to_numpy()[:, None], 0.0, 10.0)
    new = forecast_with(sales, blend, modelled(sales))[sales.unique_ids.index("new")]
    assert (new == 0).tolist() == sundays.tolist()


def test_a_group_of_its_own_is_chosen_from_the_category_down_to_the_file():
    sales = bread_and_milk()
    groups = [
        ({"category": ["bread"] * 4 + ["milk"] * 4 + ["bread"]}, "category bread"),
        ({"category": ["bread"] * 4 + ["milk"] * 4 + [""]}, "the whole file"),
        ({"category": "cheese", "store": ["1"] * 4 + ["2"] * 4 + ["1"]}, "category cheese"),
        ({"category": ["bread"] * 4 + ["milk"] * 4 + ["new"], "store": ["1"] * 4 + ["2"] * 4 + ["2"]}, "store 2"),
    ]
    for columns, expected in groups:
        series = pd.DataFrame({"unique_id": sales.unique_ids, **columns})
        (new,) = newcomers.learn_cold_start(replace(sales, series=series), modelled(sales))
        assert new.group == expected


def test_the_reason_names_the_days_the_group_and_the_level():
    sales = bread_and_milk()
    (text,) = newcomers.reasons(sales, newcomers.learn_cold_start(sales, modelled(sales)), 42).values()
    assert text == "Only 5 days of sales: follows the pattern of category bread (4 series) at 2 times its mean; a model needs 42 days."


def test_a_series_that_sells_rarely_is_not_new():
    sales = bread_and_milk()
    row = sales.unique_ids.index("new")
    sales.sales[row] = np.where(np.arange(DAYS) % 5 == 0, 30.0, np.nan)
    assert not age.needs_cold_start(sales).any()
    sales.sales[row] = np.where(np.arange(DAYS) % 20 == 19, 30.0, np.nan)
    assert age.needs_cold_start(sales).nonzero()[0].tolist() == [row]


def test_a_short_file_asks_for_half_of_its_days():
    made = [age.least_rows(bread_and_milk().cut(days)) for days in (120, 60, 10)]
    assert made == [42, 30, 14]


def test_a_new_series_has_its_own_week_once_it_has_shown_it():
    day = np.arange(DAYS)
    own = panels.only_last(np.where(day % 7 == 2, 300.0, 30.0), 40)
    sales = bread_and_milk()
    sales = replace(sales, series=sales.series.drop(columns="category"))
    row = sales.unique_ids.index("new")
    sales.sales[row] = own
    made = forecast(sales)[row]
    assert sales.ahead(HORIZON)[made.argmax()].day_name() == "Wednesday"


def test_the_sales_and_the_forecasts_stay_as_they_were():
    sales = bread_and_milk()
    blend = last_weeks(sales)
    before = sales.sales.copy(), blend.copy()
    forecast_with(sales, blend, modelled(sales))
    np.testing.assert_array_equal(sales.sales, before[0])
    np.testing.assert_array_equal(blend, before[1])
