"""Bands follow errors that shrink from cutoff to cutoff, and only where they clearly do."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.core.schema import QUANTILES
from forecasting.training.bands import quantiles
from forecasting.training.bands.drift import learn_drift
from forecasting.training.bands.quantiles import Errors

CUTOFFS, N, DAYS = 6, 100, 28


def past_and_today(sizes: np.ndarray, seed: int) -> tuple[Errors, np.ndarray, np.ndarray]:
    """Errors at cutoffs of these sizes, relative to sales, and a last one that is today."""
    random = np.random.default_rng(seed)
    f = np.repeat(random.lognormal(3, 0.6, N)[:, None], DAYS, axis=1)
    y = f * (1 + 0.2 * sizes[:, None, None] * random.normal(size=(len(sizes), N, DAYS)) + 0.02 * random.normal(size=(len(sizes), 1, 1)))
    return Errors(y[:-1], np.repeat(f[None], len(sizes) - 1, axis=0)), y[-1], f


def coverage(sizes: np.ndarray) -> np.ndarray:
    hits = []
    for seed in range(10):
        errors, y, f = past_and_today(sizes, seed)
        lower_80, upper_80, lower_95, upper_95 = quantiles.calibrate(errors).quantiles(f, QUANTILES).swapaxes(0, 1)
        hits.append([((lower <= y) & (y <= upper)).mean() for lower, upper in ((lower_80, upper_80), (lower_95, upper_95))])
    return np.mean(hits, axis=0)


def test_where_the_first_cutoffs_were_the_worst_bands_are_those_of_the_last_ones():
    shrinking = np.exp(-0.1 * np.minimum(np.arange(CUTOFFS + 1), CUTOFFS - 1))
    assert coverage(shrinking) == pytest.approx([0.80, 0.95], abs=0.015)


def test_errors_of_one_size_are_taken_as_they_are():
    assert coverage(np.ones(CUTOFFS + 1)) == pytest.approx([0.80, 0.95], abs=0.015)


def test_errors_that_grew_are_no_trend_to_follow():
    random = np.random.default_rng(1)
    z = random.normal(size=(CUTOFFS, 20, 7)) * np.exp(0.3 * np.arange(CUTOFFS))[:, None, None]
    np.testing.assert_array_equal(learn_drift(z, np.arange(CUTOFFS), CUTOFFS), 1.0)


def test_a_trend_that_may_be_chance_moves_little():
    random = np.random.default_rng(0)
    z = random.normal(size=(200, CUTOFFS, 20, 7)) * np.exp(0.1 * random.normal(size=(200, CUTOFFS, 1, 1)))
    first = [learn_drift(each, np.arange(CUTOFFS), CUTOFFS)[0] for each in z]
    assert np.median(np.abs(np.log(first))) == 0
    assert np.mean(np.abs(np.log(first))) < 0.05


def test_a_cutoff_is_judged_at_its_own_place_and_no_trend_is_continued():
    z = np.exp(-0.1 * np.arange(CUTOFFS))[:, None, None] * np.where(np.arange(DAYS) % 2, 1.0, -1.0)
    past, others = np.arange(CUTOFFS), np.arange(CUTOFFS) != 2
    np.testing.assert_allclose(learn_drift(z, past, CUTOFFS), np.exp(-0.1 * (past - 5)))
    np.testing.assert_allclose(learn_drift(z[others], past[others], 2), np.exp(-0.1 * (past[others] - 2)))


@pytest.mark.parametrize(
    "z", [np.ones((3, 4, 7)) * np.array([4.0, 2.0, 1.0])[:, None, None], np.zeros((6, 4, 7))], ids=["three cutoffs", "no errors"]
)
def test_of_too_little_no_trend_is_read(z):
    np.testing.assert_array_equal(learn_drift(z, np.arange(len(z)), len(z)), 1.0)
