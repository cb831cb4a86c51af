"""The API answers what the pages show and the command line prints, from the same functions."""

from __future__ import annotations

import io
import json
import logging
from datetime import datetime

import pandas as pd
import pytest
import shop_workspaces as shops
from api_client import client, problem, sales_file
from version_copies import copied

from forecasting.analysis import forecast_table, forecast_view
from forecasting.inventory.orders import wording
from forecasting.inventory.policy import Policy
from forecasting.jobs.cron import Cron
from forecasting.jobs.timetable import Timetable
from forecasting.services import cache, forecasts, ordering, sales, table_formats, versions
from forecasting.services.schedule import Schedule

pytestmark = pytest.mark.usefixtures("fresh_caches")
WEEK = b"date,product_id,region,category,promo,sales\n2026-07-01,Tea,South,Drinks,0,31\n2026-07-02,Tea,South,Drinks,0,28\n"
ODD = b"date,product_id,region,sales\n2026-07-01,Tea,South,31\n2026-07-02,Tea,South,many\n"


@pytest.fixture
def asked(shop):
    """A client of a workspace that may be changed."""
    return client(shop)


@pytest.fixture
def looked_at(published):
    """A client of the workspace that nobody changes."""
    return client(published)


# Forecast


def test_a_forecast_has_the_rows_of_the_csv(looked_at, published):
    made = versions.load(published, 1)
    answer = looked_at.post("/api/forecast", json={"days": 7, "product_id": "Tea"}).json()
    table = pd.DataFrame(answer["forecast"]).assign(date=lambda rows: pd.to_datetime(rows["date"]).astype("datetime64[us]"))
    pd.testing.assert_frame_equal(table, forecast_table.forecast_table(made, {"product_id": "Tea"}, 7), check_dtype=False)
    assert (answer["version"], answer["sales_to"], answer["period"], answer["days"], answer["series"]) == (1, "2026-06-30", "day", 7, 2)


def test_a_large_table_is_sent_as_it_is_made_in_the_format_that_is_accepted(looked_at, published, monkeypatch):
    monkeypatch.setattr(forecast_table, "ROWS_AT_ONCE", 20)
    made, rows = versions.load(published, 1), looked_at.post("/api/forecast", json={"days": 14}).json()["forecast"]
    csv, lines, parquet = (looked_at.post("/api/forecast", json={"days": 14}, headers={"Accept": media}) for media in table_formats.ENDINGS)
    assert csv.content == forecasts.forecast_csv(made, {}, 14)
    assert [json.loads(line) for line in lines.text.splitlines()] == rows
    assert len(pd.read_parquet(io.BytesIO(parquet.content))) == len(rows)
    for response, ending in zip((csv, lines, parquet), ("csv", "jsonl", "parquet"), strict=True):
        assert response.headers["content-disposition"] == f'attachment; filename="forecast-v1.{ending}"'
        assert "content-length" not in response.headers


@pytest.mark.parametrize(
    ("route", "rows", "question"),
    [
        ("forecast", "forecast", {"days": 7, "limit": 15}),
        ("forecast", "forecast", {"days": 14, "by": "week", "limit": 1}),
        ("forecast", "forecast", {"days": 7, "limit": 2, "total": True}),
        ("recommend", "orders", {"limit": 2}),
    ],
)
def test_the_pages_of_an_answer_are_the_whole_one(looked_at, route, rows, question):
    whole = looked_at.post(f"/api/{route}", json={**question, "limit": 10_000}).json()
    pages, cursor = [], None
    while not pages or cursor:
        pages.append(looked_at.post(f"/api/{route}", json={**question, "cursor": cursor}).json())
        cursor = pages[-1]["next"]
    assert (whole["next"], whole["rows"]) == (None, len(whole[rows]))
    assert {page["rows"] for page in pages} == {len(whole[rows])}
    assert (len(pages) > 1) is not question.get("total", False)
    for name in {rows, "recommendation"} & whole.keys():
        assert [row for page in pages for row in page[name]] == whole[name]


