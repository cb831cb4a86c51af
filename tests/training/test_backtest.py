"""Cutoffs, and what a model may see at each."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from forecasting.core.engine import Here
from forecasting.core.panel import Panel
from forecasting.core.period import MONTH, WEEK
from forecasting.core.progress import Progress
from forecasting.models.base import Forecasts, Model
from forecasting.training import backtest, cutoff_fits, ensemble_files


class Spy(Model):
    """Forecasts the last day's sales, and remembers what it was shown."""

    name = "spy"
    shown: ClassVar[list[tuple[str, int]]] = []

    def _fit(self, panel, horizon, on_progress):  # noqa: ARG002
        self.shown.append(("fit", len(panel.dates)))
        on_progress(Progress("Spy", 1, 1))

    def _predict(self, panel, horizon):
        self.shown.append(("predict", len(panel.dates)))
        return np.repeat(panel.sales[:, -1:], horizon, axis=1)

    def _save(self, folder): ...

    @classmethod
    def load(cls, folder):
        raise NotImplementedError


def run(make_models, lasting, panel, schedule, on_progress):
    fitted = cutoff_fits.fit(make_models, lasting, backtest.origins(panel, schedule), on_progress)
    return fitted.backtest(), fitted.latest


def spy(_earlier):
    return Spy()


@pytest.fixture
def panel():
    days = 60
    series = pd.DataFrame({"unique_id": ["a", "b"], "product_id": ["a", "b"]})
    sales = np.arange(2.0 * days).reshape(2, days)
    return Panel(series, pd.date_range("2026-01-01", periods=days, freq="D"), sales, {})


@pytest.mark.parametrize("days", [1, 10, 36, 37, 40, 90, 180, 609, 1736, 3000])
@pytest.mark.parametrize("horizon", [1, 7, 28, 90, 365])
@pytest.mark.parametrize("cutoffs", [1, 4, 8])
def test_horizons_never_overlap_or_pass_the_end_and_leave_enough_to_learn_from(days, horizon, cutoffs):
    made = backtest.plan(days, horizon, cutoffs)
    assert len(made.cuts) <= cutoffs
    assert 1 <= made.horizon <= horizon
    ends = [cut + made.horizon for cut in made.cuts]
    assert all(end <= following for end, following in zip(ends, made.cuts[1:], strict=False))
    assert all(cut >= backtest.MIN_CUTOFFS["day"] for cut in made.cuts)
    assert not ends or ends[-1] == days


def test_a_short_history_is_judged_on_fewer_days_and_a_very_short_one_not_at_all():
    assert backtest.plan(1736, 90, 4) == backtest.BacktestPlan((1376, 1466, 1556, 1646), 90)
    assert backtest.plan(90, 90, 4) == backtest.BacktestPlan((36, 54, 72), 18)
    assert backtest.plan(35, 90, 4).cuts == ()


def test_weeks_and_months_leave_two_years_to_learn_from_where_three_cutoffs_remain():
    assert backtest.plan(130, 13, 6, WEEK) == backtest.BacktestPlan((91, 104, 117), 13)
    assert backtest.plan(36, 3, 6, MONTH) == backtest.BacktestPlan((24, 27, 30, 33), 3)
    assert backtest.plan(24, 3, 6, MONTH) == backtest.BacktestPlan((15, 18, 21), 3)
    assert backtest.plan(12, 3, 6, MONTH).cuts == ()


def test_a_model_is_fitted_afresh_at_each_cutoff_and_a_lasting_one_when_the_history_has_grown(panel):
    schedule = backtest.BacktestPlan((35, 42, 50), 10)
    Spy.shown = []
    run({"spy": spy}, frozenset(), panel, schedule, lambda _: None)
    assert Spy.shown == [("fit", 35), ("predict", 35), ("fit", 42), ("predict", 42), ("fit", 50), ("predict", 50)]
    Spy.shown = []
    run({"spy": spy}, frozenset({"spy"}), panel, schedule, lambda _: None)
    assert Spy.shown == [("fit", 35), ("predict", 35), ("predict", 42), ("fit", 50), ("predict", 50)]


def test_a_lasting_model_of_two_years_is_not_fitted_again():
    assert cutoff_fits._renewals((400, 500, 700), 728) == [0, 1, 2]
    assert cutoff_fits._renewals((730, 900, 1200), 728) == [0]


def test_a_model_may_start_from_the_one_fitted_before_it(panel):
    given = []
    _, kept = run({"spy": lambda earlier: given.append(earlier) or Spy()}, frozenset(), panel, backtest.BacktestPlan((40, 50), 10), lambda _: None)
    assert given[0] is None
    assert isinstance(given[1], Spy)
    assert kept["spy"] is not given[1]


