"""The examples, run as their first lines say, against a real server."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from email.parser import BytesParser
from email.policy import HTTP as http
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
import shop_workspaces as shops
from broken_connection import broken
from live_server import served
from patience import PATIENCE
from repository import ROOT

from forecasting.services import forecasts, sales, versions
from forecasting.services import jobs as jobs_service
from forecasting.storage.workspace import Workspace

pytestmark = pytest.mark.slow

EXAMPLES = ROOT / "examples"
TOKEN = 'a long {"$ecret"} that\\nobody-knows'.replace(" ", "_")
EVENT = re.compile(r"LSTM epoch 1/1 - loss=\d")


@contextmanager
def _shop(published, home, token):
    shutil.copytree(published.home, home)
    with served(home, FORECASTING_API_TOKEN=token) as (address, _):
        yield SimpleNamespace(ws=Workspace(home), address=address, token=token)


@pytest.fixture(scope="module")
def open_shop(published, tmp_path_factory):
    with _shop(published, tmp_path_factory.mktemp("open") / "home", "") as running:
        yield running


@pytest.fixture(scope="module")
def guarded_shop(published, tmp_path_factory):
    with _shop(published, tmp_path_factory.mktemp("guarded") / "home", TOKEN) as running:
        yield running


@pytest.fixture(params=["open_shop", "guarded_shop"])
def either_shop(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def client(monkeypatch):
    """The example as a module."""
    monkeypatch.syspath_prepend(str(EXAMPLES))
    import client

    return client


def command(shop, name, *words, address=None, token=None):
    """The command line of an example, and its surroundings."""
    kinds = {".py": [sys.executable, "-W", "error"], ".sh": ["sh"]}
    asked = {"SHELFCAST_URL": address or shop.address, "FORECASTING_API_TOKEN": shop.token if token is None else token}
    line = [*kinds[Path(name).suffix], str(EXAMPLES / name), *map(str, words)]
    return {"args": line, "env": {**os.environ, **asked}, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}


def run(shop, name, *words, **options):
    return subprocess.run(**command(shop, name, *words, **options), timeout=PATIENCE, check=False, text=True)


def week(after=0, product="Bread"):
    """A week of a product's sales, so many weeks behind the shop's."""
    sold = shops.sales().query("product_id == @product").tail(7)
    return sold.assign(date=sold.date + pd.Timedelta(weeks=1 + after))


def saved(frame, path):
    frame.to_csv(path, index=False, date_format="%Y-%m-%d")
    return path


def test_the_page_on_http_names_every_route_and_its_calls_for_curl_work(open_shop, tmp_path):
    section = (ROOT / "docs" / "how-to" / "http.md").read_text()
    with urllib.request.urlopen(f"{open_shop.address}/api/openapi.json") as answer:
        routes = {"/api" + re.sub(r"{\w+}", "N", path) for path in json.load(answer)["paths"]}
    named = re.findall(r"`(?:[A-Z]+ )?(/api/[^`?]+)[^`]*`", section)
    assert {re.sub(r"([/.])[A-Z]\b", r"\1N", path) for path in named} - {"/api/docs"} == routes
    retrain, forecast = [
        shlex.split(line.replace("http://127.0.0.1:8501", open_shop.address)) for line in section.splitlines() if line.startswith("curl")
    ]
    assert retrain == ["curl", "-N", "-F", "file=@data/sample.csv", f"{open_shop.address}/api/retrain"]
    for product, days in (("Croissant", 0), ("Tea", 7 * 2)):
        asked = [word.replace("Croissant", product) for word in forecast]
        answer = json.loads(subprocess.run([*asked, "--silent"], check=True, capture_output=True, timeout=PATIENCE).stdout)
        assert len(answer.get("forecast", [])) == days, answer
    assert "Croissant" in (ROOT / "data" / "sample.csv").read_text()


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.*")), ids=lambda path: path.name)
def test_an_example_begins_with_what_it_does_and_how_to_call_it(path):
    what, how = [line.lstrip('# "') for line in path.read_text().splitlines() if not line.startswith("#!")][:2]
    assert what
    assert how.startswith("Call")
    assert path.name in how


def test_curl_retrains_and_follows_to_the_result(guarded_shop, tmp_path):
    shop = guarded_shop
    before, file = versions.serving(shop.ws).version, saved(week(), tmp_path / "a week; of bread, North.csv")
    with subprocess.Popen(**command(shop, "retrain.sh", file, "epochs=1", "without="), text=True) as running:
        first = running.stdout.readline()
        seen = command_lines()
        rest, said = running.communicate(timeout=PATIENCE)
    assert (running.returncode, said, first) == (0, "", "Start 0/1\n")
    assert any("curl" in line for line in seen)
    assert not any(shop.token in line for line in seen)
    *told, result = rest.splitlines()
    assert any(EVENT.match(line) for line in told)
    assert json.loads(result)["data"]["meta"]["version"] == before + 1 == versions.serving(shop.ws).version
    assert sales.uploads(shop.ws)[0].name == file.name


def command_lines():
    """Those of everything that runs, as everybody on a machine can read them."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # one that has ended meanwhile
            found.append(path.read_text(errors="replace"))
    return found


