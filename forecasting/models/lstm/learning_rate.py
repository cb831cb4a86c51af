"""The learning rate at each step, and when training stops."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

import numpy as np

_FLOOR_SHARE = 0.02
"""The last rate, as a share of the highest rate."""
_WINDOW_EPOCHS = 10
"""Epochs whose mean loss is compared with that of as many epochs before."""
_MIN_GAIN = 0.001
_TAIL_EPOCHS = 5
"""Epochs in which the rate falls to its floor once the loss no longer falls."""


class Start(Enum):
    """How a training begins: its highest rate, and the share of all steps after which it is reached."""

    COLD = (3e-3, 0.05)
    WARM = (1.5e-3, 0.02)


class LearningRateSchedule:
    """A learning rate that rises, then falls along half a cosine; it falls at once when the loss stops falling.

    Args:
        epochs: Epochs at most.
        steps: Steps of an epoch.
        start: Whether training starts from random weights or from an earlier network's.
    """

    def __init__(self, epochs: int, steps: int, start: Start) -> None:
        self._peak, self._rise = start.value
        self._steps, self._total = steps, epochs * steps
        self._done, self._falling = 0, False

    @property
    def ended(self) -> bool:
        """Whether all steps are done."""
        return self._done >= self._total

    def rate(self) -> float:
        """The learning rate of the next step."""
        self._done += 1
        rising = 1.0 if self._falling else min(1.0, self._done / max(self._rise * self._total, 1.0))
        fallen = 0.5 * (1 + np.cos(np.pi * self._done / self._total))
        return float(self._peak * rising * (_FLOOR_SHARE + (1 - _FLOOR_SHARE) * fallen))

    def hear(self, losses: Sequence[float]) -> None:
        """Reads the losses of all epochs so far, and shortens the rest of the training when they stop falling.

        Each epoch's loss is on windows that the network had not seen before, so it serves as a validation loss.
        """
        left = (self._total - self._done) // self._steps
        if self._falling or len(losses) < 2 * _WINDOW_EPOCHS or left <= _TAIL_EPOCHS:
            return
        before, lately = np.mean(losses[-2 * _WINDOW_EPOCHS : -_WINDOW_EPOCHS]), np.mean(losses[-_WINDOW_EPOCHS:])
        if lately > (1 - _MIN_GAIN) * before:
            self._falling = True
            self._total = self._done + _TAIL_EPOCHS * self._steps
