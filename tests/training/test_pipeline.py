"""What a training makes of the models' forecasts."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pandas as pd
import panels
import pytest

from forecasting.core import engine_choice, process_engine, schema, stages
from forecasting.core.engine import Here
from forecasting.core.errors import EngineUnavailable
from forecasting.core.progress import Progress
from forecasting.core.settings import LstmSettings, ProphetSettings, Settings, TreesSettings
from forecasting.models import registry
from forecasting.models.lstm import model as lstm_model
from forecasting.models.lstm import numpy_training
from forecasting.models.seasonal_naive import SeasonalNaive
from forecasting.training import backtest, ensemble, pipeline
from forecasting.training.backtest import Backtest
from forecasting.training.cleaning.clean import clean
from forecasting.training.cold_start import newcomers
from forecasting.training.fitted import Fitted

K, H = 5, 14
MODELS = ("prophet", "lstm", schema.SEASONAL_NAIVE)
BESIDE = registry.beside(Settings(prophet_weight=0.6))
DAYS = 200


@pytest.fixture
def panel():
    """Six known series of one kind, one with five days of sales, and one that stopped."""
    rows = {f"s{i}": panels.regular(DAYS, level=20 + 10 * i, growth=0.0, seed=i) for i in range(6)}
    rows["new"] = panels.only_last(panels.regular(DAYS, level=40, growth=0.0, seed=9), 5)
    rows["old"] = np.where(np.arange(DAYS) < 120, panels.regular(DAYS, growth=0.0, seed=10), np.nan)
    return panels.panel(rows)


def past_of(panel, *, broken=()):
    """A backtest in which both models are a little off, and Prophet is four times too high for the broken series."""
    random = np.random.default_rng(0)
    cuts = [DAYS - H * back for back in range(K, 0, -1)]
    y = np.stack([panel.sales[:, cut : cut + H] for cut in cuts])
    known = np.stack([np.repeat(np.isfinite(panel.sales[:, :cut]).any(axis=1)[:, None], H, axis=1) for cut in cuts])
    mean = np.broadcast_to(np.nanmean(panel.sales, axis=1)[None, :, None], y.shape)
    yhat = {name: np.where(known, mean * np.exp(0.1 * random.normal(size=y.shape)), np.nan) for name in MODELS}
    for row in broken:
        yhat["prophet"][:, row] *= 4
    return Backtest(panel.dates[[cut - 1 for cut in cuts]], y, yhat), tuple(panel.cut(cut) for cut in cuts)


def assembled(panel, *, country=None, missed=1.0, **options):
    """What is made of such a backtest; on the Swiss holiday among its days, 18 May, so many times what is usual was sold."""
    past, known = past_of(panel, **options)
    past.y[0, :, 6] *= missed
    mean = np.repeat(np.nanmean(panel.sales, axis=1)[:, None], H, axis=1)
    yhat = {"prophet": 1.1 * mean, "lstm": mean, schema.SEASONAL_NAIVE: mean}
    models = {name: SeasonalNaive().fit(panel, horizon=H) for name in MODELS}
    return pipeline.assemble(panel, Fitted(clean(panel), models, yhat), past, known, BESIDE, country=country)


def test_a_cutoff_is_forecast_with_weights_that_have_not_seen_its_sales(panel):
    past, _ = past_of(panel, broken=[2])
    share = np.tile([0.6, 0.4, 0.0], (len(panel), 1))
    changed = past.y.copy()
    changed[1] *= np.linspace(0.2, 4, len(panel))[:, None]
    before, after = (pipeline.with_blend(each, share, BESIDE).yhat[schema.BLEND] for each in (past, replace(past, y=changed)))
    np.testing.assert_array_equal(after[1], before[1])
    assert not np.array_equal(after[0], before[0])


def test_a_broken_model_loses_its_share_and_the_reason_is_told(panel):
    made = assembled(panel, broken=[3])
    uid = panel.unique_ids[3]
    row = made.health.set_index("unique_id").loc[uid]
    assert row["prophet_share"] < 0.05
    assert "far off" in row["why"]
    np.testing.assert_allclose(made.yhat[schema.BLEND][3], made.yhat["lstm"][3], rtol=0.01)


def test_a_new_series_follows_its_group_and_a_stopped_one_sells_nothing(panel):
    made = assembled(panel)
    health = made.health.set_index("unique_id")
    new, old = panel.unique_ids.index("new"), panel.unique_ids.index("old")
    assert (health.model["new"], health.model["old"]) == ("category_pattern", "stopped")
    assert "5 days" in health.reason["new"]
    assert made.yhat[schema.BLEND][new].mean() == pytest.approx(np.nanmean(panel.sales[new]), rel=0.25)
    assert (made.yhat[schema.BLEND][old] == 0).all()
    assert (made.bands[new, 1] > made.yhat[schema.BLEND][new]).all()
    np.testing.assert_array_equal(made.share[[new, old]], 0.0)


def test_a_product_sold_once_is_near_zero_and_named(panel):
    sales = panel.sales.copy()
    sales[panel.unique_ids.index("new")] = np.where(np.arange(DAYS) == DAYS - 30, 7.0, np.nan)
    made = assembled(replace(panel, sales=sales))
    new = panel.unique_ids.index("new")
    assert made.health.model[new] == "too_new"
    assert made.health.reason[new].startswith("Too new, check by hand: sold 7 on 1 day, the last on")
    assert 0 < made.yhat[schema.BLEND][new].sum() < 1
    assert made.untested.tolist() == [name == "new" for name in panel.unique_ids]
    assert made.share[new].sum() == 0


def test_what_was_cleaned_stands_in_the_table_and_sales_stay_as_they_were(panel):
    sales = panel.sales.copy()
    sales[5, 150] = 9000.0
    made = assembled(replace(panel, sales=sales))
    assert "9,000" in made.health.notes[5]
    assert (made.health.notes.drop(5) == "").all()
    assert made.panel.sales[5, 150] == 9000.0
    assert made.cleaned.sales[5, 150] < 200


def test_a_training_cleans_the_sales_once_and_what_was_known_at_each_cutoff_once(panel, monkeypatch):
    days = []

    def counted(sales):
        days.append(len(sales.dates))
        return clean(sales)

    for module in (pipeline, backtest, ensemble):
        monkeypatch.setattr(module, "clean", counted)
    monkeypatch.setattr(pipeline, "makers", lambda _: {name: lambda _: SeasonalNaive() for name in MODELS})
    told: list[Progress] = []
    made = pipeline.train(panel, Settings(horizon=H, cutoffs=2), told.append)
    assert len(made.past.cutoffs) == 2
    assert told[:3] == [Progress("Prepare", done, 2) for done in (0, 1, 2)]
    assert sorted(days) == [*((day - panel.dates[0]).days + 1 for day in made.past.cutoffs), DAYS]


@pytest.mark.parametrize(
    ("cores", "shape", "mode", "expected"),
    [
        (2, (10, 500), "additive", 0),
        (2, (3_000, 1_000), "additive", 2),
        (8, (3_000, 1_000), "additive", 8),
        (1, (3_000, 1_000), "additive", 0),
        (2, (200, 1_000), "multiplicative", 2),
    ],
)
def test_processes_are_started_where_the_work_is_worth_it(monkeypatch, cores, shape, mode, expected):
    monkeypatch.setattr(process_engine, "cores", lambda: cores)
    assert pipeline.processes(shape, Settings(prophet=ProphetSettings(mode=mode))) == expected


def test_one_digest_whatever_the_engine_and_the_blocks(panel, monkeypatch):
    monkeypatch.setattr(lstm_model, "_trainer", lambda: (lstm_model.NUMPY, numpy_training.train))
    small = {"lstm": LstmSettings(units=4, epochs=1), "trees": TreesSettings(trees=10, rows=2_000)}

    def digest(where, cells):
        monkeypatch.setenv("FORECASTING_BLOCK", str(cells))
        made = pipeline.train(panel, Settings(horizon=7, cutoffs=3, **small), where=where)
        assert set(made.past.yhat) >= {"prophet", "lstm", "trees"}
        arrays = [*made.past.yhat.values(), *made.yhat.values(), made.bands, made.share]
        return hashlib.sha256(b"".join(np.ascontiguousarray(values).tobytes() for values in arrays)).hexdigest()

    assert len({digest(where, cells) for where, cells in (("here", 10**6), ("here", 1), ("processes:2", 3 * DAYS))}) == 1


def test_a_training_ends_with_the_step_after_which_its_engine_is_lost(panel, monkeypatch):
    class Cluster(Here):
        def check(self):
            if len(told) == 6:
                raise EngineUnavailable("The scheduler was lost.")

    told = []
    monkeypatch.setattr(engine_choice, "opened", lambda *_: Cluster())
    with pytest.raises(EngineUnavailable, match=r"The scheduler was lost\."):
        pipeline.train(panel, Settings(horizon=7, cutoffs=3, without=("lstm", "trees")), told.append)
    assert [step.stage for step in told] == [stages.PREPARE] * 3 + [stages.in_backtest(stages.SEASONAL_NAIVE)] * 3


def test_the_backtest_trains_here_before_it_waits_for_what_others_do():
    assert list(pipeline.makers(Settings())) == ["seasonal_naive", "lstm", "prophet", "trees"]


def test_what_new_series_follow_is_learned_once_today_and_once_a_cutoff(panel, monkeypatch):
    days = []

    def counted(sales, modelled):
        days.append(len(sales.dates))
        return learn(sales, modelled)

    learn = newcomers.learn_cold_start
    monkeypatch.setattr(newcomers, "learn_cold_start", counted)
    made = assembled(panel)
    assert "5 days" in made.health.set_index("unique_id").reason["new"]
    assert sorted(days) == [*(DAYS - H * back for back in range(K, 0, -1)), DAYS]


def test_a_holiday_ahead_is_less_sure_if_those_of_the_past_were_missed(panel):
    aware, unaware = (assembled(panel, country=country, missed=4.0) for country in ("CH", None))
    width, alike = (each.bands[2:, 1] - each.bands[2:, 0] for each in (aware, unaware))  # of those that still sell
    assert panel.ahead(H)[11] == pd.Timestamp("2023-08-01")
    assert (width[:, 11] > 1.5 * width[:, 4]).all()
    np.testing.assert_allclose(alike[:, 11] / alike[:, 4], 1.0, rtol=0.2)
    assert unaware.occasions is None
    assert ensemble.summary(aware)["coverage_80"] != ensemble.summary(unaware)["coverage_80"]


def test_a_forecast_that_was_held_down_is_noted(panel):
    past, known = past_of(panel)
    yhat = dict.fromkeys(MODELS, np.repeat(np.nanmean(panel.sales, axis=1)[:, None], H, axis=1))
    models = {name: SeasonalNaive().fit(panel, horizon=H) for name in MODELS}
    held = {"prophet": {panel.unique_ids[1]: "A forecast of 900 a day is held at 90."}}
    made = pipeline.assemble(panel, Fitted(clean(panel), models, yhat, held), past, known, BESIDE)
    assert made.health.notes[1] == "Prophet: a forecast of 900 a day is held at 90."


def test_a_history_too_short_for_cutoffs_keeps_the_chosen_weights_and_has_no_bands(panel):
    past, _ = past_of(panel)
    none = Backtest(pd.DatetimeIndex([]), past.y[:0], {name: values[:0] for name, values in past.yhat.items()})
    mean = np.repeat(np.nanmean(panel.sales, axis=1)[:, None], H, axis=1)
    models = {name: SeasonalNaive().fit(panel, horizon=H) for name in MODELS}
    made = pipeline.assemble(panel, Fitted(clean(panel), models, dict.fromkeys(MODELS, mean)), none, (), BESIDE)
    served = (made.health.model == schema.BLEND).to_numpy()
    np.testing.assert_allclose(made.share[served], [[0.6, 0.4, 0.0]] * served.sum())
    assert np.isnan(made.bands[served]).all()
