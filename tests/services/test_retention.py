"""Old versions and jobs go, what is needed stays, and no failure in deleting takes a retrain back."""

from __future__ import annotations

import logging
import re

import numpy as np
import pandas as pd
import pytest
import shop_workspaces as shops
import small_tables
from saved_shops import unpacked

from forecasting.core.errors import SettingsError
from forecasting.core.retention import VARIABLES, Retention
from forecasting.entrypoints.cli.verbs import main
from forecasting.jobs.runner import Jobs
from forecasting.services import published_forecasts
from forecasting.services import versions as versions_service
from forecasting.services.retention import Pruned, prune, spare, tidy
from forecasting.storage.locks import exclusive
from forecasting.storage.numbered_folders import folder_size
from forecasting.storage.published import Published
from forecasting.storage.sales import compaction, kept_versions
from forecasting.storage.sales.table import Dataset
from forecasting.storage.versions.spans import Span
from forecasting.storage.versions.store import Versions


@pytest.fixture
def full(home):
    """Six versions, the second of them live, and four jobs."""
    versions = Versions(home.versions)
    for _ in range(6):
        versions.publish(lambda draft: {"size": (draft / "model.npz").write_bytes(b"weights")})
    versions.set_live(2)
    for number in range(1, 5):
        (home.jobs / f"{number:04d}").mkdir(parents=True)
    return home


def left(ws):
    return Versions(ws.versions).numbers(), Jobs(ws.jobs).numbers()


def test_old_versions_and_jobs_go(full):
    retention = Retention(versions=3, jobs=2)
    size = folder_size(full.versions / "0001") + folder_size(full.versions / "0003")
    going = Pruned((1, 3), (1, 2), freed=size)
    assert spare(full, retention) == prune(full, retention) == going
    assert left(full) == ([2, 4, 5, 6], [3, 4])
    assert str(going) == "2 versions (1, 3) and 2 jobs (1 to 2)"
    assert prune(full, retention) == Pruned()
    assert str(Pruned()) == "nothing"


def test_all_are_kept_if_a_person_wants_that(full):
    assert prune(full, Retention(versions=0, jobs=0)) == Pruned()


def test_an_empty_workspace_stays_empty(home):
    assert prune(home, Retention()) == Pruned()
    assert not home.home.exists()


@pytest.mark.parametrize("wrong", [{"versions": 1}, {"versions": -1}, {"jobs": -1}, {"uploads": -1}, {"versions_mb": -1}, {"uploads_days": -1}])
def test_too_few_to_keep_are_refused(wrong):
    with pytest.raises(SettingsError, match="at least"):
        Retention(**wrong)


def test_the_environment_says_how_many_are_kept():
    assert Retention.from_environ({}) == Retention.from_environ({"FORECASTING_KEEP_VERSIONS": " "}) == Retention(versions=30, jobs=100)
    assert Retention.from_environ({"FORECASTING_KEEP_VERSIONS": "5", "FORECASTING_KEEP_JOBS": "0"}) == Retention(versions=5, jobs=0)
    stated = {variable: str(number) for number, variable in enumerate(VARIABLES.values(), start=2)}
    assert Retention.from_environ(stated) == Retention(versions=2, versions_mb=3, jobs=4, jobs_mb=5, uploads=6, uploads_mb=7, uploads_days=8)
    with pytest.raises(SettingsError, match="FORECASTING_KEEP_JOBS is a whole number, 0 for all, not 'many'"):
        Retention.from_environ({"FORECASTING_KEEP_JOBS": "many"})


def test_the_command_line_says_what_can_go_and_what_went(full, capsys, monkeypatch):
    monkeypatch.setenv("FORECASTING_KEEP_VERSIONS", "5")
    assert main(["prune", "--dry-run"]) == 0
    assert re.fullmatch(r"Nothing was deleted\. Would delete: 1 version \(1\)\. That would free \d+ bytes\.\n", capsys.readouterr().out)
    assert left(full) == ([1, 2, 3, 4, 5, 6], [1, 2, 3, 4])
    assert main(["prune", "--versions", "2", "--jobs", "1"]) == 0
    freed = r"Deleted: 3 versions \(1, 3 to 4\) and 3 jobs \(1 to 3\)\. Freed: (\d+ bytes|\d+ KB)\.\n"
    assert re.fullmatch(freed, capsys.readouterr().out)
    assert main(["prune", "--versions", "2", "--jobs", "1"]) == 0
    assert capsys.readouterr().out == "Deleted: nothing.\n"
    assert left(full) == ([2, 5, 6], [4])
    assert main(["prune", "--versions", "1"]) == 2
    assert "at least 2" in capsys.readouterr().err


