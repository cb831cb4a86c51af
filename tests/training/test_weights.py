"""What the past must say before a weight moves."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.training import reasons, weights

PROPHET, LSTM, SEASONAL_NAIVE = "prophet", "lstm", "seasonal_naive"


def past(cutoffs=6, n=120, h=28, seed=0, error=0.1):
    """Sales of which both models know the mean, each off by errors of its own, half of them common to a cutoff."""
    random = np.random.default_rng(seed)
    mean = np.broadcast_to(random.lognormal(2, 1, n)[None, :, None], (cutoffs, n, h))
    y = random.poisson(random.gamma(4, mean / 4)).astype(float)

    def forecast():
        common, own = random.normal(0, error, (cutoffs, n, 1)), random.normal(0, error, (cutoffs, n, h))
        return mean * np.exp((common + own) / np.sqrt(2))

    return y, {PROPHET: forecast(), LSTM: forecast(), SEASONAL_NAIVE: mean * np.exp(random.normal(0, 0.7, mean.shape))}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("cutoffs", [4, 6, 10])
def test_noise_keeps_the_chosen_weight(cutoffs, seed):
    learned = weights.learn_weights(*past(cutoffs, seed=seed), {"lstm": 0.6})
    assert learned.whole[0] == pytest.approx(0.6, abs=0.02)
    assert np.mean(np.abs(learned.shares[:, 0] - 0.6) < 0.05) > 0.7
    assert learned.naive.mean() < 0.02


@pytest.mark.parametrize("cutoffs", [4, 6])
@pytest.mark.parametrize("broken", [lambda f: 3 * f, lambda f: 0 * f, lambda f: f + 100], ids=["three times too high", "dead", "a constant too much"])
def test_a_broken_model_has_next_to_no_weight(broken, cutoffs):
    y, yhat = past(cutoffs)
    dropped = weights.learn_weights(y, {**yhat, PROPHET: broken(yhat[PROPHET])}, {"lstm": 0.6})
    assert np.mean(dropped.shares[:, 0] < 0.05) > 0.95
    kept = weights.learn_weights(y, {**yhat, LSTM: broken(yhat[LSTM])}, {"lstm": 0.6})
    assert np.mean(kept.shares[:, 0] > 0.95) > 0.9


def test_a_model_that_is_broken_for_some_series_loses_its_weight_there_alone():
    y, yhat = past(6)
    prophet = yhat[PROPHET].copy()
    prophet[:, :10] *= 4
    learned = weights.learn_weights(y, {**yhat, PROPHET: prophet}, {"lstm": 0.6})
    assert (learned.shares[:10, 0] < 0.05).all()
    assert learned.shares[10:, 0].mean() > 0.5


def test_a_model_that_is_better_everywhere_gains_weight_everywhere():
    y, yhat = past(6, error=0.05)
    worse = yhat[PROPHET] * np.exp(np.random.default_rng(1).normal(0, 0.5, (6, 120, 1)))
    learned = weights.learn_weights(y, {**yhat, PROPHET: worse}, {"lstm": 0.6})
    assert learned.whole[0] < 0.2
    assert learned.shares[:, 0].mean() < 0.2


def test_one_cutoff_with_a_huge_error_does_not_decide():
    y, yhat = past(6)
    prophet = yhat[PROPHET].copy()
    prophet[2, 0, 5] *= 1000
    learned = weights.learn_weights(y, {**yhat, PROPHET: prophet}, {"lstm": 0.6})
    np.testing.assert_allclose(learned.shares[1:, 0], weights.learn_weights(y, yhat, {"lstm": 0.6}).shares[1:, 0], atol=0.05)


def test_last_weeks_sales_take_part_where_they_were_better_at_every_cutoff():
    y, yhat = past(6)
    naive = yhat[SEASONAL_NAIVE].copy()
    naive[:, :5] = y[:, :5] * 1.01
    learned = weights.learn_weights(y, {**yhat, SEASONAL_NAIVE: naive}, {"lstm": 0.6})
    assert (learned.naive[:5] == weights.NAIVE_SHARE).all()
    assert learned.naive[5:].mean() < 0.02


def test_fewer_than_three_cutoffs_teach_nothing():
    for cutoffs in (0, 1, 2):
        y, yhat = past(cutoffs)
        learned = weights.learn_weights(y, {**yhat, PROPHET: 9 * yhat[PROPHET]}, {"lstm": 0.6})
        np.testing.assert_array_equal(learned.shares[:, 0], 0.6)
        np.testing.assert_array_equal(learned.naive, 0.0)


def test_the_weight_does_not_depend_on_the_unit_of_sales():
    y, yhat = past(5)
    learned = weights.learn_weights(y, yhat, {"lstm": 0.6})
    scaled = weights.learn_weights(40 * y, {name: 40 * values for name, values in yhat.items()}, {"lstm": 0.6})
    np.testing.assert_allclose(scaled.shares[:, 0], learned.shares[:, 0], rtol=1e-6)


def test_days_without_sales_or_forecasts_say_nothing():
    y, yhat = past(5)
    y[:, 3], yhat[PROPHET][:, 4] = np.nan, np.nan
    learned = weights.learn_weights(y, yhat, {"lstm": 0.6})
    np.testing.assert_allclose(learned.shares[3:5, 0], learned.whole[0])
    assert learned.cutoffs[:6].tolist() == [5, 5, 5, 0, 0, 5]
    assert np.isnan(learned.errors[:, 3:5]).all()


def test_why_a_weight_is_what_it_is_can_be_read():
    y, yhat = past(6)
    prophet, naive = yhat[PROPHET].copy(), yhat[SEASONAL_NAIVE].copy()
    prophet[:, 0] *= 9
    naive[:, 1] = y[:, 1]
    learned = weights.learn_weights(y, {**yhat, PROPHET: prophet, SEASONAL_NAIVE: naive}, {"lstm": 0.6})
    share = np.column_stack([(1 - learned.naive)[:, None] * learned.shares, learned.naive])
    dropped, last_week, usual, alone = reasons.of_weights(learned, share, ["blend", "blend", "blend", "lstm"])[:4]
    assert dropped.startswith("0\xa0% Prophet, 100\xa0% LSTM: Prophet was far off in all of 6 past forecasts (mean miss: Prophet ")
    assert last_week.startswith("Half repeats last week's sales, which were closer")
    assert "as set. Past forecasts do not contradict it. Prophet was closer in" in usual
    assert alone == ""
