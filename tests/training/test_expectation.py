"""What is expected of series that sell on few days."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import panels
import pytest

from forecasting.core import schema
from forecasting.models import registry
from forecasting.models.seasonal_naive import SeasonalNaive
from forecasting.training import ensemble_files, expectation, pipeline
from forecasting.training.backtest import Backtest
from forecasting.training.cleaning.clean import clean
from forecasting.training.fitted import Fitted
from forecasting.training.weights import one_by_one

DAYS, K, H = 280, 5, 14
BESIDE = {"lstm": 0.6, "trees": 0.5}
CHANCE, SIZE = 0.3, 2.0


def sales(n=12, *, stopped=False):
    """Products that sell two units on three of ten days, and one that sells each day; perhaps one that stopped long ago."""
    random = np.random.default_rng(5)
    rows = {f"rare{i:02}": SIZE * (random.random(DAYS) < CHANCE) for i in range(n)}
    rows["daily"] = panels.regular(DAYS, level=40, growth=0.0, seed=1)
    if stopped:
        rows["stopped"] = np.where(np.arange(DAYS) < 150, rows["rare00"], np.nan)
    return panels.panel(rows)


def assembled(panel, *, median=0.0, bias=1.0):
    """An ensemble whose models know the mean of what sells daily; of the rare ones two say a median, and the trees also a mean, off by a factor."""
    cuts = [DAYS - H * back for back in range(K, 0, -1)]
    mean = np.nan_to_num(np.nanmean(panel.sales, axis=1))[:, None] * np.ones(H)
    line = np.where(expectation.sparse(panel)[:, None], median, mean)
    of = {"prophet": line, "lstm": line, "trees": (line + mean) / 2, schema.SEASONAL_NAIVE: mean}
    y = np.stack([panel.sales[:, cut : cut + H] for cut in cuts])
    past = Backtest(panel.dates[[cut - 1 for cut in cuts]], y, {name: np.tile(values, (K, 1, 1)) for name, values in of.items()})
    past = Backtest(past.cutoffs, y, past.yhat, {"trees": np.tile(bias * mean, (K, 1, 1))})
    models = {name: SeasonalNaive().fit(panel, horizon=H) for name in of}
    fitted = Fitted(clean(panel), models, of, means={"trees": bias * mean})
    return pipeline.assemble(panel, fitted, past, tuple(panel.cut(cut) for cut in cuts), BESIDE)


def test_a_series_is_sparse_by_the_days_on_which_it_could_sell():
    rows = {
        "daily": np.full(DAYS, 3.0),
        "rare": np.where(np.arange(DAYS) % 3 == 0, 2.0, 0.0),
        "closed on Sundays and Mondays": np.where(np.isin(np.arange(DAYS) % 7, (5, 6)), np.nan, 3.0),
    }
    panel = panels.panel(rows)
    assert dict(zip(panel.unique_ids, expectation.sparse(panel).tolist(), strict=True)) == {name: name == "rare" for name in rows}


def test_a_week_of_a_rare_product_sells_what_the_mean_says_while_its_line_says_nothing():
    made = assembled(sales())
    rare = made.apart
    assert rare.sum() == 12
    assert made.line[rare].mean() < 0.6 * CHANCE * SIZE
    assert made.expected[rare].mean() == pytest.approx(made.panel.sales[rare].mean(), rel=0.03)
    past = made.expected_errors
    assert past.f[:, rare].mean() == pytest.approx(made.panel.sales[rare].mean(), rel=0.03)


def test_where_every_model_is_off_the_flat_mean_is_expected():
    made = assembled(sales(), median=3.0, bias=3.0)
    sold = made.panel.sales[made.apart][:, -182:].mean()
    assert made.expected[made.apart].mean() == pytest.approx(sold, rel=0.15)
    assert made.line[made.apart].mean() > 2 * sold


def test_what_sells_every_day_has_one_number():
    made = assembled(sales())
    daily = made.panel.unique_ids.index("daily")
    np.testing.assert_array_equal(made.expected[daily], made.line[daily])
    dense = assembled(panels.panel({f"s{i}": panels.regular(DAYS, level=20, growth=0.0, seed=i) for i in range(4)}))
    assert schema.EXPECTED not in dense.yhat
    assert schema.EXPECTED not in dense.past.yhat


def test_nothing_is_expected_of_what_is_no_longer_sold():
    made = assembled(sales(stopped=True))
    np.testing.assert_array_equal(made.expected[made.panel.unique_ids.index("stopped")], 0.0)


def test_a_cutoff_expects_what_the_other_cutoffs_taught():
    panel = sales()
    changed = panels.panel(dict(zip(panel.unique_ids, panel.sales.copy(), strict=True)))
    changed.sales[:, DAYS - H :] *= 3
    before, after = (assembled(of).expected_errors.f for of in (panel, changed))
    shape = before[K - 1] / before[K - 1].max(axis=1, keepdims=True)
    np.testing.assert_allclose(after[K - 1] / after[K - 1].max(axis=1, keepdims=True), shape)


def test_squares_ask_for_the_mean_and_errors_for_the_median():
    random = np.random.default_rng(2)
    y = 2.0 * (random.random((6, 40, 28)) < CHANCE)
    mean, median = np.full(y.shape, CHANCE * SIZE), np.full(y.shape, CHANCE * SIZE / 4)
    shares = {squared: one_by_one(y, [median, mean], [0.5], squared=squared).shares.mean(axis=0) for squared in (False, True)}
    assert shares[False][0] > 0.5
    assert shares[True][1] > 0.9


def test_the_flat_mean_is_of_open_days():
    rows = {"closed at weekends": np.where(np.arange(DAYS) % 7 < 5, 10.0, np.nan)}
    flat = expectation.flat_mean(panels.panel(rows), 14)
    assert set(flat[0]) <= {0.0, 10.0}
    assert (flat[0] == 0).sum() == 4


def test_the_mean_is_what_it_is_said_to_be_blended_of():
    made = assembled(sales(stopped=True))
    told = made.means
    np.testing.assert_array_equal(np.flatnonzero(made.apart), told.rows)
    assert told.names == ("prophet", "lstm", "trees", expectation.FLAT)
    np.testing.assert_allclose(told.share.sum(axis=1), 1.0)
    np.testing.assert_array_equal(made.expected[told.rows], told.ahead)


def test_a_version_keeps_of_what_the_mean_is_blended(tmp_path, monkeypatch):
    made = replace(assembled(sales()), models={})
    ensemble_files.save(made, tmp_path)
    monkeypatch.setattr(registry, "registered", lambda: ())
    loaded = ensemble_files.load(tmp_path, made.panel).means
    for field in ("rows", "names", "share", "means"):
        np.testing.assert_array_equal(getattr(loaded, field), getattr(made.means, field))
    (tmp_path / ensemble_files.MEANS_FILE).unlink()
    assert ensemble_files.load(tmp_path, made.panel).means is None
