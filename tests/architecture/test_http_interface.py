"""The API as programs see it: its OpenAPI document without wording, the keys of its answers, the names of its metrics."""

from __future__ import annotations

import re

import pytest
from api_client import client, events, sales_file
from interface_pins import check_pin, check_shapes

from forecasting.core import errors

pytestmark = pytest.mark.usefixtures("fresh_caches")
TOKEN = "correct-horse-battery-staple"
WORDING = {"description", "title", "summary", "example", "examples"}
NAMED = {"properties", "schemas"}
"""Parts of an OpenAPI document whose keys somebody chose: a field may be called `title`."""
ONE_PROBLEM = b"date,product_id,region,sales\n2026-07-01,Tea,South,31\n2026-07-02,Tea,South,many\n"
QUESTION = b"date,product_id,region,sales\n2026-07-01,Tea,South,31\n2026-07-01,Tea,South,8\n" + b"".join(
    b"2026-07-0%d,Tea,South,30\n" % day for day in range(2, 6)
)
STOCK = [{"product_id": "Bread", "region": "North", "on_hand": 60, "pack_size": 12, "unit_cost": 0.8, "price": 2}]
RECOMMEND = {"lead_time": 3, "review_period": 4, "stock": STOCK}


def without_wording(part, *, named=False):
    if isinstance(part, list):
        return [without_wording(item) for item in part]
    if not isinstance(part, dict):
        return part
    return {key: without_wording(item, named=key in NAMED and not named) for key, item in part.items() if named or key not in WORDING}


@pytest.mark.parametrize("token", ["", TOKEN], ids=["open", "with_a_token"])
def test_openapi(published, token):
    told = client(published, token=token).get("/api/openapi.json", headers={"Authorization": f"Bearer {token}"}).json()
    if token:
        secured = {f"{method} {path}": each.get("security") for path, methods in told["paths"].items() for method, each in methods.items()}
        check_pin("openapi_security", {"schemes": without_wording(told["components"]["securitySchemes"]), "operations": secured})
    else:
        check_pin("openapi", without_wording(told))


def test_answers(published):
    asked = client(published, retrain_every="0 3 * * *")
    answers = {path: asked.get(f"/api{path}").json() for path in ("/health", "/jobs", "/jobs/1", "/uploads")}
    answers["/jobs/1/events"] = [data for _, data in events(asked.get("/api/jobs/1/events").text)]
    [version] = asked.get("/api/versions").json()
    answers["/versions"] = [{**version, "libraries": {}}]
    answers["/forecast"] = asked.post("/api/forecast", json={"days": 7}).json()
    answers["/forecast of the sum"] = asked.post("/api/forecast", json={"days": 7, "total": True}).json()["forecast"]
    answers["/recommend"] = asked.post("/api/recommend", json=RECOMMEND).json()
    check_shapes("answers", answers)


def test_answers_in_csv(published):
    answers = {}
    for path, question in (("/forecast", {"days": 7}), ("/recommend", RECOMMEND)):
        answer = client(published).post(f"/api{path}", json=question, headers={"Accept": "text/csv"})
        answers[path] = {"file": answer.headers["content-disposition"], "columns": answer.text.splitlines()[0].split(",")}
    check_pin("answers_csv", answers)


def test_answers_to_what_changes_the_workspace(shop):
    asked = client(shop)
    answers = {
        "/upload with dry_run": asked.post("/api/upload", files=sales_file(ONE_PROBLEM), data={"dry_run": "true", "drop_problems": "true"}),
        "/upload": asked.post("/api/upload", files=sales_file(ONE_PROBLEM), data={"drop_problems": "true"}),
        "/uploads/undo": asked.post("/api/uploads/undo"),
        "/versions/1/live": asked.post("/api/versions/1/live"),
        "/jobs/1/cancel": asked.post("/api/jobs/1/cancel"),
    }
    assert {answer.status_code for answer in answers.values()} == {200}
    check_shapes("answers_to_changes", {label: answer.json() for label, answer in answers.items()})


def test_problems(shop):
    asked = client(shop)
    answers = {
        "no such path": asked.get("/api/nothing"),
        "no such job": asked.get("/api/jobs/7"),
        "no such version": asked.post("/api/versions/7/live"),
        "no such method": asked.get("/api/forecast"),
        "no such series": asked.post("/api/forecast", json={"product_id": "Tee"}),
        "a field that is wrong": asked.post("/api/forecast", json={"days": "many"}),
        "a number that is too high": asked.post("/api/forecast", json={"days": 99}),
        "a file without a date": asked.post("/api/upload", files=sales_file(b"sales\n1\n")),
        "a file with problems": asked.post("/api/upload", files=sales_file(ONE_PROBLEM)),
        "a file with a question": asked.post("/api/upload", files=sales_file(QUESTION)),
        "no token": client(shop, token=TOKEN).get("/api/versions"),
    }
    told = {label: (answer.status_code, answer.json()["type"], sorted(answer.json())) for label, answer in answers.items()}
    check_pin("problems", told)
    check_shapes("understood", {label: answer.json()["understood"] for label, answer in answers.items() if "understood" in answer.json()})


def test_names_of_errors():
    """They are in the types of problems, and in the result of a job that failed."""
    found = [name for name, each in vars(errors).items() if isinstance(each, type) and issubclass(each, errors.ShelfcastError)]
    check_pin("errors", sorted(found))


def test_names_of_metrics(published):
    asked = client(published)
    asked.get("/api/health")
    text = asked.get("/api/metrics").text
    names = dict(re.findall(r"# TYPE (shelfcast_\w+) (\w+)", text))
    check_pin("metrics", {name: [kind, *labels_of(name, text)] for name, kind in names.items()})


def labels_of(metric, text):
    return sorted(set(re.findall(r"(\w+)=\"", "".join(re.findall(rf"^{metric}\w*({{.*}}) ", text, re.MULTILINE)))))
