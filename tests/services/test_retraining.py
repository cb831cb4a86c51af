"""The steps in order, whatever happens to them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
import shop_workspaces as shops
from fake_jobs import until
from repository import ROOT
from version_copies import copied

from forecasting.core.errors import InputError, JobRunning
from forecasting.core.schema import LEVELS
from forecasting.core.settings import Settings
from forecasting.core.shop_settings import ShopSettings
from forecasting.jobs.runner import Jobs
from forecasting.services import jobs, retraining, sales, training_run, versions
from forecasting.storage.settings import settings_store
from forecasting.storage.versions.store import Versions


def test_an_empty_workspace_gets_the_sample_and_a_first_retrain(home):
    number = retraining.first_start(home)
    try:
        assert sales.uploads(home)[0].kind == "sample"
        assert jobs.job(home).state == "running"
        assert retraining.first_start(home) is None
        with pytest.raises(JobRunning):
            retraining.start_retrain(home, Settings())
    finally:
        jobs.cancel(home, number)
    assert jobs.job(home).state == "cancelled"
    assert versions.serving(home).version is None


def test_a_workspace_that_serves_is_left_alone(shop):
    assert retraining.first_start(shop) is None
    assert len(sales.uploads(shop)) == 1


def test_a_damaged_version_is_refused_by_name_and_the_last_good_one_serves(shop):
    assert copied(shop) == versions.serving(shop).version == 2
    forecast = shop.versions / "0002" / "forecast.parquet"
    forecast.write_bytes(forecast.read_bytes()[:-1])
    serving = versions.serving(shop)
    assert serving.version == 1
    assert [str(damage) for damage in serving.refused] == [
        "Version 2 is damaged: forecast.parquet does not match its manifest. Put it back from a backup, or retrain to publish a new one."
    ]
    assert versions.load(shop, 1).horizon == 14


def test_saved_sales_of_a_day_to_come_are_not_learned_from(caplog):
    days = pd.to_datetime(["2026-11-20", "2026-11-30", "2026-12-01", "2028-01-01"])
    saved = pd.DataFrame({"date": days, "promo": [0.0, 0.0, 1.0, 0.0], "sales": [5.0, 6.0, np.nan, 9.0]})
    known = training_run.sold_so_far(saved, date(2026, 11, 29))
    assert known["sales"].fillna(-1).tolist() == [5, 6, -1, -1]
    assert known["promo"].tolist() == saved["promo"].tolist()
    assert "1 saved row with sales after tomorrow, the first on 2028-01-01" in caplog.text


def test_a_clock_that_is_years_behind_hides_no_sales():
    saved = pd.DataFrame({"date": pd.to_datetime(["2026-11-20"]), "sales": [5.0]})
    assert training_run.sold_so_far(saved, date(1970, 1, 1)) is saved


def test_when_no_version_is_good_one_is_trained_anew(shop):
    (shop.versions / "0001" / "health.parquet").unlink()
    number = retraining.first_start(shop)
    try:
        assert number is not None
        assert [upload.kind for upload in sales.uploads(shop)] == ["upload"]
    finally:
        jobs.cancel(shop, number)


def test_there_is_nothing_to_train_on_without_sales(home):
    with pytest.raises(InputError, match="no sales yet"):
        retraining.start_retrain(home, Settings())


def test_the_next_retrain_after_a_kill_publishes(shop):
    number = retraining.start_retrain(shop, shops.QUICK, retraining.RetrainOptions(leave_a_core=False))
    os.killpg(int((shop.jobs / f"{number:04d}" / "pid").read_text()), signal.SIGKILL)
    until(lambda: jobs.job(shop).state == "failed")
    settings_store(shop).save(ShopSettings(go_live="ask"), "Ada")
    held = shops.retrain(shop, replace(shops.QUICK, without=("lstm",)))
    assert (held["version"], held["held"], versions.serving(shop).version) == (2, True, 1)
    assert held["reason"] == "Held: new versions wait until somebody says so. Nothing speaks against it."
    assert not list(shop.versions.glob(".tmp*"))


def test_a_retrain_deletes_old_versions_and_jobs_as_the_environment_says(shop, monkeypatch):
    monkeypatch.setenv("FORECASTING_KEEP_VERSIONS", "2")
    monkeypatch.setenv("FORECASTING_KEEP_JOBS", "1")
    for name in ("0002", "0003"):
        shutil.copytree(shop.versions / "0001", shop.versions / name)
    assert shops.retrain(shop, replace(shops.QUICK, without=("lstm",)))["version"] == 4
    assert Versions(shop.versions).numbers() == [1, 3, 4]  # the first one is graded beside the new one
    assert Jobs(shop.jobs).numbers() == [2]
    assert "Deleted: 1 version (2) and 1 job (1)" in jobs.log(shop, 2)


def test_the_same_sales_and_seed_give_the_same_forecast(shop):
    again = shops.retrain(shop)
    assert (again["held"], again["state"], again["reason"]) == (False, "live", "Goes live: same recipe, no later sales. Nothing speaks against it.")
    assert again["gate"]["champion"] == 1
    assert not any(check["held"] for check in again["gate"]["checks"])
    first, second = (versions.load(shop, number).yhat["blend"] for number in (1, 2))
    assert abs(first - second).max() < 1e-3 * first.max()


def test_loading_and_looking_at_a_version_never_loads_tensorflow_or_keras(published):
    code = (
        "import sys, numpy; from forecasting.analysis import contributions, forecast_view; from forecasting.services import versions, workspaces;"
        "made = versions.load(workspaces.workspace(), 1); forecast_view.view(made, {}, 7);"
        "contributions.contributions(made, made.cleaned, numpy.arange(3));"
        "made.models['lstm'].predict(made.panel, 7);"
        "loaded = {name.split('.')[0] for name in sys.modules} & {'tensorflow', 'keras', 'prophet', 'streamlit'}; sys.exit(', '.join(loaded) or 0)"
    )
    surroundings = {**os.environ, "FORECASTING_HOME": str(published.home)}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_manifest_names_the_sales_the_settings_and_the_libraries(published):
    manifest = versions.manifest(published, 1)
    assert Settings.from_dict(manifest["settings"]) == shops.QUICK
    assert manifest["sales_version"] == sales.uploads(published)[0].version
    assert {"prophet", "keras", "numpy"} <= set(manifest["libraries"])
    assert all(f"coverage_{level * 100:.0f}" in manifest["metrics"] for level in LEVELS)
