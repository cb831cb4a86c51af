"""New sales told apart from corrected ones between two versions: started, followed, kept, cancelled, and what becomes of it."""

from __future__ import annotations

import json
import shutil
import sys

import pytest
from api_client import client, problem
from app_driver import opened, texts
from fake_jobs import quiet
from repository import ROOT
from version_pairs import again, corrected_sales, publish_again

from forecasting.core import panel
from forecasting.core.errors import InputError, JobRunning, TrainingFailed
from forecasting.core.progress import Progress, ignore
from forecasting.entrypoints.cli.verbs import main
from forecasting.jobs.runner import Jobs
from forecasting.services import backup, change_explanation, change_split, split_training, versions
from forecasting.services.verification.verify import verify


@pytest.fixture
def corrected(shop, fresh_caches, monkeypatch):
    """A workspace with a second version: two new days, and a row of an earlier one corrected."""
    monkeypatch.setattr(split_training, "COMMAND", (sys.executable, str(ROOT / "tests" / "support" / "split_worker.py")))
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}:{ROOT / 'tests' / 'support'}")
    sales = corrected_sales(shop, units=60.0)
    publish_again(shop, again(versions.load(shop, 1), panel=panel.from_sales(sales)), sales)
    return shop


def state(ws):
    return change_split.split(ws, 1, 2, change_explanation.why(ws, 1, 2))


def test_a_split_is_trained_once_adds_up_and_can_be_read_everywhere(corrected, capsys, tmp_path):
    asked = client(corrected)
    before = asked.get("/api/versions/2/why", params={"against": 1}).json()
    assert before["causes"] is None
    assert main(["why", "1", "2", "--split", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [cause["name"] for cause in told["causes"]] == ["other days", "promotions ahead", "new sales", "corrected sales"]
    assert sum(cause["amount"] for cause in told["causes"]) == pytest.approx(told["change"], abs=1e-6)
    for cause in told["causes"][2:]:
        assert sum(part["amount"] for part in cause["parts"]) == pytest.approx(cause["amount"])
    after = asked.get("/api/versions/2/why", params={"against": 1}).json()
    assert after["causes"] == told["causes"]
    assert after["parts"] == before["parts"]
    of = asked.get("/api/versions/2/why", params={"against": 1, "product_id": "Tea"}).json()
    assert sum(cause["amount"] for cause in of["causes"]) == pytest.approx(of["change"], abs=1e-6)
    assert asked.post("/api/versions/2/why/split", params={"against": 1}).json()["state"] == "done"
    assert Jobs(corrected.splits).numbers() == [1], "what is there is not trained again"
    assert "The causes add up exactly." in texts(opened("why", in_before="v1", in_after="v2"))
    quiet()  # what a process that still lives writes is not checked
    assert verify(corrected).checked["the trainings between versions"] == 4
    backup.backup(corrected, tmp_path / "shop.zip")
    (corrected.splits / "0001" / "new-sales" / "health.parquet").write_bytes(b"no")
    assert [found.path for found in verify(corrected).findings] == ["artifacts/splits/0001/new-sales/manifest.json"]
    change_split.forget()
    assert change_split.causes(corrected, 1, 2) is None
    assert state(corrected).state == "not asked"
    shutil.rmtree(corrected.versions / "0001")
    change_split.trim(corrected)
    assert Jobs(corrected.splits).numbers() == []


def test_a_split_that_fails_is_cancelled_or_gives_way_leaves_the_picture_as_it_is(corrected, monkeypatch):
    monkeypatch.setenv("SPLIT_TASK", "fail")
    asked = client(corrected)
    assert asked.post("/api/versions/2/why/split", params={"against": 1}).status_code == 202
    Jobs(corrected.splits).follow(1, ignore)
    assert asked.get("/api/versions/2/why/split", params={"against": 1}).json()["reason"] == "The sales have no days."
    page = opened("why", in_before="v1", in_after="v2")
    assert "The parts add up exactly." in texts(page)
    assert [status.label for status in page.status] == ["It stopped. The picture above stays as it is."]
    monkeypatch.setenv("SPLIT_TASK", "wait")
    assert page.button(key="why_split").label.startswith("Find out: about ")
    page.button(key="why_split").click().run()
    assert [status.label for status in page.status] == ["Telling new sales from corrected ones"]
    assert asked.post("/api/versions/2/why/split/cancel", params={"against": 1}).json()["state"] == "cancelled"
    monkeypatch.setattr(Jobs, "running", lambda _: 7)
    problem(asked.post("/api/versions/2/why/split", params={"against": 1}), 409, "job-running")
    with pytest.raises(JobRunning, match="which comes first"):
        change_split.start(corrected, 1, 2)


def test_without_corrections_it_is_not_offered(shop, fresh_caches):
    first = versions.load(shop, 1)
    publish_again(shop, again(first))
    assert state(shop).state == "not needed"
    with pytest.raises(InputError, match="nothing to tell apart"):
        change_split.start(shop, 1, 2)
    assert not [button for button in opened("why").button if button.key == "why_split"]


def test_a_retrain_that_begins_ends_it(shop, monkeypatch):
    listen = split_training.listener(shop, "new sales", ignore)
    listen(Progress("LSTM", 0, 2))
    monkeypatch.setattr(Jobs, "running", lambda _: 3)
    with pytest.raises(TrainingFailed, match="comes first"):
        listen(Progress("LSTM", 1, 2))
