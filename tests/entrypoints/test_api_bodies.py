"""What a request may hold: known fields, and not too much of anything. Each is refused before a frame, a thread or a file is made of it."""

from __future__ import annotations

import json
import tracemalloc

import pytest
from api_client import client, problem, sales_file

from forecasting.core import schema
from forecasting.entrypoints.api.stock_rows import MAX_ROWS, StockRow
from forecasting.services.ordering import STOCK_ROLES

SALES = sales_file(b"date,sales\n2026-01-01,5\n")


@pytest.fixture
def asked(home):
    return client(home)


def test_a_row_of_stock_has_the_columns_of_a_stock_file():
    assert (*StockRow.model_fields, schema.SUPPLIER) == STOCK_ROLES, "who delivers what is saved with a file, and no part of a question"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"stok": []}, "body.stok: Extra inputs are not permitted"),
        ({"stock": [{"on_hand": 1}, {"onhand": 1}]}, "body.stock.1.onhand: Extra inputs are not permitted"),
        ({"stock": [{"on_hand": {"units": 1}}]}, "body.stock.0.on_hand: Input should be a text, a number or null"),
        ({"stock": [{"on_hand": [1]}]}, "body.stock.0.on_hand: Input should be a text, a number or null"),
        ({"stock": [{"on_hand": True}]}, "body.stock.0.on_hand: Input should be a text, a number or null"),
        ({"stock": [{"product_id": "x" * 1001}]}, "body.stock.0.product_id: Input should be a text of at most 1,000 characters"),
        ({"stock": [{}] * (MAX_ROWS + 1)}, "body.stock: List should have at most 50000 items"),
        ({"stock": {"on_hand": 1}}, "body.stock: Input should be a valid list"),
        ({"budget": float("inf")}, "body.budget: Input should be a finite number"),
        ({"order_cost": float("nan")}, "body.order_cost: Input should be a finite number"),
        ({"region": "x" * 4097}, "body.region: Input should be a text of at most 4,096 characters"),
        ({"x" * 900_000: 1}, f"body.{'x' * 80}: Extra inputs are not permitted. /api/docs"),
    ],
)
def test_a_question_that_is_no_question_is_refused_in_a_sentence(asked, body, text):
    response = asked.post("/api/recommend", content=json.dumps(body), headers={"Content-Type": "application/json"})
    detail = problem(response, 422, "fields-wrong")["detail"]
    assert detail.startswith(f"The request cannot be read: {text}")
    assert len(response.content) < 2_000


@pytest.mark.parametrize(
    "body",
    [{"stock": [{f"k{number}": 1} for number in range(20_000)]}, {"stock": [{f"k{number}": 1 for number in range(2_000)}]}],
    ids=["a_column_a_row", "a_row_of_columns"],
)
def test_columns_that_nobody_knows_make_no_frame(asked, body):
    content = json.dumps(body).encode()
    tracemalloc.start()
    try:
        response = asked.post("/api/recommend", content=content, headers={"Content-Type": "application/json"})
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    problem(response, 422, "fields-wrong")
    assert peak < 50e6


@pytest.mark.parametrize("route", ["upload", "retrain"])
@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"dryrun": "true"}, "body.dryrun: Extra inputs are not permitted"),
        ({"mapping": "x" * 20_001}, "body.mapping: String should have at most 20000 characters"),
        ({"sheet": "x" * 20_001}, "body.sheet: String should have at most 20000 characters"),
        ({"accept": ["totals"] * 101}, "body.accept: Value should have at most 100 items"),
        ({"leave_out": json.dumps(["State=void"] * 101)}, "body.leave_out: Value should have at most 100 items"),
        ({"leave_out": "x=" + "y" * 20_000}, "body.leave_out.0: String should have at most 20000 characters"),
    ],
)
def test_a_form_with_other_fields_or_too_much_in_them_is_refused(asked, route, fields, text):
    detail = problem(asked.post(f"/api/{route}", files=SALES, data=fields), 422, "fields-wrong")["detail"]
    assert detail.startswith(f"The request cannot be read: {text}")


def test_a_second_file_is_an_unknown_field(asked):
    files = SALES | {"more": ("more.csv", b"x", "text/csv")}
    assert "body.more: Extra inputs" in problem(asked.post("/api/upload", files=files), 422, "fields-wrong")["detail"]


def test_the_id_of_an_event_is_a_number_that_can_be(asked):
    response = asked.get("/api/jobs/1/events", headers={"Last-Event-ID": "9" * 5000})
    assert "header.last-event-id" in problem(response, 422, "fields-wrong")["detail"]
