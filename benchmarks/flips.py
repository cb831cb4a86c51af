"""How many flipped bits are found: one bit after the other in every kind of file of a workspace, each then looked for and read.

    python benchmarks/flips.py [--flips 300] [--seed 0]

Prints a line of JSON a kind: `found` by `verify`, or by an error for a person when it is read; `harmless` if nothing that is read differs; `silent`
if something does and nobody says so. Ends with 1 if sales or a version of this release were silently others.
"""

from __future__ import annotations

import argparse
import json
import logging
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent.parent))

from deltalake import DeltaTable

from forecasting.core.errors import ShelfcastError
from forecasting.core.progress import Progress
from forecasting.jobs import events, schedule_state, status
from forecasting.jobs.estimate import Estimate
from forecasting.services.verification import records, sales, versions
from forecasting.services.verification.checking import Check
from forecasting.storage import sealed_json
from forecasting.storage.numbered_folders import NumberedFolders
from forecasting.storage.sales import damage, log, log_copies, summary_files
from forecasting.storage.sales.table import Dataset, Upload
from forecasting.storage.stock_states import StockStore
from forecasting.storage.versions import manifest
from forecasting.storage.workspace import Workspace

SAVED: Final = Path(__file__).parent.parent / "tests" / "data" / "shop_2.zip"
"""A workspace of an earlier release, whose sales have no hashes and whose log has no copies."""
STRICT: Final = frozenset({"data file", "log entry", "log copy", "checkpoint", "summary", "upload", "version"})
"""Kinds of which no flip may be silent."""
Meaning = Callable[[], Any]


def workspace(home: Path) -> Workspace:
    """A shop with every kind of file, made in a second."""
    shutil.unpack_archive(SAVED, home)
    ws = Workspace(home)
    StockStore(ws).save(pd.DataFrame({"product_id": ["Tea"], "on_hand": [4.0]}), "stock.csv")
    at = datetime(2026, 1, 1, 3, tzinfo=UTC)
    schedule_state.write(ws.schedule, schedule_state.ScheduleState(expression="0 3 * * *", due=at, outcome="started", text="Job 1", job=1, at=at))
    job = ws.jobs / "0001"
    job.mkdir(parents=True, exist_ok=True)
    sealed_json.write(job / status.REQUEST, {"settings": {"seed": 0, "horizon": 90}})
    recorder = events.Recorder(job / status.EVENTS, Estimate({}))
    recorder.started()
    recorder.progress(Progress("LSTM", 1, 2, "loss 0.031"))
    recorder.result("success", "")
    sealed_json.write(job / status.RESULT, {"status": "success", "reason": "", "error": "", "meta": {"version": 1}, "step": "Publish"})
    NumberedFolders(ws.jobs, "job").point("last", 1)
    return ws


def with_hashes(ws: Workspace) -> None:
    """The same sales, and pointers, as this release saves them."""
    for name in ("live", "last"):
        NumberedFolders(ws.versions, "version").point(name, 1)
    rows = Dataset(ws).read()
    shutil.rmtree(ws.sales)
    middle = len(rows) // 2
    for part in (rows.iloc[:middle], rows.iloc[middle:]):
        content = part.to_csv(index=False).encode()
        Dataset(ws).merge(part.reset_index(drop=True), Upload.from_file(content, "sales.csv", rows=len(part), dropped=0))
    Dataset(ws).days()
    DeltaTable(str(ws.sales)).create_checkpoint()
    log_copies.add_missing(ws.sales / log.FOLDER)


