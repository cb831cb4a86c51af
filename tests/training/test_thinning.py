"""A large file's backtest leaves series out of cutoffs in turn, and neither the bands nor any sum depend on which."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import panels
import past_ensembles
import pytest

from forecasting.analysis.accuracy import accuracy
from forecasting.analysis.backtest_bands import bands_of_past
from forecasting.core import schema
from forecasting.core.settings import Settings
from forecasting.models.seasonal_naive import SeasonalNaive
from forecasting.training import ensemble_files, pipeline, thinning
from forecasting.training.bands import quantiles

DAYS = 200
FEW_ROWS = {"two years": DAYS, "half": 70, "a month": 30, "none": 0}


def file_of(count, days=DAYS):
    """Ordinary series, and one of each age."""
    rows = {f"p{number:03}": panels.regular(days, level=10 + number % 7, seed=number) for number in range(count)}
    return panels.panel(rows | {name: panels.only_last(panels.regular(days), last) for name, last in FEW_ROWS.items()})


@pytest.mark.parametrize("cuts", [(88, 116, 144, 172), (60, 88, 116, 144, 172), (32, 60, 88, 116, 144, 172)])
def test_every_series_keeps_the_last_cutoff_and_three_in_all_and_every_cutoff_most_of_them(cuts):
    panel = file_of(400)
    out = thinning.left_out(panel, cuts, 20)
    known = np.array([np.isfinite(panel.sales[:, :cut]).any(axis=1) for cut in cuts])
    np.testing.assert_array_equal((known & ~out).sum(axis=0), np.minimum(known.sum(axis=0), 3))
    assert not (out & ~known).any()
    assert not out[-1].any()
    share = 2 / (len(cuts) - 1)
    np.testing.assert_allclose((~out[:-1]).mean(axis=1), share, atol=0.08)
    some = np.arange(len(panel)) % 3 > 0
    np.testing.assert_array_equal(thinning.left_out(panel.select(some), cuts, 20), out[:, some])


def test_nothing_is_left_out_of_a_small_file_or_of_three_cutoffs():
    panel = file_of(10)
    assert thinning.left_out(panel, (88, 116, 144, 172), len(panel)) is None
    assert thinning.left_out(panel, (116, 144, 172), 1) is None


@pytest.mark.parametrize("across", [False, True])
def test_a_training_forecasts_the_same_as_before_where_it_still_forecasts(monkeypatch, tmp_path, across):
    monkeypatch.setattr(SeasonalNaive, "learns_across", across)
    monkeypatch.setattr(pipeline, "makers", lambda _: {name: lambda _: SeasonalNaive() for name in ("prophet", "lstm", schema.SEASONAL_NAIVE)})
    panel, settings = file_of(12), Settings(horizon=14, cutoffs=4)
    whole, thinned = (pipeline.train(panel, replace(settings, whole_backtest=most)) for most in (100, 5))
    out = thinned.past.left_out
    assert whole.past.left_out is None
    assert thinning.facts(out) == {"cutoffs": 3, "share": pytest.approx(0.25, abs=0.05)}
    np.testing.assert_array_equal(thinned.past.y, whole.past.y)
    for name, off in (("prophet", 0.0), (schema.BLEND, 0.1)):  # a new series follows fewer others
        np.testing.assert_allclose(thinned.past.yhat[name], np.where(out[:, :, None], np.nan, whole.past.yhat[name]), rtol=off)
    np.testing.assert_array_equal(thinned.yhat[schema.BLEND], whole.yhat[schema.BLEND])
    thinned.past.frame(panel.unique_ids).to_parquet(tmp_path / "past.parquet", index=False)
    back = ensemble_files.past_of(tmp_path / "past.parquet", len(panel))
    np.testing.assert_array_equal(back.left_out, out)
    assert set(back.yhat) == set(thinned.past.yhat)


def shops(common, noise, *, cutoffs=6, n=300, h=14):
    """Forecasts that are off by something that all series share at a cutoff, and by noise of their own; whole, and thinned."""
    random = np.random.default_rng(3)
    level = random.gamma(4.0, 10.0, n)[:, None] * panels.WEEK[np.arange(h) % 7]
    f = np.broadcast_to(level, (cutoffs, n, h))
    y = f * np.exp(common * random.normal(size=(cutoffs, 1, 1))) + noise * level.mean(axis=1)[:, None] * random.normal(size=f.shape)
    whole = past_ensembles.ensemble(y, f, before=np.tile(level[:, :7], 8))
    whole = replace(whole, yhat=dict.fromkeys(whole.yhat, level))
    out = thinning.left_out(whole.panel, whole.panel.dates.get_indexer(whole.past.cutoffs) + 1, 20)
    yhat = {name: np.where(out[:, :, None], np.nan, values) for name, values in whole.past.yhat.items()}
    return whole, replace(whole, past=replace(whole.past, yhat=yhat, left_out=out))


@pytest.mark.parametrize(("common", "noise"), [(0.15, 0.3), (0.0, 0.3)])
def test_bands_of_series_and_of_totals_are_as_wide_as_with_all_forecasts(common, noise):
    whole, thinned = shops(common, noise)
    rows = np.arange(len(whole.panel))
    for window in (1, 7):
        wide, also = (
            np.diff(quantiles.total_quantiles(each.total_errors_of(rows), each.expected, (0.1, 0.9), window=window), axis=0)
            for each in (whole, thinned)
        )
        assert also.mean() == pytest.approx(wide.mean(), rel=0.15)
    wide, also = (np.diff(quantiles.calibrate(each.errors).quantiles(each.line, (0.1, 0.9)), axis=1) for each in (whole, thinned))
    assert also.mean() == pytest.approx(wide.mean(), rel=0.1)


def test_a_past_total_stands_on_the_sales_that_it_is_drawn_over():
    whole, thinned = (accuracy(bands_of_past(each), {}) for each in shops(0.1, 0.1))
    np.testing.assert_array_equal(thinned.total.sales, whole.total.sales)
    for name in ("prophet", schema.BLEND):
        np.testing.assert_allclose(thinned.total[name], whole.total[name], rtol=0.02)
    assert thinned.of_total == pytest.approx(whole.of_total, rel=0.15)
    np.testing.assert_allclose(thinned.promise[["days", "sums"]], whole.promise[["days", "sums"]], atol=0.03)
    assert (thinned.tallies[schema.BLEND].days > 0).sum(axis=0).max() == 3