@pytest.mark.parametrize(("content", "said"), [("date,sales\n2026-07-01,many\n", "Not a number"), ("nothing", "no rows")])
def test_curl_fails_with_what_is_wrong(open_shop, tmp_path, content, said):
    (tmp_path / "bad.csv").write_text(content)
    ended = run(open_shop, "retrain.sh", tmp_path / "bad.csv")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert said in json.loads(ended.stderr)["detail"]


@pytest.mark.parametrize(
    ("name", "words"), [("retrain.sh", [__file__]), ("forecast.sh", []), ("client.py", ["forecast"]), ("nightly_push.py", [__file__])]
)
def test_nothing_works_without_the_token(guarded_shop, name, words):
    ended = run(guarded_shop, name, *words, token="a guess")
    assert ended.returncode != 0
    assert "asks for its token" in ended.stdout + ended.stderr
    assert jobs_service.job(guarded_shop.ws).state != "running"


def test_curl_forecasts(either_shop):
    shop, question = either_shop, '{"days": 7, "product_id": "Tea"}'
    made = versions.load(shop.ws, versions.serving(shop.ws).version)
    answer = json.loads(run(shop, "forecast.sh", question).stdout)
    assert {(row["product_id"], row["region"]) for row in answer["forecast"]} == {("Tea", "North"), ("Tea", "South")}
    assert {row["product_id"] for row in answer["recommendation"]} == {"Tea"}
    table = run(shop, "forecast.sh", "--csv", question).stdout
    assert table.encode() == forecasts.forecast_csv(made, {"product_id": "Tea"}, 7)
    refused = run(shop, "forecast.sh", '{"days": 7, "product_id": "Coffee"}')
    assert refused.returncode == 22
    assert "Coffee" in json.loads(refused.stdout)["detail"]


def test_the_client_hears_every_event_once_over_a_line_that_breaks(guarded_shop, client, tmp_path):
    shop = guarded_shop
    file = saved(week(1), tmp_path / "week.csv")
    with broken(shop.address, cuts=[900, 350, 1, 1500, 600, 1200]) as line:
        heard = list(client.Client(line.address, shop.token, pause=0.1).retrain(file, without="lstm"))
        assert line.streams >= 7
    assert [event["id"] for event in heard] == list(range(1, len(heard) + 1))
    assert [event["type"] == "result" for event in heard] == [False] * (len(heard) - 1) + [True]
    assert heard[-1]["data"]["meta"]["version"] == versions.serving(shop.ws).version
    whole = client.Client(shop.address, shop.token)
    job = heard[-1]["job"]
    assert list(whole.follow(job)) == heard
    assert list(whole.follow(job, after=5)) == heard[5:]
    assert list(whole.follow(job, after=heard[-1]["id"])) == []


def test_the_client_gives_up_on_a_server_that_does_not_come_back(client):
    with pytest.raises(TimeoutError, match="job 1"):
        list(client.Client("http://127.0.0.1:9", "", pause=0.05, patience=0.2).follow(1))


