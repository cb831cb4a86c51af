"""A schedule that runs in a terminal, or as a service of the system, until it is stopped."""

from __future__ import annotations

import signal
import sys
import threading
import time
from typing import Any

from forecasting.services.schedule import Schedule


def run_schedule(schedule: Schedule) -> None:
    """Retrains on the schedule until a signal arrives; a check under way is finished first, and a running retrain goes on.

    Raises:
        KeyboardInterrupt: Ctrl-C.
        SystemExit: SIGTERM, with 0.
    """
    signal.signal(signal.SIGTERM, _leave)
    stop = threading.Event()
    looks = threading.Thread(target=schedule.run, args=(stop,), name="schedule")
    try:
        looks.start()
        while looks.is_alive():
            time.sleep(1)  # not join: a signal during it makes Python 3.11 think that the thread has ended
    finally:
        stop.set()
        if looks.is_alive():
            looks.join()


def _leave(*_: Any) -> None:
    sys.exit(0)
