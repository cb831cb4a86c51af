"""A file that can be read in more than one way is asked about and told of alike on the command line, over HTTP and in Python."""

from __future__ import annotations

import io
import json
import re
import shlex
import sys

import pandas as pd
import pytest
from api_client import client, problem, sales_file

from forecasting import retrain_model
from forecasting.core.errors import InputError, QuestionsOpen
from forecasting.entrypoints.cli import progress_bar
from forecasting.entrypoints.cli.verbs import main
from forecasting.services import retraining, sales
from forecasting.storage.sales.table import Dataset

pytestmark = pytest.mark.usefixtures("fresh_caches")
RECEIPTS = "Receipt No;Day;Product;Qty\n1;2026-01-01;Tea;3\n1;2026-01-01;Tea;3\n2;2026-01-01;Bread;2\n3;2026-01-02;Tea;1\n"
TWICE = "date,product_id,sales\n2026-01-01,Tea,3\n2026-01-01,Tea,4\n2026-01-02,Tea,5\n2026-01-03,Tea,6\n2026-01-04,Tea,7\n"
DATES = "date,sales\n03/04/2026,1\n05/06/2026,2\n"
UNITS = {"sum": 25.0, "last": 22.0}
MEMBERS = [
    *("read", "mapping", "duplicates", "period", "rows", "units", "series", "first", "last", "notes", "questions", "problems", "suppliers"),
    *("new", "changed", "unchanged"),
]


