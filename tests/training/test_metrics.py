"""Metrics against figures worked out by hand, and where they are not defined."""

from __future__ import annotations

import doctest

import numpy as np
import pytest

from forecasting.training import metrics

Y = np.array([[10.0, 20.0, 30.0], [0.0, 0.0, 0.0]])
YHAT = np.array([[12.0, 20.0, 24.0], [0.0, 0.0, 0.0]])


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(metrics) == (0, 2)


def test_wape_by_hand() -> None:
    assert float(metrics.wape(Y, YHAT)) == pytest.approx(8 / 60)
    assert metrics.wape(Y, YHAT, axis=1).tolist() == pytest.approx([8 / 60, 0.0])


def test_bias_is_above_zero_when_forecasts_are_too_high() -> None:
    assert float(metrics.bias(Y, YHAT)) == pytest.approx(-4 / 6)
    assert float(metrics.bias_share(Y, YHAT)) == pytest.approx(-4 / 60)
    assert float(metrics.bias(Y, Y + 1.0)) == 1.0


def test_a_share_of_nothing_is_zero_only_where_there_is_no_error() -> None:
    y = np.zeros((2, 3))
    yhat = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    for measure in (metrics.wape, metrics.bias_share):
        np.testing.assert_array_equal(measure(y, yhat, axis=1), [0.0, np.nan])


def test_days_on_which_either_is_not_known_are_left_out() -> None:
    y, yhat = np.array([10.0, np.nan, 5.0]), np.array([11.0, 100.0, np.nan])
    assert float(metrics.wape(y, yhat)) == pytest.approx(0.1)
    assert float(metrics.bias(y, yhat)) == 1.0
    assert float(metrics.pinball(y, yhat, 0.5)) == 0.5
    assert float(metrics.coverage(y, yhat - 2, yhat)) == 1.0


def test_nothing_known_is_not_defined() -> None:
    nothing = np.full(3, np.nan)
    figures = [
        metrics.wape(nothing, nothing),
        metrics.bias(nothing, nothing),
        metrics.bias_share(nothing, nothing),
        metrics.mase(nothing, nothing, np.arange(20.0)),
        metrics.rmsse(nothing, nothing, np.arange(20.0)),
        metrics.pinball(nothing, nothing, 0.5),
        metrics.coverage(nothing, nothing, nothing),
        metrics.interval_score(nothing, nothing, nothing, 0.8),
    ]
    assert np.isnan(figures).all()


def test_mase_of_repeating_the_last_season_is_one() -> None:
    past = np.random.default_rng(0).random((3, 70))
    assert metrics.mase(past[:, 7:], past[:, :-7], past) == pytest.approx(np.ones(3))


def test_mase_and_rmsse_by_hand() -> None:
    past = np.array([1.0, 3.0, 2.0, 6.0])
    y, yhat = np.array([4.0, 4.0]), np.array([1.0, 5.0])
    assert float(metrics.mase(y, yhat, past, season_length=1)) == pytest.approx(2.0 / (7 / 3))
    assert float(metrics.rmsse(y, yhat, past)) == pytest.approx(np.sqrt(5.0 / (21 / 3)))


def test_scaled_errors_of_a_past_that_never_changed() -> None:
    flat = np.ones((2, 20))
    yhat = np.array([[1.0], [2.0]])
    np.testing.assert_array_equal(metrics.mase(flat[:, :1], yhat, flat), [0.0, np.nan])
    np.testing.assert_array_equal(metrics.rmsse(flat[:, :1], yhat, flat), [0.0, np.nan])


def test_a_past_shorter_than_a_season_scales_nothing() -> None:
    assert np.isnan(metrics.mase(np.ones(2), np.zeros(2), np.ones(5)))


def test_pinball_is_least_at_the_quantile() -> None:
    y = np.random.default_rng(0).normal(size=20_001)
    losses = [float(metrics.pinball(y, np.full_like(y, point), 0.9)) for point in (1.1, float(np.quantile(y, 0.9)), 1.5)]
    assert losses[1] == min(losses)


def test_coverage_counts_the_edges() -> None:
    assert float(metrics.coverage(np.array([1.0, 2.0, 3.0, 4.0]), np.full(4, 2.0), np.full(4, 3.0))) == 0.5


def test_interval_score_by_hand() -> None:
    """Width 4; one unit outside costs 2 / 0.2 = 10."""
    y, lower, upper = np.array([5.0, 9.0, 2.0]), np.full(3, 4.0), np.full(3, 8.0)
    assert float(metrics.interval_score(y, lower, upper, 0.8)) == pytest.approx((4 + 14 + 24) / 3)


def test_shapes_that_differ_are_refused() -> None:
    with pytest.raises(ValueError, match=r"Received \(2, 3\) and \(3,\)"):
        metrics.wape(Y, YHAT[0])
