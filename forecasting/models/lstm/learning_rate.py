"""How fast the network learns at each step, and when it stops."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

import numpy as np

_FLOOR = 0.02
"""The last rate over the highest one."""
_WINDOW = 10
"""Epochs whose mean loss is compared with that of the epochs before."""
_LEAST_GAIN = 0.001
_TAIL = 5
"""Epochs in which the rate falls to its floor once the loss no longer falls."""


class Start(Enum):
    """Where a training begins: its highest rate and the share of the steps until it."""

    COLD = (3e-3, 0.05)
    WARM = (1.5e-3, 0.02)


class Schedule:
    """A rate that rises, then falls along half a cosine; it falls at once when the loss no longer does.

    Args:
        epochs: At most so many.
        steps: Of an epoch.
        start: Random weights or those of an earlier network.
    """

    def __init__(self, epochs: int, steps: int, start: Start) -> None:
        self._peak, self._rise = start.value
        self._steps, self._total = steps, epochs * steps
        self._done, self._falling = 0, False

    @property
    def ended(self) -> bool:
        """All steps are done."""
        return self._done >= self._total

    def rate(self) -> float:
        """The learning rate of the next step."""
        self._done += 1
        rising = 1.0 if self._falling else min(1.0, self._done / max(self._rise * self._total, 1.0))
        fallen = 0.5 * (1 + np.cos(np.pi * self._done / self._total))
        return float(self._peak * rising * (_FLOOR + (1 - _FLOOR) * fallen))

    def hear(self, losses: Sequence[float]) -> None:
        """Looks at the losses of all epochs so far: shortens what is left when they no longer fall.

        Each epoch's loss is on windows that were not seen before, so it says what a validation would.
        """
        left = (self._total - self._done) // self._steps
        if self._falling or len(losses) < 2 * _WINDOW or left <= _TAIL:
            return
        before, lately = np.mean(losses[-2 * _WINDOW : -_WINDOW]), np.mean(losses[-_WINDOW:])
        if lately > (1 - _LEAST_GAIN) * before:
            self._falling = True
            self._total = self._done + _TAIL * self._steps
