"""The wheel, built and installed into an environment of its own: what is in it, its command, its first page, and where it writes."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
import zipfile
from contextlib import contextmanager, suppress
from types import SimpleNamespace

import pytest
from patience import PATIENCE
from repository import ROOT

from forecasting import __version__

pytestmark = pytest.mark.slow
FIRST_PAGE = """
import os
from streamlit.testing.v1 import AppTest
from forecasting.core import locations
os.environ["FORECASTING_HOME"] = str(locations.default_home())
os.chdir(locations.application_folder())
at = AppTest.from_file("streamlit_app.py", default_timeout=300).run()
print([each.value for each in (*at.title, *at.exception)])
"""
"""What `serve` does before Streamlit runs, then the page as a visitor has it."""
SETTINGS = ("FORECASTING_", "STREAMLIT_", "PYTHON")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """Built without the network."""
    folder = tmp_path_factory.mktemp("dist")
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", str(folder), str(ROOT)], check=True)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel, tmp_path_factory):
    """A virtual environment with the wheel, which sees the packages of this one."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, symlinks=True)
    [site] = (folder / "lib").glob("python*/site-packages")
    (site / "test_environment.pth").write_text("\n".join(path for path in sys.path if path.endswith("site-packages")))
    python = folder / "bin" / "python"
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-index"]
    subprocess.run([sys.executable, "-m", "pip", "--python", str(python), "install", *options, str(wheel)], check=True)
    return SimpleNamespace(python=python, command=folder / "bin" / "shelfcast", site=site)


@pytest.fixture
def empty(tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


def surroundings():
    """Those of this process without what would tell the installation where things are."""
    return {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}


def run(command, *words, folder):
    """A call in a folder, ended well."""
    done = subprocess.run([command, *words], cwd=folder, env=surroundings(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done


def files(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def test_the_application_lies_in_one_folder_beside_the_package(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        entry_points = archive.read(f"shelfcast-{__version__}.dist-info/entry_points.txt").decode()
    assert {name.partition("/")[0] for name in names} == {"forecasting", "shelfcast_app", f"shelfcast-{__version__}.dist-info"}
    ours = {path.relative_to(ROOT).as_posix() for folder in ("pages", "static") for path in (ROOT / folder).rglob("*") if path.is_file()}
    ours = {name for name in ours if "__pycache__" not in name} | {"streamlit_app.py", ".streamlit/config.toml", "data/sample.csv"}
    assert {name.removeprefix("shelfcast_app/") for name in names if name.startswith("shelfcast_app/")} == ours
    assert [name for name in names if name.endswith(".pyc") or "secrets" in name] == []
    assert entry_points.split() == ["[console_scripts]", "shelfcast", "=", "forecasting.__main__:run"]


def test_the_command_is_the_module(installed, empty):
    module = [str(installed.python), "-m", "forecasting"]
    assert run(installed.command, "--version", folder=empty).stdout == run(*module, "--version", folder=empty).stdout == f"shelfcast {__version__}\n"
    assert run(sys.executable, "-m", "forecasting", "--version", folder=ROOT).stdout == f"shelfcast {__version__}\n"
    assert run(installed.command, "--help", folder=empty).stdout.startswith("usage: shelfcast [-h]")
    assert run(*module, "--help", folder=empty).stdout.startswith("usage: python -m forecasting [-h]")
    assert run(installed.command, "sample", folder=empty).stdout == (ROOT / "data" / "sample.csv").read_text()
    assert files(empty) == set()


def test_the_workspace_is_in_the_current_folder_and_is_named(installed, empty):
    before = files(installed.site)
    (empty / "sales.csv").write_text("date,sales\n2026-11-20,84\n2026-11-21,131\n")
    done = run(installed.command, "upload", "sales.csv", folder=empty)
    assert done.stderr == f"The shop's files are in {empty / 'shelfcast'}; FORECASTING_HOME puts them elsewhere.\n"
    assert {"shelfcast/data/sales/_delta_log", "sales.csv"} <= files(empty)
    assert files(installed.site) == before


@contextmanager
def served(installed, folder):
    """The server, started in a folder; its address and the file that gets what it prints."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address, log = f"http://127.0.0.1:{port}", folder.parent / "log.txt"
    with log.open("wb") as output:
        server = subprocess.Popen([installed.command, "serve", "--port", str(port)], cwd=folder, env=surroundings(), stdout=output, stderr=output)
    try:
        yield address, log
    finally:
        with suppress(OSError):  # the first training outlives its server
            urllib.request.urlopen(urllib.request.Request(f"{address}/api/jobs/1/cancel", method="POST"), timeout=PATIENCE).close()
        server.terminate()
        server.wait(PATIENCE)


def asked(address, path, method="GET"):
    """What the server answers; asked until it is there."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(urllib.request.Request(f"{address}{path}", method=method), timeout=PATIENCE) as answer:
                return answer.read().decode()
        except OSError as error:
            if isinstance(error, urllib.error.HTTPError) or time.monotonic() > end:
                raise
            time.sleep(0.2)


def first_job(address):
    """The retraining of the first start, once its process says at which stage it is."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        job = json.loads(asked(address, "/api/health"))["job"]
        if job is not None and (job["stage"] or job["state"] != "running"):
            return job
        time.sleep(0.5)
    return None


def test_the_first_page_opens_and_the_first_retraining_runs(installed, empty):
    before = files(installed.site)
    with served(installed, empty) as (address, log):
        assert asked(address, "/_stcore/health") == "ok"
        assert "<title>" in asked(address, "/")
        assert "<svg" in asked(address, "/app/static/icon.svg")
        job = first_job(address)
        assert (job["job"], job["state"]) == (1, "running"), log.read_text()
        seen = run(installed.python, "-c", FIRST_PAGE, folder=empty).stdout
        assert json.loads(asked(address, "/api/jobs/1/cancel", "POST"))["state"] == "cancelled"
    assert seen == "['Overview']\n"
    assert log.read_text().startswith(f"The shop's files are in {empty / 'shelfcast'};")
    assert {path.partition("/")[0] for path in files(empty)} == {"shelfcast"}
    assert files(installed.site) == before


def test_nothing_is_ever_kept_among_the_packages(installed):
    """Not even where the folder of the application is the current one."""
    before = files(installed.site)
    done = subprocess.run(
        [installed.command, "versions"], cwd=installed.site / "shelfcast_app", env=surroundings(), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Shelfcast keeps nothing in ")
    assert files(installed.site) == before


def test_a_checkout_keeps_its_workspace(tmp_path):
    """The package beside the application, as in the repository, wherever it is called from."""
    shutil.copytree(ROOT / "forecasting", tmp_path / "forecasting", ignore=shutil.ignore_patterns("__pycache__"))
    code = "from forecasting.core import locations as at; print(at.is_installed(), at.application_folder() == at.default_home() == at.PACKAGES)"
    done = subprocess.run([sys.executable, "-c", code], cwd="/", env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