def test_the_client_uploads_asks_and_cancels(open_shop, client, tmp_path):
    shop, asked = open_shop, client.Client(open_shop.address)
    file = saved(week(2, "Cake"), tmp_path / "cakes.csv")
    before = len(sales.uploads(shop.ws))
    dry = asked.upload(file, dry_run=True)
    assert (dry["saved"], dry["new"], len(sales.uploads(shop.ws))) == (False, 7, before)
    assert (asked.upload(file)["saved"], asked.upload(file)["saved"], len(sales.uploads(shop.ws))) == (True, False, before + 1)
    rows = asked.forecast(days=3, product_id="Tea", total=True)
    assert len(rows) == 3
    assert all(row["lower_95"] <= row["forecast"] <= row["upper_95"] for row in rows)
    orders = asked.recommend(stock=[{"product_id": "Tea", "region": "North", "on_hand": 100000}], product_id="Tea")
    assert {row["region"]: row["order_quantity"] for row in orders} == {"North": 0, "South": None}  # nobody counted the South
    told = asked.retrain(mapping={}, without="lstm")
    job = next(told)["job"]
    assert asked.cancel(job)["state"] == "cancelled"
    assert [event["data"]["status"] for event in told if event["type"] == "result"] == ["cancelled"]
    with pytest.raises(client.Problem, match="999") as found:
        asked.cancel(999)
    assert (found.value.status, found.value.members["type"]) == (404, "urn:shelfcast:problem:not-found")


def test_the_client_on_the_command_line(open_shop, tmp_path):
    good, bad = saved(week(3), tmp_path / "good.csv"), tmp_path / "bad.csv"
    bad.write_text("date,product_id,region,category,sales\n2026-07-01,Tea,North,Drinks,4\n2026-07-02,Tea,North,Drinks,many\n")
    assert json.loads(run(open_shop, "client.py", "upload", good, "dry_run=true").stdout)["saved"] is False
    refused = run(open_shop, "client.py", "upload", bad)
    assert refused.returncode == 2
    assert "Line 3: Not a number" in refused.stderr
    rows = json.loads(run(open_shop, "client.py", "forecast", "days=2", "product_id=Soap").stdout)
    assert pd.DataFrame(rows).date.nunique() == 2
    job = jobs_service.job(open_shop.ws)
    followed = run(open_shop, "client.py", "follow", job.number)
    assert (followed.returncode, "ancelled" in followed.stderr) == ((0, False) if job.state == "done" else (1, True))
    away = run(open_shop, "client.py", "forecast", address="http://127.0.0.1:9")
    assert (away.returncode, away.stdout, len(away.stderr.splitlines())) == (1, "", 1)
    unknown = run(open_shop, "client.py", "sell")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert "Call: python client.py" in unknown.stderr


def twice(path, product="Bread"):
    """A week of sales whose first day comes twice."""
    sold = week(5, product)
    return saved(pd.concat([sold.head(1), sold]), path)


def test_the_client_shows_questions_with_the_words_that_answer_them(open_shop, client, tmp_path):
    file = twice(tmp_path / "twice.csv")
    asked = run(open_shop, "client.py", "upload", file, "dry_run=true")
    assert (asked.returncode, asked.stdout) == (2, "")
    question, *choices = asked.stderr.splitlines()
    assert question == "2 rows repeat another row in every cell. What should we do?"
    words = [line.split()[0] for line in choices]
    assert sorted(words) == ["duplicates=last", "duplicates=sum"]
    kept = []
    for word in words:
        answer = json.loads(run(open_shop, "client.py", "upload", file, "dry_run=true", word).stdout)
        kept.append(answer["understood"]["units"]["kept"])
    assert [f"{units:,.0f} units" in line for units, line in zip(kept, choices, strict=True)] == [True, True]
    with pytest.raises(client.Problem) as found:
        client.Client(open_shop.address).upload(file, dry_run=True)
    for choice in found.value.questions[0]["choices"]:
        assert client.Client(open_shop.address).upload(file, dry_run=True, **choice["fields"])["understood"]["units"]["kept"] == choice["units"]
    lists = client.Client(open_shop.address).upload(file, dry_run=True, leave_out=[f"date={day:%Y-%m-%d}" for day in week(5).date[:2]])
    assert lists["understood"]["rows"] == {"read": 8, "used": 5, "left_out": 3}


