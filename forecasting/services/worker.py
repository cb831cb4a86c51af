"""The process of one retrain: `python -m forecasting.services.worker JOB_DIR LOCK`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

from forecasting.core.progress import OnProgress
from forecasting.jobs import worker

COMMAND: Final = (sys.executable, "-m", "forecasting.services.worker")
"""Starts this process; the job's folder and the number of its open lock are added."""


def retrain(request: dict[str, Any], on_progress: OnProgress) -> dict[str, Any]:
    """Trains and publishes; the slow imports happen here, where a cancel can end them."""
    from forecasting.services import training_run
    from forecasting.storage.workspace import Workspace

    return training_run.run(Workspace.default(), request, on_progress)


if __name__ == "__main__":
    worker.main(Path(sys.argv[1]), int(sys.argv[2]), retrain)
