"""A retrain over HTTP: started, followed by anybody from where they left off, cancelled."""

from __future__ import annotations

import json
import threading

import pytest
from api_client import client, events, problem, sales_file
from fake_jobs import until
from patience import PATIENCE

from forecasting.core.progress import Progress
from forecasting.core.settings import Settings
from forecasting.entrypoints.api import event_stream
from forecasting.jobs.estimate import Estimate
from forecasting.jobs.events import Recorder
from forecasting.services import jobs, retraining, sales, versions
from forecasting.storage.atomic_files import write_json

pytestmark = pytest.mark.usefixtures("fresh_caches")
WEEK = b"date,product_id,region,category,promo,sales\n2026-07-01,Tea,South,Drinks,0,31\n2026-07-02,Tea,South,Drinks,0,28\n"


def recorded(ws, *, number=2, result=None):
    """A job that has ended, as its process left it; without a result it was killed."""
    folder = ws.jobs / f"{number:04d}"
    folder.mkdir(parents=True)
    write_json(folder / "request.json", {})
    (folder / "alive").touch()
    recorder = Recorder(folder / "events.jsonl", Estimate({"LSTM": 10}))
    recorder.started()
    for epoch in range(1, 4):
        recorder.progress(Progress("LSTM", epoch, 50, note=f"epoch {epoch} of 50", loss=0.5 / epoch))
    if result is not None:
        recorder.result(result["status"], result.get("reason", ""))
        write_json(folder / "result.json", {"meta": {}, "step": "LSTM", "error": "", "ended": "2026-11-25T10:00:00+00:00", **result})
    return number


def followed(asked, number, after=None):
    response = asked.get(f"/api/jobs/{number}/events", headers={} if after is None else {"Last-Event-ID": str(after)})
    assert response.status_code in (200, 204)
    return events(response.text)


def test_a_retrain_merges_the_file_and_streams_to_the_version_that_it_publishes(shop):
    asked = client(shop)
    response = asked.post("/api/retrain", files=sales_file(WEEK, "week.csv"), data={"epochs": "2", "horizon": "7"})
    assert (response.status_code, response.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert response.headers["location"] == "/api/jobs/2"
    told = events(response.text)
    assert [number for number, _ in told] == list(range(1, len(told) + 1))
    *steps, (_, last) = told
    assert {step["type"] for _, step in steps} == {"progress"}
    assert last["type"] == "result"
    assert (last["data"]["status"], last["data"]["meta"]["version"], last["data"]["meta"]["settings"]["horizon"]) == ("success", 2, 7)
    epochs = [step for _, step in steps if step["stage"] == "LSTM" and step["loss"] is not None]
    assert (epochs[0]["done"], epochs[0]["total"]) == (1, 2)
    assert epochs[0]["data"] == f"LSTM epoch 1/2 - loss={epochs[0]['loss']:.4f}"
    assert sales.uploads(shop)[0].name == "week.csv"
    assert asked.post("/api/forecast", json={"days": 1}).json()["version"] == 2
    assert events(asked.get("/api/jobs/2/events").text) == told


def test_settings_that_were_not_sent_are_those_of_the_live_version(shop, monkeypatch):
    asked_for = []
    monkeypatch.setattr(retraining, "start_retrain", lambda ws, chosen, _: asked_for.append(chosen) or recorded(ws, result={"status": "cancelled"}))
    client(shop).post("/api/retrain", data={"batch_size": "32"})
    live = versions.settings(shop)
    assert asked_for == [Settings.from_dict({**live.to_dict(), "lstm": {**live.to_dict()["lstm"], "batch_size": 32}})]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"epochs": "0"}, "Epochs lie between 1 and 1000, not 0."),
        ({"horizon": "9999"}, "The horizon lies between 1 and 730 days, not 9999."),
        ({"epochs": "many"}, "body.epochs"),
    ],
)
def test_settings_that_cannot_be_used_start_and_merge_nothing(shop, fields, text):
    response = client(shop).post("/api/retrain", files=sales_file(WEEK), data=fields)
    assert response.status_code == 422
    assert text in response.json()["detail"]
    assert (len(sales.uploads(shop)), jobs.job(shop).number) == (1, 1)


def test_without_sales_there_is_nothing_to_train_on(home):
    assert "no sales yet" in problem(client(home).post("/api/retrain"), 422, "input-error")["detail"]


