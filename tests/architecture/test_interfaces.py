"""Command line, HTTP and Python as others use them: names, defaults, columns, keys and exit codes, which stay as they are when modules move."""

from __future__ import annotations

import argparse
import csv
import inspect
import io
import json
import os
import shlex
import subprocess
import sys

import openpyxl
import pytest
import shop_workspaces as shops
from interface_pins import check_pin, check_shapes
from patience import PATIENCE
from repository import ROOT

from forecasting import retrain_model
from forecasting.entrypoints.cli.verbs import main

BENCHMARKS = ("accuracy", "against_prophet", "backup", "disk", "known_truth", "lstm", "orders", "pages", "retrain", "serve", "service", "upload")
SHORT = ["--lead-time", "3", "--review-period", "4"]
STOCK = "product_id,region,on_hand,on_order,due,pack_size,unit_cost,price\nBread,North,60,120,2026-07-02,12,0.8,2\nTea,South,9,,,6,3,7\n"


@pytest.fixture
def served_shop(published, monkeypatch):
    """The published workspace is the one of this process; for reading only."""
    monkeypatch.setenv("FORECASTING_HOME", str(published.home))
    return published


@pytest.fixture
def sales(tmp_path):
    path = tmp_path / "sales.csv"
    shops.sales(60).to_csv(path, index=False, date_format="%Y-%m-%d")
    return path


@pytest.fixture
def stock(tmp_path):
    path = tmp_path / "stock.csv"
    path.write_text(STOCK)
    return path


def run(*arguments):
    """The exit code of the command line, however it ends."""
    try:
        return main([str(argument) for argument in arguments])
    except SystemExit as ended:
        return ended.code


# Command line


class Parsing(Exception):
    """The parser of the command line, at the moment when it would parse."""


@pytest.fixture
def parser(monkeypatch):
    def hand_over(parser, *_):
        raise Parsing(parser)

    with monkeypatch.context() as patched:
        patched.setattr(argparse.ArgumentParser, "parse_args", hand_over)
        with pytest.raises(Parsing) as caught:
            main([])
    return caught.value.args[0]


def plain(value):
    return value if isinstance(value, (str, int, float, type(None), list)) else str(value)


def argument(action):
    """An argument by everything but its wording."""
    kind = type(action).__name__.removeprefix("_").removesuffix("Action")
    of = {"kind": kind, "required": action.required, "default": plain(action.default), "nargs": action.nargs, "const": plain(action.const)}
    of |= {"type": action.type.__name__ if isinstance(action.type, type) else plain(action.type and "function")}
    of |= {"choices": None if action.choices is None else list(action.choices)}
    return {name: value for name, value in of.items() if value is not None}


def arguments(verb):
    options = {" ".join(action.option_strings): {"dest": action.dest} | argument(action) for action in verb._actions if action.option_strings}
    positionals = [{"dest": action.dest} | argument(action) for action in verb._actions if not action.option_strings]
    either = [[action.dest for action in group._group_actions] for group in verb._mutually_exclusive_groups]
    return {"options": options, "positionals": positionals, "either": either}


def test_verbs_and_their_arguments(parser):
    [verbs] = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    told = {name: arguments(verb) for name, verb in verbs.choices.items()}
    check_pin("command_line", {"program": parser.prog, "verb required": verbs.required, "verbs": told})


@pytest.mark.parametrize(
    ("code", "command"),
    [
        (0, "--help"),
        (0, "upload --help"),
        (0, "sample"),
        (0, "versions"),
        (0, "versions --json"),
        (0, "prune --dry-run"),
        (0, "prune"),
        (1, "forecast"),
        (1, "recommend"),
        (2, ""),
        (2, "predict"),
        (2, "sample --out nowhere/sample.csv"),
        (2, "upload"),
        (2, "upload nowhere.csv"),
        (2, "upload pyproject.toml"),
        (2, "undo"),
        (2, "retrain"),
        (2, "retrain nowhere.csv"),
        (2, "retrain --epochs 0"),
        (2, "retrain --epochs many"),
        (2, "retrain --every now"),
        (2, "retrain nowhere.csv --every '0 3 * * *'"),
        (2, "forecast --days many"),
        (2, "recommend --target luck"),
        (2, "recommend --budget 1 --space 1"),
        (2, "live 7"),
        (2, "live newest"),
        (2, "prune --versions -1"),
        (2, "serve --host 0.0.0.0"),
        (2, "serve --retrain-every now"),
    ],
)
def test_exit_codes_of_an_empty_workspace(code, command, monkeypatch):
    monkeypatch.setattr(os, "execve", lambda *_: pytest.fail("The server would start."))
    monkeypatch.delenv("FORECASTING_API_TOKEN", raising=False)
    assert run(*shlex.split(command)) == code


@pytest.mark.parametrize(
    ("code", "command"),
    [
        (0, ""),
        (0, "--dry-run"),
        (0, "--map sales=sales"),
        (2, "--map sales"),
        (2, "--map colour=sales"),
        (2, "--map sales=sold"),
        (2, "--duplicates first"),
        (2, "--day-first --month-first"),
        (2, "--day-first --year-first"),
        (2, "--period year"),
        (2, "--start-date soon"),
        (2, "--leave-out Status"),
        (2, "--header-line -1"),
        (2, "--header-line first"),
    ],
)
def test_exit_codes_of_an_upload(code, command, sales):
    assert run("upload", sales, *command.split()) == code


