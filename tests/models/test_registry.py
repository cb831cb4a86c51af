"""A model more is one entry of the registry: every part of Shelfcast takes it up."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from functools import partial
from queue import Queue

import app_driver as app
import numpy as np
import pandas as pd
import pytest
import shop_workspaces as shops
from api_client import client
from patience import PATIENCE

from forecasting.analysis.baseline import Baseline
from forecasting.core.errors import SettingsError
from forecasting.core.progress import Progress, ignore
from forecasting.core.settings import Settings
from forecasting.models import registry
from forecasting.models.base import Model
from forecasting.models.registry import RegisteredModel
from forecasting.services import forecasts, models, training_run, versions
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace

NAMES = ["prophet", "lstm", "trees", "mean", "seasonal_naive"]


class MeanModel(Model):
    """Every day sells the mean of the last 28."""

    name = "mean"

    def _fit(self, panel, horizon, on_progress):  # noqa: ARG002 - the contract's signature
        self.unmodelled_ = {panel.unique_ids[row]: "No row in 28 days." for row in np.flatnonzero(np.isnan(self._predict(panel, 1)[:, 0]))}
        on_progress(Progress("Mean of 28 days", 1, 1))

    def _predict(self, panel, horizon):
        recent = panel.sales[:, -28:]
        count = np.isfinite(recent).sum(axis=1)
        mean = np.divide(np.nansum(recent, axis=1), count, out=np.full(len(panel), np.nan), where=count > 0)
        return np.repeat(mean[:, None], horizon, axis=1)

    def _save(self, folder):
        (folder / "mean.json").write_text(json.dumps({"horizon": self.horizon_, "unmodelled": self.unmodelled_}), encoding="utf-8")

    @classmethod
    def load(cls, folder):
        state, model = json.loads((folder / "mean.json").read_text(encoding="utf-8")), cls()
        model.horizon_, model.unmodelled_ = state["horizon"], state["unmodelled"]
        return model


MEAN = RegisteredModel(
    name="mean",
    label="Mean of 28 days",
    short="Mean",
    stage="Mean of 28 days",
    make=lambda *_: MeanModel(),
    load=MeanModel.load,
    color="#000007",
    dash="1px,1px",
)


def register(patch: pytest.MonkeyPatch) -> None:
    """The mean as the fourth model of the blend."""
    *others, benchmark = registry.REGISTERED
    patch.setattr(registry, "REGISTERED", (*others, MEAN, benchmark))


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A workspace with a version of four models and the benchmark, made in this process."""
    ws = Workspace(tmp_path_factory.mktemp("trained"))
    shops.merge(ws, shops.sales(150).query("product_id in ('Bread', 'Tea')"))
    with pytest.MonkeyPatch.context() as patch:
        register(patch)
        training_run.run(ws, {"settings": shops.QUICKEST.to_dict()}, ignore)
    return ws


@pytest.fixture
def ws(trained, home, fresh_caches):
    """A copy of it, and the one of this process."""
    shutil.copytree(trained.home, home.home, dirs_exist_ok=True)
    return home


@pytest.fixture
def fourth(monkeypatch):
    register(monkeypatch)


@pytest.fixture
def made(ws, fourth):
    return versions.load(ws, 1)


def test_without_it_there_are_three_models_and_the_benchmark():
    assert registry.names() == ("prophet", "lstm", "trees", "seasonal_naive")
    assert [model.name for model in registry.registered() if model.lasting] == ["lstm"]
    assert registry.beside(Settings(prophet_weight=0.7))["lstm"] == 0.7


def test_its_backtest_is_that_of_a_mean(made):
    known = made.cleaned.sales[:, : made.panel.dates.get_loc(made.past.cutoffs[0]) + 1]
    np.testing.assert_allclose(made.past.yhat["mean"][0, :, 0], np.nanmean(known[:, -28:], axis=1))


def test_it_has_a_share_of_the_blend(made):
    assert made.names == tuple(NAMES)
    np.testing.assert_allclose(made.share.sum(axis=1), 1.0)
    assert (made.share >= 0).all()
    assert (made.share[:, 3] > 0).any()
    blended = sum(share[:, None] * made.yhat[name] for name, share in zip(NAMES, made.share.T, strict=True))
    np.testing.assert_allclose(made.yhat["blend"].sum(), blended.sum(), rtol=0.5 if made.reconciled else 1e-9)
    assert made.health["why"].str.contains("Prophet, .* LSTM, .* trees, .* Mean of 28 days|Half is last week", regex=True).all()


