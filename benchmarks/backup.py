"""Whether a backup that is taken while others merge, retrain and prune gives the same answers elsewhere.

    python benchmarks/backup.py [--moments 5]

A small shop is trained. Then one thread uploads a day after the other, one retrains again and again, and one prunes; meanwhile backups are taken,
and each is restored into a folder of its own. Prints for each: seconds, files, megabytes, what was saved, how many uploads and versions came while it
was taken, and whether sales, forecast and orders of the restored shop are to the byte those of the shop at that moment.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent.parent / "tests" / "support")]

import pandas as pd
import shop_workspaces as shops

from forecasting.core.errors import ShelfcastError
from forecasting.core.retention import Retention
from forecasting.inventory.policy import Policy
from forecasting.services import backup, ordering, retention, versions
from forecasting.storage.sales.table import Dataset
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace

POLICY = Policy(lead_time=3, review_period=3)


def until(stop: threading.Event, act: Callable[[int], object]) -> threading.Thread:
    """A thread that acts again and again; what the shop refuses, because somebody else was first, is tried again."""

    def loop() -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            try:
                act(turn)
            except ShelfcastError as error:
                print(f"  refused: {error}")

    thread = threading.Thread(target=loop)
    thread.start()
    return thread


def push(ws: Workspace, turn: int) -> None:
    """Uploads the day after the last one, with a correction of an older one."""
    days = [shops.LAST + pd.Timedelta(days=turn), shops.LAST - pd.Timedelta(days=turn)]
    shops.merge(
        ws, pd.DataFrame({"date": days, "product_id": "Tea", "region": "North", "category": "Drinks", "promo": 0, "sales": turn}), f"{turn}.csv"
    )


def answers(ws: Workspace, sales_version: int, version: int) -> tuple[bytes, bytes, bytes]:
    """Sales, forecast and orders."""
    ensemble = versions.load(ws, version)
    orders = ordering.recommend(ensemble, ordering.given_stock(ws, ensemble), POLICY, {})
    sales = Dataset(ws).read(sales_version).to_csv(index=False).encode()
    return sales, ensemble_csv(ensemble), ordering.orders_csv(orders, version, {})


def ensemble_csv(ensemble) -> bytes:
    """The forecast of a week as a person gets it."""
    from forecasting.services import forecasts

    return forecasts.forecast_csv(ensemble, {}, 7)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moments", type=int, default=5)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ws, stop = Workspace(Path(folder) / "shop"), threading.Event()
        shops.merge(ws, shops.sales(150).query("product_id in ('Bread', 'Tea')"))
        shops.retrain(ws, shops.QUICKEST)
        others = [
            until(stop, lambda turn: push(ws, turn)),
            until(stop, lambda _: shops.retrain(ws, shops.QUICKEST)),
            until(stop, lambda _: (retention.prune(ws, Retention(versions=20, jobs=2)), time.sleep(1))),
        ]
        try:
            for number in range(args.moments):
                time.sleep(5)
                before, start = (Dataset(ws).version or 0, len(Versions(ws.versions).numbers())), time.perf_counter()
                saved = backup.backup(ws, Path(folder) / f"{number}.zip")
                seconds = time.perf_counter() - start
                came = (Dataset(ws).version or 0) - before[0], len(Versions(ws.versions).numbers()) - before[1]
                restored = Workspace(Path(folder) / f"restored {number}")
                backup.restore(saved.file, restored.home)
                same = answers(restored, saved.of.sales_version, saved.of.live) == answers(ws, saved.of.sales_version, saved.of.live)
                print(
                    f"{seconds:.2f} s, {saved.files} files, {saved.packed / 1e6:.2f} MB: {saved.of}; meanwhile {came[0]} changes of the sales and"
                    f" {came[1]} versions; the same answers: {'yes' if same else 'NO'}",
                    flush=True,
                )
        finally:
            stop.set()
            for thread in others:
                thread.join()


if __name__ == "__main__":
    main()
