"""Shares of the models in the blend."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from forecasting.training import blend
from forecasting.training.weights import Weights


def available(prophet, lstm, naive):
    return {"prophet": np.array(prophet), "lstm": np.array(lstm), "seasonal_naive": np.array(naive)}


def weighing(prophet, naive):
    """Weights as if the backtest had taught them."""
    n = len(prophet)
    chosen, shares = np.array([0.6, 0.4]), np.column_stack([prophet, 1 - np.array(prophet)])
    return Weights(("prophet", "lstm"), chosen, chosen, shares, np.array(naive), np.zeros((3, n)), np.full(n, 4), np.zeros((n, 2)))


def test_the_models_share_by_their_weights_and_the_one_that_is_missing_leaves_its_part_to_the_other():
    there = available([True, True, False, False, False, True], [True, False, True, False, False, True], [True, True, True, True, False, True])
    share = blend.shares(there, weighing([0.6] * 5 + [0.0], [0.0, 0.0, 0.5, 0.5, 0.5, 0.5]))
    np.testing.assert_allclose(share, [[0.6, 0.4, 0], [1, 0, 0], [0, 0.5, 0.5], [0, 0, 1], [0, 0, 0], [0, 0.5, 0.5]])
    assert blend.behind(share, there) == ["blend", "prophet", "blend", "seasonal_naive", "", "blend"]


@pytest.mark.parametrize("prophet", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("naive", [0.0, 0.5, 1.0])
def test_a_series_that_any_model_forecasts_has_a_blend(prophet, naive):
    known = np.array(list(itertools.product([True, False], repeat=3)))
    forecasts = [np.where(there, 5.0, np.nan)[:, None] for there in known.T]
    blended = blend.combine(forecasts, blend.shares(available(*known.T), weighing([prophet] * 8, [naive] * 8)))
    np.testing.assert_allclose(blended[:, 0], np.where(known.any(axis=1), 5.0, np.nan))


def test_a_blend_in_which_one_model_has_all_the_weight_is_still_a_blend():
    there = available([True], [True], [True])
    assert blend.behind(blend.shares(there, weighing([0.0], [0.0])), there) == ["blend"]


def test_the_blend_is_the_mean_by_shares_and_ignores_models_without_a_share():
    forecasts = [np.array([[10.0], [np.nan]]), np.array([[20.0], [7.0]]), np.array([[np.nan], [1.0]])]
    blended = blend.combine(forecasts, np.array([[0.6, 0.4, 0.0], [0.0, 1.0, 0.0]]))
    np.testing.assert_allclose(blended, [[14.0], [7.0]])


def test_a_model_with_a_share_but_no_forecast_is_never_a_silent_zero():
    forecasts = [np.array([[np.nan]]), np.array([[20.0]]), np.array([[1.0]])]
    assert np.isnan(blend.combine(forecasts, np.array([[0.6, 0.4, 0.0]]))).all()
    assert np.isnan(blend.combine(forecasts, np.zeros((1, 3)))).all()
