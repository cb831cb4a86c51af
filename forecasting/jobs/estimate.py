"""How far a task is, and how long it still takes."""

from __future__ import annotations

import math
from collections.abc import Mapping

from forecasting.core.progress import Progress

TRUSTED_FROM = 1 / 3
"""Share of the work after which only the measured pace counts."""


class Estimate:
    """What is done of a plan of stages.

    Args:
        stages: Stage -> seconds that it is expected to take, in their order; what is not above 0 counts as nothing.
    """

    def __init__(self, stages: Mapping[str, float]) -> None:
        self.stages = {stage: float(seconds) for stage, seconds in stages.items() if 0 < seconds < math.inf}
        self.fraction = 0.0
        self._shares: dict[str, float] = {}

    def update(self, progress: Progress) -> float:
        """The share of the whole plan that is done, in [0, 1]; never falls.

        Stages may take turns. Those that the plan puts before this one and that never reported were skipped; one that is not in the plan
        moves nothing.
        """
        if progress.stage in self.stages:
            for stage in self.stages:
                if stage == progress.stage:
                    break
                self._shares.setdefault(stage, 1.0)
            self._shares[progress.stage] = progress.done / progress.total
            done = sum(seconds * self._shares.get(stage, 0.0) for stage, seconds in self.stages.items())
            self.fraction = min(1.0, max(self.fraction, done / sum(self.stages.values())))
        return self.fraction

    def remaining(self, elapsed: float) -> float | None:
        """Seconds that are left: the plan at first, the measured pace as it becomes known; None without a plan.

        Args:
            elapsed: Seconds since the start, at least 0.
        """
        if not self.stages:
            return None
        planned = sum(self.stages.values())
        if self.fraction == 0:
            return planned
        pace = elapsed / (self.fraction * planned)
        trust = min(1.0, self.fraction / TRUSTED_FROM)
        return (1 - self.fraction) * planned * ((1 - trust) + trust * pace)
