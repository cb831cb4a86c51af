"""What the API's documentation says is what a running server does, whatever it is asked."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import urllib.request
from collections import defaultdict
from contextlib import contextmanager

import pytest
import shop_workspaces as shops
from api_client import client, problem, sales_file
from live_server import served
from patience import PATIENCE
from repository import DATA

from forecasting.entrypoints.server.server_settings import REQUEST_RATE, TOKEN, UPLOAD_RATE
from forecasting.services import jobs, version_notes

pytestmark = pytest.mark.slow

SECRET = "correct-horse-battery-staple"
OPERATIONS = 59
OF_AN_ORDER = {("POST", f"/orders/{{id}}/{step}") for step in ("approve", "cancel", "change", "place", "postpone", "receive", "undo")}
OF_AN_ORDER |= {("GET", "/orders/{id}"), ("GET", "/orders/{id}/sheet.{form}")}
HARD_TO_HIT = {
    ("POST", "/upload"),
    ("POST", "/stock"),
    ("POST", "/stock/undo"),
    ("POST", "/versions/{number}/why/split"),
    ("POST", "/monitor/acknowledge"),
    ("GET", "/versions/{a}/compare/{b}"),
    ("DELETE", "/profiles/{id}"),
    *OF_AN_ORDER,
}
"""Operations that go well only with a whole file, saved stock, a finding, a second version, an upload of this release or an order; their own tests
see to that."""
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance,"
    "negative_data_rejection,unsupported_method,allow_header_conformance,ignored_auth"
)
"""Left out: what asks that every file, filter and number be one that these sales have (`positive_data_acceptance`), that what was made can be
found by a name that the caller chose (`ensure_resource_availability`, `use_after_free`), accounts (`object_level_authorization`), and headers
that must be there (`missing_required_header`): there is none but the token's, which `ignored_auth` is about."""
HOOKS = '''
from itertools import count

import schemathesis

CLIENTS = count(1)


@schemathesis.hook
def before_call(context, case, kwargs):
    """Each request comes from an address of its own, so that wrong tokens do not have the right one wait."""
    number = next(CLIENTS)
    case.headers["X-Forwarded-For"] = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
'''


@contextmanager
def cancelling(ws):
    """Cancels whatever is retrained in a workspace; gives the numbers of the jobs that it cancelled."""
    ended, numbers = threading.Event(), set()

    def cancel():
        while not ended.wait(0.2):
            job = jobs.job(ws)
            if job.state == "running":
                jobs.cancel(ws, job.number)
                numbers.add(job.number)

    thread = threading.Thread(target=cancel)
    thread.start()
    try:
        yield numbers
    finally:
        ended.set()
        thread.join()


def schemathesis(address, folder, *options):
    """Asks every operation of a server in every way that its documentation allows, and in many that it does not; what came of it."""
    (folder / "hooks.py").write_text(HOOKS)
    (folder / "schemathesis.toml").write_text('hooks = "hooks.py"\n')
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{address}/api/openapi.json", "--checks", CHECKS, "--seed", "5", "--no-shrink"]
    command += ["--generation-database", "none", "--continue-on-failure", "--no-color", "--request-timeout", "60", "--max-examples", "8", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE)


def operations():
    """The documented operations, with the method and the route that the server counts."""
    paths = json.loads((DATA / "interfaces" / "openapi.json").read_text())["paths"]
    return {(method.upper(), route) for route, methods in paths.items() for method in methods}


def asked(address, token):
    """What an address answers."""
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as response:
        return response.read().decode()


def answered(address, token):
    """The statuses that each documented route has answered with."""
    text = asked(f"{address}/api/metrics", token)
    found = defaultdict(set)
    for method, route, status in re.findall(r'shelfcast_requests_total\{method="(\w+)",route="(/[^"]*)",status="(\d+)"\}', text):
        found[method, route].add(int(status))
    return found


def test_the_server_does_what_its_documentation_says(shop, tmp_path):
    launched = shops.sales().query("product_id == 'Soap' and region == 'North'").tail(60)
    shops.merge(shop, launched.assign(product_id="Croisant", sales=3))
    version_notes.pin(shop, 1)  # a pin to take away, whatever comes first
    variables = {REQUEST_RATE: "100000/second", UPLOAD_RATE: "100000/second", TOKEN: SECRET}
    with served(shop.home, log=tmp_path / "log", FORWARDED_ALLOW_IPS="127.0.0.1", **variables) as (address, process), cancelling(shop) as cancelled:
        asked(f"{address}/api/openapi.json", SECRET)  # schemathesis waits ten seconds for it, once
        run = schemathesis(address, tmp_path, "--header", f"Authorization: Bearer {SECRET}")
        assert process.poll() is None
        answers = answered(address, SECRET)
    assert run.returncode == 0, run.stdout[-8000:] + run.stderr
    assert f"Tested: {OPERATIONS}" in run.stdout
    assert int(re.search(r"(\d+) generated", run.stdout)[1]) > 500
    assert cancelled
    well = {route for route, statuses in answers.items() if statuses & {200, 204}}
    assert operations() - well <= HARD_TO_HIT
    assert "Traceback" not in (tmp_path / "log").read_text()


WEEK = b"date,product_id,region,sales\n2026-07-01,Tea,South,31\n"


@pytest.mark.parametrize("question", [{"days": "7"}, {"days": True}, {"total": 1}, {"total": "true"}])
def test_a_forecast_tells_numbers_from_texts_and_truth_values(published, question):
    problem(client(published).post("/api/forecast", json=question), 422, "fields-wrong")


@pytest.mark.parametrize(
    "question", [{"service_level": "0.9"}, {"class_levels": [True, 0.9, 0.9]}, {"stock": [{"product_id": "Tea", "on_hand": True}]}]
)
def test_so_does_a_recommendation(published, question):
    problem(client(published).post("/api/recommend", json=question), 422, "fields-wrong")


def test_a_whole_number_may_be_written_with_a_point(published):
    assert client(published).post("/api/forecast", json={"days": 7.0}).json()["days"] == 7


@pytest.mark.parametrize(("said", "status"), [("true", 200), ("True", 200), ("false", 200), ("0", 422), ("yes", 422), ("null", 422)])
def test_a_form_knows_true_and_false(shop, said, status):
    asked = client(shop)
    for field in ("drop_problems", "day_first", "month_first", "year_first", "dry_run"):
        assert asked.post("/api/upload", files=sales_file(WEEK), data={field: said}).status_code == status


def documentation(ws, **settings):
    return client(ws, **settings).get("/api/openapi.json", headers={"Authorization": f"Bearer {SECRET}"}).json()


def test_the_documentation_asks_for_a_token_where_the_server_does(published):
    paths = {token: documentation(published, token=token)["paths"] for token in ("", SECRET)}
    assert not [path for path, methods in paths[""].items() for each in methods.values() if "security" in each]
    assert [path for path, methods in paths[SECRET].items() for each in methods.values() if "security" not in each] == ["/health"]


def test_every_problem_is_documented_with_its_media_type(published):
    told = documentation(published)
    assert told["components"]["schemas"]["Problem"]["required"] == ["type", "title", "status", "detail"]
    for methods in told["paths"].values():
        for each in methods.values():
            problems = {status: answer["content"] for status, answer in each["responses"].items() if status >= "400"}
            assert {"400", "401", "403", "413", "422", "429", "500"} <= problems.keys()
            assert all(list(content) == ["application/problem+json"] for content in problems.values())


def test_a_retrain_needs_no_body(published):
    form = documentation(published)["paths"]["/retrain"]["post"]["requestBody"]
    assert not form.get("required")
