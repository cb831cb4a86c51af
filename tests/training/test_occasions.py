"""Holidays have errors of their own size, which bands of single days follow."""

from __future__ import annotations

import numpy as np
import pandas as pd
import panels
import pytest

from forecasting.core import calendar
from forecasting.core.panel import Panel
from forecasting.core.period import WEEK
from forecasting.core.schema import QUANTILES
from forecasting.training.bands import occasions, quantiles
from forecasting.training.bands.days import day_bands
from forecasting.training.bands.occasions import Occasions, learn_sizes, occasions_of
from forecasting.training.bands.quantiles import Errors

CUTOFFS = pd.DatetimeIndex(["2022-11-30", "2022-12-14", "2023-03-31"])
AHEAD = pd.date_range("2023-12-20", periods=14)


def simulate(seed: int, *, worse: float = 4.0) -> tuple[Errors, np.ndarray, np.ndarray, Occasions]:
    """Errors at 6 cutoffs, one future, its forecast and the kinds of days: errors on holidays are `worse` times those of other days."""
    random = np.random.default_rng(seed)
    kinds = np.zeros((7, 28), dtype=int)
    kinds[:, 10], kinds[:, [9, 11]] = 1, 2
    f = np.repeat(random.lognormal(3, 0.5, 80)[:, None], 28, axis=1)
    y = f * (1 + 0.15 * np.where(kinds == 1, worse, 1.0)[:, None] * random.normal(size=(7, 80, 28)))
    return Errors(y[:6], np.repeat(f[None], 6, axis=0)), y[6], f, Occasions(kinds[:6], kinds[6])


def shop(**options) -> Panel:
    """Two series that are sold from Monday to Saturday, until 19 December 2023."""
    days = len(pd.date_range("2023-01-02", "2023-12-19"))
    sales = np.where(np.arange(days) % 7 == 6, 0.0, 20 + np.arange(days) % 5)
    return panels.panel({"a": sales, "b": 2 * sales}, **options)


def test_days_at_and_beside_a_holiday_are_told_apart():
    of = occasions_of("DE", shop(), CUTOFFS, 28, 14)
    christmas = {
        "2023-12-22": 3,
        "2023-12-23": 3,
        "2023-12-24": 2,
        "2023-12-25": 1,
        "2023-12-26": 1,
        "2023-12-27": 2,
        "2023-12-30": 3,
        "2024-01-01": 1,
    }
    assert of.past.shape == (3, 28)
    assert dict(zip(AHEAD.strftime("%Y-%m-%d"), of.ahead, strict=True)).items() >= christmas.items()
    assert of.ahead[0] == occasions.ORDINARY
    assert of.past[0, 24] == 1
    np.testing.assert_array_equal(of.at(0).ahead, of.past[0])
    np.testing.assert_array_equal(of.at(0).past, of.past[1:])


def test_days_on_which_most_series_are_closed_count_as_holidays_without_a_country():
    opened = np.ones((2, len(pd.date_range("2023-01-02", "2024-01-02"))))
    whit_monday, christmas, sundays, one = 147, 357, slice(6, None, 7), 100
    opened[:, [whit_monday, christmas]], opened[:, sundays], opened[0, one] = 0.0, 0.0, 0.0
    panel = shop(drivers={"open": opened})
    assert calendar.closings(panel, 14).strftime("%Y-%m-%d").tolist() == ["2023-04-12", "2023-05-29", "2023-12-25"]
    of = occasions_of(None, panel, pd.DatetimeIndex(["2023-05-20", "2023-06-17"]), 28, 14)
    assert of.ahead.tolist() == [0, 0, 3, 3, 2, 1, 2, 3, 3, 0, 0, 0, 0, 0]
    assert of.past[0].tolist() == [0] * 5 + [3, 3, 2, 1, 2, 3, 3] + [0] * 16
    assert (of.past[1] == 0).all()


@pytest.mark.parametrize(("country", "cutoffs"), [(None, CUTOFFS), ("DE", CUTOFFS[:0]), ("DE", pd.DatetimeIndex(["2022-07-01"]))])
def test_without_holidays_among_the_days_judged_all_days_are_alike(country, cutoffs):
    assert occasions_of(country, shop(), cutoffs, 28, 14) is None


def test_weeks_have_no_holidays():
    weekly = Panel(shop().series, pd.date_range("2023-01-02", periods=80, freq="7D").as_unit("us"), np.ones((2, 80)), {}, period=WEEK)
    assert occasions_of("DE", weekly, weekly.dates[[40, 50]], 10, 10) is None


def test_bands_are_wide_on_holidays_that_went_badly_and_narrow_on_other_days():
    hits, narrower = [], []
    for seed in range(8):
        errors, y, f, kinds = simulate(seed)
        bands, alike = (day_bands(errors, f, silent=np.zeros(80, dtype=bool), occasions=of).swapaxes(0, 1) for of in (kinds, None))
        held, held_alike = ((lower <= y) & (y <= upper) for lower, upper in (bands[:2], alike[:2]))
        hits.append([held[:, kinds.ahead == 1].mean(), held_alike[:, kinds.ahead == 1].mean(), held[:, kinds.ahead == 0].mean()])
        narrower.append(((bands[1] - bands[0]) / (alike[1] - alike[0]))[:, kinds.ahead == 0].mean())
    holiday, unaware, ordinary = np.mean(hits, axis=0)
    assert unaware < 0.35
    assert 0.6 < holiday < 0.8
    assert ordinary == pytest.approx(0.80, abs=0.02)
    assert np.mean(narrower) < 0.97


def test_the_forecast_stays_inside_and_limits_do_not_cross_on_any_day():
    errors, _, f, kinds = simulate(0, worse=20.0)
    bands = day_bands(errors, f, silent=np.zeros(80, dtype=bool), occasions=kinds)
    assert (bands >= 0).all()
    assert (np.diff(bands[:, [2, 0, 1, 3]], axis=1) >= 0).all()
    assert ((bands[:, 0] <= f) & (f <= bands[:, 1])).all()


def test_a_past_cutoff_is_judged_by_what_the_others_say_of_holidays():
    errors, _, _, kinds = simulate(3)
    past = quantiles.past_quantiles(errors, QUANTILES, occasions=kinds)
    others = Errors(np.delete(errors.y, 2, axis=0), np.delete(errors.f, 2, axis=0))
    expected = quantiles.day_quantiles(others, errors.f[2], QUANTILES, kinds.at(2))
    np.testing.assert_allclose(past[:, 2], expected.swapaxes(0, 1))


def test_a_holiday_that_went_as_well_as_other_days_changes_nothing():
    errors, _, f, kinds = simulate(1, worse=0.5)
    sizes = learn_sizes(errors, kinds.past)
    assert sizes[:2].tolist() == [1.0, 1.0]
    assert sizes == pytest.approx(np.ones(4), abs=0.1)
    nothing = Errors(np.full_like(errors.y, np.nan), errors.f)
    assert learn_sizes(nothing, kinds.past).tolist() == [1.0] * 4
    assert quantiles.day_quantiles(nothing, f, QUANTILES, kinds) is None