def test_exit_codes_of_a_file_with_problems_or_dates_of_two_meanings(tmp_path):
    problems, dates = tmp_path / "problems.csv", tmp_path / "dates.csv"
    problems.write_text("date,product_id,sales\n2026-01-01,A,many\n2026-01-02,A,3\n")
    dates.write_text("date,sales\n03/04/2026,1\n05/06/2026,2\n")
    assert [run("upload", problems), run("upload", problems, "--drop-problems"), run("undo")] == [2, 0, 0]
    assert [run("upload", dates), run("upload", dates, "--day-first")] == [2, 0]


@pytest.mark.parametrize(
    ("code", "command"),
    [
        (0, "forecast --days 7"),
        (0, "recommend --lead-time 3 --review-period 4"),
        (0, "versions"),
        (2, "forecast --days 99"),
        (2, "forecast --days 7 --product-id Tee"),
        (2, "forecast --days 7 --out nowhere/forecast.csv"),
        (2, "recommend --lead-time 3 --review-period 4 --service-level 2"),
        (2, "recommend --lead-time 3 --review-period 4 --stock nowhere.csv"),
        (2, "recommend --lead-time 3 --review-period 4 --budget 10"),
        (2, "live 2"),
    ],
)
def test_exit_codes_of_a_published_workspace(code, command, served_shop):
    assert run(*shlex.split(command)) == code


def test_exit_code_of_an_interruption(sales, monkeypatch):
    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(type(sales), "read_bytes", interrupt)
    assert run("upload", sales) == 130


def test_exit_code_where_the_only_version_is_damaged(shop):
    (shop.versions / "0001" / "manifest.json").write_text("{}")
    assert [run("forecast"), run("versions"), run("live", 1)] == [1, 0, 1]


# Columns


def header(content):
    return next(csv.reader(io.StringIO(content)))


def sheets(path):
    """Name of a sheet -> the row above its data; nothing for one without a filter over its columns."""
    book = openpyxl.load_workbook(path)
    filtered = {sheet.title: sheet.auto_filter.ref for sheet in book}
    return {name: [cell.value for cell in book[name][ref][0]] if ref else None for name, ref in filtered.items()}


def test_columns(served_shop, stock, tmp_path, capsys):
    def printed(*arguments):
        assert run(*arguments) == 0
        return header(capsys.readouterr().out)

    columns = {"sample": printed("sample")}
    columns |= {"forecast": printed("forecast", "--days", "7"), "forecast --total": printed("forecast", "--days", "7", "--total")}
    receipt, book = tmp_path / "receipt.csv", tmp_path / "orders.xlsx"
    columns["recommend"] = printed("recommend", "--stock", stock, *SHORT, "--receipt", receipt, "--xlsx", book)
    columns |= {"recommend --receipt": header(receipt.read_text()), "recommend --xlsx": sheets(book)}
    check_pin("columns", columns)


def test_columns_of_problems(tmp_path, capsys):
    path = tmp_path / "x.csv"
    path.write_text("date,product_id,sales\n2026-01-01,A,many\n")
    assert run("upload", path) == 2
    check_pin("problem_columns", capsys.readouterr().err.splitlines()[0].split())


# JSON


def test_json_of_an_upload(sales, capsys):
    answers = {}
    for name in ("upload --dry-run", "upload"):
        assert run(*name.split(), sales, "--json") == 0
        answers[f"{name} --json"] = json.loads(capsys.readouterr().out)
    sales.write_text("date,sales\n03/04/2026,1\n05/06/2026,2\n")
    assert run("upload", sales, "--json") == 2
    answers["upload --json with a question"] = json.loads(capsys.readouterr().out)
    check_shapes("upload_json", answers)


def test_json_of_a_version_is_its_manifest_and_what_the_retrain_said(served_shop, capsys):
    assert run("versions", "--json") == 0
    [listed] = json.loads(capsys.readouterr().out)
    manifest = json.loads((served_shop.versions / "0001" / "manifest.json").read_text())
    retrained = json.loads((served_shop.jobs / "0001" / "result.json").read_text())["meta"]
    answer = {name: retrained.pop(name) for name in ("held", "state", "reason")}
    assert answer == {"held": False, "state": "live", "reason": "Goes live: it is the first version."}
    since = listed["served"][0][0]
    assert listed == {**retrained, "live": True, "state": "live", "served": [[since, None]], "notes": [], "pinned": False}
    assert manifest == {**retrained, "checksum": manifest["checksum"]}
    libraries = {name.removesuffix("-cpu"): version for name, version in listed["libraries"].items()}  # tensorflow-cpu on some platforms
    check_shapes("version_json", {"versions --json": {**listed, "libraries": libraries}})


# Python and benchmarks


def test_retrain_model_is_called_as_before():
    parameters = inspect.signature(retrain_model).parameters.values()
    check_pin("python", [{"name": each.name, "kind": each.kind.name} | default(each) for each in parameters])


def default(parameter):
    if parameter.default is parameter.empty:
        return {}
    return {"default": "a function" if callable(parameter.default) else parameter.default}


def printed_by(*command):
    return subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=True, timeout=PATIENCE).stdout


def test_the_package_is_a_command():
    assert "VERB" in printed_by("-m", "forecasting", "--help")


@pytest.mark.parametrize("name", BENCHMARKS)
def test_benchmarks_are_commands_at_the_top(name):
    source = (ROOT / "benchmarks" / f"{name}.py").read_text()
    compile(source, name, "exec")
    assert "__main__" in source


@pytest.mark.parametrize("name", ["retrain", "upload"])
def test_benchmarks_start(name):
    assert "usage:" in printed_by(f"benchmarks/{name}.py", "--help")
