"""Waits for a retrain on the command line and in Python."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tqdm import tqdm

from forecasting.core.errors import Cancelled, TrainingFailed
from forecasting.core.progress import OnProgress, Progress, ignore
from forecasting.core.settings import LstmSettings, Settings
from forecasting.jobs.events import Event
from forecasting.jobs.runner import Jobs
from forecasting.services import retraining as service
from forecasting.services import sales, workspaces
from forecasting.services import submissions as sending
from forecasting.services.submissions import Sent
from forecasting.storage.workspace import Workspace

STEPS = 1000


def follow(ws: Workspace, number: int) -> dict[str, Any]:
    """Shows a job's progress on stderr until it ends; what it made.

    Raises:
        Cancelled: A person ended it.
        TrainingFailed: It ended without a version.
    """
    layout = "{desc} {percentage:3.0f} % |{bar:20}| {elapsed}{postfix}"
    with tqdm(total=STEPS, file=sys.stderr, bar_format=layout, mininterval=0.2) as bar:

        def show(event: Event) -> None:
            if event.type == "result":
                bar.update(round(event.fraction * STEPS) - bar.n)
                return
            bar.set_description_str(f"{event.stage or 'Start':24}", refresh=False)
            bar.set_postfix_str(event.note or (f"{event.done} of {event.total}" if event.stage else ""), refresh=False)
            bar.update(round(event.fraction * STEPS) - bar.n)

        return outcome(ws, number, show)


def outcome(ws: Workspace, number: int, on_event: Callable[[Event], None]) -> dict[str, Any]:
    """Tells every event of a job until it ends; what it made. The job is cancelled if the listener raises, or on Ctrl-C."""
    jobs = Jobs(ws.jobs)
    try:
        status = jobs.follow(number, on_event)
    except BaseException:
        jobs.cancel(number)
        raise
    if status.state == "done":
        return status.result
    if status.state == "cancelled":
        raise Cancelled("The retraining was cancelled. The live version still serves; merged sales stay.")
    raise TrainingFailed(f"{status.reason} The log is {status.log}.")


def retrain_model(
    path: Path | str,
    *,
    epochs: int = LstmSettings.epochs,
    batch_size: int = LstmSettings.batch_size,
    horizon: int = Settings.horizon,
    on_progress: OnProgress = ignore,
) -> dict[str, Any]:
    """Merges a sales file, trains in a process of its own, publishes, and returns the manifest.

    Args:
        path: A sales file whose columns can be guessed and whose rows have no problems.
        epochs: Of the network, at most.
        batch_size: Windows a step.
        horizon: Days ahead.
        on_progress: Told of every step, e.g. a queue's `put`; what it raises cancels the training.

    Raises:
        InputError: The file or a setting cannot be used.
        JobRunning: A retrain is running already; the sales are merged.
        TrainingFailed: The training ended without a version.
    """
    chosen = Settings(horizon=horizon, lstm=LstmSettings(epochs=epochs, batch_size=batch_size))
    ws, file = workspaces.workspace(), Path(path)
    sending.merge(ws, Sent(content=sales.read_file(file), name=file.name))

    def tell(event: Event) -> None:
        if event.type == "progress":
            on_progress(Progress(event.stage, event.done, event.total, event.note, event.loss))

    return outcome(ws, service.start_retrain(ws, chosen, leave_a_core=False), tell)
