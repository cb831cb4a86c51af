"""How long units have been on a shelf that sells the oldest first."""

from __future__ import annotations

import numpy as np

from forecasting.core.arrays import FloatArray
from forecasting.inventory.arithmetic import TOLERANCE


class Ages:
    """Which units of m shelves no longer keep.

    As the oldest leave first, what is older than its life is what came early enough and has not left yet, so sums of what came are all that is kept.

    Args:
        life: Shape (m,), steps that goods keep, at least 1; inf where they keep.
        steps: Steps that are simulated.
        start: Shape (m,), units on the shelf before the first step, fresh.
    """

    def __init__(self, life: FloatArray, steps: int, start: FloatArray) -> None:
        self.gone: FloatArray = np.zeros((steps, len(life)))
        self._came: FloatArray = np.zeros((steps + 1, len(life)))
        self._left: FloatArray = np.zeros(len(life))
        self._start = start
        self._life = np.where(np.isfinite(life), life, steps + 1).astype(int)
        self._row = np.arange(len(life))

    def spoiled(self, step: int, arrived: FloatArray, sold: FloatArray) -> FloatArray:
        """Units that no longer keep after the sales of a step, shape (m,); called once a step, in order."""
        self._came[step + 1] = (self._came[step] if step else self._start) + arrived
        self._left += sold
        old = np.maximum(step + 2 - self._life, 0)
        over = self._came[old, self._row] - self._left
        gone: FloatArray = np.where((old > 0) & (over > TOLERANCE), over, 0.0)
        self._left += gone
        self.gone[step] = gone
        return gone