def test_days_closed_by_plan_or_by_surprise_are_left_out_of_the_errors_unless_something_was_sold(panel):
    closed = np.ones((2, 60))
    closed[0, [42, 45]] = 0
    sales = panel.sales.copy()
    sales[0, 42] = 0
    shut = replace(panel, sales=sales, drivers={"open": closed})
    past, _ = run({"spy": spy}, frozenset(), shut, backtest.BacktestPlan((40,), 10), lambda _: None)
    assert np.flatnonzero(np.isnan(past.y[0, 0])).tolist() == [2]
    assert past.y[0, 0, 5] == sales[0, 45]


def test_no_future_is_seen_changing_it_changes_no_forecast(panel):
    later = replace(panel, sales=np.where(np.arange(60) >= 40, 1e6, panel.sales))
    before, after = (run({"spy": spy}, frozenset(), known, backtest.BacktestPlan((40,), 10), lambda _: None)[0] for known in (panel, later))
    np.testing.assert_array_equal(after.yhat["spy"], before.yhat["spy"])
    assert not np.array_equal(after.y, before.y)


def test_forecasts_stand_beside_what_was_sold_on_the_same_days(panel):
    past, _ = run({"spy": spy}, frozenset(), panel, backtest.BacktestPlan((40, 50), 10), lambda _: None)
    np.testing.assert_array_equal(past.y[1], panel.sales[:, 50:60])
    np.testing.assert_array_equal(past.yhat["spy"][0], np.repeat(panel.sales[:, 39:40], 10, axis=1))
    assert past.cutoffs.tolist() == [panel.dates[39], panel.dates[49]]


def test_progress_counts_all_cutoffs_of_a_model_as_one_stage(panel):
    told = []
    run({"spy": spy}, frozenset(), panel, backtest.BacktestPlan((40, 50), 10), told.append)
    assert told == [Progress("Backtest: Spy", 1, 2), Progress("Backtest: Spy", 2, 2)]


def test_models_that_are_fitted_afresh_begin_at_every_cutoff_before_the_first_is_fitted(panel, monkeypatch):
    begun, fitted = [], []
    monkeypatch.setattr(Spy, "begin", lambda self, *_, **__: begun.append(self) or self)
    monkeypatch.setattr(Spy, "fit", lambda self, *_, **__: fitted.append((self, len(begun))) or self)
    monkeypatch.setattr(Spy, "begin_forecasts", lambda *_: lambda: Forecasts(np.zeros((2, 10)), np.zeros((2, 10))))
    at = backtest.origins(panel, backtest.BacktestPlan((40, 50), 10))
    make_models, lasting = {"afresh": spy, "lasting": spy}, frozenset({"lasting"})
    cutoff_fits.fit(make_models, lasting, at, begun=cutoff_fits.begin(make_models, lasting, at, Here()))
    assert [model for model, _ in fitted[:2]] == begun
    assert {count for _, count in fitted} == {2}


def test_forecasts_are_waited_for_after_the_last_fit_and_counted(panel, monkeypatch):
    events = []
    monkeypatch.setattr(Spy, "fit", lambda self, *_, **__: events.append("fit") or self)
    monkeypatch.setattr(Spy, "begin_forecasts", lambda *_: lambda: events.append("forecast") or Forecasts(np.ones((2, 10)), np.ones((2, 10))))
    begun = cutoff_fits.fit({"spy": spy, "other": spy}, frozenset(), backtest.origins(panel, backtest.BacktestPlan((40, 50), 10)))
    begun.backtest(events.append)
    assert events == ["fit"] * 4 + [event for there in range(1, len(begun) + 1) for event in ("forecast", there)]


def stored(past, panel, folder):
    """A backtest as a version's file gives it."""
    past.frame(panel.unique_ids).to_parquet(folder / "past.parquet", index=False)
    return ensemble_files.past_of(folder / "past.parquet", len(panel))


def test_the_stored_table_gives_the_same_backtest(panel, tmp_path):
    past, _ = run({"prophet": spy}, frozenset(), panel, backtest.BacktestPlan((40, 50), 10), lambda _: None)
    frame = past.frame(panel.unique_ids)
    assert frame[["unique_id", "step", "ds"]].iloc[12].tolist() == ["b", 3, panel.dates[42]]
    back = stored(past, panel, tmp_path)
    np.testing.assert_array_equal(back.y, past.y)
    np.testing.assert_array_equal(back.yhat["prophet"], past.yhat["prophet"])
    assert back.cutoffs.tolist() == past.cutoffs.tolist()


def test_a_backtest_without_cutoffs_survives_its_table(panel, tmp_path):
    past, _ = run({"prophet": spy}, frozenset(), panel, backtest.BacktestPlan((), 10), lambda _: None)
    assert len(stored(past, panel, tmp_path).y) == 0
