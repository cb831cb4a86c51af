"""How much disk half a year of nightly uploads takes, and how long they take.

    python benchmarks/disk.py [--pushes 180] [--series 200] [--days 730] [--keep 30]

Two shops, each with `days` of history: one sends every night the day that is new, one the last seven days, in which a few sales were corrected.
Prints, with the newest `keep` uploads to be taken back, and once more with all of them (`FORECASTING_KEEP_UPLOADS=0`) and without compaction:
files and megabytes of the table, of its log and of the uploads; the megabytes that the newest sales need; and CPU seconds.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import numpy as np
import pandas as pd


def history(series: int, days: int) -> pd.DataFrame:
    """Daily sales of many series."""
    dates = pd.date_range("2024-01-01", periods=days).astype("datetime64[us]")
    names = pd.Series([f"P{number:05}" for number in range(series)], dtype="str").repeat(days).array
    sold = np.random.default_rng(0).poisson(6, series * days).astype(float)
    return pd.DataFrame({"date": np.tile(dates, series), "product_id": names, "sales": sold})


def pushes(sales: pd.DataFrame, before: int, window: int) -> list[pd.DataFrame]:
    """The uploads: a history of `before` days, then each night the last `window` days, of which 2 % of the rows were corrected."""
    random, dates = np.random.default_rng(1), np.sort(sales["date"].unique())
    uploads = [sales[sales["date"] <= dates[before - 1]]]
    for last in dates[before:]:
        sent = sales[(sales["date"] <= last) & (sales["date"] > last - np.timedelta64(window, "D"))]
        corrected = random.random(len(sent)) < (0.02 if window > 1 else 0)
        uploads.append(sent.assign(sales=sent["sales"] + corrected))
    return [upload.reset_index(drop=True) for upload in uploads]


def run(uploads: list[pd.DataFrame], keep: int | None) -> dict[str, float]:
    """Pushes all uploads into an empty workspace; None keeps everything and compacts nothing."""
    from deltalake import DeltaTable

    from forecasting.storage.sales import compaction, parts
    from forecasting.storage.sales.table import Dataset, Upload
    from forecasting.storage.workspace import Workspace

    compaction.GRACE_SECONDS = 0.0  # nights go by in seconds here
    with tempfile.TemporaryDirectory() as home:
        ws, start = Workspace(Path(home)), time.process_time()
        for number, sales in enumerate(uploads):
            Dataset(ws).merge(sales, Upload.from_file(sales.to_csv(index=False).encode(), f"{number}.csv", rows=len(sales), dropped=0))
            if keep is not None and compaction.is_due(ws.sales):
                compaction.compact(ws, compaction.Keep(uploads=keep, megabytes=1000))
        seconds = time.process_time() - start
        files = list(ws.sales.glob("*.parquet"))
        return {
            "files": len(files),
            "table MB": size(files),
            "needed MB": sum(part["size_bytes"] for part in parts.active(DeltaTable(str(ws.sales)))) / 1e6,
            "log MB": size(ws.sales.glob("_delta_log/*")),
            "uploads MB": size(ws.uploads.iterdir()),
            "CPU s": seconds,
        }


def size(paths) -> float:
    """Megabytes of files."""
    return sum(path.stat().st_size for path in paths) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pushes", type=int, default=180)
    parser.add_argument("--series", type=int, default=200)
    parser.add_argument("--days", type=int, default=730)
    parser.add_argument("--keep", type=int, default=30)
    args = parser.parse_args()
    sales = history(args.series, args.days + args.pushes - 1)
    for window, name in ((1, "a new day each night"), (7, "the last week each night, corrected")):
        uploads = pushes(sales, args.days, window)
        for keep, how in ((args.keep, f"{args.keep} uploads can be taken back"), (None, "all can, nothing is compacted")):
            print(
                f"{name}; {how}:", ", ".join(f"{label} {value:,.2f}".removesuffix(".00") for label, value in run(uploads, keep).items()), flush=True
            )


if __name__ == "__main__":
    main()
