"""Visits of a page in one process, which does what a server's process does before somebody comes; with the code of any commit.

Usage: python benchmarks/support/page_visit.py FILES HOME PAGE cold|warm, which prints a JSON object: CPU seconds with the code of the folder FILES.

It asks that code for no more than its server's warm start, its pages, and that another version serves.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

IDLE_SECONDS: Final = 8.0
"""For which a process has to do nothing, until what it does in the background counts as done: longer than a server waits for a first visitor."""
BUSY: Final = 0.03
"""CPU seconds of a second from which on it does something."""


def measure(files: Path, home: Path, page: str, only: str) -> dict[str, float]:
    """The costs of a page in this process, which has imported nothing of these files yet."""
    sys.path[0] = str(files)
    from streamlit.testing.v1 import AppTest

    begin = background()

    def visit() -> float:
        return used(lambda: opened(AppTest, files, page))

    if only == "cold":
        return {"cold": visit()}
    stop = threading.Event()
    threading.Thread(target=begin, args=(stop,), daemon=True).start()
    told = {"warm": used(settle), "first": visit(), "again": visit()}
    change(home)
    settle()
    told["changed"] = visit()
    stop.set()
    return told


def background() -> Callable[[threading.Event], object]:
    """What a server of these files does in the background until it is told to stop; its modules are imported, and its hooks in Streamlit in place."""
    from pages.server import app, table_bytes

    table_bytes.keep()
    if not hasattr(app, "warming"):  # until 30 Nov 2026 a server did nothing more once it had started
        return lambda stop: app.warm(app.Warmed(lambda: None), stop)
    from pages.server import direct_runs, warming

    direct_runs.keep()
    return lambda stop: warming.run(lambda: None, stop)


def opened(app_test: Any, files: Path, page: str) -> Any:
    """A page in a window of its own, as somebody sees who comes by its address."""
    at = app_test.from_file(str(files / "streamlit_app.py"), default_timeout=600)
    if page != "overview":
        at.switch_page(f"pages/{page}.py")
    if at.run().exception:
        raise SystemExit(str(at.exception))
    return at


def used(act: Callable[[], object]) -> float:
    """CPU seconds of this process while `act` runs."""
    begun = time.process_time()
    act()
    return time.process_time() - begun


def settle() -> None:
    """Waits until this process has had nothing to do for a while."""
    idle = 0.0
    while idle < IDLE_SECONDS:
        before = time.process_time()
        time.sleep(1)
        idle = 0.0 if time.process_time() - before > BUSY else idle + 1


def change(home: Path) -> None:
    """Has the other version of a `prepared` workspace serve."""
    from forecasting.storage.versions.store import Versions

    store = Versions(home / "artifacts" / "versions")
    store.set_live(next(number for number in store.numbers() if number != store.live()))


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:5])))
