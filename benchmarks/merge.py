"""How long corrections take to merge: every row of so many series is saved, then saved again with other sales.

    python benchmarks/merge.py [--series 5000 20000 100000] [--days 20]
    python benchmarks/merge.py --uploads 4 [--series 50000] [--days 40]      uploads of later and later days instead, and the last one taken back

Prints a line of JSON a size: seconds to save the rows, seconds to merge the corrections, and how many of those the processor worked; by that work,
which counts while other programs run, the ratio of the two and the exponent with which a merge grows from one size to the next (1 is linear); peak
memory, and what the corrections added to the disk by what the rows take. Ends with 1 if a merge took more than 20 seconds of work, or grew faster
than with the power of 1.3 from rows on that are enough to tell.

With --uploads: seconds of the processor to merge each upload, to look at it before and to take the last one back, peak memory after each. Ends with 1
if a later merge took more than 1.15 of the second one; the first one has nothing to be compared with.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent.parent))

from forecasting.storage.sales.table import Dataset, Upload
from forecasting.storage.workspace import Workspace

MOST_SECONDS, MOST_EXPONENT, MOST_TIMES = 20.0, 1.3, 1.15
ENOUGH_ROWS = 100_000
"""Rows below which a merge takes as long as it takes to begin one."""


@dataclass(frozen=True)
class Merged:
    """What one size took.

    Args:
        series: Series.
        write: Seconds to save the rows.
        merge: Seconds to merge the corrections.
        write_work: Seconds of the processor to save the rows.
        merge_work: Seconds of the processor to merge the corrections.
        growth: Bytes that the corrections added to the table, by the bytes of the rows.
    """

    series: int
    write: float
    merge: float
    write_work: float
    merge_work: float
    growth: float


def sales(n_series: int, days: int, seed: int) -> pd.DataFrame:
    """Sales of every series on every day."""
    dates = pd.date_range("2026-01-01", periods=days, unit="us")
    sold = np.random.default_rng(seed).integers(0, 100, n_series * days).astype(float)
    names = pd.Series([f"P{number:07}" for number in range(n_series)], dtype="str").repeat(days)
    return pd.DataFrame({"date": np.tile(dates, n_series), "product_id": names.to_numpy(), "store": "Main Street", "sales": sold})


def measure(n_series: int, days: int) -> Merged:
    """Saves the rows and merges their corrections in a workspace of its own."""
    seconds, work, sizes = [], [], [0]
    with tempfile.TemporaryDirectory() as home:
        dataset = Dataset(Workspace(Path(home)))
        for seed in (0, 1):
            frame = sales(n_series, days, seed)
            start, began = time.perf_counter(), time.process_time()
            dataset.merge(frame, Upload.from_file(str(seed).encode(), f"{seed}.csv", rows=len(frame), dropped=0))
            seconds.append(time.perf_counter() - start)
            work.append(time.process_time() - began)
            sizes.append(sum(path.stat().st_size for path in dataset.workspace.sales.rglob("*.parquet")))
    return Merged(n_series, *seconds, *work, growth=(sizes[2] - sizes[1]) / sizes[1])


def exponent(smaller: Merged, larger: Merged) -> float:
    """The power of the number of series with which the work of a merge grows."""
    return math.log(larger.merge_work / smaller.merge_work) / math.log(larger.series / smaller.series)


def work_of(act: Callable[[], object]) -> float:
    """Seconds of the processor that an act takes."""
    began = time.process_time()
    act()
    return time.process_time() - began


def peak_mb() -> int:
    """Megabytes of memory that this process had at most."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 2**20))


def measure_uploads(n_series: int, days: int, uploads: int) -> bool:
    """Merges uploads of the same series and of later and later days; whether each took as long as the one before."""
    merges: list[float] = []
    with tempfile.TemporaryDirectory() as home:
        dataset = Dataset(Workspace(Path(home)))
        for number in range(uploads):
            frame = sales(n_series, days, number)
            frame["date"] += pd.Timedelta(days=number * days)
            upload = Upload.from_file(str(number).encode(), f"{number}.csv", rows=len(frame), dropped=0)
            looked = work_of(partial(dataset.preview, frame))
            merges.append(work_of(partial(dataset.merge, frame, upload)))
            figures = {"preview_work": round(looked, 2), "merge_work": round(merges[-1], 2)}
            print(json.dumps({"upload": number + 1, "rows": len(frame), **figures, "peak_mb": peak_mb()}), flush=True)
        print(json.dumps({"undo_work": round(work_of(dataset.undo), 2), "merges": [round(work, 2) for work in merges]}))
    return max(merges[2:], default=0.0) <= MOST_TIMES * merges[min(1, uploads - 1)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, nargs="+")
    parser.add_argument("--days", type=int)
    parser.add_argument("--uploads", type=int)
    args = parser.parse_args()
    if args.uploads:
        measure(100, 20)  # the libraries load
        return 0 if measure_uploads((args.series or [50_000])[0], args.days or 40, args.uploads) else 1
    args.series, args.days = args.series or [5000, 20_000, 100_000], args.days or 20
    measure(100, args.days)  # the libraries load
    before, holds = None, True
    for n_series in sorted(args.series):
        took = measure(n_series, args.days)
        grew = None if before is None else exponent(before, took)
        times = {name: getattr(took, name) for name in ("write", "merge", "write_work", "merge_work")}
        figures = {**times, "ratio": took.merge_work / took.write_work, "exponent": grew, "growth": took.growth}
        rounded = {name: None if value is None else round(value, 2) for name, value in figures.items()}
        print(json.dumps({"series": n_series, "days": args.days, **rounded, "peak_mb": peak_mb()}), flush=True)
        tells = before is not None and before.series * args.days >= ENOUGH_ROWS
        holds &= took.merge_work <= MOST_SECONDS and not (tells and grew is not None and grew > MOST_EXPONENT)
        before = took
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
