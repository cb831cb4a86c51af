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
        self._peak, self._warm = start.value
        self._steps, self._total = steps, epochs * steps
        self._step = 0
        self._fall_from, self._fall_at = self._peak, 0.0

    @property
    def ended(self) -> bool:
        """All steps are done."""
        return self._step >= self._total

    def rate(self) -> float:
        """The learning rate of the next step."""
        now = (self._step + 1) / self._total
        self._step += 1
        warm = min(1.0, self._step / max(self._warm * self._total, 1.0)) if self._fall_at == 0 else 1.0
        fallen = 0.5 * (1 + np.cos(np.pi * now))
        return float(self._peak * warm * (_FLOOR + (1 - _FLOOR) * fallen))

    def hear(self, losses: Sequence[float]) -> None:
        """Looks at the losses of all epochs so far: shortens what is left when they no longer fall."""
        left = (self._total - self._step) // self._steps
        if len(losses) < 2 * _WINDOW or left <= _TAIL or self._fall_at:
            return
        before, lately = np.mean(losses[-2 * _WINDOW : -_WINDOW]), np.mean(losses[-_WINDOW:])
        if lately > (1 - _LEAST_GAIN) * before:
            self._fall_at = self._step
            self._total = self._step + _TAIL * self._steps
