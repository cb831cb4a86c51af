"""Bands of single days: around the forecast, and nothing where nothing can be sold."""

from __future__ import annotations

import numpy as np

from forecasting.training.bands.days import day_bands
from forecasting.training.bands.quantiles import Errors

OPEN = np.ones(28, dtype=bool)
OPEN[6::7] = False


def errors_of(level: float, *, seed: int = 0) -> Errors:
    """Poisson sales at 5 cutoffs, closed on every seventh day, as a backtest has them: a forecast of 0 and no sales."""
    f = np.where(OPEN, np.full((5, 20, 28), level), 0.0)
    y = np.random.default_rng(seed).poisson(f).astype(float)
    return Errors(np.where(OPEN, y, np.nan), f)


def bands_of(level: float, forecast: np.ndarray, **closed: np.ndarray) -> np.ndarray:
    return day_bands(errors_of(level), forecast, silent=np.arange(20) == 3, **closed)


def test_a_closed_day_sells_nothing_for_certain_and_other_days_are_as_unsure_as_without_it():
    forecast = np.where(OPEN, np.full((20, 28), 30.0), 0.0)
    closed = np.broadcast_to(~OPEN, forecast.shape)
    bands, unaware = bands_of(30.0, forecast, closed=closed), bands_of(30.0, forecast)
    assert (bands[:, :, ~OPEN] == 0).all()
    np.testing.assert_array_equal(bands[:, :, OPEN], unaware[:, :, OPEN])
    assert (unaware[0, 1::2, ~OPEN] > 0).all()


def test_a_forecast_of_nothing_on_an_open_day_is_not_certain():
    forecast = np.where(OPEN, np.full((20, 28), 0.5), 0.0)
    forecast[5, 0] = 0.0
    bands = bands_of(0.5, forecast, closed=np.broadcast_to(~OPEN, forecast.shape))
    assert (bands[5, 1::2, 0] > 0).all()


def test_bands_lie_around_their_forecast_and_are_nothing_for_a_silent_series():
    forecast = np.full((20, 28), 0.9)
    bands = bands_of(0.2, forecast)
    others = np.arange(20) != 3
    assert (bands[others][:, 0::2] <= forecast[others, None]).all()
    assert (bands[others][:, 1::2] >= forecast[others, None]).all()
    assert (bands[3] == 0).all()


def test_without_a_past_check_no_band_is_promised():
    none = Errors(np.empty((0, 2, 28)), np.empty((0, 2, 28)))
    assert np.isnan(day_bands(none, np.ones((2, 28)), silent=np.zeros(2, dtype=bool))).all()
