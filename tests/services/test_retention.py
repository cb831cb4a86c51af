"""Old versions and jobs go, what is needed stays, and no failure in deleting takes a retrain back."""

from __future__ import annotations

import logging

import pytest

from forecasting.core.errors import SettingsError
from forecasting.core.settings import Retention
from forecasting.entrypoints.cli.verbs import main
from forecasting.jobs.runner import Jobs
from forecasting.services.retention import Pruned, prune, spare, tidy
from forecasting.storage.locks import exclusive
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
    going = Pruned((1, 3), (1, 2))
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


@pytest.mark.parametrize("wrong", [{"versions": 1}, {"versions": -1}, {"jobs": -1}])
def test_too_few_to_keep_are_refused(wrong):
    with pytest.raises(SettingsError, match="at least"):
        Retention(**wrong)


def test_the_environment_says_how_many_are_kept():
    assert Retention.from_environ({}) == Retention.from_environ({"FORECASTING_KEEP_VERSIONS": " "}) == Retention(versions=30, jobs=100)
    assert Retention.from_environ({"FORECASTING_KEEP_VERSIONS": "5", "FORECASTING_KEEP_JOBS": "0"}) == Retention(versions=5, jobs=0)
    with pytest.raises(SettingsError, match="FORECASTING_KEEP_JOBS is a whole number, 0 for all, not 'many'"):
        Retention.from_environ({"FORECASTING_KEEP_JOBS": "many"})


def test_the_command_line_says_what_can_go_and_what_went(full, capsys, monkeypatch):
    monkeypatch.setenv("FORECASTING_KEEP_VERSIONS", "5")
    assert main(["prune", "--dry-run"]) == 0
    assert capsys.readouterr().out == "Nothing was deleted. Would delete: 1 version (1).\n"
    assert left(full) == ([1, 2, 3, 4, 5, 6], [1, 2, 3, 4])
    assert main(["prune", "--versions", "2", "--jobs", "1"]) == 0
    assert capsys.readouterr().out == "Deleted: 3 versions (1, 3 to 4) and 3 jobs (1 to 3).\n"
    assert left(full) == ([2, 5, 6], [4])
    assert main(["prune", "--versions", "1"]) == 2
    assert "at least 2" in capsys.readouterr().err


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
