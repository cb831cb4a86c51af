"""How much of a task is done, how long it still takes, and how long each stage took."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

from forecasting.core.progress import OnProgress, Progress
from forecasting.core.settings import Settings
from forecasting.core.stages import BACKTEST_TOTALS, FORECASTS, PREPARE, PUBLISH, in_backtest

TRUSTED_FROM = 1 / 3
"""Share of the work from which on only the measured pace counts."""


class Estimate:
    """How much of a plan of stages is done.

    Args:
        stages: Stage -> seconds that it is expected to take, in order; a stage that is not above 0 counts as nothing.
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
        """Seconds left, by the plan at first and by the measured pace as work is done; None without a plan.

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


_TOTALS_SECONDS = 2.0
"""What the totals take with hardly any sales."""


class Stopwatch:
    """A listener that measures how long each stage takes and passes its progress on.

    Args:
        on_progress: The listener that progress is passed on to.
        clock: Seconds that never run backwards.

    Attributes:
        seconds: Stage -> seconds from the event before its first to its last.
    """

    def __init__(self, on_progress: OnProgress, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds: dict[str, float] = {}
        self._on_progress = on_progress
        self._clock = clock
        self._last = clock()

    def __call__(self, progress: Progress) -> None:
        """Measures a step and passes it on."""
        now = self._clock()
        self.seconds[progress.stage] = self.seconds.get(progress.stage, 0.0) + now - self._last
        self._last = now
        self._on_progress(progress)


def expected(rows: int, settings: Settings, manifest: Mapping[str, Any] | None) -> dict[str, float]:
    """Seconds that each stage is likely to take, in order.

    Args:
        rows: Rows of the sales.
        settings: What will be trained.
        manifest: The manifest of an earlier version, if any; if its settings are the same, its durations are taken instead of the rule.
    """
    from forecasting.models import registry  # slow: the process of a job, which only counts, must be ready for a cancel before it loads a model

    alike = manifest is not None and manifest.get("settings") == settings.to_dict()
    if manifest is not None and alike and manifest.get("durations"):
        growth = max(rows, 1) / max(manifest.get("rows", rows), 1)
        return {stage: seconds * growth for stage, seconds in manifest["durations"].items()}
    millions = rows / 1e6
    past = {in_backtest(model.stage): model.seconds(settings, millions, True) for model in registry.in_turn(settings)}
    final = {model.stage: model.seconds(settings, millions, False) for model in registry.taking_part(settings)}
    planned = {
        PREPARE: 0.5 + 5.0 * millions,
        **past,
        BACKTEST_TOTALS: _TOTALS_SECONDS,
        **final,
        FORECASTS: 0.5 + 20.0 * millions,
        PUBLISH: 1.0 + millions,
    }
    return {stage: seconds for stage, seconds in planned.items() if seconds > 0}