def test_a_cursor_of_another_answer_or_none_at_all_is_refused(looked_at):
    cursor = looked_at.post("/api/recommend", json={"limit": 2}).json()["next"]
    changed = looked_at.post("/api/recommend", json={"limit": 2, "lead_time": 20, "cursor": cursor})
    assert "Ask again from the first page" in problem(changed, 422, "input-error")["detail"]
    for cursor in ("tomorrow", "ff-2"):
        problem(looked_at.post("/api/forecast", json={"cursor": cursor}), 422, "input-error")


def test_orders_are_sent_in_the_format_that_is_accepted(looked_at, monkeypatch):
    monkeypatch.setattr(forecast_table, "ROWS_AT_ONCE", 2)
    rows = looked_at.post("/api/recommend", json={}).json()["orders"]
    csv, lines, parquet = (looked_at.post("/api/recommend", json={}, headers={"Accept": media}) for media in table_formats.ENDINGS)
    assert [json.loads(line) for line in lines.text.splitlines()] == rows
    for table in (pd.read_csv(io.BytesIO(csv.content)), pd.read_parquet(io.BytesIO(parquet.content))):
        assert table["order_quantity"].tolist() == [row["order_quantity"] for row in rows]
    assert "content-length" not in csv.headers


def test_the_csv_is_the_one_of_the_page(looked_at, published):
    made = versions.load(published, 1)
    response = looked_at.post("/api/forecast", json={"days": 14}, headers={"Accept": "text/csv"})
    assert response.content == forecasts.forecast_csv(made, {}, 14)
    assert response.headers["content-type"].startswith("text/csv")
    assert response.headers["content-disposition"] == 'attachment; filename="forecast-v1.csv"'


def test_a_total_is_one_row_a_day_with_the_sum_that_the_page_shows(looked_at, published):
    made = versions.load(published, 1)
    answer = looked_at.post("/api/forecast", json={"days": 14, "total": True, "region": "North"}).json()
    shown = forecast_view.view(made, {"region": "North"}, 14).total
    assert len(answer["forecast"]) == 14
    assert {"product_id", "category"}.isdisjoint(answer["forecast"][0])
    assert answer["recommendation"] == []
    assert answer["sum"] == pytest.approx({name: getattr(shown, name) for name in ("expected", "lower_80", "upper_80", "lower_95", "upper_95")})


def test_weeks_beside_last_year_are_those_of_the_csv_and_no_month_is_made_of_days_that_are_not_forecast(looked_at, published):
    question = {"days": 14, "by": "week", "last_year": True, "region": "North"}
    answer = looked_at.post("/api/forecast", json=question).json()
    table = pd.DataFrame(answer["forecast"]).assign(date=lambda rows: pd.to_datetime(rows["date"]))
    content = forecasts.forecast_csv(versions.load(published, 1), {"region": "North"}, 14, level="week", last_year=True)
    expected = pd.read_csv(io.BytesIO(content), parse_dates=["date"])
    pd.testing.assert_frame_equal(table, expected, check_dtype=False)
    assert table.columns.tolist()[4] == "sold"
    refused = looked_at.post("/api/forecast", json=question | {"by": "month"})
    assert "no whole month" in problem(refused, 422, "input-error")["detail"]


def test_a_series_on_a_simpler_model_is_named_in_its_rows(looked_at):
    answer = looked_at.post("/api/forecast", json={"days": 2, "product_id": "Old pie"}).json()
    assert {row["model"] for row in answer["forecast"]} == {"stopped"}
    assert answer["forecast"][0]["prophet"] is None


def test_a_forecast_tells_what_to_order_of_the_same_series(looked_at, published):
    answer = looked_at.post("/api/forecast", json={"days": 7, "category": "Food"}).json()
    found = cache.orders(published, 1, None, Policy(), {"category": "Food"}).table
    got = {(line["product_id"], line["region"]): line["order_quantity"] for line in answer["recommendation"]}
    assert got == {(row.product_id, row.region): row.order_quantity for row in found.itertuples()}