@pytest.mark.parametrize("file", [True, False])
def test_a_form_holds_its_fields_and_no_more(client, tmp_path, file):
    (tmp_path / "a.csv").write_text("a,b\n1,2")
    pieces, headers = client.multipart(tmp_path / "a.csv" if file else None, {"epochs": 1, "without": ["trees", "lstm"]})
    body = b"".join(pieces)
    assert len(body) == int(headers["Content-Length"])
    parts = BytesParser(policy=http).parsebytes(f"Content-Type: {headers['Content-Type']}\r\n\r\n".encode() + body).iter_parts()
    sent = [(part.get_param("name", header="Content-Disposition"), part.get_payload()) for part in parts]
    assert sent == [("epochs", "1"), ("without", "trees"), ("without", "lstm"), *[("file", "a,b\n1,2")] * file]


def test_words_behind_a_file_are_fields_of_the_form(client):
    fields = {"mapping": {"store": "Outlet Name"}, "leave_out": ["Status=Void", "a=b c"], "count_rows": True, "header_line": 5, "sheet": "1e3"}
    words = client.words_of(fields)
    assert words == "'mapping={\"store\": \"Outlet Name\"}' leave_out=Status=Void 'leave_out=a=b c' count_rows=true header_line=5 sheet=1e3"
    assert list(client.texts_of(client.choices_of(shlex.split(words)))) == list(client.texts_of(fields))
    two = client.choices_of(['mapping={"store": "Shop"}', 'mapping={"sales": "Qty"}'])
    assert json.loads(two["mapping"]) == {"store": "Shop", "sales": "Qty"}


def test_a_till_is_asked_and_takes_the_answer(guarded_shop, client, tmp_path):
    file, before = twice(tmp_path / "till.csv"), len(sales.uploads(guarded_shop.ws))
    asked = run(guarded_shop, "nightly_push.py", file)
    assert (asked.returncode, asked.stdout) == (1, "")
    assert "\n  duplicates=last    " in asked.stderr
    assert "\n  duplicates=sum    " in asked.stderr
    assert len(sales.uploads(guarded_shop.ws)) == before
    import nightly_push

    class Server:
        """A server that has learned from every upload."""

        def upload(self, path, **fields):
            self.received = (path, fields)
            return {"text": "", "version": 3}

        def versions(self):
            return [{"live": True, "sales_version": 3}]

    server = Server()
    assert nightly_push.push(server, file, client.choices_of(["duplicates=sum"])) == 0
    assert server.received == (file, {"duplicates": "sum"})


def test_a_till_pushes_whatever_stands_in_its_way_and_a_second_time_changes_nothing(guarded_shop, client, tmp_path):
    shop = guarded_shop
    file, asked = saved(week(4), tmp_path / "till.csv"), client.Client(shop.address, shop.token)
    rival = asked.retrain(epochs=1, without="trees")
    job = next(rival)["job"]
    before = versions.serving(shop.ws).version
    with (
        broken(shop.address, cuts=[2000], refusals=2) as line,
        subprocess.Popen(**command(shop, "nightly_push.py", file, address=line.address), text=True) as push,
    ):
        waited = [push.stderr.readline() for _ in range(3)]
        time.sleep(0.5)
        asked.cancel(job)
        told, said = push.communicate(timeout=PATIENCE)
    assert push.returncode == 0, said
    assert waited[0] == waited[1] == "The server is about to start again. Trying again in 1 s.\n"
    assert f"job {job}" in waited[2]
    assert told.splitlines()[-1] == f"Version {before + 1} is live."
    assert versions.manifest(shop.ws, before + 1)["sales_version"] == sales.sales_version(shop.ws)
    jobs = len(jobs_service.jobs(shop.ws))
    again = run(shop, "nightly_push.py", file)
    assert (again.returncode, again.stderr) == (0, "")
    assert "Nothing to merge" in again.stdout
    assert (len(jobs_service.jobs(shop.ws)), versions.serving(shop.ws).version) == (jobs, before + 1)
    rival.close()
