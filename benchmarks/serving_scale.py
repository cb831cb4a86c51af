"""What a version of very many series costs a server: its load, answers over HTTP, first pages; and what large uploads cost.

Usage: python benchmarks/serving_scale.py HOME
       python benchmarks/serving_scale.py HOME --pages [--against COMMIT]
       python benchmarks/serving_scale.py --uploads [--series 50000] [--days 200]
       python benchmarks/serving_scale.py --make HOME [--series 15000] [--days 200]

HOME is a workspace with a published version; --make makes one of a made-up chain, its network trained for one epoch, above 20,000 series with Prophet
alone. Everything runs in this process, so that CPU seconds are those of the work; memory is what the process holds then, and the most it ever held.
Of single series 200 drawn ones are asked for, and the 95th percentile of their wall milliseconds is printed.

With --pages, CPU seconds of the first visit of each page, in processes of their own: with nothing warmed (a visitor who is there as soon as the
server answers: imports, the version's load and the page), after the server's warm start (whose own seconds are beside it), once more, and as the
first one after another version went live and the server had a few seconds. With --against, the same with the code of another commit first.

With --uploads the chain's sales are
uploaded once as one Parquet file, once as one CSV, and once as four Parquet files of a quarter of the days each.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)  # in place of this folder, whose pages.py would stand in for the dashboard's pages
sys.path.insert(1, str(ROOT / "tests" / "support"))

from benchmarks.support.process_memory import held

SINGLE, PARTS = 200, 4
PROPHET_ALONE = 20_000
LAST = "2026-10-31"


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path, nargs="?")
    parser.add_argument("--make", action="store_true")
    parser.add_argument("--pages", action="store_true", help="the first pages, in place of answers over HTTP")
    parser.add_argument("--against", help="a commit to compare the pages with")
    parser.add_argument("--uploads", action="store_true")
    parser.add_argument("--series", type=int, default=15_000)
    parser.add_argument("--days", type=int, default=200)
    parser.add_argument("--files", type=Path, nargs="+", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.files:
        with tempfile.TemporaryDirectory() as folder:
            upload_all(args.files, Path(folder))
        return
    if args.home is None and not args.uploads:
        parser.error("name a workspace, or ask for --uploads")
    print(f"load average {os.getloadavg()[0]:.1f}")
    if args.uploads:
        uploads(args.series, args.days)
        return
    os.environ["FORECASTING_HOME"] = str(args.home.resolve())
    (make if args.make else pages if args.pages else answers)(args)
    print(f"load average {os.getloadavg()[0]:.1f}")


def make(args: argparse.Namespace) -> None:
    """A workspace with the sales of a chain and a version that learned from them."""
    from benchmarks.support import chains
    from forecasting.core.progress import ignore
    from forecasting.core.settings import LstmSettings, Settings
    from forecasting.services import training_run
    from forecasting.storage.sales.table import Dataset, Upload
    from forecasting.storage.workspace import Workspace

    ws = Workspace(args.home)
    sales = chains.sales(args.series, args.days, last=LAST).astype(dict.fromkeys(("product_id", "store", "category"), "str"))
    Dataset(ws).merge(sales, Upload.from_file(b"chain", "chain.csv", rows=len(sales), dropped=0))
    settings = Settings(horizon=28, lstm=LstmSettings(epochs=1), without=("lstm", "trees") if args.series > PROPHET_ALONE else ())
    training_run.run(ws, {"settings": settings.to_dict()}, ignore)


def answers(args: argparse.Namespace) -> None:
    """The load of the version, and answers over HTTP, each asked for twice."""
    from api_client import client

    from forecasting.services import cache
    from forecasting.storage.workspace import Workspace

    asked, ws = client(Workspace(args.home), request_rate="1000000/second"), Workspace(args.home)
    made = timed("load of the version", lambda: cache.live(ws)).ensemble
    series = made.panel.series.drop(columns=["unique_id", "category"], errors="ignore")
    drawn = series.sample(min(SINGLE, len(series)), random_state=0).to_dict("records")
    timed("one series, the first", lambda: ask(asked, "forecast", drawn[0]))
    single(asked, drawn)
    store = {"store": str(series["store"].iloc[0])} if "store" in series else {}
    questions: dict[str, tuple[str, dict[str, Any], str]] = {
        "a total of all": ("forecast", {"total": True}, "application/json"),
        "a store": ("forecast", store, "application/json"),
        "orders of a store": ("recommend", store, "application/json"),
        "a page of orders of all": ("recommend", {}, "application/json"),
        "a page of all": ("forecast", {}, "application/json"),
        "CSV of all": ("forecast", {}, "text/csv"),
        "JSON lines of all": ("forecast", {}, "application/x-ndjson"),
        "Parquet of all": ("forecast", {}, "application/vnd.apache.parquet"),
        "orders of all, CSV": ("recommend", {}, "text/csv"),
    }
    for name, (route, question, media) in questions.items():
        for turn in ("", ", again"):
            timed(name + turn, lambda route=route, question=question, media=media: ask(asked, route, question, media))


def ask(asked: Any, route: str, question: dict[str, Any], media: str = "application/json") -> int:
    """The bytes of an answer, which is read as it comes."""
    with asked.stream("POST", f"/api/{route}", json=question, headers={"Accept": media}) as response:
        if response.status_code != 200:
            raise SystemExit(f"{route} {question}: {response.status_code} {response.read()[:300]!r}")
        return sum(len(piece) for piece in response.iter_raw())


def single(asked: Any, drawn: list[dict[str, Any]]) -> None:
    """How soon single series are answered."""
    seconds = []
    for question in drawn:
        begun = time.perf_counter()
        ask(asked, "forecast", question)
        seconds.append(time.perf_counter() - begun)
    middle, late = 1000 * np.quantile(seconds, [0.5, 0.95])
    print(f"{f'{len(drawn)} single series':28} median {middle:.0f} ms, 95 % under {late:.0f} ms")


def pages(args: argparse.Namespace) -> None:
    """CPU seconds of the first visits of each page, of another commit and of these files."""
    from benchmarks.load import checkout
    from benchmarks.support import page_costs

    with tempfile.TemporaryDirectory() as folder, page_costs.prepared(args.home) as home, checkout(args.against, Path(folder) / "before") as before:
        seen = [{page: page_costs.costs(files, home, page) for page in page_costs.PAGES} for files in (before, ROOT) if files]
    print(page_costs.table(seen[-1], seen[0] if before else {}))


def uploads(series: int, days: int) -> None:
    """One upload of everything as Parquet and as CSV, and four one after the other."""
    import pyarrow as pa
    from pyarrow.csv import write_csv

    from benchmarks.support import chains

    sales = chains.sales(series, days, last=LAST)
    print(f"{len(sales):,} rows", flush=True)
    part = np.minimum(sales["date"].rank(method="dense").astype(int) * PARTS // (days + 1), PARTS - 1)
    with tempfile.TemporaryDirectory() as folder:
        whole, csv, quarters = Path(folder, "all.parquet"), Path(folder, "all.csv"), [Path(folder, f"{place}.parquet") for place in range(PARTS)]
        sales.to_parquet(whole, index=False)
        dated = sales.assign(date=sales["date"].dt.strftime("%Y-%m-%d"))
        write_csv(pa.Table.from_pandas(dated, preserve_index=False), csv)
        for place, path in enumerate(quarters):
            sales[part == place].to_parquet(path, index=False)
        for files in ([whole], [csv], quarters):  # in a process each, whose memory is its own
            subprocess.run([sys.executable, __file__, "--files", *map(str, files)], check=True)


def upload_all(files: list[Path], home: Path) -> None:
    """Uploads files one after the other into one workspace."""
    from forecasting.intake import sales_file
    from forecasting.intake.reader import read_table
    from forecasting.storage.sales.table import Dataset, Upload
    from forecasting.storage.workspace import Workspace

    dataset, limit = Dataset(Workspace(home)), 2**31
    for file in files:
        content = file.read_bytes()
        table = timed(f"{file.name}: read", lambda content=content, file=file: read_table(content, file.name, limit=limit))
        mapping = sales_file.guess_mapping(table)
        checked = timed("  check", lambda table=table, mapping=mapping: sales_file.check(table, mapping, today=date.fromisoformat(LAST)))
        del table
        upload = Upload.from_file(content, file.name, rows=checked.rows, dropped=checked.dropped)
        timed("  merge", lambda checked=checked, upload=upload: dataset.merge(checked.accept(drop_problems=True), upload))


def timed(name: str, act: Callable[[], Any]) -> Any:
    """What `act` gives; prints how long it took and what memory is held."""
    wall, used = time.perf_counter(), time.process_time()
    result = act()
    wall, used = time.perf_counter() - wall, time.process_time() - used
    size = f", {result / 1e6:.1f} MB" if isinstance(result, int) else ""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:28} {used:7.2f} CPU s, {wall:7.2f} s; holds {held():6,.0f} MB, at most {peak:6,.0f} MB{size}", flush=True)
    return result


if __name__ == "__main__":
    main()