@pytest.mark.parametrize(
    ("question", "status", "kind", "text"),
    [
        ({"product_id": "Tee"}, 404, "not-found", "No series fits these filters: product_id Tee."),
        ({"store": "Mitte"}, 422, "input-error", "These sales have no store to filter by. Filters that exist: product_id, category, region."),
        ({"days": 99}, 422, "input-error", "This version forecasts 1 to 14 days, not 99."),
        ({"days": 0}, 422, "input-error", "This version forecasts 1 to 14 days, not 0."),
        ({"product": "Tea"}, 422, "fields-wrong", "body.product: Extra inputs are not permitted"),
        ({"days": "many"}, 422, "fields-wrong", "body.days"),
    ],
)
def test_a_question_without_an_answer_is_told_why(looked_at, question, status, kind, text):
    assert text in problem(looked_at.post("/api/forecast", json=question), status, kind)["detail"]


def test_without_a_version_every_question_says_what_to_do(home):
    for route in ("forecast", "recommend"):
        assert "Upload sales and retrain" in problem(client(home).post(f"/api/{route}", json={}), 409, "nothing-published")["detail"]


# Orders


def test_a_recommendation_is_the_one_of_the_command_line(looked_at, published):
    made = versions.load(published, 1)
    policy = Policy(lead_time=4, review_period=2, service_level=0.9)
    found = ordering.recommend(made, ordering.given_stock(published, made), policy, {"region": "South"})
    terms = {"lead_time": 4, "review_period": 2, "service_level": 0.9, "region": "South"}
    answer = looked_at.post("/api/recommend", json=terms).json()
    expected = ordering.orders_table(found, 1)
    assert [line["order_quantity"] for line in answer["orders"]] == expected["order_quantity"].tolist()
    assert (answer["policy"], answer["stock"]) == (json.loads(json.dumps(policy.to_dict())), None)
    assert answer["units"] == expected["order_quantity"].sum()
    assert answer["summary"] == wording.summary(found)
    csv = looked_at.post("/api/recommend", json=terms, headers={"Accept": "text/csv"})
    assert csv.content == ordering.orders_csv(found, 1)


def test_stock_can_be_sent_along(looked_at):
    def ordered(stock):
        answer = looked_at.post("/api/recommend", json={"product_id": "Tea", "region": "South", "stock": stock}).json()
        return answer["orders"][0]["order_quantity"]

    empty = ordered([])
    assert ordered([{"product_id": "Tea", "region": "South", "on_hand": 100}]) == empty - 100
    assert ordered([{"product_id": "Tea", "region": "South", "on_hand": 1e6}]) == 0


def test_stock_that_was_saved_counts(asked, shop):
    made = versions.load(shop, 1)
    shelf = pd.DataFrame({"product_id": ["Tea"], "region": ["South"], "on_hand": [1e6]})
    number = ordering.save_stock(shop, ordering.check_typed_stock(shelf, made), made, "typed")
    answer = asked.post("/api/recommend", json={"product_id": "Tea", "region": "South"}).json()
    assert (answer["stock"], answer["orders"][0]["order_quantity"]) == (number, 0)
    line = asked.post("/api/forecast", json={"product_id": "Tea", "region": "South", "days": 7}).json()["recommendation"][0]
    assert line["order_quantity"] == 0


def test_a_forecast_needs_no_stock_where_what_was_saved_is_damaged(asked, shop):
    made = versions.load(shop, 1)
    whole = asked.post("/api/forecast", json={"days": 7}).json()
    ordering.save_stock(shop, ordering.check_typed_stock(pd.DataFrame({"product_id": ["Tea"], "on_hand": [1]}), made), made, "typed")
    [state] = shop.stock.glob("*.parquet")
    state.write_bytes(state.read_bytes()[:-200])
    answer = asked.post("/api/forecast", json={"days": 7}).json()
    told = problem(asked.post("/api/recommend", json={}), 500, "stock-damaged")["detail"]
    assert answer == {**whole, "recommendation": None, "recommendation_problem": told}
    assert "upload or type the stock again" in told