def test_a_second_retrain_is_sent_to_the_one_that_runs(shop):
    asked = client(shop)
    number = retraining.start_retrain(shop, Settings(horizon=14))
    try:
        response = asked.post("/api/retrain", files=sales_file(WEEK))
        assert problem(response, 409, "job-running")["job"] == response.headers["location"] == f"/api/jobs/{number}"
        assert len(sales.uploads(shop)) == 1
        running = asked.get(f"/api/jobs/{number}").json()
        assert (running["state"], running["ended"], running["version"]) == ("running", None, None)
    finally:
        ended = asked.post(f"/api/jobs/{number}/cancel").json()
    assert ended["state"] == "cancelled"
    assert asked.post(f"/api/jobs/{number}/cancel").json()["state"] == "cancelled"
    (_, last) = followed(asked, number)[-1]
    assert (last["data"]["status"], last["data"]["reason"]) == ("cancelled", "Cancelled by a person.")
    assert [job["job"] for job in asked.get("/api/jobs").json()] == [number, 1]


def test_listeners_get_each_event_once_from_where_they_left_off(shop):
    number, asked = recorded(shop, result={"status": "success", "meta": {"version": 1, "files": {"a": 1}}}), client(shop)
    whole = followed(asked, number)
    assert [place for place, _ in whole] == [1, 2, 3, 4, 5]
    assert whole[-1][1] == {"type": "result", "data": {"status": "success", "meta": {"version": 1}}, "job": number}
    for after in range(6):
        assert followed(asked, number, after) == whole[after:]
    assert asked.get(f"/api/jobs/{number}/events", headers={"Last-Event-ID": "5"}).status_code == 204
    for odd in ("", "x", "-1", "٣", "1.5"):
        assert followed(asked, number, odd.encode()) == whole


def test_a_job_that_was_killed_ends_its_stream_with_the_reason(shop):
    number, asked = recorded(shop), client(shop)
    whole = followed(asked, number)
    assert [place for place, _ in whole] == [1, 2, 3, 4, 5]
    assert whole[-1][1]["data"]["status"] == "failed"
    assert "ended without a result" in whole[-1][1]["data"]["reason"]
    assert followed(asked, number, 4) == whole[4:]
    assert asked.get(f"/api/jobs/{number}/events", headers={"Last-Event-ID": "5"}).status_code == 204


def test_a_failed_job_tells_why_in_the_stream_the_job_and_the_log(shop):
    number, asked = recorded(shop, result={"status": "failed", "reason": "The disk is full.", "error": "DiskFull"}), client(shop)
    (shop.jobs / "0002" / "log.txt").write_text("Traceback <b>\n")
    assert followed(asked, number)[-1][1]["data"] == {
        "status": "failed",
        "meta": {},
        "reason": "The disk is full.",
        "step": "LSTM",
        "error": "DiskFull",
    }
    assert (asked.get("/api/jobs/2").json()["state"], asked.get("/api/jobs/2").json()["reason"]) == ("failed", "The disk is full.")
    log = asked.get("/api/jobs/2/log")
    assert (log.text, log.headers["content-type"], log.headers["x-content-type-options"]) == (
        "Traceback <b>\n",
        "text/plain; charset=utf-8",
        "nosniff",
    )
    assert asked.get("/api/health").json()["job"]["state"] == "failed"


def test_a_result_is_told_only_when_it_is_whole(shop, monkeypatch):
    monkeypatch.setattr(event_stream, "POLL_SECONDS", 0.01)
    number = retraining.start_retrain(shop, Settings(horizon=14))
    told = []
    listener = threading.Thread(target=lambda: told.extend(followed(client(shop), number)))
    listener.start()
    until(lambda: jobs.job(shop).event)
    jobs.cancel(shop, number)
    listener.join(PATIENCE)
    assert not listener.is_alive()
    assert [place for place, _ in told] == list(range(1, len(told) + 1))
    assert [event["type"] for _, event in told][-1] == "result"
    assert [event["type"] for _, event in told].count("result") == 1


@pytest.mark.parametrize("number", ["0", "-1", "x", "99999999999", "1e3", "..%2F1", "\u0661"])
def test_a_number_that_is_none_finds_no_job(shop, number):
    asked = client(shop)
    for path in (f"/api/jobs/{number}", f"/api/jobs/{number}/events", f"/api/jobs/{number}/log"):
        assert asked.get(path).status_code in (404, 422)
    assert asked.post(f"/api/jobs/{number}/cancel").status_code in (404, 422)


def test_events_are_json_whatever_a_note_holds(shop):
    folder = shop.jobs / "0002"
    folder.mkdir()
    write_json(folder / "request.json", {})
    recorder = Recorder(folder / "events.jsonl", Estimate({}))
    recorder.progress(Progress("LSTM", 0, 1, note="line\n\ndata: {}\r\nid: 9 \u2028 <b>"))
    told = followed(client(shop), 2)
    assert [place for place, _ in told] == [1, 2]
    assert json.loads(json.dumps(told[0][1]))["note"] == "line\n\ndata: {}\r\nid: 9 \u2028 <b>"
