"""How long an upload takes (read, checked, merged, written) against `pandas.read_csv` of the same file alone.

    python benchmarks/upload.py FILE [--runs 3]
    python benchmarks/upload.py FILE --process      both as whole processes, imports included
    python benchmarks/upload.py FILE --server       sent to a server of an empty workspace, looked at, then uploaded

Prints seconds (the best of the runs), their ratio, which must be at most 5, and peak memory.

With --server: seconds by the clock of each request, and the most memory that the server, and the processes in which it reads files, held meanwhile.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

MOST = 5.0
READ = "import sys, pandas; pandas.read_csv(sys.argv[1])"


def read_seconds(file: Path) -> float:
    """Of pandas alone."""
    import pandas as pd

    start = time.perf_counter()
    pd.read_csv(file)
    return time.perf_counter() - start


def upload_seconds(file: Path) -> dict[str, float]:
    """Of each step of an upload into an empty workspace, and of the same file once more."""
    from forecasting.intake.reader import read_table
    from forecasting.intake.sales_file import check, guess_mapping
    from forecasting.storage.sales.table import Dataset, Upload
    from forecasting.storage.workspace import Workspace

    with tempfile.TemporaryDirectory() as home:
        dataset, marks = Dataset(Workspace(Path(home))), [time.perf_counter()]
        content = file.read_bytes()
        table = read_table(content, file.name)
        marks.append(time.perf_counter())
        checked = check(table, guess_mapping(table), today=date.today())
        marks.append(time.perf_counter())
        dataset.merge(checked.accept(drop_problems=True), Upload.from_file(content, file.name, rows=checked.rows, dropped=checked.dropped))
        marks.append(time.perf_counter())
        dataset.merge(checked.sales, Upload.from_file(content, file.name, rows=checked.rows, dropped=checked.dropped))
        marks.append(time.perf_counter())
    steps = dict(zip(("read", "check", "merge", "again"), (after - before for before, after in itertools.pairwise(marks)), strict=True))
    return {**steps, "upload": steps["read"] + steps["check"] + steps["merge"]}


def process_seconds(command: list[str], home: str) -> float:
    """Of a whole process."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *command], env={**os.environ, "FORECASTING_HOME": home}, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def measure(file: Path, runs: int, *, process: bool) -> dict[str, float]:
    """The best of some runs, taken in turns."""
    reads, uploads = [], []
    for _ in range(runs):
        if process:
            with tempfile.TemporaryDirectory() as home:
                reads.append(process_seconds(["-c", READ, str(file)], home))
                uploads.append({"upload": process_seconds(["-m", "forecasting", "upload", "--drop-problems", str(file)], home)})
        else:
            reads.append(read_seconds(file))
            uploads.append(upload_seconds(file))
    best = min(uploads, key=lambda steps: steps["upload"])
    figures = {"read_csv": min(reads), **best, "ratio": best["upload"] / min(reads)}
    peak = resource.getrusage(resource.RUSAGE_CHILDREN if process else resource.RUSAGE_SELF).ru_maxrss
    return {name: round(value, 3) for name, value in figures.items()} | {"peak_mb": round(peak / (1024 if sys.platform == "linux" else 2**20))}


def server_seconds(file: Path) -> dict[str, float]:
    """Of an upload over HTTP that is only looked at, and of one that is saved; with the memory that they took, MB."""
    import httpx2

    from benchmarks import serve
    from benchmarks.support.process_memory import Peaks, held

    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as home, serve.server(Path(home)) as (port, process), httpx2.Client(timeout=600) as client:
        found["idle_mb"] = round(held(process.pid))
        for step, fields in (("preview", {"dry_run": "true"}), ("upload", {})):
            begun, peaks, ended = time.perf_counter(), Peaks(), threading.Event()
            watch = threading.Thread(target=peaks.watch, args=(process.pid, ended))
            watch.start()
            with file.open("rb") as content:
                answer = client.post(f"http://127.0.0.1:{port}/api/upload", files={"file": (file.name, content)}, data=fields)
            found[step] = round(time.perf_counter() - begun, 2)
            ended.set()
            watch.join()
            if answer.status_code != 200:
                raise SystemExit(f"{answer.status_code}: {answer.text}")
            found |= {f"{step}_server_mb": round(peaks.server), f"{step}_readers_mb": round(peaks.readers)}
        time.sleep(10)  # what it is done with it may give back
        found["after_mb"] = round(held(process.pid))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--process", action="store_true")
    parser.add_argument("--server", action="store_true")
    args = parser.parse_args()
    if args.server:
        print(json.dumps({"file": args.file.name, "load": round(os.getloadavg()[0], 1), **server_seconds(args.file)}))
        return 0
    figures = measure(args.file, args.runs, process=args.process)
    print(json.dumps({"file": args.file.name, **figures}))
    return 0 if figures["ratio"] <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
