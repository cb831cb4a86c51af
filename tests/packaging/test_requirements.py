"""Requirements: pinned, with hashes, from wherever pip is told to look; and what an audit of them says."""

from __future__ import annotations

import re
import runpy

import pytest
from repository import ROOT

FILES = ("requirements.txt", "tests/requirements.txt", ".ci/audit-requirements.txt")
AUDIT = runpy.run_path(str(ROOT / ".ci" / "audit.py"))
CLEAN, UNKNOWN = {"name": "anyio", "version": "4.16.0", "vulns": []}, {"name": "babel", "skip_reason": "not found"}
HOLED = {"name": "h11", "version": "0.1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["0.2"]}, {"id": "PYSEC-2", "fix_versions": []}]}


@pytest.mark.parametrize("name", FILES)
def test_every_requirement_is_pinned_with_its_hashes(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    stated = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(stated) > 20
    assert [line for line in stated if not re.fullmatch(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+( ; [^\\]+)? \\", line)] == []
    assert len(re.findall(r"^\S+==.*\\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)) == len(stated)
    assert re.findall(r"https?://|--(?:extra-)?index-url \S", text) == []


def test_every_pin_of_the_server_is_one_of_the_tests():
    server, tests = (dict(re.findall(r"^(\S+)==(\S+(?: ; [^\\]+)?) ", (ROOT / name).read_text(), re.MULTILINE)) for name in FILES[:2])
    assert {name: pin for name, pin in server.items() if tests.get(name, pin).split()[0] != pin.split()[0]} == {}
    assert server.keys() <= tests.keys()


@pytest.mark.parametrize(
    ("packages", "code", "told"),
    [
        ([CLEAN], 0, "No known holes in 1 packages."),
        ([CLEAN, HOLED], 1, "h11 0.1: PYSEC-1, mended in 0.2\nh11 0.1: PYSEC-2, mended in no release yet"),
        ([CLEAN, UNKNOWN], 3, "1 of 2 packages could not be looked up in the database of known holes: babel."),
        ([UNKNOWN] * 7, 3, "7 of 7 packages could not be looked up in the database of known holes: babel, babel, babel, babel, babel and 2 more."),
    ],
)
def test_an_audit_says_what_it_found_and_what_it_could_not_ask(packages, code, told):
    assert AUDIT["verdict"]({"dependencies": packages}, "") == (code, told)
    assert AUDIT["verdict"]({"dependencies": [*packages, HOLED]}, "")[0] == 1


def test_an_audit_without_a_report_is_none():
    code, told = AUDIT["verdict"](None, "WARNING: x\nConnectionError: no route\n")
    assert (code, told) == (3, "Nothing was audited: pip-audit ended without a report (ConnectionError: no route).")


def test_make_installs_nothing_without_hashes():
    lines = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    [how] = [line for line in lines if "-m pip install" in line]
    assert (how.startswith("INSTALL := "), "--require-hashes" in how, "PIP := $(PY) $(INSTALL)" in lines) == (True, True, True)
    installs = [line for line in lines if " -r " in line]
    assert (len(installs), [line for line in installs if "$(PIP)" not in line and "$(INSTALL)" not in line]) == (3, [])