@pytest.fixture
def file(tmp_path):
    """Writes a file with a text; gives its path."""

    def write(text, name="till.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.fixture
def untrained(monkeypatch):
    """A retrain starts as job 7 and is over at once."""
    manifest = {"version": 1, "metrics": {"wape": None}, "series": 1, "simpler": 0, "state": "live"}
    monkeypatch.setattr(retraining, "start_retrain", lambda *_, **__: 7)
    monkeypatch.setattr(progress_bar, "follow", lambda *_: manifest)
    monkeypatch.setattr("forecasting.entrypoints.python.outcome", lambda *_: manifest)
    return manifest


@pytest.fixture
def run(capsys):
    """Runs a verb; gives its exit code, stdout and stderr."""

    def call(*words):
        code = main([str(word) for word in words])
        return code, *capsys.readouterr()

    return call


def kept(ws):
    """Units of each day in the saved sales."""
    return Dataset(ws).read().groupby("date")["sales"].sum().tolist()


# Command line


def test_receipts_are_added_up_and_what_was_understood_is_printed(file, run, home):
    code, out, err = run("upload", file(RECEIPTS))
    assert (code, err) == (0, "")
    for line in (
        "Read: header in line 1.",
        "Columns: date is Day, product_id is Product, sales is Qty.",
        "Rows: 4 read, 4 used, 0 left out.",
        "Units: 9 in the file, 9 kept.",
        "Sales: 2 series, daily, 1 Jan 2026 to 2 Jan 2026.",
        "3 rows new, 0 changed, 0 unchanged; saved.",
    ):
        assert line in out.splitlines()
    assert "Note: 4 rows became 3" in out
    assert kept(home) == [8.0, 1.0]


def test_the_same_in_json(file, run, home):
    for options, saved in ((["--dry-run"], 0), ([], 3)):
        code, out, _ = run("upload", file(RECEIPTS), "--json", *options)
        told = json.loads(out)
        assert (code, list(told), told["new"]) == (0, MEMBERS, 3)
        assert told["read"] == {"sheet": None, "encoding": "utf-8", "delimiter": ";", "header_line": 1, "layout": "long"}
        assert (told["mapping"]["sales"], told["mapping"]["store"], told["duplicates"], told["period"]) == ("Qty", None, "sum", "day")
        assert (told["rows"], told["units"]) == ({"read": 4, "used": 4, "left_out": 0}, {"read": 9.0, "kept": 9.0})
        assert (told["series"], told["first"], told["last"], told["questions"]) == (2, "2026-01-01", "2026-01-02", [])
        assert Dataset(home).rows() == saved if sales.has_sales(home) else not saved


@pytest.mark.parametrize("verb", ["upload", "retrain"])
def test_a_question_ends_with_2_and_its_flags_answer_it(verb, file, run, home, untrained):
    code, out, err = run(verb, file(TWICE), "--json")
    told = json.loads(out)
    [question] = told["questions"]
    assert (code, [told[name] for name in ("new", "changed", "unchanged")]) == (2, [0, 0, 0])
    assert {choice["value"]: choice["units"] for choice in question["choices"]} == UNITS
    assert question["text"] in told["error"]
    assert question["text"] in err
    assert not sales.has_sales(home)
    assert run(verb, file(TWICE)) == (2, "", err)
    for choice in question["choices"]:
        assert f"  {choice['flag']}    {choice['text']}" in err.splitlines()
        assert run(verb, file(TWICE), *shlex.split(choice["flag"]))[0] == 0
        assert sum(kept(home)) == choice["units"]


def test_dates_of_two_meanings_are_a_question_too(file, run, home):
    code, _, err = run("upload", file(DATES))
    assert (code, re.findall(r"^  (--\S+)", err, re.MULTILINE)) == (2, ["--day-first", "--month-first"])
    assert run("upload", file(DATES), "--month-first")[0] == 0
    assert Dataset(home).read()["date"].dt.month.tolist() == [3, 5]


def test_a_file_that_is_refused_is_told_of_in_json_as_well(file, run):
    for content, delimiter, text in (
        ("a;b\nx;y\n", ";", "no column with dates"),
        ("", None, "till.csv is empty"),
        ("date;sales\n2026-01-01;many\n", ";", "Not a number"),
    ):
        path = file(content)
        code, out, err = run("upload", path, "--json")
        told = json.loads(out)
        assert (code, list(told), told["read"]["delimiter"]) == (2, [*MEMBERS, "error"], delimiter)
        assert text in told["error"]
        assert told["error"] in err
    path.unlink()
    assert "cannot be read" in json.loads(run("upload", path, "--json")[1])["error"]


@pytest.mark.parametrize("wrong", ["--start-date 1.3.2026", "--leave-out Status", "--header-line -1", "--leave-out Status=Void"])
def test_an_answer_that_cannot_be_meant_ends_with_2(wrong, file, run, home):
    code, out, err = run("upload", file(RECEIPTS), *wrong.split())
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert not sales.has_sales(home)


def test_rows_are_left_out_and_counted(file, run, home):
    code, out, _ = run("upload", file(RECEIPTS), "--leave-out", "Product=bread", "--leave-out", "Receipt No=3", "--count-rows", "--json")
    told = json.loads(out)
    assert (code, told["rows"], told["units"]["kept"]) == (0, {"read": 4, "used": 2, "left_out": 2}, 2.0)
    assert kept(home) == [2.0]


def test_a_retrain_tells_what_was_understood(file, run, untrained):
    code, out, err = run("retrain", file(RECEIPTS), "--json")
    assert (code, json.loads(out)["understood"]["units"]) == (0, {"read": 9.0, "kept": 9.0})
    assert "Units: 9 in the file, 9 kept." in err.splitlines()
    assert json.loads(run("retrain", "--json")[1]) == untrained


def test_a_terminal_that_cannot_show_a_column_shows_its_escapes(file, home, monkeypatch):
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", narrow)
    assert main(["upload", str(file("date,Größe,sales\n2026-01-01,1,3\n")), "--map", "product_id=Größe"]) == 0
    narrow.flush()
    assert b"product_id is Gr\\xf6\\xdfe" in narrow.buffer.getvalue()


# HTTP


def test_an_upload_over_http_asks_and_takes_the_answer(home):
    asked = client(home)
    found = problem(asked.post("/api/upload", files=sales_file(TWICE)), 422, "questions-open")
    [question] = found["understood"]["questions"]
    assert {choice["value"]: choice["units"] for choice in question["choices"]} == UNITS
    assert question["text"] in found["detail"]
    assert not sales.has_sales(home)
    for choice in question["choices"]:
        answer = asked.post("/api/upload", files=sales_file(TWICE), data=choice["fields"]).json()
        assert answer["understood"]["units"] == {"read": UNITS["sum"], "kept": choice["units"]}
        assert sum(kept(home)) == choice["units"]


def test_a_retrain_over_http_asks_too(home):
    problem(client(home).post("/api/retrain", files=sales_file(TWICE)), 422, "questions-open")
    assert not sales.has_sales(home)


@pytest.mark.parametrize("fields", [{"header_line": "-1"}, {"leave_out": "{}"}, {"accept": "null"}, {"day_first": "true", "month_first": "true"}])
def test_a_wrong_answer_is_refused_without_a_file_too(home, fields, untrained):
    assert client(home).post("/api/retrain", data=fields).status_code == 422


def test_what_http_tells_is_what_the_command_line_tells(home, file, run):
    asked = client(home)
    for text in (RECEIPTS, TWICE, DATES, "a;b\nx;y\n", "date;sales\n2026-01-01;many\n2026-01-02;1\n"):
        answer = asked.post("/api/upload", files=sales_file(text), data={"dry_run": "true"}).json()
        printed = json.loads(run("upload", file(text), "--dry-run", "--json")[1])
        assert answer["understood"] == {name: printed[name] for name in MEMBERS[:-3]}


def test_a_problem_that_is_not_about_a_file_has_nothing_that_was_understood(home):
    assert "understood" not in problem(client(home).post("/api/uploads/undo"), 422, "input-error")


@pytest.mark.parametrize(
    ("fields", "status", "kept_units"),
    [
        ({"duplicates": "sum"}, 200, 9.0),
        ({"duplicates": "first"}, 422, None),
        ({"leave_out": "Product=Bread"}, 200, 7.0),
        ({"leave_out": ["Product=Bread", "Receipt No=3"]}, 200, 6.0),
        ({"leave_out": '["Product=Bread", "Receipt No=3"]'}, 200, 6.0),
        ({"leave_out": '["Product=Bread"'}, 422, None),
        ({"leave_out": "[3]"}, 422, None),
        ({"leave_out": "Product"}, 422, None),
        ({"count_rows": "true"}, 200, 4.0),
        ({"day_first": "true", "month_first": "true"}, 422, None),
        ({"day_first": "true", "year_first": "true"}, 422, None),
        ({"month_first": "true", "year_first": "true"}, 422, None),
        ({"start_date": "1.3.2026"}, 422, None),
        ({"period": "year"}, 422, None),
        ({"header_line": "-1"}, 422, None),
        ({"header_line": "many"}, 422, None),
        ({"accept": "{}"}, 422, None),
        ({"accept": "null"}, 422, None),
        ({"accept": ["total", "spikes"], "sheet": "", "encoding": "", "start_date": "", "header_line": ""}, 200, 9.0),
    ],
)
def test_fields_of_an_upload(home, fields, status, kept_units):
    answer = client(home).post("/api/upload", files=sales_file(RECEIPTS), data=fields)
    assert answer.status_code == status, answer.text
    if kept_units is not None:
        assert answer.json()["understood"]["units"]["kept"] == kept_units


@pytest.mark.parametrize(("fields", "month"), [({"day_first": "false"}, 3), ({"month_first": "true"}, 3), ({"day_first": "true"}, 4)])
def test_the_order_of_dates_over_http(home, fields, month):
    assert client(home).post("/api/upload", files=sales_file(DATES), data=fields).status_code == 200
    assert Dataset(home).read()["date"].dt.month.min() == month


def test_the_documentation_describes_what_was_understood(home):
    parts = client(home).get("/api/openapi.json").json()["components"]["schemas"]
    assert parts["Problem"]["properties"]["understood"]["$ref"] == "#/components/schemas/Understood"
    assert "understood" not in parts["Problem"]["required"]
    assert set(parts["Understood"]["properties"]) == set(MEMBERS[:-3])
    assert set(parts["UploadForm"]["properties"]["duplicates"]) == {"enum", "type", "title", "description"}


# Python


def test_python_raises_the_question_and_takes_the_fields_of_a_choice(file, home, untrained):
    with pytest.raises(QuestionsOpen) as error:
        retrain_model(file(TWICE))
    [question] = error.value.understood["questions"]
    assert {choice["value"]: choice["units"] for choice in question["choices"]} == UNITS
    assert not sales.has_sales(home)
    for choice in question["choices"]:
        manifest = retrain_model(file(TWICE), **choice["fields"])
        assert manifest == {**untrained, "understood": manifest["understood"]}
        assert manifest["understood"]["units"]["kept"] == sum(kept(home)) == choice["units"]


def test_python_takes_every_answer(file, home, untrained):
    text = "Wann;Ware;Status;Zahl\n03/04/2026;Tea;ok;4\n05/06/2026;Tea;Void;5\n06/06/2026;Tea;ok;many\n"
    columns = {"date": "Wann", "product_id": "Ware", "sales": "Zahl"}
    answers = {"mapping": columns, "day_first": True, "leave_out": ["Status=Void"], "drop_problems": True, "accept": ["total"]}
    manifest = retrain_model(file(text), **answers)
    assert manifest["understood"]["rows"] == {"read": 3, "used": 1, "left_out": 2}
    assert Dataset(home).read()["date"].tolist() == [pd.Timestamp(2026, 4, 3)]
    with pytest.raises(InputError, match="start date"):
        retrain_model(file(text), start_date="soon")
