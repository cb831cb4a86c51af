"""A forecast by day, week and month: its sums, its bands, and what is set beside it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import past_ensembles
import pytest

from forecasting.analysis import by_span, forecast_view
from forecasting.core import schema
from forecasting.core.errors import InputError
from forecasting.core.period import DAY, MONTH, WEEK
from forecasting.training.bands import quantiles

HORIZON = 42


def shop(*, last: str = "2026-06-30", n: int = 3, known: int = 400):
    """An ensemble whose sales end on a day, with noisy past forecasts 42 days ahead."""
    sold, forecast = past_ensembles.noisy(n, HORIZON, 5)
    ensemble = past_ensembles.ensemble(sold, forecast, before=np.full((n, known), 30.0))
    panel = ensemble.panel
    dates = pd.date_range(end=last, periods=len(panel.dates)).as_unit("us")
    week = 40.0 + 5 * np.arange(HORIZON) / HORIZON
    yhat = {name: np.tile(week, (n, 1)) for name in ensemble.yhat}
    return dataclasses.replace(ensemble, panel=dataclasses.replace(panel, dates=dates), yhat=yhat)


@pytest.fixture(scope="module")
def ensemble():
    return shop()


ROWS = np.arange(3)


def test_weeks_ahead_are_whole_and_hold_what_is_sold_already(ensemble):
    over, ahead = by_span.split(ensemble, ROWS, 14, WEEK)
    assert over.dates[-1] == pd.Timestamp("2026-06-22")
    assert ahead.dates.tolist() == list(pd.date_range("2026-06-29", periods=3, freq="7D"))
    total = by_span.total(ensemble, ROWS, ahead)
    sold = ensemble.panel.sales[:, -2:].sum()
    assert total["sold"].tolist() == [pytest.approx(sold), 0, 0]
    blend = ensemble.yhat[schema.BLEND].sum(axis=0)
    np.testing.assert_allclose(total[schema.BLEND], [sold + blend[:5].sum(), blend[5:12].sum(), blend[12:19].sum()])


def test_the_bands_of_a_week_come_from_the_errors_of_weeks():
    whole = shop(last="2026-06-28")  # a Sunday, so that the next seven days are a week
    for rows in (ROWS, ROWS[:1]):
        _, ahead = by_span.split(whole, rows, 7, WEEK)
        week, asked = by_span.total(whole, rows, ahead), forecast_view.total_range(whole, rows, 7)
        assert [week[name][0] for name in schema.BANDS] == pytest.approx([getattr(asked, name) for name in schema.BANDS])
        days = quantiles.quantiles(whole.errors, whole.yhat[schema.BLEND][:, :7], rows, schema.QUANTILES)
        assert week["upper_80"][0] - week["lower_80"][0] < 0.8 * (days[1] - days[0]).sum()


def test_what_is_sold_of_a_week_is_sure(ensemble):
    _, ahead = by_span.split(ensemble, ROWS, 14, WEEK)
    total = by_span.total(ensemble, ROWS, ahead)
    width = total["upper_80"] - total["lower_80"]
    assert width[0] < width[1]
    assert (total["lower_95"] >= total["sold"]).all()


def test_the_forecast_lies_inside_its_bands_at_every_level(ensemble):
    for level in by_span.levels(ensemble):
        for rows in (ROWS, ROWS[:1]):
            total = by_span.total(ensemble, rows, by_span.split(ensemble, rows, 28, level)[1])
            for inner, outer in (("lower_95", "lower_80"), ("lower_80", "blend"), ("blend", "upper_80"), ("upper_80", "upper_95")):
                assert (total[inner] <= total[outer]).all(), (level.name, inner, outer)


def test_each_series_by_week_adds_up_to_the_total(ensemble):
    _, ahead = by_span.split(ensemble, ROWS, 28, WEEK)
    each, total = by_span.each(ensemble, ROWS, ahead), by_span.total(ensemble, ROWS, ahead)
    np.testing.assert_allclose(each[schema.BLEND].sum(axis=0), total[schema.BLEND])
    assert each["upper_80"].shape == (3, len(ahead.first))


def test_a_week_in_whose_rest_nothing_can_be_sold_is_over():
    saturday = shop(last="2026-06-27")
    saturday.yhat[schema.BLEND][:, 0::7] = 0.0
    over, ahead = by_span.split(saturday, ROWS, 14, WEEK)
    assert (over.dates[-1], ahead.dates[0]) == (pd.Timestamp("2026-06-22"), pd.Timestamp("2026-06-29"))
    history = by_span.history(saturday, ROWS, over)
    assert history.y.iloc[-1] == pytest.approx(saturday.panel.sales[:, -6:].sum())


def test_last_year_is_364_days_back_and_unknown_before_the_first_sales():
    ensemble = shop()
    panel = ensemble.panel
    panel.sales[2, : len(panel.dates) - 350] = np.nan
    over, ahead = by_span.split(ensemble, ROWS, 28, DAY)
    sold = pd.Series(np.nansum(panel.sales, axis=0), panel.dates)
    back = ahead.dates - pd.Timedelta(days=364)
    assert (back.day_of_week == ahead.dates.day_of_week).all()
    np.testing.assert_allclose(by_span.last_year(ensemble, ROWS, ahead), sold[back])
    assert np.isnan(by_span.last_year(ensemble, ROWS[2:], ahead)[:14]).all()
    history = by_span.history(ensemble, ROWS, over)
    assert history[by_span.LAST_YEAR].isna().sum() == 364


def test_levels_are_those_of_the_sales_and_coarser_ones_of_which_a_whole_one_is_forecast(ensemble):
    assert by_span.levels(ensemble) == [DAY, WEEK, MONTH]
    near = dataclasses.replace(shop(last="2026-06-03"), bands=np.zeros((3, 4, 10)))
    assert by_span.levels(near) == [DAY, WEEK]
    with pytest.raises(InputError, match="10 days, which is no whole month"):
        by_span.split(near, ROWS, 10, MONTH)


def test_a_finer_level_than_that_of_the_sales_is_refused(ensemble):
    weekly = dataclasses.replace(ensemble.panel, period=WEEK)
    assert by_span.level_named(weekly, "month") == MONTH
    assert by_span.level_named(weekly, None) == WEEK
    with pytest.raises(InputError, match=r"weekly, so there is no forecast by day\. Choose week or month"):
        by_span.level_named(weekly, "day")