def files(ws: Workspace, *, old: bool) -> Iterator[tuple[str, Path, Any, Meaning]]:
    """Kind, file, the check that looks at it, and what is read of it."""
    release = " of an earlier release" if old else ""
    sold = lambda: (Dataset(ws).read().to_csv(), [asdict(upload) for upload in Dataset(ws).history()])  # noqa: E731
    yield from ((f"data file{release}", path, sales, sold) for path in ws.sales.glob("*.parquet"))
    yield from ((f"log entry{release}", path, sales, sold) for path in ws.sales.glob(f"{log.FOLDER}/*.json"))
    if old:
        return
    yield from (("log copy", path, sales, sold) for path in (ws.sales / log_copies.FOLDER).iterdir())
    summed = lambda: (Dataset(ws).daily().to_csv(), Dataset(ws).days().tolist())  # noqa: E731
    yield from (("summary", path, sales, summed) for path in (ws.sales / summary_files.FOLDER).iterdir())
    yield from (("checkpoint", path, sales, sold) for path in ws.sales.glob(f"{log.FOLDER}/*{log.CHECKPOINT}"))
    yield "note of the last checkpoint", ws.sales / log.FOLDER / log.HINT, sales, sold
    yield from (("upload", path, sales, path.read_bytes) for path in ws.uploads.iterdir())
    yield from (("version", path, versions, lambda: manifest.verify(ws.versions / "0001", 1)) for path in (ws.versions / "0001").iterdir())
    for folder, name in ((ws.versions, "live"), (ws.versions, "last"), (ws.jobs, "last")):
        yield "pointer", folder / name, versions, lambda folder=folder, name=name: NumberedFolders(folder, "x").pointed(name)
    yield from (("stock", path, records, lambda: _stock(ws)) for path in ws.stock.glob("*.parquet"))
    job = ws.jobs / "0001"
    for name in (status.REQUEST, status.RESULT):
        yield "job", job / name, records, lambda name=name: sealed_json.read(job / name)
    yield "job", job / status.EVENTS, records, lambda: [event.to_dict() for event in events.read(job / status.EVENTS)]
    yield "schedule", ws.schedule, records, lambda: schedule_state.read(ws.schedule)


def _stock(ws: Workspace) -> tuple[str, str, int]:
    saved = StockStore(ws).load()
    return ("", "", 0) if saved is None else (saved.frame.to_csv(), saved.name, saved.number)


def outcome(ws: Workspace, path: Path, check: Any, meaning: Meaning, before: Any) -> str:
    """What became of a flip in a file."""
    named = path.relative_to(ws.home).as_posix()
    damage.forget()
    found = any(finding.path == named for finding in check.findings(Check(ws)))
    try:
        same = meaning() == before
    except ShelfcastError:
        return "found"
    except Exception:  # noqa: BLE001 - whatever a reader makes of it
        return "found" if found else "silent"
    if found:
        return "found"
    return "harmless" if same else "silent"


def flip(path: Path, at: int) -> None:
    """Turns one bit of a file, and of nothing else about it."""
    content = bytearray(path.read_bytes())
    content[at // 8] ^= 1 << at % 8
    path.write_bytes(content)


def measured(ws: Workspace, flips: int, random: np.random.Generator, *, old: bool) -> dict[str, Counter[str]]:
    """Kind -> outcomes, of so many flips spread at random over all bits of its files."""
    kinds: dict[str, list[tuple[Path, Any, Meaning]]] = {}
    for kind, path, check, meaning in files(ws, old=old):
        kinds.setdefault(kind, []).append((path, check, meaning))
    outcomes = {}
    for kind, each in kinds.items():
        sizes = np.array([path.stat().st_size for path, _, _ in each])
        chosen = random.choice(len(each), flips, p=sizes / sizes.sum())
        outcomes[kind] = Counter(_tried(ws, *each[place], random) for place in chosen)
    return outcomes


def _tried(ws: Workspace, path: Path, check: Any, meaning: Meaning, random: np.random.Generator) -> str:
    before, whole = meaning(), path.read_bytes()
    flip(path, int(random.integers(8 * len(whole))))
    try:
        return outcome(ws, path, check, meaning, before)
    finally:
        path.write_bytes(whole)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flips", type=int, default=300, help="bits a kind (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the bits (%(default)s)")
    options = parser.parse_args()
    logging.disable()
    random, silent = np.random.default_rng(options.seed), 0
    with tempfile.TemporaryDirectory() as folder:
        ws = workspace(Path(folder) / "shop")
        for old in (True, False):
            if not old:
                with_hashes(ws)
            for kind, counts in measured(ws, options.flips, random, old=old).items():
                print(json.dumps({"kind": kind, **{name: counts[name] for name in ("found", "harmless", "silent")}}), flush=True)
                silent += counts["silent"] if kind in STRICT else 0
    return 1 if silent else 0


if __name__ == "__main__":
    sys.exit(main())
