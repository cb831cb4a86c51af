"""The process that trains what lies between two versions: `python -m forecasting.services.split_training JOB_DIR LOCK`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final, NoReturn

from forecasting.core.errors import TrainingFailed
from forecasting.core.progress import OnProgress, Progress
from forecasting.jobs import worker
from forecasting.jobs.runner import Jobs
from forecasting.storage.workspace import Workspace

COMMAND: Final = (sys.executable, "-m", "forecasting.services.split_training")
"""Starts this process; the job's folder and the number of its open lock are added."""
RETRAINING: Final = "A retraining began, which comes first. Ask again once it has ended."


def run(ws: Workspace, folder: Path, request: Mapping[str, Any], on_progress: OnProgress) -> dict[str, Any]:
    """Trains each of the request's `trainings` into a folder of its own in the job's; what was trained.

    Raises:
        TrainingFailed: A retrain began meanwhile.
    """
    from forecasting.services import between_versions

    for training in request["trainings"]:
        between_versions.train(ws, folder / between_versions.folder_of(training), request, training, listener(ws, training, on_progress))
    return {name: request[name] for name in ("before", "after", "trainings")}


def stage_of(stage: str, training: str) -> str:
    """What a stage of one of the trainings is called: there may be two of a name."""
    return f"{stage} ({training})"


def listener(ws: Workspace, training: str, on_progress: OnProgress) -> OnProgress:
    """Passes progress on under the name of one training; raises TrainingFailed once a retrain has begun."""

    def listen(progress: Progress) -> None:
        if Jobs(ws.jobs).running() is not None:
            raise TrainingFailed(RETRAINING)
        on_progress(replace(progress, stage=stage_of(progress.stage, training)))

    return listen


def main(folder: Path, lock: int) -> NoReturn:
    """Runs the process."""
    worker.main(folder, lock, partial(run, Workspace.default(), folder))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
