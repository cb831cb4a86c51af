"""Scores of days, what is common to all series taken out, and the statistic that watches one series."""

from __future__ import annotations

import numpy as np
import pandas as pd
import past_ensembles
import pytest
from scipy import stats

from forecasting.analysis.monitoring import common_factor, e_detector, negative_binomial, published, scores, watch_list
from forecasting.core import schema
from forecasting.training.bands.residuals import Errors


def past(n=30, h=28, cutoffs=6, *, level=40.0, noise=6.0, seed=0):
    y, f = past_ensembles.noisy(n, h, cutoffs, level=level, noise=noise, seed=seed)
    return Errors(y, f), Errors(y, f)


def test_the_mid_rank_is_that_of_scipy():
    y, mean, dispersion = np.array([0.0, 3.0, 11.0]), np.array([0.5, 3.0, 6.0]), np.array([0.4, 0.1, 1.0])
    count = stats.nbinom(1 / dispersion, 1 / (1 + dispersion * mean))
    expected = (count.cdf(y) + count.cdf(y - 1)) / 2
    np.testing.assert_allclose(negative_binomial.mid_rank(y, mean, dispersion), expected)


def test_dispersion_is_found_again():
    random, mean = np.random.default_rng(0), np.full((200, 300), 4.0)
    y = random.negative_binomial(2, 2 / (2 + mean)).astype(float)
    assert np.median(negative_binomial.dispersions(y, mean)) == pytest.approx(0.5, abs=0.05)


def test_scores_of_the_past_are_normal_and_skip_what_is_not_known():
    line, expected = past(n=60)
    line.y[0, 0, :5] = np.nan
    learned = scores.learn_scoring(line, expected, np.ones(line.y.shape))
    assert learned is not None
    scored = learned[1]
    assert np.isnan(scored[0, 0, :5]).all()
    assert np.isnan(scored).sum() == 5
    assert np.nanmean(scored) == pytest.approx(0, abs=0.05)
    assert np.nanstd(scored) == pytest.approx(1, abs=0.05)
    assert np.nanmax(np.abs(scored)) <= scores.MAX_SCORE


def test_a_day_ahead_is_scored_as_the_past_was():
    line, expected = past(n=60, seed=1)
    scoring, _ = scores.learn_scoring(line, expected, np.ones(line.y.shape))
    f = np.full((60, 7), 40.0)
    by = scores.Yardstick(scoring.scale(f, np.arange(7)), scoring.bins(f), scoring.dispersion)
    y = f + np.random.default_rng(5).normal(0, 6, f.shape)
    scored = scores.scores(y, f, by, scoring.reference)
    np.testing.assert_allclose(scored, (y - f) / 6, atol=0.9)
    assert scores.scores(f + 6, f, by, scoring.reference).mean() == pytest.approx(1, abs=0.15)


def test_products_that_sell_few_are_scored_as_counts():
    random = np.random.default_rng(3)
    f = np.full((6, 40, 28), 1.5)
    y = random.poisson(f).astype(float)
    scoring, scored = scores.learn_scoring(Errors(y, np.ones(f.shape)), Errors(y, f), np.ones(f.shape))
    assert scoring.sparse.all()
    assert (scoring.bins(f[0]) == scores.SPARSE).all()
    assert scored.std() == pytest.approx(1, abs=0.05)
    assert scored.mean() == pytest.approx(0, abs=0.05)


def test_kilograms_are_not_counts():
    line, expected = past(level=4.0, noise=1.0)
    scoring, _ = scores.learn_scoring(line, expected, np.ones(line.y.shape))
    assert not scoring.sparse.any()


def test_what_all_series_do_is_taken_out():
    y, expected = np.full((25, 3), 12.0), np.full((25, 3), 10.0)
    y[0, 1] = np.nan
    blocks = common_factor.blocks_of(None, 25)
    np.testing.assert_allclose(common_factor.factors(y, expected, blocks), 1.2)
    np.testing.assert_allclose(common_factor.factors(y, expected, np.full(25, -1)), 1.0)