def test_versions_and_jobs_go_by_their_bytes_too(full):
    for number in (1, 3, 4):
        (full.jobs / f"{number:04d}" / "log.txt").write_bytes(bytes(800_000))
    for number in (3, 4, 5, 6):
        (full.versions / f"{number:04d}" / "large").write_bytes(bytes(600_000))
    retention = Retention(versions=0, jobs=0, versions_mb=2, jobs_mb=1)
    going = spare(full, retention)
    assert (going.versions, going.jobs) == ((1, 3), (1, 2, 3))
    assert prune(full, retention) == going
    assert left(full) == ([2, 4, 5, 6], [4])
    assert prune(full, Retention(versions=0, jobs=0, versions_mb=1, jobs_mb=1)).versions == (4,)
    assert left(full) == ([2, 5, 6], [4])


# Sales


@pytest.fixture
def at_once(monkeypatch):
    """Nobody is reading the sales, and every third version is compacted."""
    monkeypatch.setattr(compaction, "GRACE_SECONDS", 0.0)
    monkeypatch.setattr(compaction, "EVERY", 3)
    monkeypatch.setattr(compaction, "SMALL_FILES", 3)


def push(ws, number):
    shops.merge(ws, small_tables.sales((f"2026-01-{number:02}", "a", number)), f"{number}.csv")


@pytest.mark.usefixtures("at_once")
def test_merges_compact_the_sales_and_keep_what_the_environment_says(home, monkeypatch, capsys):
    monkeypatch.setenv("FORECASTING_KEEP_UPLOADS", "2")
    for number in range(1, 8):
        push(home, number)
    assert kept_versions.last_compaction(home.sales) is not None
    assert Dataset(home).version == 9  # two of the versions before it are compactions
    assert main(["prune"]) == 0
    assert re.fullmatch(r"Deleted: .*files? of old sales\. Freed: \d+ (bytes|KB)\.\n", capsys.readouterr().out)
    assert [main(["undo"]) for _ in range(3)] == [0, 0, 2]
    assert "5.csv was uploaded too long ago to be taken back" in capsys.readouterr().err
    assert len(Dataset(home).read()) == 5


@pytest.mark.usefixtures("at_once")
def test_no_failure_to_compact_takes_a_merge_back(home, caplog, monkeypatch):
    monkeypatch.setattr(compaction, "compact", lambda *_: 1 / 0)
    for number in range(1, 5):
        push(home, number)
    assert len(Dataset(home).read()) == 4
    assert {record.message for record in caplog.records if record.levelno == logging.ERROR} == {"The sales were not compacted"}


@pytest.mark.usefixtures("at_once")
def test_sales_that_an_early_version_reads_from_the_table_stay(tmp_path):
    ws = unpacked("shop_1", tmp_path)
    before = versions_service.load(ws, 1).panel
    sales = Dataset(ws).read()
    for more in (1.0, 2.0, 3.0):
        Dataset(ws).merge(sales.assign(sales=sales["sales"] + more), small_tables.upload(f"{more}.csv"))
    assert prune(ws, Retention(uploads=1)).files == 1
    assert len(list(ws.sales.glob("*.parquet"))) == 3
    assert np.array_equal(versions_service.load(ws, 1).panel.sales, before.sales, equal_nan=True)


def test_a_failure_to_delete_is_logged_and_ends_nothing(full, caplog, monkeypatch):
    monkeypatch.setenv("FORECASTING_KEEP_VERSIONS", "few")
    tidy(full)
    monkeypatch.setenv("FORECASTING_KEEP_VERSIONS", "2")
    monkeypatch.setattr("forecasting.storage.versions.store.exclusive", lambda path: exclusive(path, timeout=0))
    with exclusive(full.versions / ".lock"):
        tidy(full)
    assert [record.message for record in caplog.records if record.levelno == logging.ERROR] == ["Old versions and jobs were not deleted"] * 2
    assert left(full)[0] == [1, 2, 3, 4, 5, 6]
    tidy(full)
    assert left(full)[0] == [2, 5, 6]


def test_what_a_pruned_version_forecast_outlives_it(quick_shop, monkeypatch):
    store, kept = Versions(quick_shop.versions), Published(quick_shop.published)
    assert kept.numbers() == [1]
    whole = kept.read(1).rows
    kept.discard(lambda _: True)  # as an earlier release left it
    for _ in range(2):
        store.publish(lambda _: {"trained": "2026-01-01", "sales_to": "2020-01-01"})
    for number in (2, 3):  # what somebody chose is graded beside what he chose before
        store.set_live(number)
    served = whole["ds"].min() + pd.Timedelta(days=4)
    monkeypatch.setattr(published_forecasts, "spans", lambda _: [Span(1, served.to_pydatetime(), served.to_pydatetime(), "retrain", "local")])
    assert prune(quick_shop, Retention(versions=2)).versions == (1,)
    rows = kept.read(1).rows
    pd.testing.assert_frame_equal(rows, whole[whole["ds"] <= served].reset_index(drop=True))
