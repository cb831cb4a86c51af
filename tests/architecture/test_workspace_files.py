"""What lies on disk after each step, and what is in it; where the workspace is, and which variables of the environment count."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import zipfile
from pathlib import Path

import fake_jobs as toiling
import numpy as np
import pandas as pd
import pytest
import shop_workspaces as shops
from interface_pins import check_pin, check_shapes
from pyarrow import parquet
from repository import ROOT

from forecasting.entrypoints.cli.verbs import main
from forecasting.services import ordering, versions
from forecasting.storage.workspace import Workspace

RANDOM = {r"part-.*\.parquet": "part-*.parquet", r"part-.*\.arrow": "part-*.arrow", r"[0-9a-f]{64}": "<sha256>"}
"""Names of files that differ from run to run, and what stands for them."""
BY_THE_LIBRARY = {"timestamp", "operation", "operationParameters", "operationMetrics", "engineInfo", "clientVersion"}
"""What delta-rs itself says of a commit."""
WRONG = {
    "FORECASTING_API_TOKEN": "two words",
    "FORECASTING_KEEP_JOBS": "many",
    "FORECASTING_KEEP_JOBS_MB": "many",
    "FORECASTING_KEEP_UPLOADS": "many",
    "FORECASTING_KEEP_UPLOADS_DAYS": "many",
    "FORECASTING_KEEP_UPLOADS_MB": "many",
    "FORECASTING_KEEP_VERSIONS": "many",
    "FORECASTING_KEEP_VERSIONS_MB": "many",
    "FORECASTING_ORIGINS": "*",
    "FORECASTING_READING_MB": "lots",
    "FORECASTING_READING_SECONDS": "soon",
    "FORECASTING_REQUEST_RATE": "often",
    "FORECASTING_RETRAIN_EVERY": "now",
    "FORECASTING_TIMEZONE": "Berlin",
    "FORECASTING_UPLOAD_RATE": "often",
}
"""Values of variables with which no server starts."""


def paths(ws):
    return {path.relative_to(ws.home).as_posix() + "/" * path.is_dir() for path in ws.home.rglob("*")}


def names(found):
    """Sorted names of files and folders, a folder's with a slash at its end."""
    for pattern, instead in RANDOM.items():
        found = {re.sub(pattern, instead, name) for name in found}
    return sorted(found)


def save_stock(ws):
    loaded = versions.load(ws, 1)
    counted = pd.DataFrame({"product_id": ["Tea"], "region": ["North"], "on_hand": [4], "on_order": [6], "due": ["2026-07-02"]})
    ordering.save_stock(ws, ordering.check_typed_stock(counted, loaded), loaded, "typed")


@pytest.fixture
def retrained(published, home):
    """A copy of the published workspace, of which every job has ended for everybody."""
    toiling.quiet()
    shutil.copytree(published.home, home.home, dirs_exist_ok=True, ignore=shutil.ignore_patterns("reading"))  # others may have had files read there
    return home


def test_files_after_each_step(retrained, tmp_path):
    first, second = Workspace(tmp_path / "first"), tmp_path / "sales.csv"
    shops.merge(first, shops.sales(60))
    second.write_text("date,product_id,region,sales\n2026-07-01,Tea,South,31\n")
    steps, before = {"upload": names(paths(first)), "upload, retrain": names(paths(retrained))}, paths(retrained)
    for step, act in {
        "then stock is saved": lambda: save_stock(retrained),
        "then a second upload": lambda: main(["upload", str(second)]),
        "then it is taken back": lambda: main(["undo"]),
    }.items():
        act()
        after = paths(retrained)
        steps[step] = {"new": names(after - before), "gone": names(before - after)}
        before = after
    check_pin("files", steps)


def test_where_things_are_in_a_workspace(home):
    places = [getattr(home, name) for name, each in vars(Workspace).items() if isinstance(each, property)]
    check_pin("places", sorted(path.relative_to(home.home).as_posix() for path in places))


def columns(path):
    """Column of a Parquet file -> its type, in order."""
    schema = parquet.read_schema(path)
    return [f"{field.name}: {field.type}" for field in schema]