def test_a_budget_limits_the_orders(looked_at):
    stock = [{"product_id": name, "unit_cost": 2.0} for name in ("Bread", "Cake", "Soap", "Tea")]
    free = looked_at.post("/api/recommend", json={"stock": stock}).json()
    tight = looked_at.post("/api/recommend", json={"stock": stock, "budget": 500}).json()
    assert tight["value"] <= 500 < free["value"]
    problem(looked_at.post("/api/recommend", json={"stock": stock, "budget": 500, "space": 3}), 422, "input-error")


@pytest.mark.parametrize(
    ("terms", "text"),
    [
        ({"service_level": 95}, "A service level lies between 0 and 1"),
        ({"lead_time": -1}, "The lead time lies between 0 and 365 days, not -1."),
        ({"rule": "guess"}, "body.rule"),
        ({"stock": [{"product_id": "Tea", "on_hand": "many"}]}, "many"),
    ],
)
def test_terms_that_cannot_be_meant_are_refused(looked_at, terms, text):
    response = looked_at.post("/api/recommend", json=terms)
    assert response.status_code == 422
    assert text in response.text


# Sales


def test_a_dry_run_says_what_an_upload_then_does(asked, shop):
    dry = asked.post("/api/upload", files=sales_file(WEEK), data={"dry_run": "true"}).json()
    assert (dry["saved"], dry["version"], dry["new"], dry["changed"]) == (False, 1, 2, 0)
    assert dry["text"].startswith("Nothing was saved.")
    assert len(sales.uploads(shop)) == 1
    saved = asked.post("/api/upload", files=sales_file(WEEK)).json()
    assert (saved["saved"], saved["version"], saved["new"]) == (True, 2, 2)
    again = asked.post("/api/upload", files=sales_file(WEEK)).json()
    assert (again["saved"], again["version"], again["new"], again["unchanged"]) == (False, 2, 0, 2)


def test_rows_that_cannot_be_used_are_listed_and_left_out_only_when_asked(asked, shop):
    found = problem(asked.post("/api/upload", files=sales_file(ODD)), 422, "problems-found")
    assert [(row["line"], row["column"], row["value"]) for row in found["problems"]] == [(3, "sales", "many")]
    assert found["problems_found"] == 1
    assert len(sales.uploads(shop)) == 1
    answer = asked.post("/api/upload", files=sales_file(ODD), data={"drop_problems": "true"}).json()
    assert (answer["new"], answer["problems_found"], answer["problems"][0]["line"]) == (1, 1, 3)


def test_columns_and_dates_that_are_not_plain_are_asked_about(asked):
    found = problem(asked.post("/api/upload", files=sales_file(b"a,b\nx,y\n")), 422, "columns-missing")
    assert (found["missing"], found["found"]) == (["date", "sales"], ["a", "b"])
    content = b"Wann,Ding,region,Zahl\n03/04/2026,Tea,South,4\n05/06/2026,Tea,South,5\n"
    mapping = json.dumps({"date": "Wann", "product_id": "Ding", "sales": "Zahl"})
    found = problem(asked.post("/api/upload", files=sales_file(content), data={"mapping": mapping}), 422, "questions-open")
    assert [choice["fields"] for choice in found["understood"]["questions"][0]["choices"]] == [{"day_first": True}, {"month_first": True}]
    answer = asked.post("/api/upload", files=sales_file(content), data={"mapping": mapping, "day_first": "true", "dry_run": "true"}).json()
    assert "3 Apr 2026" in answer["text"]


@pytest.mark.parametrize("mapping", ["{", "[]", '{"when": "x"}', '{"date": 3}', "[" * 10_000])
def test_a_mapping_that_is_none_is_refused(asked, mapping):
    text = problem(asked.post("/api/upload", files=sales_file(WEEK), data={"mapping": mapping}), 422, "input-error")["detail"]
    assert text.startswith("The mapping is a JSON object")
    assert len(text) < 400


