"""What the documents at the top of the repository say is so."""

from __future__ import annotations

import ast
import re
import shlex
import tomllib
from itertools import takewhile

import pytest
from repository import ROOT

from forecasting import __version__
from forecasting.entrypoints.cli import arguments
from forecasting.entrypoints.cli.verbs import VERBS

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DOCUMENTS = ("README.md", "SECURITY.md", "CHANGELOG.md", "CONTRIBUTING.md")
LINK = re.compile(r"\]\((?!https?://)([^)#]+)")
FILE = re.compile(r"`((?:[\w.-]+/)+[\w.-]*|[A-Z]+\.md)`")
"""A path in code type, as documents name what lies in the repository."""


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_licence_is_apache_and_the_package_says_so():
    assert read("LICENSE").split()[:6] == ["Apache", "License", "Version", "2.0,", "January", "2004"]
    assert (PROJECT["license"], PROJECT["license-files"]) == ("Apache-2.0", ["LICENSE", "static/hanken-grotesk-LICENSE"])
    assert all((ROOT / name).is_file() for name in PROJECT["license-files"])


def test_the_changelog_begins_with_the_version_of_the_package():
    assert re.search(r"^## (\S+)", read("CHANGELOG.md"), re.MULTILINE)[1] == __version__


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_to_files(name):
    assert [link for link in LINK.findall(read(name)) if not (ROOT / link).exists()] == []


def test_files_that_contributors_are_sent_to_are_there():
    assert [path for path in FILE.findall(read("CONTRIBUTING.md")) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("command", re.findall(r"`make ([\w-]+)", read("CONTRIBUTING.md")))
def test_make_knows_what_contributors_are_told_to_run(command):
    assert re.search(rf"^{command}:", read("Makefile"), re.MULTILINE)


def commands(path):
    """The calls of `shelfcast` in a document's blocks of shell, each in words."""
    text = "\n".join(re.findall(r"^```sh[^\n]*\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)).replace("\\\n", " ")
    calls = [shlex.split(line, comments=True) for line in text.splitlines() if line.startswith("shelfcast ")]
    return [list(takewhile(lambda word: word not in ("|", "||"), call))[1:] for call in calls]


@pytest.mark.parametrize("path", [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))], ids=lambda path: path.stem)
def test_the_command_line_understands_every_call(path):
    for call in commands(path):
        if call != ["--version"]:
            arguments.parser(VERBS).parse_args(call)


def test_the_readme_is_a_front_page():
    assert len(read("README.md").splitlines()) <= 150
    assert len(commands(ROOT / "README.md")) == 5


@pytest.mark.parametrize("path", sorted((ROOT / "forecasting").rglob("*/__init__.py")), ids=lambda path: path.parent.name)
def test_a_folder_says_in_one_sentence_what_lies_in_it(path):
    [sentence] = ast.parse(path.read_text(encoding="utf-8")).body
    assert re.fullmatch(r"[A-Z][^\n]+\.", sentence.value.value)
