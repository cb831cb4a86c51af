"""A retrain from Python: `from forecasting import retrain_model`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from forecasting.core.progress import OnProgress, Progress, ignore
from forecasting.core.settings import LstmSettings, Settings
from forecasting.jobs.events import Event
from forecasting.services import sales, submissions, workspaces
from forecasting.services.jobs import outcome
from forecasting.services.submissions import Submission


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
        epochs: Epochs of the network at most.
        batch_size: Windows in a training step.
        horizon: Days ahead.
        on_progress: Called after every step, e.g. a queue's `put`; what it raises cancels the training.

    Raises:
        InputError: The file or a setting cannot be used; nothing was changed.
        JobRunning: A retrain is running already; nothing was merged, unless the text says so.
        TrainingFailed: The training ended without a version.
    """
    chosen = Settings(horizon=horizon, lstm=LstmSettings(epochs=epochs, batch_size=batch_size))
    ws, file = workspaces.workspace(), Path(path)
    sent = Submission(content=sales.read_file(file), name=file.name)

    def tell(event: Event) -> None:
        if event.type == "progress":
            on_progress(Progress(event.stage, event.done, event.total, event.note, event.loss))

    return outcome(ws, submissions.retrain(ws, sent, chosen, leave_a_core=False), tell)
