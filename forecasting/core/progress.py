"""What a long task tells its listener."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """A step of a long task has ended.

    Args:
        stage: What is running, for a person: "Backtest: Prophet", "LSTM".
        done: Steps of this stage that have ended, in [0, total].
        total: Steps that this stage has in all, at least 1.
        note: One short line, e.g. "epoch 3 of 50, loss 0.031".
        loss: Training loss of the epoch that ended, in units of the scaled sales; None outside of training.
    """

    stage: str
    done: int
    total: int
    note: str = ""
    loss: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.done <= self.total or self.total < 1:
            raise ValueError(f"Expected 0 <= done <= total and total >= 1. Received done={self.done}, total={self.total}.")


OnProgress = Callable[[Progress], None]
"""Called after each step. What it raises ends the task, which is how to cancel."""


def ignore(progress: Progress) -> None:
    """A listener that does nothing."""