def test_a_category_of_enough_series_has_a_part_of_its_own():
    category = np.array(["bread"] * 20 + ["cake"] * 19 + ["tea"], dtype=object)
    blocks = common_factor.blocks_of(category, 40)
    assert len(set(blocks[:20])) == 1
    assert set(blocks[20:]) == {0}
    assert blocks[0] != 0
    assert (common_factor.blocks_of(category[:10], 10) == -1).all()


def paths(count, steps=60, seed=0, own=0.1):
    random = np.random.default_rng(seed)
    return random.normal(0, 1, (count, steps)) + random.normal(0, own, (count, 1))


def test_a_change_is_found_and_dated():
    calm = paths(50)
    calm[0, 40:] += 2.0
    calm[1, 40:] -= 2.0
    spread = e_detector.own_spread(calm[2:])
    values, since = e_detector.statistics(calm, spread)
    assert (values[:2] > 12).all()
    assert (values[2:] < 10).all()
    assert set(since[:2]) <= {38, 39, 40, 41}


def test_the_last_of_the_running_maxima_is_the_statistic():
    scored = paths(20)
    scored[:, 10:15] = np.nan
    running = np.array([e_detector.statistics(scored[:, : step + 1], 0.01)[0] for step in range(60)])
    np.testing.assert_allclose(e_detector.maxima(scored, 0.01), running.max(axis=0), rtol=1e-3, atol=1e-3)


def test_days_that_do_not_count_change_nothing():
    scored = paths(5)
    with_gaps = np.insert(scored, [20, 20, 45], np.nan, axis=1)
    np.testing.assert_allclose(e_detector.statistics(with_gaps, 0.01)[0], e_detector.statistics(scored, 0.01)[0], rtol=1e-3)


def test_errors_that_hang_together_ask_for_more():
    def threshold(past):
        return e_detector.learn_threshold(past, n=500, steps_a_year=365, alarms=1.0, spread=e_detector.own_spread(past))

    calm, restless = threshold(paths(600, own=0.0)), threshold(paths(600, own=0.6))
    assert calm.value >= np.log(365 * 500)
    assert restless.value >= calm.value
    assert calm.years(np.array([calm.value]))[0] >= 0.5


def test_few_paths_leave_theory_alone():
    threshold = e_detector.learn_threshold(paths(20), n=5, steps_a_year=365, alarms=1.0, spread=0.01)
    assert threshold.value == pytest.approx(np.log(365 * 5))
    assert threshold.years(np.array([threshold.value]))[0] == pytest.approx(1.0)


def test_the_watch_list_begins_with_the_clearest():
    values = np.array([1.0, 20.0, 2.0, 30.0, -np.inf])
    assert watch_list.watched(values).tolist() == [3, 1]
    assert len(watch_list.watched(np.zeros(4))) == 0


def test_what_is_published_can_be_scored_later():
    y, f = past_ensembles.noisy(n=24)
    ensemble = past_ensembles.ensemble(y, f)
    frame, facts = published.published_frame(ensemble, 7)
    n, h = ensemble.line.shape
    assert len(frame) == n * h
    assert set(frame["version"]) == {7}
    assert {"line", "expected", "scale", "bin", "dispersion", "occasion", *schema.BANDS} < set(frame)
    assert frame["ds"].min() == ensemble.panel.last + pd.Timedelta(days=1)
    assert np.isfinite(frame["scale"]).all()
    assert len(facts[published.REFERENCE]) >= 1


def test_a_version_that_was_never_judged_has_no_scale():
    y = np.zeros((0, 3, 14))
    frame, facts = published.published_frame(past_ensembles.ensemble(y, y), 1)
    assert frame["scale"].isna().all()
    assert facts[published.REFERENCE] == []
