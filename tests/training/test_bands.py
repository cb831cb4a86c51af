"""Bands keep their promise where the truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.core.schema import QUANTILES
from forecasting.training.bands import past_sums, quantiles, series
from forecasting.training.bands.quantiles import Errors


def simulate(cutoffs: int, seed: int, *, shift: float = 0.05, n: int = 200, h: int = 28) -> tuple[Errors, np.ndarray, np.ndarray]:
    """Past errors and one future: Poisson sales with AR(1) relative errors of each series' own size, and a shift common to a cutoff."""
    random = np.random.default_rng(seed)
    mean = np.repeat(random.lognormal(3, 0.8, n)[:, None], h, axis=1)
    own = 0.15 * random.lognormal(0, 0.5, n)[:, None]
    sold = []
    for _ in range(cutoffs + 1):
        e = np.empty((n, h))
        now = random.normal(size=n)
        for day in range(h):
            now = 0.5 * now + np.sqrt(0.75) * random.normal(size=n)
            e[:, day] = now
        sold.append(random.poisson(mean * np.maximum(1 + own * e + shift * random.normal(), 0)))
    y = np.array(sold, dtype=float)
    return Errors(y[:-1], np.repeat(mean[None], cutoffs, axis=0)), y[-1], mean


def inside(y: np.ndarray, limits: np.ndarray) -> float:
    """Coverage, halfway between counting hits of the limits and not: sales are whole numbers."""
    lower, upper = limits
    return float(((lower <= y) & (y <= upper)).mean() + ((lower < y) & (y < upper)).mean()) / 2


def sums(values: np.ndarray, window: int) -> np.ndarray:
    return np.stack([values[:, day : day + window].sum(axis=1) for day in range(values.shape[1] - window + 1)], axis=1)


@pytest.mark.parametrize("window", [1, 7, 14])
def test_bands_of_single_series_cover_what_they_promise(window):
    hits = []
    for seed in range(30):
        errors, y, mean = simulate(4, seed)
        limits = quantiles.calibrate(errors, window=window).quantiles(sums(mean, window), QUANTILES).swapaxes(0, 1)
        hits.append([inside(sums(y, window), limits[:2]), inside(sums(y, window), limits[2:])])
    assert np.mean(hits, axis=0) == pytest.approx([0.80, 0.95], abs=0.02)


@pytest.mark.parametrize("window", [1, 7])
def test_bands_of_a_total_come_near_their_promise_though_all_series_move_together(window):
    hits = []
    for seed in range(200):
        errors, y, mean = simulate(6, seed, n=40)
        limits = quantiles.total_quantiles(errors, mean, QUANTILES, window=window)
        total = sums(y.sum(axis=0)[None], window)[0]
        hits.append([inside(total, limits[:2]), inside(total, limits[2:])])
    assert np.mean(hits, axis=0) == pytest.approx([0.80, 0.95], abs=0.05)


def test_the_band_of_a_week_comes_from_errors_of_weeks_not_from_days_and_a_square_root():
    random = np.random.default_rng(0)
    f = np.full((6, 200, 14), 100.0)
    y = f + 10 * random.normal(size=(6, 200, 1))
    day = quantiles.calibrate(Errors(y, f)).quantiles(f[0], QUANTILES)
    week = quantiles.calibrate(Errors(y, f), window=7).quantiles(7 * f[0, :, :8], QUANTILES)
    width, week_width = (np.mean(made[:, 1] - made[:, 0]) for made in (day, week))
    assert week_width / width == pytest.approx(7.0, rel=0.05)


def test_a_series_that_is_harder_to_forecast_gets_a_wider_band():
    random = np.random.default_rng(1)
    f = np.full((6, 100, 28), 50.0)
    y = f + random.normal(size=f.shape) * np.where(np.arange(100) < 50, 2.0, 10.0)[:, None]
    made = quantiles.calibrate(Errors(y, f)).quantiles(f[0], QUANTILES)
    width = (made[:, 1] - made[:, 0]).mean(axis=1)
    assert width[50:].min() > 2.5 * width[:50].max()


def test_bands_never_go_below_zero_and_never_cross():
    random = np.random.default_rng(2)
    f = random.gamma(0.3, 2.0, size=(4, 60, 28))
    y = random.poisson(f).astype(float)
    made = quantiles.calibrate(Errors(y, f)).quantiles(f[0], QUANTILES)
    total = quantiles.total_quantiles(Errors(y, f), f[0], QUANTILES)
    for lower_80, upper_80, lower_95, upper_95 in (made.swapaxes(0, 1), total):
        assert (lower_95 >= 0).all()
        assert (lower_95 <= lower_80).all()
        assert (lower_80 <= upper_80).all()
        assert (upper_80 <= upper_95).all()


