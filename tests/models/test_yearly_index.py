"""The year that all series share, from little more than one year."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import panels
import pytest

from forecasting.core.panel import Panel
from forecasting.core.period import MONTH, WEEK
from forecasting.models.prophet import yearly_index

HORIZON = 28


def summer(days: int) -> np.ndarray:
    """A shop that sells three times as much in summer as in winter, around 1."""
    return 1.0 + 0.5 * np.sin(2 * np.pi * np.arange(days) / 364)


def shop(days: int, *, growth: float = 0.0) -> Panel:
    """Ten series with this year, a week and noise."""
    drift = (1.0 + growth) ** (np.arange(days) / 364)
    return panels.panel({f"p{i}": drift * summer(days) * panels.regular(days, level=20.0 + i, growth=0.0, seed=i) for i in range(10)})


@pytest.mark.parametrize("days", [400, 500, 700, 1100])
@pytest.mark.parametrize("growth", [0.0, 0.3])
def test_the_year_is_found_and_goes_on(days: int, growth: float):
    found = yearly_index.yearly_index(shop(days, growth=growth), HORIZON)
    np.testing.assert_allclose(found, summer(days + HORIZON), atol=0.12)


def test_less_than_a_year_and_four_weeks_shows_no_season():
    assert (yearly_index.yearly_index(shop(391), HORIZON) == 1).all()
    assert (yearly_index.yearly_index(shop(392), HORIZON) != 1).any()


def test_a_file_without_a_season_has_a_flat_year():
    rng = np.random.default_rng(0)
    flat = panels.panel({f"p{i}": rng.poisson(3.0, 600).astype(float) for i in range(5)})
    assert np.abs(yearly_index.yearly_index(flat, HORIZON) - 1).mean() < 0.05


def test_a_shop_that_closes_for_weeks_keeps_an_index_to_divide_by():
    closing = shop(600)
    closing.sales[:, 200:260], closing.sales[:, 564:] = 0.0, 0.0
    found = yearly_index.yearly_index(closing, HORIZON)
    assert (found > 0.05).all()
    assert found[210:250].max() < 0.3 < found[100:180].min()


def test_scaling_sales_changes_nothing():
    sales = shop(500)
    np.testing.assert_allclose(
        yearly_index.yearly_index(replace(sales, sales=1000 * sales.sales), HORIZON), yearly_index.yearly_index(sales, HORIZON)
    )


def test_nothing_after_the_panels_end_is_looked_at():
    sales = shop(700)
    other = replace(sales, sales=np.where(np.arange(700) < 500, sales.sales, 1e6))
    np.testing.assert_array_equal(yearly_index.yearly_index(sales.cut(500), HORIZON), yearly_index.yearly_index(other.cut(500), HORIZON))


def test_a_forecast_of_the_level_times_the_index_sees_the_summer_come():
    sales, future = shop(364 + 30), shop(364 + 30 + HORIZON).sales[:, -HORIZON:]
    found = yearly_index.yearly_index(sales, HORIZON)
    level = sales.sales[:, -28:].reshape(10, 4, 7).mean(axis=1)
    calm = (sales.sales / found[: len(sales.dates)])[:, -28:].reshape(10, 4, 7).mean(axis=1)
    plain, better = (np.abs(each - future).sum() for each in (np.tile(level, 4), np.tile(calm, 4) * found[-HORIZON:]))
    assert better < 0.7 * plain


def test_weeks_and_months_have_a_year_as_well():
    rng = np.random.default_rng(0)
    for period in (WEEK, MONTH):
        steps = np.arange(period.year + period.year // 2)
        year = 1.0 + 0.5 * np.sin(2 * np.pi * steps / period.year)
        sales = panels.panel({f"p{i}": 100.0 * year * rng.uniform(0.98, 1.02, len(steps)) for i in range(4)})
        np.testing.assert_allclose(yearly_index.yearly_index(replace(sales, period=period), 0), year, atol=0.12)


def test_a_file_of_nothing_has_a_flat_year():
    assert (yearly_index.yearly_index(panels.panel({"a": np.zeros(500)}), HORIZON) == 1).all()
    assert (yearly_index.yearly_index(panels.panel({"a": np.full(500, np.nan)}), HORIZON) == 1).all()