def arrays(path):
    with np.load(path) as saved:
        return {name: f"{saved[name].ndim}-dimensional {saved[name].dtype}" for name in saved.files}


def members(path):
    with zipfile.ZipFile(path) as archive:
        return sorted(archive.namelist())


def test_what_is_in_the_files_of_a_version(published):
    readers = {".parquet": columns, ".npz": arrays, ".keras": members}
    files = sorted((published.versions / "0001").iterdir())
    check_pin("version_files", {path.name: readers[path.suffix](path) for path in files if path.suffix in readers})


def test_columns_of_sales_and_stock(shop):
    save_stock(shop)
    facts = json.loads(parquet.read_schema(shop.stock / "0001.parquet").metadata[b"shelfcast"])
    [sales] = shop.sales.glob("*.parquet")
    check_pin("sales_and_stock", {"sales": columns(sales), "stock": columns(shop.stock / "0001.parquet"), "facts of stock": sorted(facts)})


def test_keys_of_the_files_of_a_version_and_its_job(published):
    version, job = published.versions / "0001", published.jobs / "0001"
    files = [path for path in (*version.glob("*.json"), *job.glob("*.json")) if path.name not in ("manifest.json", "result.json")]
    told = {path.name: json.loads(path.read_text()) for path in files}
    told["events.jsonl"] = [json.loads(line) for line in (job / "events.jsonl").read_text().splitlines()]
    told["result.json"] = {**json.loads((job / "result.json").read_text()), "meta": None}
    upload = json.loads((published.sales / "_delta_log" / f"{1:020}.json").read_text().splitlines()[0])["commitInfo"]
    told["an upload in the log of sales"] = {name: value for name, value in upload.items() if name not in BY_THE_LIBRARY}
    check_shapes("file_keys", told)


# Where, and which variables


def test_without_a_variable_the_workspace_is_the_folder_of_the_repository(monkeypatch):
    monkeypatch.delenv("FORECASTING_HOME")
    assert Workspace.default().home == ROOT


def test_the_workspace_is_where_the_variable_says(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("FORECASTING_HOME", "~/shop")
    assert Workspace.default().home == tmp_path.resolve() / "shop"


def test_names_of_variables():
    sources = [*(ROOT / "forecasting").rglob("*.py"), *(ROOT / "pages").rglob("*.py"), ROOT / "streamlit_app.py"]
    named = {name for path in sources for name in re.findall(r"FORECASTING_[A-Z_]+", path.read_text(encoding="utf-8"))}
    check_pin("environment", sorted(named))


@pytest.fixture
def start(monkeypatch):
    """What the start of a server comes to: the folder, the command and the environment. No server starts."""
    start = []
    for name in WRONG:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "chdir", lambda folder: start.append(Path(folder)))
    monkeypatch.setattr(os, "execve", lambda _, command, surroundings: start.extend([command, surroundings]))
    return start


def test_the_server_is_streamlit_in_the_folder_of_the_repository(start):
    main(["serve", "--port", "8600", "--retrain-every", "0 3 * * *"])
    folder, command, surroundings = start
    app = str(ROOT / "streamlit_app.py")
    assert folder == ROOT
    assert command == [sys.executable, "-m", "streamlit", "run", app, "--server.address", "127.0.0.1", "--server.port", "8600"]
    assert surroundings["FORECASTING_RETRAIN_EVERY"] == "0 3 * * *"
    assert surroundings["STREAMLIT_SERVER_ALLOWED_HOSTS"] == "localhost 127.0.0.1 ::1"
    assert surroundings["MIMALLOC_PURGE_DELAY"] == "0"  # that of Arrow's memory


@pytest.mark.parametrize("name", WRONG)
def test_variables_of_a_server_count(name, start, monkeypatch):
    monkeypatch.setenv(name, WRONG[name])
    assert main(["serve"]) == 2
    assert not start


# Saved shops


def test_every_saved_shop_is_loaded_by_a_test():
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*formats.py"))
    shops_saved = sorted(path.stem for path in (ROOT / "tests" / "data").glob("*.zip"))
    check_pin("saved_shops", shops_saved)
    assert [name for name in shops_saved if f'"{name}"' not in tests] == []