def test_the_version_tells_of_it(ws, fourth):
    manifest = versions.manifest(ws, 1)
    assert {"wape_prophet", "wape_lstm", "wape_mean", "wape_seasonal_naive"} <= set(manifest["metrics"])
    assert {"Backtest: Mean of 28 days", "Mean of 28 days"} <= set(manifest["durations"])
    folder = Versions(ws.versions).folder(1)
    assert [name for name in pd.read_parquet(folder / "health.parquet") if name.endswith("_share")] == [f"{name}_share" for name in NAMES]


def test_the_csv_and_the_api_have_a_column_of_it(ws, made):
    header = forecasts.forecast_csv(made, {}, 7, total=False).decode("utf-8-sig").splitlines()[0].split(",")
    place = header.index("prophet")
    assert header[place : place + 5] == ["prophet", "lstm", "trees", "mean", "forecast"]
    asked = client(ws)
    [row, *_] = asked.post("/api/forecast", json={"days": 7}).json()["forecast"]
    assert row["mean"] == pytest.approx(made.yhat["mean"][0, 0], abs=1e-3)
    assert "mean" in asked.get("/api/openapi.json").json()["components"]["schemas"]["ForecastRow"]["required"]


def test_the_pages_draw_it_and_weigh_it(ws, fourth):
    at = app.opened("forecast")
    assert {"Prophet", "LSTM", "Mean of 28 days", "Blend"} <= set(app.curves(at))
    assert "mean" in at.dataframe[0].value
    assert {"prophet_share", "lstm_share", "mean_wape"} <= {name for frame in app.opened("accuracy").dataframe for name in frame.value}


def test_a_retrain_has_a_step_of_it(fourth):
    assert models.steps() == ("Merge", "Backtest", "Prophet", "LSTM", "Trees", "Mean of 28 days", "Publish")
    assert models.step_of("Mean of 28 days") == "Mean of 28 days"
    assert models.step_of("Seasonal naive") == "Prophet"


def test_a_change_of_price_leaves_it_as_it_is(made):
    standing = Baseline(made, np.arange(len(made.panel)))
    assert not standing.knows("promo")["mean"].any()


def test_a_version_made_with_it_forecasts_the_same_where_it_is_no_longer_registered(ws):
    alone = versions.load(ws, 1)
    assert "mean" not in alone.models
    assert alone.names == tuple(NAMES)
    np.testing.assert_array_equal(alone.yhat["mean"][:, 0], alone.yhat["mean"][:, -1])
    [row, *_] = client(ws).post("/api/forecast", json={"days": 7}).json()["forecast"]
    assert row["mean"] == pytest.approx(alone.yhat["mean"][0, 0], abs=1e-3)
    assert {"Prophet", "LSTM", "Blend"} <= set(app.curves(app.opened("forecast")))
    assert not Baseline(alone, np.arange(len(alone.panel))).knows("promo").keys() - {"prophet", "lstm", "trees"}


def test_a_version_of_three_models_serves_where_there_is_a_fourth(small, fourth):
    made = versions.load(small, 1)
    assert made.names == ("prophet", "lstm", "trees", "seasonal_naive")
    assert "mean" not in forecasts.forecast_csv(made, {}, 7, total=False).decode("utf-8-sig").splitlines()[0]


def test_a_model_that_is_left_out_is_not_in_the_version(home):
    shops.merge(home, shops.sales(100).query("product_id in ('Bread', 'Tea')"))
    chosen = replace(shops.QUICKEST, without=("lstm",))
    training_run.run(home, {"settings": chosen.to_dict()}, ignore)
    made = versions.load(home, 1)
    assert made.names == ("prophet", "trees", "seasonal_naive")
    assert set(made.models) == {"prophet", "trees", "seasonal_naive"}
    assert "Backtest: LSTM" not in versions.manifest(home, 1)["durations"]
    assert versions.settings(home) == chosen
    assert "LSTM" not in made.health["why"].str.cat()


@pytest.mark.parametrize(("without", "text"), [(("naive",), "no model 'naive'"), (("prophet", "lstm", "trees"), "At least one model")])
def test_a_model_that_does_not_exist_or_all_of_them_cannot_be_left_out(without, text):
    with pytest.raises(SettingsError, match=text):
        registry.taking_part(Settings(without=without))


def test_only_what_takes_part_is_imported_beforehand(monkeypatch):
    imported = Queue()
    named = (replace(model, prepare=partial(imported.put, model.name)) for model in registry.registered())
    monkeypatch.setattr(registry, "REGISTERED", tuple(named))
    registry.prepare(Settings(without=("lstm", "prophet")))
    assert {imported.get(timeout=PATIENCE) for _ in range(2)} == {"trees", "seasonal_naive"}
    assert imported.empty()