def test_what_was_learned_for_all_series_is_what_one_series_asked_alone_is_told():
    errors, _, mean = simulate(4, 0)
    learned = quantiles.calibrate(errors)
    learned.quantiles(mean, QUANTILES)
    for row in (0, 7, len(mean) - 1):
        alone = quantiles.calibrate(errors).of(np.array([row])).quantiles(mean[[row]], QUANTILES)
        np.testing.assert_array_equal(learned.of(np.array([row])).quantiles(mean[[row]], QUANTILES), alone)
        np.testing.assert_array_equal(learned.of(np.array([row])).quantiles(mean[[row]], QUANTILES[::-1]), alone[:, ::-1])


def test_days_without_sales_or_without_a_forecast_do_not_count():
    errors, _, mean = simulate(4, 0)
    y, f = errors.y.copy(), errors.f.copy()
    y[0, :, 3], f[2, 5] = np.nan, np.nan
    made = quantiles.calibrate(Errors(y, f)).quantiles(mean, QUANTILES)
    whole = quantiles.calibrate(errors).quantiles(mean, QUANTILES)
    assert np.isfinite(made).all()
    np.testing.assert_allclose(made.mean(), whole.mean(), rtol=0.02)


def test_closed_days_are_left_out_of_days_and_are_nothing_within_sums():
    errors, _, _ = simulate(4, 0, n=5)
    y, f = errors.y.copy(), errors.f.copy()
    y[:, :, 6::7], f[:, :, 6::7] = np.nan, 0.0
    week = quantiles.windowed(Errors(y, f), 7)
    np.testing.assert_allclose(week.y[:, :, 0], np.nansum(y[:, :, :7], axis=2))
    np.testing.assert_allclose(week.f[:, :, 0], f[:, :, :7].sum(axis=2))
    assert np.isnan(quantiles.windowed(Errors(y, f), 1).y[:, :, 6]).all()
    missing = np.where(np.arange(28) == 2, np.nan, y)
    np.testing.assert_allclose(quantiles.windowed(Errors(missing, f), 7).y[:, :, 0], np.nansum(missing[:, :, :7], axis=2) * 6 / 5)
    total, forecast = quantiles.total_errors(Errors(y, f))
    assert np.isnan(total[:, 6]).all()
    assert (forecast[:, 6] == 0).all()


def test_nothing_is_promised_that_was_never_tested():
    errors, _, mean = simulate(4, 0, n=5)
    none = Errors(errors.y[:0], errors.f[:0])
    assert quantiles.calibrate(none) is None
    assert quantiles.calibrate(errors, window=29) is None
    assert np.isnan(quantiles.total_quantiles(none, mean, QUANTILES)).all()
    assert np.isnan(quantiles.total_quantiles(errors, np.tile(mean, 2), QUANTILES, window=29)).all()
    assert quantiles.calibrate(Errors(np.full_like(errors.y, np.nan), errors.f)) is None


def test_a_forecast_beyond_the_days_that_were_judged_is_at_least_as_unsure_as_the_last_of_them():
    random = np.random.default_rng(3)
    f = np.full((5, 100, 14), 80.0)
    y = f + random.normal(size=f.shape) * np.linspace(2, 6, 14)
    made = quantiles.calibrate(Errors(y, f)).quantiles(np.full((100, 28), 80.0), QUANTILES)
    width = (made[:, 1] - made[:, 0]).mean(axis=0)
    assert (np.diff(width) > 0).all()


@pytest.mark.parametrize("y", [0.0, 5.0])
def test_perfect_forecasts_and_all_zero_sales_give_bands_of_no_width(y):
    values = np.full((4, 3, 7), y)
    made = quantiles.calibrate(Errors(values, values)).quantiles(values[0], QUANTILES)
    np.testing.assert_allclose(made, y, atol=1e-6)
    np.testing.assert_allclose(quantiles.total_quantiles(Errors(values, values), values[0], QUANTILES), 3 * y, atol=1e-6)


@pytest.mark.parametrize("window", [28, 29, 40])
def test_a_sum_longer_than_what_was_judged_has_no_past(window):
    errors, _, _ = simulate(3, 0, n=5)
    assert quantiles.windowed(errors, window).y.shape == (3, 5, max(29 - window, 0))
    assert quantiles.past_quantiles(errors, QUANTILES, window=window).shape == (4, 3, 5, max(29 - window, 0))


