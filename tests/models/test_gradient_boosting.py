"""Boosted trees: what they learn from, and that what serves is what was fitted."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from panels import panel as shop_panel
from panels import regular
from repository import ROOT
from sklearn._loss.loss import AbsoluteError
from sklearn.ensemble import HistGradientBoostingRegressor

from forecasting.core.engine import Here
from forecasting.core.panel import Panel
from forecasting.core.process_engine import Processes
from forecasting.core.settings import TreesSettings
from forecasting.models.features import inputs
from forecasting.models.gradient_boosting import fitting, lessons, sampling
from forecasting.models.gradient_boosting.forest import MOST_LEAVES, Forest, Lesson
from forecasting.models.gradient_boosting.model import ForestsAnswer, GradientBoosting

FEW = TreesSettings(trees=12, rows=3_000)


def lesson(rows: int = 4_000, seed: int = 0) -> Lesson:
    """Rows of all kinds of inputs: categories with gaps, few and many values, one value alone."""
    random = np.random.default_rng(seed)
    codes = np.column_stack([random.choice([0, 2, 3, 9], rows), random.integers(1, 200, rows)])
    numbers = np.column_stack([random.normal(size=rows), random.integers(0, 3, rows), np.full(rows, 7.0), random.exponential(size=rows)])
    target = np.exp(0.4 * numbers[:, 0] + 0.3 * (codes[:, 0] == 3) + 0.02 * (codes[:, 1] % 20)) * random.random(rows)
    return Lesson(codes, numbers.astype(np.float32), target, 0.1 + random.random(rows))


@pytest.mark.parametrize("loss", ["absolute_error", "poisson"])
def test_the_arrays_forecast_what_the_library_forecasts(loss, monkeypatch):
    fitted: list[tuple[HistGradientBoostingRegressor, np.ndarray]] = []
    fit = HistGradientBoostingRegressor.fit

    def recorded(self, table, *others, **named):
        fitted.append((self, table))
        return fit(self, table, *others, **named)

    monkeypatch.setattr(HistGradientBoostingRegressor, "fit", recorded)
    learned = lesson()
    forest = fitting.fit(learned, loss, 40, 0, lambda _: None)
    model, table = fitted[-1]
    np.testing.assert_allclose(forest.predict(learned.codes, learned.numbers), model.predict(table), rtol=1e-12)
    assert (forest.column >= 0).sum(axis=1).max() < MOST_LEAVES
    assert len(forest.yes) > 5


def test_lessons_are_the_same_bit_for_bit_whatever_the_blocks_of_series(monkeypatch):
    known = shop_panel({name: regular(120, level=10 * place, growth=0.0, seed=place) for place, name in enumerate("abcdefg", start=1)})

    def prepared(cells):
        monkeypatch.setattr(lessons, "_CELLS_AT_ONCE", cells)
        return lessons.prepare(known, 14, FEW, 0).lesson

    whole, single, several = map(prepared, (10**6, 1, 3 * 120))
    for part, *others in zip(whole, single, several, strict=True):
        assert len(part) > 100
        for other in others:
            np.testing.assert_array_equal(other, part)
            assert other.dtype == part.dtype


def test_a_series_that_cannot_be_forecast_is_found_and_named_and_costs_no_other(monkeypatch):
    known = shop_panel({name: regular(120, level=10 * place, growth=0.0, seed=place) for place, name in enumerate("abcdefg", start=1)})
    model = GradientBoosting(FEW, seed=0).fit(known, horizon=14)
    whole, answer = model.forecasts(known, 14), ForestsAnswer.__call__

    def poisoned(self, features, days, recent):
        if np.float32(known.sales[4, 0]) in features.own.values[:, 0]:
            raise ValueError("no number")
        return answer(self, features, days, recent)

    monkeypatch.setattr(ForestsAnswer, "__call__", poisoned)
    found = model.begin_forecasts(known, 14, None, Here())()
    for values, before in zip(found, whole, strict=True):
        assert np.isnan(values[4]).all()
        np.testing.assert_allclose(np.delete(values, 4, axis=0), np.delete(before, 4, axis=0), rtol=1e-6)
    assert model.unmodelled_ == {"e": "The trees could not forecast it: no number"}


@pytest.mark.parametrize("values", [np.random.default_rng(0).normal(size=501), np.tile([2.0, 1.0, 1.0, 3.0], 25), np.array([4.0])])
def test_the_median_is_the_librarys(values):
    for weight in (np.ones(len(values)), np.random.default_rng(1).random(len(values)) + 0.1):
        assert fitting.Median().fit_intercept_only(values, weight) == AbsoluteError().fit_intercept_only(values, weight)


def test_a_forest_comes_back_from_its_arrays():
    forest = fitting.fit(lesson(), "poisson", 5, 0, lambda _: None)
    again = Forest.from_arrays(forest.arrays("a"), "a")
    other = lesson(seed=1)
    np.testing.assert_array_equal(again.predict(other.codes, other.numbers), forest.predict(other.codes, other.numbers))


def test_a_value_that_was_not_learned_from_counts_as_any_other_value():
    forest = fitting.fit(lesson(), "poisson", 20, 0, lambda _: None)
    codes, numbers = np.tile([1, 5], (3, 1)), lesson().numbers[:3]
    np.testing.assert_array_equal(forest.predict(codes, numbers), forest.predict(codes * [0, 1], numbers))


def test_without_categories_there_are_numbers_alone():
    learned = lesson()._replace(codes=np.zeros((4_000, 0), dtype=int))
    forest = fitting.fit(learned, "absolute_error", 5, 0, lambda _: None)
    assert np.ptp(forest.predict(learned.codes, learned.numbers)) > 0.1


def test_rows_are_of_each_day_ahead_alike_and_lie_in_the_history():
    sales = np.full((3, 200), 5.0)
    sales[1, :150] = np.nan
    sales[2, 190:] = np.nan
    layout = inputs.design_inputs(shop_panel({name: row for name, row in zip("abc", sales, strict=True)}), lookback=7, horizon=28)
    drawn = sampling.draw(sales, layout, most=280, seed=0)
    assert np.bincount(drawn.steps, minlength=28).tolist() == [10] * 28
    assert np.isfinite(sales[drawn.series, drawn.origins + drawn.steps]).all()
    assert (drawn.origins[drawn.series != 1] >= layout.before).all()
    assert (drawn.origins[drawn.series == 1] >= 150 + layout.spans.known).all()
    assert 0.3 < drawn.usual.mean() < 0.7


def test_a_small_file_is_learned_from_a_third_of_its_days():
    sales = np.full((60, 200), 5.0)
    layout = inputs.design_inputs(shop_panel({f"{name:02}": row for name, row in enumerate(sales)}), lookback=7, horizon=28)
    assert len(sampling.draw(sales, layout, most=30_000, seed=0)) == 4_000
    assert len(sampling.draw(sales, layout, most=1_000, seed=0)) == 1_000


def test_more_values_than_the_trees_can_tell_apart():
    series = pd.DataFrame({"unique_id": [f"p{i:03}" for i in range(300)]})
    series["product_id"] = series["unique_id"]
    sales = np.random.default_rng(0).poisson(5.0, (300, 60)).astype(float)
    many = Panel(series, pd.date_range("2026-01-05", periods=60).as_unit("us"), sales, {})
    forecast = GradientBoosting(FEW, 0).fit(many, horizon=7).predict(many, 7)
    assert forecast.mean() == pytest.approx(5.0, rel=0.1)


def test_where_most_days_sell_nothing_the_line_lies_between_the_median_and_the_mean():
    random = np.random.default_rng(3)
    rows = {f"p{i:02}": random.poisson(2.0, 300) * (random.random(300) < 0.2) for i in range(30)}
    model = GradientBoosting(FEW, 0).fit(shop_panel(rows), horizon=14)
    line, mean = model.forecasts(shop_panel(rows), 14)
    assert mean.mean() == pytest.approx(0.4, abs=0.06)
    assert line.mean() == pytest.approx(0.2, abs=0.06)
    np.testing.assert_array_equal(model.predict(shop_panel(rows), 14), line)


def test_a_promotion_that_was_given_counts():
    day = np.arange(294)
    promo = np.array([(day % 11 < 2).astype(float), (day % 13 < 2).astype(float)])
    rows = {"a": regular(280) * (1 + promo[0, :280]), "b": regular(280, level=50.0, seed=4) * (1 + promo[1, :280])}
    sales = shop_panel(rows, drivers={"promo": promo})
    model = GradientBoosting(TreesSettings(trees=60, rows=8_000), 0).fit(sales, horizon=14)
    forecast = model.predict(sales, 14)
    uplift = [row[there > 0].mean() / row[there == 0].mean() for row, there in zip(forecast, promo[:, 280:], strict=True)]
    assert min(uplift) > 1.4
    assert model.knows(sales, "promo").all()
    assert not model.knows(sales, "price").any()


def test_another_process_grows_the_same_trees():
    sales = shop_panel({"a": regular(120), "b": regular(120, level=50.0, seed=4)})
    with Processes(1) as engine:
        elsewhere = GradientBoosting(FEW, 0).begin(sales, engine, horizon=7).fit(sales, horizon=7)
    here = GradientBoosting(FEW, 0).fit(sales, horizon=7)
    np.testing.assert_array_equal(elsewhere.predict(sales, 7), here.predict(sales, 7))


def test_serving_never_imports_the_library(tmp_path):
    model = GradientBoosting(FEW, 0).fit(shop_panel({"a": regular(120)}), horizon=7)
    model.save(tmp_path)
    code = (
        "import sys; from pathlib import Path; sys.path[:0] = sys.argv[2:];"
        "from forecasting.models.gradient_boosting.model import GradientBoosting; from panels import panel, regular;"
        "model = GradientBoosting.load(Path(sys.argv[1])); print(model.predict(panel({'a': regular(120)}), 7).sum());"
        "assert not any(name.startswith('sklearn') for name in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(tmp_path), str(ROOT), str(ROOT / "tests" / "support")]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert float(printed) == pytest.approx(model.predict(shop_panel({"a": regular(120)}), 7).sum())
