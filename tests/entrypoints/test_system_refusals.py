"""What the system refuses is one sentence, the same over HTTP, on the command line and on a page; and a status that a program can act on."""

from __future__ import annotations

import errno
import os
import tempfile

import pytest
from api_client import client, problem, sales_file
from app_driver import opened, texts

from forecasting.entrypoints.cli.verbs import main
from forecasting.services import sales, submissions, versions

REFUSALS = {
    "storage-unavailable": (503, PermissionError(errno.EACCES, os.strerror(errno.EACCES), "/shop/data"), "/shop/data cannot be used now: Permission"),
    "too-many-files": (503, OSError(errno.EMFILE, os.strerror(errno.EMFILE)), "Too many files are open"),
    "out-of-memory": (503, MemoryError(), "There is not enough memory"),
    "not-writable": (507, OSError(errno.EROFS, os.strerror(errno.EROFS), "/shop/data"), "/shop/data cannot be written: its disk is read-only"),
    "disk-full": (507, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/shop/data"), "The disk of /shop is full."),
    "quota": (507, OSError(errno.EDQUOT, os.strerror(errno.EDQUOT), "/shop/data"), "The quota of"),
}
KINDS = {"too-many-files": "storage-unavailable", "quota": "disk-full"}


def fails(error):
    def fail(*_, **__):
        raise error

    return fail


@pytest.mark.parametrize("name", REFUSALS)
def test_http_and_the_command_line_say_the_same(name, home, monkeypatch, capsys, tmp_path):
    status, error, said = REFUSALS[name]
    monkeypatch.setattr(submissions, "merge_checked", fails(error))
    file = tmp_path / "sales.csv"
    file.write_bytes(b"date,sales\n2026-01-01,5\n")
    response = client(home, raises=False).post("/api/upload", files=sales_file(file.read_bytes()))
    told = problem(response, status, KINDS.get(name, name))["detail"]
    assert said in told
    assert (response.headers.get("retry-after") is not None) == (status == 503)
    assert main(["upload", str(file)]) == 1
    assert capsys.readouterr().err == f"{told}\n"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS], ids=errno.errorcode.get)
def test_a_file_for_which_the_folder_for_temporary_files_has_no_space(code, home, monkeypatch):
    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", fails(OSError(code, os.strerror(code))))
    response = client(home, raises=False).post("/api/upload", files=sales_file(b"x" * (2**20 + 1)))
    told = problem(response, 507, "not-writable" if code == errno.EROFS else "disk-full")["detail"]
    assert code != errno.ENOSPC or tempfile.gettempdir() in told


def test_a_body_that_is_no_form_is_still_the_sender_s_fault(home):
    headers = {"content-type": "multipart/form-data; boundary=x"}
    problem(client(home).post("/api/upload", content=b"nonsense", headers=headers), 400, "bad-request")


@pytest.mark.parametrize("error", [REFUSALS["storage-unavailable"][1], MemoryError()], ids=["no right", "no memory"])
def test_a_page_says_it_too(error, home, monkeypatch, fresh_caches):
    monkeypatch.setattr(versions, "serving", fails(error))
    shown = texts(opened())
    assert "cannot be used now" in shown or "There is not enough memory" in shown


def test_a_fault_of_ours_is_never_shown_as_the_system_s(home, monkeypatch):
    monkeypatch.setattr(sales, "uploads", fails(KeyError("no space left, says a key")))
    problem(client(home, raises=False).get("/api/uploads"), 500, "unexpected")
