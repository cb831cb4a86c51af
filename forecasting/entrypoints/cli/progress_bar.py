"""Waits for a retrain on the command line and in Python."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from tqdm import tqdm

from forecasting.jobs.events import Event
from forecasting.services.jobs import outcome
from forecasting.storage.workspace import Workspace

STEPS = 1000
Outcome = Callable[[Workspace, int, Callable[[Event], None]], dict[str, Any]]


def follow(ws: Workspace, number: int, outcome: Outcome = outcome) -> dict[str, Any]:
    """Shows a job's progress on stderr until it ends, and returns its result.

    Args:
        ws: Where.
        number: Of the job.
        outcome: Tells of its events and gives its result: of a retrain unless another is given.

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
