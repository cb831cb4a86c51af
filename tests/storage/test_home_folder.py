"""A folder in which no shop can be is refused at the start with the reason; one that may only be read is read."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from full_disk import mounted
from saved_shops import unpacked
from small_tables import BOTH, ONE, TWO, merged

from forecasting.core.errors import NotWritable, SettingsError
from forecasting.entrypoints.api import error_responses
from forecasting.entrypoints.cli.verbs import main
from forecasting.services import workspaces
from forecasting.storage import home_folder
from forecasting.storage.locks import exclusive
from forecasting.storage.sales.table import Dataset
from forecasting.storage.workspace import VARIABLE, Workspace

NOBODY = 65534
DENIED = "permission denied; it belongs to root, and Shelfcast runs as nobody"
READING = (["versions"], ["forecast", "--days", "7"], ["recommend"], ["prune", "--dry-run"])


@contextmanager
def as_user(number):
    """This process with the rights of another user."""
    os.seteuid(number)
    try:
        yield
    finally:
        os.seteuid(0)


root_only = pytest.mark.skipif(os.geteuid() != 0, reason="Only root may become another user, or mount a disk.")


# Names


def test_signs_that_mean_something_elsewhere_are_only_a_name(tmp_path):
    ws = Workspace(tmp_path / " * & ; ' \" {x} <y> ~ 100% a%4 ü 日本 file: e\u0301")
    dataset = merged(Dataset(ws), ONE, TWO)
    assert (dataset.read().equals(BOTH), len(dataset.history()), home_folder.usable(ws.home)) == (True, 2, ws.home)
    dataset.undo()
    assert dataset.read().equals(ONE)
    assert list(tmp_path.iterdir()) == [ws.home]


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("Shop #1", "with # in it"),
        ("a?b", "with ? in it"),
        ("a%41b", "with %41 in it"),
        ("a\\b", "with \\ in it"),
        ("[a]", "with [ in it"),
        ("a^b", "with ^ in it"),
        ("a|b", "with | in it"),
        ("a\nb", "with \\n in it"),
        (os.fsdecode(b"caf\xe9"), "caf\\xe9/home: its path is not UTF-8"),
    ],
)
def test_a_path_under_which_no_table_can_be_kept_is_refused_with_the_sign(name, sign, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv(VARIABLE, str(tmp_path / name / "home"))
    assert main(["versions"]) == main(["serve"]) == 2
    [line, again] = capsys.readouterr().err.splitlines()
    assert line == again
    assert sign in line
    assert "set FORECASTING_HOME to another one" in line
    assert not list(tmp_path.iterdir())


def test_the_sample_needs_no_workspace(monkeypatch, capsysbinary):
    monkeypatch.setenv(VARIABLE, "/a#b")
    assert main(["sample"]) == 0


# Where a relative one is


def test_upload_and_serve_use_one_folder_and_a_change_of_folder_moves_neither(tmp_path, monkeypatch):
    sales, started = tmp_path / "sales.csv", []
    sales.write_text("date,sales\n2026-01-01,3\n2026-01-02,4\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "execve", lambda *command: started.append((Path.cwd(), command[2][VARIABLE])))
    for verb in (["upload", str(sales)], ["serve"]):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv(VARIABLE, "shop")
        main(verb)
    assert started == [(Path.cwd(), str(tmp_path / "shop"))]
    assert Path.cwd() != tmp_path
    assert Dataset(workspaces.workspace()).rows() == 2


# A home that is none


def test_a_home_that_is_a_file_is_refused_at_once(tmp_path, monkeypatch, capsys):
    file, loop = tmp_path / "file", tmp_path / "loop"
    file.write_text("no folder")
    loop.symlink_to(loop)
    for home, reason in ((file, "not a directory"), (file / "shop", "not a directory"), (loop, "loop"), (Path("~nobody-of-this-name"), "home")):
        monkeypatch.setenv(VARIABLE, str(home))
        assert [main([verb]) for verb in ("versions", "undo", "retrain", "serve")] == [2] * 4
        said = capsys.readouterr().err
        assert reason in said
        assert said.count("Set FORECASTING_HOME to another folder.") == 4


def test_a_file_where_a_folder_of_the_workspace_should_be_is_named(home, capsys):
    (home.home / "data").mkdir(parents=True)
    (home.home / "data" / "stock").write_text("no folder")
    with pytest.raises(NotWritable, match=r"data/stock: not a directory|data/stock: file exists"), exclusive(home.stock / ".lock"):
        pass


@root_only
def test_a_home_of_another_user_is_refused_with_both_names():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        private, shared = Path(folder, "private"), Path(folder, "shared")
        private.mkdir(mode=0o700)
        shared.mkdir(mode=0o755)
        with as_user(NOBODY):
            with pytest.raises(SettingsError, match=rf"private: {DENIED}\. Set FORECASTING_HOME to another folder\."):
                home_folder.usable(private)
            assert home_folder.usable(shared) == shared
            with pytest.raises(NotWritable, match=f"shared/data: {DENIED}"):
                Dataset(Workspace(shared)).undo()
        assert not list(shared.iterdir())


# A workspace that may only be read


@root_only
def test_a_read_only_workspace_forecasts_and_refuses_what_would_change_it(tmp_path, monkeypatch, capsys):
    sales = tmp_path / "sales.csv"
    sales.write_text("date,product_id,sales\n2026-07-01,Tea,31\n")
    with mounted(tmp_path / "disk", 8_000_000) as disk:
        shutil.copytree(unpacked("shop_2", tmp_path).home, disk.path, dirs_exist_ok=True)
        subprocess.run(["mount", "-o", "remount,ro", disk.path], check=True)
        monkeypatch.setenv(VARIABLE, str(disk.path))
        assert [main(verb) for verb in READING] == [0] * len(READING)
        capsys.readouterr()
        for verb in (["upload", str(sales)], ["undo"], ["live", "1"], ["retrain"]):
            assert main(verb) == 1
            said = capsys.readouterr().err
            assert "read-only file system. Nothing was changed, and what is there can still be read." in said


def test_what_cannot_be_saved_is_insufficient_storage_over_http():
    assert error_responses.STATUS[NotWritable] == 507
