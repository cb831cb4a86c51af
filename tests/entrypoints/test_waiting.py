"""Requests that wait for a change of others: they end, and nobody else waits with them."""

from __future__ import annotations

import inspect
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import pytest
from api_client import client, problem, sales_file
from patience import PATIENCE
from saved_shops import unpacked
from small_tables import ONE, merged

from forecasting.core.errors import InputError
from forecasting.entrypoints.api.app import make_app
from forecasting.entrypoints.api.routes import (
    alerts,
    forecasts,
    health,
    jobs,
    launches,
    monitoring,
    orders,
    products,
    profiles,
    sales,
    settings,
    stock,
    suppliers,
    version_notes,
    versions,
    why,
)
from forecasting.entrypoints.server.server_settings import ServerSettings
from forecasting.jobs.runner import Jobs
from forecasting.storage.locks import exclusive
from forecasting.storage.sales.table import Dataset

PARTS = (jobs, sales, profiles, products, launches, versions, version_notes, why, forecasts, monitoring, alerts, settings, orders, suppliers, stock)
PARTS = (*PARTS, health)
WAITING = 20
"""Requests at once: more than there are threads of any kind."""
FILE = b"date,product_id,region,sales\n2026-07-01,Tea,South,31\n"
QUESTIONS = {"forecast": {"days": 2}, "recommend": {}}
LOCKS = {"sales": "data/sales.lock", "versions": "artifacts/versions/.lock", "jobs": "artifacts/jobs/.lock"}
CHANGES = {
    "undo": ("sales", lambda asked: asked.post("/api/uploads/undo")),
    "upload": ("sales", lambda asked: asked.post("/api/upload", files=sales_file(FILE))),
    "retrain with a file": ("sales", lambda asked: asked.post("/api/retrain", files=sales_file(FILE))),
    "retrain": ("jobs", lambda asked: asked.post("/api/retrain")),
    "live": ("versions", lambda asked: asked.post("/api/versions/1/live")),
}
"""What takes a lock: the lock, and how it is asked for."""


@pytest.fixture
def saved(tmp_path, monkeypatch):
    """A workspace with sales and a version; a retrain is refused once it has the lock."""

    def refuse(*_):
        raise InputError("Nothing is trained here.")

    monkeypatch.setattr(Jobs, "_launch", refuse)
    return unpacked("shop_2", tmp_path)


@contextmanager
def held(ws, part):
    """Somebody else is changing a part of the workspace."""
    with exclusive(ws.home / LOCKS[part]):
        yield


@contextmanager
def asking(ws, **settings):
    """A client whose requests all run in one event loop, as those of a server do; and threads to ask in."""
    with client(ws, upload_rate="1000/second", **settings) as asked, ThreadPoolExecutor(WAITING) as pool:
        yield asked, pool


@pytest.mark.parametrize(("part", "change"), CHANGES.values(), ids=CHANGES)
def test_while_changes_wait_everything_else_is_answered(saved, part, change):
    with asking(saved, lock_seconds=PATIENCE) as (asked, pool), held(saved, part):
        waiting = [pool.submit(change, asked) for _ in range(WAITING)]
        answers = {path: asked.get(f"/api/{path}") for path in ("health", "metrics", "versions", "uploads", "jobs")}
        answers["forecast"] = asked.post("/api/forecast", json={"days": 2})
        answers["dry run"] = asked.post("/api/upload", files=sales_file(FILE), data={"dry_run": "true"})
        assert not any(each.done() for each in waiting)
        assert {name: answer.text for name, answer in answers.items() if answer.status_code != 200} == {}


@pytest.mark.parametrize(("part", "change"), CHANGES.values(), ids=CHANGES)
def test_a_change_waits_no_longer_than_the_settings_say(saved, part, change):
    before = Dataset(saved).version
    with asking(saved, lock_seconds=0.05) as (asked, pool), held(saved, part):
        answers = list(pool.map(lambda _: change(asked), range(4)))
    for answer in answers:
        assert int(answer.headers["Retry-After"]) > 0
        assert "try again" in problem(answer, 503, "try-again")["detail"]
    assert Dataset(saved).version == before


@pytest.mark.parametrize(("slow", "path"), [("_forecast_json", "forecast"), ("_orders_json", "recommend")])
def test_while_answers_are_computed_everything_else_is_answered(saved, monkeypatch, slow, path):
    enough, compute = Event(), getattr(forecasts, slow)

    def slowly(*arguments):
        assert enough.wait(PATIENCE)
        return compute(*arguments)

    monkeypatch.setattr(forecasts, slow, slowly)
    with asking(saved) as (asked, pool):
        waiting = [pool.submit(asked.post, f"/api/{path}", json=QUESTIONS[path]) for _ in range(WAITING)]
        answers = {each: asked.get(f"/api/{each}").status_code for each in ("health", "metrics", "versions", "uploads", "jobs")}
        (other,) = QUESTIONS.keys() - {path}
        answers[other] = asked.post(f"/api/{other}", json=QUESTIONS[other]).status_code
        assert not any(each.done() for each in waiting)
        enough.set()
        assert {each.result().status_code for each in waiting} == {200}
    assert set(answers.values()) == {200}, answers


def test_changes_of_one_part_do_not_hold_up_those_of_another(saved):
    with asking(saved, lock_seconds=PATIENCE) as (asked, pool), held(saved, "sales"):
        waiting = [pool.submit(CHANGES["undo"][1], asked) for _ in range(WAITING)]
        assert asked.post("/api/versions/1/live").json() == {"live": 1}
        assert not any(each.done() for each in waiting)


def test_every_route_that_changes_something_waits_for_its_turn(home):
    routes = [route for part in PARTS for route in part.router.routes]
    changing = {route.path: inspect.getsource(route.endpoint) for route in routes if route.methods & {"POST", "PUT", "PATCH", "DELETE"}}
    documented = make_app(home, ServerSettings()).openapi()["paths"]
    assert changing.keys() == {path for path, verbs in documented.items() if verbs.keys() - {"get"}}
    assert "context.change(" in inspect.getsource(orders._acted)
    at_once = {path for path, source in changing.items() if "context.change(" not in source and "_acted(context" not in source}
    assert at_once == {f"/{path}" for path in QUESTIONS}


def test_changes_that_come_at_once_are_all_made_one_after_the_other(home):
    merged(Dataset(home), *(ONE.assign(sales=float(number)) for number in range(6)))
    with asking(home, lock_seconds=PATIENCE) as (asked, pool):
        taken = list(pool.map(lambda _: asked.post("/api/uploads/undo").json()["version"], range(6)))
    assert sorted(taken) == [1, 2, 3, 4, 5, 6]
    assert Dataset(home).version is None
