"""How quick the dashboard is, idle and while a retrain runs, in a real browser.

Usage: python benchmarks/pages.py SALES [--loads 20] [--home FOLDER] [--before CHECKOUT [--rounds 5]]

Merges and trains SALES in a workspace of its own (or copies FOLDER, one that is trained already). Then prints: from the start of the server
to the first page; switching the series on the Forecast page; and page loads (from navigation to the drawn chart) of an idle server and
beside a retrain that the dashboard started, with their ratio. Needs Chromium.

With --before, the folder of another checkout, it prints the start and the first page of both alone, started in turn on the same workspace: medians
and their ratio. The workspace is then trained by the other one, since an older release may not read what a newer one writes.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.support import first_pages
from forecasting.services import jobs, retraining, versions
from forecasting.storage.workspace import Workspace

FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
CHART = ".st-key-forecast_chart .main-svg"


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sales", type=Path)
    parser.add_argument("--loads", type=int, default=20)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--before", type=Path, help="another checkout to compare the start with")
    parser.add_argument("--rounds", type=int, default=5, help="starts of each of the two")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder) / "home"
        prepare(home, args.sales, args.home, args.before or ROOT)
        chromium = next(path for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if path)
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS.split())
        new_page(browser).goto("about:blank")
        if args.before is None:
            measure(browser, home, args.loads)
        else:
            print(first_pages.compare(browser, home, (args.before.resolve(), ROOT), args.rounds))
            print(f"load average {os.getloadavg()[0]:.1f}")
        browser.close()


def prepare(home: Path, sales: Path, trained: Path | None, checkout: Path) -> None:
    """A workspace with the sales and a version that this checkout trains, unless there is one already."""
    if trained is not None:
        shutil.copytree(trained, home)
        return
    command = [first_pages.python_of(checkout), "-m", "forecasting", "retrain", str(sales.resolve())]
    subprocess.run(command, cwd=checkout, env={**os.environ, "FORECASTING_HOME": str(home)}, check=True)


def measure(browser: Browser, home: Path, loads: int) -> None:
    """Starts the server, measures, and prints."""
    with first_pages.serving(home) as (address, server):
        first = first_pages.first_page(browser, address, server)
        print(f"from start: answers {first.answers:.2f} s; from then: heading {first.heading:.2f} s, first chart {first.chart:.2f} s")
        time.sleep(3)
        switches(browser, address)
        idle = page_loads(browser, address, loads)
        show("page load, idle", idle)
        ws = Workspace(home)
        number = retraining.start_retrain(ws, versions.settings(ws))
        time.sleep(5)
        busy = []
        while jobs.job(ws, number).state == "running" and len(busy) < 4 * loads:
            busy += page_loads(browser, address, 1)
        show("page load, retraining", busy)
        print(f"95th percentile, retraining / idle: {np.quantile(busy, 0.95) / np.quantile(idle, 0.95):.2f}")
        jobs.cancel(ws, number)


def switches(browser: Browser, address: str) -> None:
    """Choosing another product, until its title and its numbers are there."""
    page = new_page(browser)
    page.goto(f"{address}/forecast")
    page.locator(CHART).first.wait_for()
    seconds = []
    for _ in range(8):
        box = page.locator(".st-key-product_id input")
        before = page.locator("h5").first.inner_text()
        box.click()
        page.keyboard.press("ArrowDown")
        start = time.perf_counter()
        page.keyboard.press("Enter")
        page.wait_for_function("before => document.querySelector('h5').innerText !== before", arg=before)
        seconds.append(time.perf_counter() - start)
        page.wait_for_timeout(700)
    show("switching the series", seconds)
    page.context.close()


def page_loads(browser: Browser, address: str, count: int) -> list[float]:
    """Seconds from navigation to the drawn chart, each in a new window."""
    seconds = []
    for _ in range(count):
        page = new_page(browser)
        start = time.perf_counter()
        page.goto(f"{address}/forecast")
        page.locator(CHART).first.wait_for()
        seconds.append(time.perf_counter() - start)
        page.context.close()
    return seconds


def new_page(browser: Browser) -> Page:
    """A window that knows nothing of the others; it waits as long as a busy machine takes."""
    page = browser.new_context().new_page()
    page.set_default_timeout(first_pages.PATIENCE)
    return page


def show(name: str, seconds: list[float]) -> None:
    """Prints median and 95th percentile."""
    print(f"{name}: median {np.median(seconds):.2f} s, 95th percentile {np.quantile(seconds, 0.95):.2f} s ({len(seconds)})")


if __name__ == "__main__":
    main()