@pytest.mark.parametrize("name", ["../../evil.csv", "/etc/passwd", "a\u0000b.csv", "x" * 300, "<b>.csv", "=1+1.csv"])
def test_a_file_name_is_only_text(asked, shop, name):
    asked.post("/api/upload", files=sales_file(WEEK, name))
    outside = [path for path in shop.home.parent.rglob("*") if path.is_file() and shop.home not in path.parents]
    assert outside == []
    assert all(len(path.stem) == 64 for path in shop.uploads.iterdir())


def test_the_last_upload_is_taken_back(asked, shop):
    asked.post("/api/upload", files=sales_file(WEEK, "week.csv"))
    listed = asked.get("/api/uploads").json()
    assert [(row["name"], row["new"], row["undone"]) for row in listed] == [("week.csv", 2, False), ("sales.csv", listed[1]["rows"], False)]
    assert asked.get("/api/uploads", params={"most": 1}).json() == listed[:1]
    undone = asked.post("/api/uploads/undo").json()
    assert (undone["name"], undone["undone"]) == ("week.csv", True)
    assert [upload.undone for upload in sales.uploads(shop)] == [True, False]
    asked.post("/api/uploads/undo")
    assert problem(asked.post("/api/uploads/undo"), 422, "input-error")["detail"] == "There is no upload to take back."


# Versions, health, metrics


def test_versions_are_listed_and_the_pointer_is_moved(asked, shop):
    copied(shop)
    assert [(version["version"], version["live"]) for version in asked.get("/api/versions").json()] == [(2, True), (1, False)]
    assert asked.post("/api/versions/1/live").json() == {"live": 1}
    assert versions.serving(shop).version == 1
    assert asked.post("/api/forecast", json={"days": 1}).json()["version"] == 1
    assert "There is no version 9" in problem(asked.post("/api/versions/9/live"), 404, "not-found")["detail"]


def test_a_damaged_version_cannot_be_made_live(asked, shop):
    copied(shop)
    (shop.versions / "0001" / "health.parquet").unlink()
    assert "Version 1 is damaged" in problem(asked.post("/api/versions/1/live"), 500, "version-damaged")["detail"]
    assert versions.serving(shop).version == 2


def test_health_tells_version_job_disk_and_uptime(looked_at, home):
    health = looked_at.get("/api/health").json()
    assert (health["status"], health["version"], health["refused"], health["job"]["state"]) == ("ok", 1, [], "done")
    assert 0 < health["disk"]["free"] < health["disk"]["total"]
    assert health["uptime"] >= 0
    empty = client(home).get("/api/health").json()
    assert (empty["status"], empty["version"], empty["job"]) == ("no version", None, None)


def test_health_tells_what_the_schedule_will_do(shop):
    assert client(shop).get("/api/health").json()["schedule"] is None
    Schedule(ws=shop, timetable=Timetable((Cron("0 3 * * *"),))).check()
    plan = client(shop, retrain_every="0 3 * * *").get("/api/health").json()["schedule"]
    assert (plan["every"], plan["last"]) == ("0 3 * * *", "")
    assert datetime.fromisoformat(plan["next"]).strftime("%H:%M") == "03:00"
    zoned = client(shop, retrain_every="0 3 * * *", timezone="Asia/Kolkata").get("/api/health").json()["schedule"]
    assert [moment[10:] for moment in zoned["coming"]] == ["T03:00:00+05:30"] * 3
    assert zoned["every"] == "0 3 * * * Asia/Kolkata"


def test_metrics_count_requests_by_route_and_status(published):
    asked = client(published)
    for number in (1, 7, 8):
        asked.get(f"/api/jobs/{number}")
    asked.get("/api/nowhere/<script>")
    for number in range(3):
        asked.request(f"MADE-UP-{number}", "/api/versions")
    text = asked.get("/api/metrics").text
    assert 'shelfcast_requests_total{method="GET",route="/jobs/{number}",status="200"} 1.0' in text
    assert 'shelfcast_requests_total{method="GET",route="/jobs/{number}",status="404"} 2.0' in text
    assert 'shelfcast_requests_total{method="other",route="/versions",status="405"} 3.0' in text
    assert ("<script>" in text, "MADE-UP" in text) == (False, False)
    for name in ("shelfcast_live_version 1.0", "shelfcast_job_running 0.0", "shelfcast_disk_free_bytes", "process_resident_memory_bytes"):
        assert name in text


