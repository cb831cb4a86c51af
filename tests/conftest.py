"""What every test may ask for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import left_processes
import pytest
from hypothesis import settings
from patience import PATIENCE

from forecasting.jobs.runner import Jobs
from forecasting.storage.locks import exclusive
from forecasting.storage.workspace import VARIABLE, Workspace

if TYPE_CHECKING:
    import pandas as pd
    from playwright.sync_api import Browser

    from forecasting.core.settings import Settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


SLOW_FIXTURES = {"published", "small", "hostile_shop", "chromium", "office"}
"""What trains a model, or starts a browser or an office."""


def pytest_configure(config: pytest.Config) -> None:
    """Has no server and no worker outlive the run, however it ends."""
    if left_processes.mark_run():
        config.add_cleanup(partial(left_processes.end_left, os.environ[left_processes.MARK]))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what lies in tests/faults, and as `fast` every test that is neither that nor marked `browser` or `slow`, nor asks for a slow fixture.

    Those of tests/faults come first: they take minutes each, and at the end all processes but one would wait for them.
    """
    for item in items:
        if "faults" in item.path.parts:
            item.add_marker("faults")
        slow = SLOW_FIXTURES & set(getattr(item, "fixturenames", ())) or any(item.get_closest_marker(mark) for mark in ("browser", "faults", "slow"))
        if not slow:
            item.add_marker("fast")
    items.sort(key=lambda item: item.get_closest_marker("faults") is None)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """An empty workspace, and the one that this process uses."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "home"))
    return Workspace.default()


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: tests of jobs and servers wait for a third of their time."""
    return (os.cpu_count() or 1) + 1


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Names a failed test at once: a run that is stopped for its time never comes to its summary."""
    if report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        print(f"\nFAILED {report.nodeid} ({report.when})\n{report.longreprtext[-1000:]}", file=sys.stderr, flush=True)  # noqa: T201


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with sales and one published version; for reading only."""
    import shop_workspaces as shops

    return _trained_once(tmp_path_factory, "published", lambda ws: _train(ws, shops.sales(), shops.QUICK))


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Four series and a version that retrains within seconds; for reading only."""
    import shop_workspaces as shops

    return _trained_once(tmp_path_factory, "small", lambda ws: _train(ws, shops.sales(150).query("product_id in ('Bread', 'Tea')"), shops.QUICKEST))


@pytest.fixture(scope="session")
def hostile_shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace whose names are marks, and a version learned from them; for reading only."""
    import hostile_names

    return _trained_once(tmp_path_factory, "hostile", hostile_names.fill)


def _train(ws: Workspace, sales: pd.DataFrame, settings: Settings) -> None:
    import shop_workspaces as shops

    shops.merge(ws, sales)
    shops.retrain(ws, settings)


def _trained_once(folders: pytest.TempPathFactory, name: str, train: Callable[[Workspace], None]) -> Workspace:
    """A copy for this process of a workspace that the first process to ask for it trains."""
    from fake_jobs import quiet

    base = folders.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else folders.getbasetemp()
    shared, done = Workspace(base / f"trained-{name}"), base / f"trained-{name}.done"
    with exclusive(base / f"trained-{name}.lock", timeout=PATIENCE):
        if not done.exists():
            train(shared)
            quiet()
            done.touch()
    copy = Workspace(folders.mktemp(name))
    shutil.copytree(shared.home, copy.home, dirs_exist_ok=True)
    return copy


@pytest.fixture
def quick_shop(small: Workspace, home: Workspace) -> Iterator[Workspace]:
    """A copy of the small workspace, to change at will; no retrain outlives the test."""
    from forecasting.services import jobs

    shutil.copytree(small.home, home.home, dirs_exist_ok=True)
    yield home
    running = jobs.running(home)
    if running is not None:
        jobs.cancel(home, running)


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[Jobs]:
    """Jobs whose worker does what a test chooses; none of them outlives the test."""
    from fake_jobs import jobs_in

    with jobs_in(tmp_path / "jobs") as made:
        yield made


@pytest.fixture
def shop(published: Workspace, home: Workspace) -> Workspace:
    """A copy of the published workspace, to change at will."""
    shutil.copytree(published.home, home.home, dirs_exist_ok=True)
    return home


def program(names: Sequence[str], missing: str) -> str:
    """The first of these programs that is installed; where none is, the test is skipped, and fails in CI."""
    path = next((path for path in map(shutil.which, names) if path), None)
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return path


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser."""
    return program(("chromium", "chromium-browser", "google-chrome"), "Chromium is not installed (Debian, Ubuntu: apt install chromium).")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., list[Path]]:
    """LibreOffice: turns files, read as its filter says, into workbooks, which it recalculates; where they are."""
    soffice = program(("soffice",), "LibreOffice is not installed (Debian, Ubuntu: apt install libreoffice-calc).")
    profile, out = tmp_path_factory.mktemp("profile"), tmp_path_factory.mktemp("office")

    def convert(*sources: Path, infilter: str = "") -> list[Path]:
        reading = [f"--infilter={infilter}"] if infilter else []
        command = [soffice, "--headless", f"-env:UserInstallation={profile.as_uri()}", "--convert-to", "xlsx:Calc MS Excel 2007 XML", *reading]
        subprocess.run([*command, "--outdir", out, *sources], check=True, capture_output=True, timeout=PATIENCE)
        return [out / f"{source.stem}.xlsx" for source in sources]

    return convert


@pytest.fixture(scope="module")
def running_browser(chromium: str) -> Iterator[Browser]:
    """A browser that runs for the tests of one file."""
    from browser_pages import launched

    with launched(chromium) as running:
        yield running


@pytest.fixture
def browser(running_browser: Browser) -> Iterator[Browser]:
    """A browser in which nothing outlives a test."""
    yield running_browser
    for context in running_browser.contexts:
        context.close()


@pytest.fixture
def watching(monkeypatch: pytest.MonkeyPatch, published: Workspace) -> Workspace:
    """This process looks at the published workspace, which nobody may change."""
    from forecasting.services import workspaces

    monkeypatch.setattr(workspaces, "workspace", lambda: published)
    return published


@pytest.fixture
def fresh_caches() -> Iterator[None]:
    """Nothing that a page kept outlives the test: versions of other workspaces have the same numbers."""
    from forecasting.services import cache

    cache.forget()
    yield
    cache.forget()
