"""Many open windows and programs at once: how long pages take, how long the API, and what the server holds.

Usage: python benchmarks/load.py [SALES] [--home FOLDER] [--windows 30] [--programs 2] [--seconds 90] [--against COMMIT] [--seed 0]
       [--processes 1] [--memory]

Merges and trains SALES (by default the sample) in a workspace of its own, without network and Prophet, or copies FOLDER, one that is trained
already. Each window is a visitor over a real websocket, with Streamlit's own messages, a browser's timers and its memory of large messages: it opens
a page, then clicks every 3 to 8 seconds (not before the last answer is whole), in a widget of the page or on another page. Each program asks the API,
and asks again 0.2 s after its answer. All of it on an idle server, then while it retrains.

A page's time counts from the click to the end of its script, as the browser is told. With --against, the same is done first with the files of
another commit, in this environment, on a copy of the same workspace; the last columns are before over after. Seconds depend on what else the
machine does; what the processor spends on a page run, programs and timers included, does less so.

With --memory it measures what the server holds instead: after 2,000 page runs of four windows, 2,000 answers to programs and 100 changes of the
version that serves, against what it held after a tenth of that.
"""

from __future__ import annotations

import argparse
import http.client
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.support import first_pages, load_figures, memory_course, visitors
from benchmarks.support.load_figures import Figures
from benchmarks.support.memory_course import Held

PROCESSES = "FORECASTING_PROCESSES"
WARM_SECONDS = 15.0
"""For which nothing is counted, after the server began to answer."""
TRAIN_WITHOUT = ("--without", "lstm", "--without", "prophet")


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sales", type=Path, nargs="?", default=ROOT / "data" / "sample.csv")
    parser.add_argument("--home", type=Path)
    parser.add_argument("--windows", type=int, default=30)
    parser.add_argument("--programs", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=90)
    parser.add_argument("--against", help="a commit to compare with")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=1, help="of the server, not of the other commit's")
    parser.add_argument("--memory", action="store_true", help="measure what the server holds after long use, instead")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        with checkout(args.against, Path(folder) / "before") as before:
            prepare(home, args.sales, args.home, before or ROOT)
            if args.memory:
                print(memory_course.table(long_use(home, args.seed)))
                return
            earlier = measured(before, home, args) if before else {}
            os.environ[PROCESSES] = str(args.processes)
        for state, figures in measured(ROOT, home, args).items():
            print(load_figures.table(state, earlier.get(state), figures), end="\n\n")
    print(f"load average {os.getloadavg()[0]:.1f}")


@contextmanager
def checkout(commit: str | None, folder: Path) -> Iterator[Path | None]:
    """The files of a commit in a folder, for as long as the block runs; None of none."""
    if commit is None:
        yield None
        return
    git = ("git", "-C", str(ROOT), "worktree")
    subprocess.run([*git, "add", "--detach", "--quiet", str(folder), commit], check=True)
    try:
        yield folder
    finally:
        subprocess.run([*git, "remove", "--force", str(folder)], check=True)


def prepare(home: Path, sales: Path, trained: Path | None, files: Path) -> None:
    """A workspace with a version that these files can read."""
    if trained is not None:
        shutil.copytree(trained, home)
        return
    command = [sys.executable, "-m", "forecasting", "retrain", str(sales.resolve()), "--horizon", "28", *TRAIN_WITHOUT]
    subprocess.run(command, cwd=files, env={**os.environ, "FORECASTING_HOME": str(home)}, check=True)


def measured(files: Path, home: Path, args: argparse.Namespace) -> dict[str, Figures]:
    """What visitors of these files wait for, by what the server does meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(home, Path(folder) / "home"))
        os.environ["FORECASTING_REQUEST_RATE"] = "100000/second"
        with first_pages.serving(copy, files) as (address, server):
            _await(address)
            return {
                state: one_state(address, server.pid, args, retrains=retrains) for state, retrains in (("idle", False), ("while it retrains", True))
            }


def long_use(home: Path, seed: int) -> list[Held]:
    """What a server of this commit holds after a tenth of a long use, and after all of it."""
    memory_course.second_version(home)
    os.environ["FORECASTING_REQUEST_RATE"] = "100000/second"
    with first_pages.serving(home, ROOT) as (address, server):
        _await(address)
        return memory_course.course(address, server.pid, (1, 2), seed, _say_how_far)


def _say_how_far(block: int) -> None:
    print(f"\r{block} of {memory_course.BLOCKS}", end="", file=sys.stderr, flush=True)


def one_state(address: str, pid: int, args: argparse.Namespace, *, retrains: bool) -> Figures:
    """Visitors for so many seconds."""
    with retraining(address) if retrains else nullcontext(), visitors.programs(address, args.programs) as asked:
        server = first_pages.server_processes(pid)
        cpu, begun = sum(map(first_pages.processor_seconds, server)), time.perf_counter()
        seen = visitors.windows(address, args.windows, args.seconds, args.seed)
        used, seconds = sum(map(first_pages.processor_seconds, server)) - cpu, time.perf_counter() - begun
        held = sum(map(load_figures.memory, server)), sum(map(load_figures.descriptors, server))
    return Figures(_grouped(seen.runs), _grouped(asked.runs), [*seen.errors, *asked.errors], *held, used / seconds, used / max(1, len(seen.runs)))


def _grouped(runs: list[tuple[str, float]]) -> dict[str, list[float]]:
    grouped = defaultdict(list)
    for name, seconds in runs:
        grouped[name].append(seconds)
    return dict(grouped)


def _await(address: str) -> None:
    """Waits until the server answers, and has warmed what it warms."""
    while True:
        try:
            if _ask(address, "GET", "/api/health")[0] == 200:
                break
        except OSError:
            pass
        time.sleep(0.2)
    time.sleep(WARM_SECONDS)


@contextmanager
def retraining(address: str) -> Iterator[None]:
    """A retrain of all models with many epochs, cancelled at the end."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=120)
    connection.request("POST", "/api/retrain", "epochs=1000&without=", {"Content-Type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    if answer.status != 200:
        raise SystemExit(f"No retrain: {answer.status} {answer.read()!r}")
    job = answer.headers["Location"].rpartition("/")[2]
    time.sleep(5)
    yield
    connection.close()
    _ask(address, "POST", f"/api/jobs/{job}/cancel")


def _ask(address: str, method: str, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    connection.request(method, path)
    answer = connection.getresponse()
    try:
        return answer.status, answer.read()
    finally:
        connection.close()


if __name__ == "__main__":
    main()