# Errors


def test_addresses_and_methods_that_are_none_are_problems_too(looked_at):
    problem(looked_at.get("/api/nowhere"), 404, "no-such-address")
    response = looked_at.get("/api/upload")
    problem(response, 405, "method-not-allowed")
    assert response.headers["allow"] == "POST"
    assert looked_at.put("/api/products/links").headers["allow"] == "GET, POST"
    for body in (b"{", b"[]", b"\xff", b"[" * 100_000):
        assert looked_at.post("/api/forecast", content=body, headers={"Content-Type": "application/json"}).status_code in (400, 422)


def test_half_a_character_is_refused_like_any_other_name(looked_at):
    body = b'{"product_id": "half \\ud800"}'
    response = looked_at.post("/api/forecast", content=body, headers={"Content-Type": "application/json"})
    assert "half \ud800" in problem(response, 404, "not-found")["detail"]
    response = looked_at.post("/api/forecast", content=b'{"half \\ud800": 1}', headers={"Content-Type": "application/json"})
    problem(response, 422, "fields-wrong")


@pytest.mark.parametrize(
    "row", ['{"product_id": "\\ud800", "on_hand": 1}', '{"\\udc00": "Tea", "on_hand": 1}', '{"product_id": "Tea", "on_hand": "\\ud800"}']
)
def test_half_a_character_in_a_stock_row_is_named(looked_at, row):
    body = f'{{"stock": [{row}]}}'.encode()
    response = looked_at.post("/api/recommend", content=body, headers={"Content-Type": "application/json"})
    assert "half a character (\\ud" in problem(response, 422, "fields-wrong")["detail"]


def test_an_unexpected_error_is_logged_whole_and_not_shown(published, monkeypatch, caplog):
    def broken(_):
        raise KeyError("the inner life")

    monkeypatch.setattr(versions, "versions", broken)
    with caplog.at_level(logging.ERROR):
        response = client(published, raises=False).get("/api/versions")
    assert "inner life" not in problem(response, 500, "unexpected")["detail"]
    assert "Traceback" in caplog.text
    assert "the inner life" in caplog.text


def test_the_documentation_comes_from_here(looked_at):
    assert str(looked_at.get("/api/").url).endswith("/api/docs")
    page = looked_at.get("/api/docs").text
    assert "http://" not in page.replace("http://127.0.0.1:8501", "")
    assert "https://" not in page
    for path in ("/api/static-offline-docs/swagger-ui-bundle.js", "/api/static-offline-docs/swagger-ui.css", "/api/openapi.json"):
        assert path in page
        assert looked_at.get(path).status_code == 200
    paths = looked_at.get("/api/openapi.json").json()["paths"]
    assert {"/retrain", "/jobs/{number}/events", "/upload", "/uploads/undo", "/forecast", "/recommend", "/versions/{number}/live"} <= set(paths)


def test_formulas_are_neutralised_in_every_csv_that_leaves(home):
    sales = shops.sales(120).replace({"product_id": {"Tea": "=1+1"}})
    shops.merge(home, sales[sales["product_id"].isin(["=1+1", "Bread"])])
    shops.retrain(home)
    asked = client(home)
    for route, question in (("forecast", {"days": 2}), ("recommend", {})):
        table = pd.read_csv(io.StringIO(asked.post(f"/api/{route}", json=question, headers={"Accept": "text/csv"}).text))
        assert set(table["product_id"]) == {"'=1+1", "Bread"}
    assert asked.post("/api/forecast", json={"days": 2, "product_id": "=1+1"}).json()["forecast"][0]["product_id"] == "=1+1"
