"""The documentation is built without a warning, asks nobody else for anything, and its reference names all that there is."""

from __future__ import annotations

import argparse
import html
import json
import os
import re
import subprocess
import sys

import pytest
from repository import DATA, ROOT

from forecasting.entrypoints.cli import arguments
from forecasting.entrypoints.cli.verbs import VERBS

pytestmark = pytest.mark.slow
FROM_ELSEWHERE = re.compile(r"<(?:script|link|img|iframe)\b[^>]*?(?:src|href)=\"?(https?:)?//[^>]*>|@import|url\((?:https?:)?//")


def pin(name):
    return json.loads((DATA / "interfaces" / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The built documentation."""
    folder = tmp_path_factory.mktemp("docs") / "site"
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr + done.stdout) == (0, "")
    return folder


@pytest.fixture
def texts(site):
    """Path of a page -> its text without tags."""
    pages = {path.relative_to(site).as_posix(): path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    return {path: html.unescape(re.sub(r"<[^>]+>", "", page)) for path, page in pages.items()}


def test_pages_load_nothing_from_elsewhere(site):
    loaded = {path.name: FROM_ELSEWHERE.search(path.read_text(encoding="utf-8")) for path in (*site.rglob("*.html"), *site.rglob("*.css"))}
    assert {name: match[0] for name, match in loaded.items() if match} == {}


def test_marks_for_tests_and_places_to_fill_are_gone(site, texts):
    assert [path for path, text in texts.items() if re.search(r"^```", text, re.MULTILINE)] == []
    assert [path.name for path in site.rglob("*.html") if "<!-- generated" in path.read_text(encoding="utf-8")] == []


def test_the_reference_names_every_verb_and_argument(texts):
    told = pin("command_line")["verbs"]
    words = {name: set(re.findall(r"--[\w-]+", " ".join(verb["options"]))) - {"--help"} for name, verb in told.items()}
    sections = re.split(r"^([\w-]+)¶$", texts["reference/command-line.html"], flags=re.MULTILINE)
    found = {name: set(re.findall(r"--[\w-]+", text)) for name, text in zip(sections[1::2], sections[2::2], strict=True)}
    assert {name: words[name] - found[name] for name in words} == {name: set() for name in words}


def test_every_argument_says_what_it_is():
    verbs = next(action for action in arguments.parser(VERBS)._actions if isinstance(action, argparse._SubParsersAction))
    assert [(name, action.dest) for name, verb in verbs.choices.items() for action in verb._actions if not action.help] == []


def test_the_reference_names_every_route(texts):
    routes = {f"{method.upper()} /api{path}" for path, methods in pin("openapi")["paths"].items() for method in methods}
    assert {route for route in routes if f"{route}¶" not in texts["reference/http-api.html"]} == set()


def test_the_reference_names_every_variable_of_the_environment(texts):
    assert [name for name in pin("environment") if name not in texts["reference/settings.html"]] == []


def test_the_reference_names_every_place_and_file_of_a_workspace(texts):
    files = {path.rpartition("/")[2] for path in pin("files")["upload, retrain"] if "/0001/" in path} - {""}
    assert [name for name in (*pin("places"), *sorted(files)) if name not in texts["reference/files.html"]] == []


def test_the_reference_names_every_column_of_the_forecast(texts):
    keys = {"product_id", "region", "category"}
    assert [name for name in pin("columns")["forecast"] if name not in keys and name not in texts["reference/command-line.html"]] == []


def test_the_reference_names_every_wing(texts):
    wings = [path.parent.name for path in (ROOT / "forecasting").glob("*/__init__.py")]
    assert [name for name in wings if f"\n{name}\n" not in texts["architecture.html"]] == []