def test_of_a_large_file_some_sums_tell_what_all_do(monkeypatch):
    errors, _, mean = simulate(6, 3, n=400)
    whole = quantiles.calibrate(errors, window=7)
    monkeypatch.setattr(past_sums, "OWN_SUMS", 16_000)
    monkeypatch.setattr(past_sums, "LAW_SUMS", 8_000)
    some = quantiles.calibrate(errors, window=7)
    assert some.levels.tolist() != whole.levels.tolist()
    week = sums(mean, 7)
    np.testing.assert_allclose(some.quantiles(week, QUANTILES).mean(axis=(0, 2)), whole.quantiles(week, QUANTILES).mean(axis=(0, 2)), rtol=0.03)
    assert np.corrcoef(np.log(some.own), np.log(whole.own))[0, 1] > 0.97


def test_forecasts_that_are_low_at_every_cutoff_are_made_up_for():
    # Sales on one day in four, eight units on average, and forecasts of a third of their mean, near the median as those of sparse sales are.
    random = np.random.default_rng(0)
    y = np.where(random.random((26, 100, 28)) < 0.25, random.geometric(1 / 8, (26, 100, 28)), 0).astype(float)
    f = np.full((6, 100, 28), 0.7)
    limits = quantiles.calibrate(Errors(y[:6], f), window=14).quantiles(sums(f[0], 14), (0.8, 0.9, 0.95)).swapaxes(0, 1)
    hits = [np.mean([sums(then, 14) <= limit for then in y[6:]]) for limit in limits]
    assert hits == pytest.approx([0.8, 0.9, 0.95], abs=0.02)


def test_a_mean_error_that_may_be_chance_moves_little():
    learned = [quantiles.calibrate(simulate(6, seed)[0], window=7) for seed in range(10)]
    assert [abs(one.rest.mean()) for one in learned] == pytest.approx([0] * 10, abs=0.35)
    assert np.median([abs(one.rest.mean()) for one in learned]) < 0.05


@pytest.mark.parametrize("places", [[0.0], [-1.0, 2.0], [-1.0, 0.5, 0.5, 3.0], [0.0, 0.0], list(range(-4, 4))], ids=len)
def test_many_curves_are_interpolated_at_once_bit_for_bit_as_one_by_one(places):
    random, places = np.random.default_rng(len(places)), np.array(places, dtype=float)
    curves = random.normal(size=(len(places), 50))
    x = np.concatenate([random.normal(size=(30, 2)) * 3, np.repeat(places[:, None], 2, axis=1), [[np.nan, -9.0], [9.0, 0.0]]])
    one_by_one = np.stack([np.interp(x, places, curve) for curve in curves.T], axis=-1)
    one_by_one[np.isnan(x)] = np.nan  # NumPy has the only place there is stand for it
    assert series.interpolated(x, places, curves).tobytes() == one_by_one.tobytes()


def test_a_block_of_series_has_the_quantiles_that_each_has_alone(monkeypatch):
    errors, _, mean = simulate(4, 0, n=30)
    learned, probabilities = quantiles.calibrate(errors), (0.9, 0.1, 0.5)
    together = learned.quantiles(mean, probabilities)
    monkeypatch.setattr(series, "_BLOCK_CELLS", 200)
    alone = [learned.of(np.array([row])).quantiles(mean[[row]], probabilities)[0] for row in range(30)]
    assert together.tobytes() == learned.quantiles(mean, probabilities).tobytes() == np.array(alone).tobytes()
    assert (np.diff(together[:, [1, 2, 0]], axis=1) >= 0).all()
    assert (together >= 0).all()


def test_a_total_at_a_cutoff_has_the_quantiles_of_the_errors_of_the_others_bit_for_bit():
    errors, _, _ = simulate(4, 0, n=6)
    errors.y[1, 2], errors.f[2, 3] = np.nan, np.nan
    past = quantiles.past_total_quantiles(quantiles.totals_of(errors), errors.f, QUANTILES)
    for cut in range(4):
        others = Errors(*(np.delete(values, cut, axis=0) for values in errors))
        assert past[:, cut].tobytes() == quantiles.total_quantiles(others, errors.f[cut], QUANTILES).tobytes()
    assert quantiles.past_total_quantiles(quantiles.totals_of(Errors(*(values[:0] for values in errors))), errors.f[:0], QUANTILES).shape[1] == 0
