"""The benchmarks of accuracy measure what they say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from panels import panel, regular

from benchmarks import accuracy, known_truth
from benchmarks.support import band_scores, origins, point_scores, prophet_draws
from benchmarks.support.band_scores import Conformal, Learned, Sampled, judge, limits_of, sets_of, sold_of
from benchmarks.support.origins import Draws
from forecasting.core import schema
from forecasting.core.settings import Settings
from forecasting.models import registry
from forecasting.training.backtest import Backtest
from forecasting.training.bands.quantiles import Errors

NAN = np.nan
SETTINGS = Settings(horizon=28)


# Errors of forecasts


def test_scores_against_a_worked_example():
    past = np.array([[*range(8), *range(8)], [3.0] * 16], dtype=float)
    y, yhat = np.array([[10.0, 20.0], [30.0, NAN]]), np.array([[12.0, 20.0], [NAN, 5.0]])
    # Changes over 7 rows of the first series: 7, seven of -1, and 7; the second never changes.
    assert point_scores.scores(past, y, yhat) == pytest.approx(
        {
            "wape": 100 * 32 / 60,
            "mase": 1.0 / (21 / 9),
            "rmsse": np.sqrt(2.0 / (105 / 9)),
            "bias": 100 * -28 / 60,
            "total_wape": 100 * 28 / 60,
            "wape_7": NAN,
            "wape_14": NAN,
            "missing": 1 / 3,
        },
        nan_ok=True,
    )


def test_a_forecast_below_zero_counts_as_none_sold():
    scores = point_scores.scores(np.ones((1, 3)), np.array([[4.0]]), np.array([[-4.0]]))
    assert scores["wape"] == 100
    assert np.isnan(scores["mase"])


def test_rows_and_not_days_lie_a_season_apart():
    gaps = np.full(60, NAN)
    gaps[::3] = np.arange(20)
    assert point_scores.scores(gaps[None], np.array([[9.0]]), np.array([[2.0]]))["mase"] == pytest.approx(1.0)


def test_sums_add_up_the_days_that_have_a_row_and_do_not_overlap():
    y, yhat = np.ones((2, 16)), np.ones((2, 16))
    yhat[0, 0], yhat[0, 13], yhat[0, 15] = 3.0, 0.0, 99.0
    y[1, :7] = NAN
    scores = point_scores.scores(np.ones((2, 20)), y, yhat)
    # Weeks: 9 forecast of 7, 6 of 7, none of the other series, 7 of 7; fortnights: 15 of 14, 7 of 7
    assert scores["wape_7"] == pytest.approx(100 * 3 / 21)
    assert scores["wape_14"] == pytest.approx(100 * 1 / 21)
    assert np.isnan(point_scores.scores(np.ones((2, 20)), y[:, :7], yhat[:, :7])["wape_14"])


# The cut


def test_the_last_days_are_cut_off_and_their_drivers_stay():
    sales = pd.DataFrame({"date": pd.date_range("2024-01-01", periods=5), "sales": range(5), "promo": 1.0})
    made = accuracy.cut(sales, 2)
    assert made["sales"].tolist()[:3] == [0, 1, 2]
    assert made["sales"].isna().tolist() == [False, False, False, True, True]
    assert len(made) == 5
    assert len(accuracy.cut(sales.drop(columns="promo"), 2)) == 3


def test_what_was_sold_is_found_by_series_and_left_out_where_a_series_is_new():
    whole = panel({"a": np.arange(10.0), "b": np.arange(10.0) + 100, "c": np.r_[np.full(8, NAN), 1, 2]})
    known = whole.cut(8).select(np.array([1, 2]))
    np.testing.assert_array_equal(accuracy.sold_after(whole, known, 2), [[108, 109], [NAN, NAN]])


def test_draws_keep_their_series_when_others_are_left_out():
    whole = panel({name: np.ones(5) for name in "abc"})
    moved = accuracy.among(whole, whole.select(np.array([1, 2])), Draws(np.array([2]), np.zeros((1, 3, 2))))
    assert moved.rows.tolist() == [1]


# Bands


def test_split_conformal_takes_the_right_error():
    sizes = np.arange(1.0, 10.0).reshape(3, 1, 3)
    errors = Errors(100 + sizes, np.full((3, 1, 3), 100.0))
    made = Conformal(errors, np.full((1, 3), 50.0))
    # 9 errors: the ceil(10 x 0.8) = 8th of them, and for 95 % the largest
    np.testing.assert_array_equal(made.series(1)[:, 0, 0], [42, 58, 41, 59])


def test_split_conformal_of_a_total_takes_errors_of_the_total():
    y = 10 + np.array([[1.0], [-1.0]]) * np.ones((4, 2, 7))
    made = Conformal(Errors(y, np.full(y.shape, 10.0)), np.full((2, 7), 10.0))
    np.testing.assert_allclose(made.total(np.array([0, 1]), 1), 20.0)
    np.testing.assert_allclose(made.total(np.array([0]), 7)[:, 0], [63, 77, 63, 77])


def test_drawn_futures_add_up_before_they_become_limits():
    draws = np.array([[[0.0] * 7, [10.0] * 7]])
    made = Sampled(np.array([1]), draws, np.ones((2, 7), dtype=bool))
    assert np.isnan(made.series(1)[:, 0]).all()
    np.testing.assert_allclose(made.series(1)[:2, 1, 0], [1, 9])
    np.testing.assert_allclose(made.series(7)[:2, 1, 0], [7, 63])
    assert np.isnan(made.total(np.array([0, 1]), 1)).all()
    np.testing.assert_allclose(made.total(np.array([1]), 7)[:2, 0], [7, 63])


def test_sets_are_what_people_filter_by_and_some_at_random():
    series = pd.DataFrame({"unique_id": range(60), "product_id": range(60), "store": ["a", "b", "c"] * 20, "region": ["r"] * 60})
    sets = sets_of(series, np.arange(60))
    assert [len(rows) for rows in sets[:4]] == [60, 20, 20, 20]
    assert len(sets) == 4 + band_scores.RANDOM_SETS
    assert all(3 <= len(rows) <= 50 for rows in sets[4:])
    assert [rows.tolist() for rows in sets] == [rows.tolist() for rows in sets_of(series, np.arange(60))]
    some = np.array([0, 3, 4])
    assert all(set(rows) <= set(some) for rows in sets_of(series, some))


class Fixed:
    """The same limits of everything, a unit of them a day and series."""

    def __init__(self, lower: float, upper: float, n: int, h: int) -> None:
        self.limits, self.n, self.h = np.array([lower, upper, lower, upper]), n, h

    def series(self, window: int) -> np.ndarray:
        return np.broadcast_to(window * self.limits[:, None, None], (4, self.n, self.h - window + 1))

    def total(self, rows: np.ndarray, window: int) -> np.ndarray:
        return np.broadcast_to(window * len(rows) * self.limits[:, None], (4, self.h - window + 1))


def test_coverage_and_interval_score_against_a_worked_example():
    y = np.tile([[4.0], [8.0]], 14)
    sets = [np.array([0, 1])]
    made = judge(limits_of(Fixed(5, 7, 2, 14), 14, sets), sold_of(y, np.zeros(y.shape, dtype=bool), sets)).set_index("target")
    # Width 2, one unit outside on every day: 2 + 2 / 0.2 x 1 = 12 units at 80 %, of a mean of 6
    assert made.loc["days"].tolist() == pytest.approx([0, 0, 2, (2 + 40) / 6])
    assert made.loc["7 days", "score_80"] == pytest.approx(2)
    assert made.loc["totals"].tolist() == pytest.approx([1, 1, 4 / 12, 4 / 12])
    assert made.loc["totals, 7 days"].tolist() == pytest.approx([1, 1, 4 / 12, 4 / 12])


def test_sums_over_a_week_do_not_overlap():
    assert [values.shape for values in sold_of(np.ones((2, 20)), np.zeros((2, 20), dtype=bool), [])["7 days"]] == [(2, 2)]


def test_days_without_sales_count_on_neither_side():
    y = np.full((2, 7), 10.0)
    y[0, 3], y[1, :4] = NAN, NAN
    errors = Errors(np.full((4, 2, 7), 10.0), np.full((4, 2, 7), 10.0))
    made = Learned(errors, np.where(np.isfinite(y), 10.0, NAN))
    sets = [np.array([0, 1])]
    found = judge(limits_of(made, 7, sets), sold_of(y, np.zeros(y.shape, dtype=bool), sets))
    assert found["coverage_95"].tolist() == pytest.approx([1, 1, 1, 1])
    assert np.isnan(sold_of(y, np.zeros(y.shape, dtype=bool), sets)["7 days"][0]).tolist() == [[False], [True]]


def test_two_kinds_are_compared_on_the_same_days():
    y = np.array([[5.0] * 7, [5.0] * 7])
    narrow, own = Fixed(5, 6, 2, 7), Sampled(np.array([1]), np.full((1, 3, 7), 5.0), np.ones((2, 7), dtype=bool))
    sold = sold_of(y * [[1], [3]], np.zeros(y.shape, dtype=bool), [])
    same = judge(limits_of(narrow, 7, []), sold, where=limits_of(own, 7, []))
    assert same.loc[0, "score_80"] == pytest.approx((1 + 10 * 9) / 15)


# Origins


def test_cutoffs_lie_a_horizon_apart_and_leave_enough_to_learn_from():
    assert origins.cutoffs(1826, 90) == tuple(range(746, 1737, 90))
    assert origins.cutoffs(90, 7) == (41, 48, 55, 62, 69, 76, 83)
    assert origins.cutoffs(60, 28) == ()


@pytest.fixture
def past():
    """A year of two dozen series, and what models forecast at six cutoffs."""
    sales = {f"{name:02d}": regular(366, level=5.0 + name, noise=2.0, seed=name) for name in range(24)}
    whole = panel(sales)
    cuts = tuple(range(198, 353, 28))
    y = np.stack([whole.sales[:, cut : cut + 28] for cut in cuts])
    random = np.random.default_rng(0)
    yhat = {name: np.maximum(y + random.normal(size=y.shape) * size, 0) for name, size in zip(registry.names(), (3.0, 2.0, 2.5, 5.0), strict=True)}
    return whole, cuts, Backtest(pd.DatetimeIndex([whole.dates[cut - 1] for cut in cuts]), y, yhat)


def test_every_origin_with_four_cutoffs_before_it_is_judged(past):
    whole, cuts, table = past
    served = list(origins.replay(origins.completed(whole, cuts, table, SETTINGS), SETTINGS))
    judged = origins.judged(served)
    assert judged["origin"].unique().tolist() == [f"{whole.dates[cut - 1]:%Y-%m-%d}" for cut in cuts[4:]]
    assert set(judged["bands"]) == {"Shelfcast", "seasonal naive, same way", "split conformal"}
    means = origins.summary(judged).set_index(["bands", "target"])
    assert means.loc[("Shelfcast", "days"), "coverage_80"] == pytest.approx(0.8, abs=0.07)
    assert means.loc[("seasonal naive, same way", "days"), "ours_80"] < 0.8
    errors = origins.accuracy(served)
    assert errors["blend"].lt(errors["seasonal_naive"]).all()
    line = served[0].ensemble.line
    assert errors.loc[0, "bias, line"] == pytest.approx(100 * (np.nansum(line) / np.nansum(served[0].y) - 1))
    assert accuracy.by_origin(errors)["mean"]["wape_14, expected"] == pytest.approx(errors["wape_14, expected"].mean())


def test_nothing_at_or_after_an_origin_decides_what_is_served_there(past):
    whole, cuts, table = past
    first = next(origins.replay(origins.completed(whole, cuts, table, SETTINGS), SETTINGS))
    y, sales = table.y.copy(), whole.sales.copy()
    y[4:], sales[:, cuts[4] :] = 1e6, 1e6
    later = {name: np.concatenate([values[:5], values[5:] * 100]) for name, values in table.yhat.items()}
    other = panel({name: row for name, row in zip(whole.unique_ids, sales, strict=True)})
    again = next(origins.replay(origins.completed(other, cuts, Backtest(table.cutoffs, y, later), SETTINGS), SETTINGS))
    np.testing.assert_array_equal(again.ensemble.bands, first.ensemble.bands)
    np.testing.assert_array_equal(again.ensemble.yhat[schema.BLEND], first.ensemble.yhat[schema.BLEND])


def test_a_history_too_short_for_origins_gives_an_empty_table(past):
    whole, cuts, table = past
    few = Backtest(table.cutoffs[:4], table.y[:4], {name: values[:4] for name, values in table.yhat.items()})
    assert origins.judged(origins.replay(origins.completed(whole, cuts[:4], few, SETTINGS), SETTINGS)).empty


def test_kept_draws_come_back(tmp_path):
    drawn = {100: Draws(np.array([1, 3]), np.arange(12.0).reshape(2, 3, 2)), 128: Draws(np.array([0]), np.ones((1, 3, 2)))}
    prophet_draws.keep(tmp_path / "draws.npz", drawn)
    back = prophet_draws.kept(tmp_path / "draws.npz")
    assert {days: made.rows.tolist() for days, made in back.items()} == {100: [1, 3], 128: [0]}
    np.testing.assert_array_equal(back[100].values, drawn[100].values)


# Known truth


def test_simulated_sales_have_the_errors_that_they_are_said_to_have():
    errors, sold, mean = known_truth.simulate(50, 0, shift=0.2)
    relative = (errors.y / errors.f - 1).mean(axis=(1, 2))
    assert sold.shape == (known_truth.FUTURES, 200, 28)
    assert relative.std() == pytest.approx(0.2, rel=0.3)
    assert abs((sold.mean(axis=0) / mean).mean() - 1) < 0.15


def test_a_band_that_is_right_covers_what_it_promises_in_the_simulation():
    assert known_truth.of_series(6, (1,), range(2))[0] == pytest.approx([0.80, 0.95], abs=0.02)


def test_bands_of_whole_units_hold_more_than_they_promise_and_less_than_the_true_quantiles():
    _, sold, mean = known_truth.simulate_sparse(0.55, 6, 0)
    assert (sold == 0).mean() == pytest.approx(0.55, abs=0.01)
    assert sold.mean() == pytest.approx(mean.mean(), rel=0.02)
    ours, truth = known_truth.of_sparse(0.55, range(1))
    assert truth[:2] == pytest.approx([0.93, 0.98], abs=0.01)
    assert (ours[:2] > [0.80, 0.95]).all()
    assert (ours[:2] < truth[:2]).all()
    assert (ours[2:] < 1.03 * truth[2:]).all()
