"""How quick the answer is what to order: the recommendation itself, its files, and the page, for many series.

Usage: python benchmarks/orders.py [--home FOLDER] [--series 10000] [--days 200]

Takes the live version of FOLDER, a workspace, or trains one on as many simulated series (10,000 take about six minutes), counts some stock, and
prints seconds: of a first answer once the version is loaded, of another promise and another lead time, of lead times that differ or vary, of the CSV
and the workbook, and of the page after a slider was moved.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)  # in place of this folder, whose pages.py would stand in for the dashboard's pages

from forecasting.inventory.budget import spend
from forecasting.inventory.policy import Policy
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import GivenStock
from forecasting.services import ordering, versions
from forecasting.storage.workspace import VARIABLE, Workspace
from forecasting.training.ensemble import Ensemble

T = TypeVar("T")
WEEK = np.array([0.8, 0.8, 0.9, 1.0, 1.2, 1.5, 0.8])
STORES = 10


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--series", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=200)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = args.home or trained(Path(folder), args.series, args.days)
        os.environ[VARIABLE] = str(home.resolve())
        answers(Workspace(home.resolve()))
        page()


def trained(home: Path, series: int, days: int) -> Path:
    """A workspace with a version of Poisson sales with a week."""
    random = np.random.default_rng(0)
    dates = pd.date_range(end="2026-11-22", periods=days)
    sold = random.poisson(random.lognormal(1.5, 1, series)[:, None] * WEEK[dates.day_of_week])
    names = [(f"P{row // STORES:05d}", f"S{row % STORES}") for row in range(series)]
    columns = {"date": np.tile(dates, series), "sales": sold.ravel()}
    columns |= {name: np.repeat([key[place] for key in names], days) for place, name in enumerate(("product_id", "store"))}
    pd.DataFrame(columns).to_csv(home / "sales.csv", index=False)
    command = [sys.executable, "-m", "forecasting", "retrain", str(home / "sales.csv"), "--horizon", "28", "--epochs", "8"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, VARIABLE: str(home)}, check=True)
    return home


def answers(ws: Workspace) -> None:
    """Times the recommendation and its files."""
    version = versions.serving(ws).version
    if version is None:
        raise SystemExit(f"{ws.home} has no version.")
    made = timed("load the version", lambda: versions.load(ws, version))
    random, n = np.random.default_rng(0), len(made.panel)
    print(f"{n:,} series, {len(made.past.cutoffs)} cutoffs, {made.past.horizon} days judged")
    given = counted(random, n)
    timed("first answer", lambda: orders(made, given, Policy()))
    timed("another promise", lambda: orders(made, given, Policy(service_level=0.9)))
    found = timed("another lead time", lambda: orders(made, given, Policy(lead_time=4)))
    timed("five lead times", lambda: orders(made, given.changed(state.LEAD_TIME, random.choice([2.0, 3.0, 5.0, 8.0, 10.0], n)), Policy()))
    timed("a lead time that varies", lambda: orders(made, given, Policy(lead_time_sd=1.0)))
    timed("CSV", lambda: ordering.orders_csv(found, version))
    timed("workbook", lambda: ordering.orders_xlsx(found, versions.manifest(ws, version)))
    timed("half a budget", lambda: spend.spend(found, 0.5 * found.totals()["value"]))


def orders(made: Ensemble, given: GivenStock, policy: Policy) -> ordering.Orders:
    """The recommendation for all series."""
    return ordering.recommend(made, given, policy, {})


def counted(random: np.random.Generator, n: int) -> GivenStock:
    """Some stock, packs and costs."""
    given = GivenStock.nothing(n).changed(state.ON_HAND, random.poisson(60, n).astype(float))
    given = given.changed(state.PACK_SIZE, random.choice([1.0, 6.0, 12.0], n)).changed(state.UNIT_COST, random.uniform(1, 9, n))
    return given.changed(state.PRICE, random.uniform(9, 15, n))


def page() -> None:
    """Times the page: opened when the version is loaded, and after a slider was moved."""
    from streamlit.testing.v1 import AppTest

    at = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120)
    at.run()
    at.switch_page("pages/inventory.py")
    timed("page, opened", at.run)
    timed("page, another promise", lambda: at.slider(key="inventory_service").set_value(90).run())
    timed("page, another lead time", lambda: at.slider(key="inventory_lead").set_value(4).run())
    if at.exception:
        raise SystemExit(str(at.exception[0].value))


def timed(name: str, act: Callable[[], T]) -> T:
    """Prints the seconds that something takes."""
    start = time.perf_counter()
    made = act()
    print(f"{name:26} {time.perf_counter() - start:6.2f} s", flush=True)
    return made


if __name__ == "__main__":
    main()
