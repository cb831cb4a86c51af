"""How the scores of past days vary, and from where on those of a series are an alarm: learned when a version is published, and kept beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from forecasting.analysis.monitoring import e_detector
from forecasting.analysis.monitoring.e_detector import Threshold
from forecasting.analysis.monitoring.grading import STEPS_A_YEAR
from forecasting.core.arrays import BoolArray, FloatArray
from forecasting.core.period import Period

NAME: Final = "scores.json"
"""Absent in versions of earlier releases, whose scores are learned when they are asked for."""
FORM: Final = 1
"""Of what the numbers mean: another one is not read. It changes whenever the same past gives other scores."""
ALARMS_A_YEAR = 1.0
"""False alarms a year that a file should have, about."""
OF_SERIES = 0.3
"""Share of them that single series may have."""


class UsualScores(NamedTuple):
    """What is usual of scores.

    Args:
        spread: Variance of a version's own mean score.
        threshold: From where on a series is an alarm.
    """

    spread: float
    threshold: Threshold


def learn(scores: FloatArray | None, ordinary: BoolArray, n: int, period: Period) -> UsualScores:
    """What is usual, from scores of past days.

    Args:
        scores: Shape (K, n, h); None where nothing was judged.
        ordinary: Whether a step is no holiday and not beside one, shape (K, h).
        n: How many series there are.
        period: What a step is.
    """
    cutoffs, h = ordinary.shape
    some = slice(None, None, max(1, n * max(cutoffs, 1) // e_detector.MAX_PATHS))
    paths = np.empty((0, h)) if scores is None else np.where(ordinary[:, None], scores, np.nan)[:, some].reshape(-1, h)
    spread = e_detector.own_spread(paths)
    alarms = ALARMS_A_YEAR * OF_SERIES
    return UsualScores(spread, e_detector.learn_threshold(paths, n=n, steps_a_year=STEPS_A_YEAR[period.name], alarms=alarms, spread=spread))


def write(usual: UsualScores, folder: Path) -> None:
    """Writes what is usual into a version's folder."""
    threshold = {name: float(value) for name, value in usual.threshold._asdict().items()}
    told = {"form": FORM, "spread": usual.spread, "threshold": {name: value if np.isfinite(value) else None for name, value in threshold.items()}}
    (folder / NAME).write_text(json.dumps(told), encoding="utf-8")


def read(folder: Path) -> UsualScores | None:
    """What `write` wrote; None where there is nothing, or of another form."""
    if not (folder / NAME).exists():
        return None
    told = json.loads((folder / NAME).read_text(encoding="utf-8"))
    if told["form"] != FORM:
        return None
    threshold = {name: np.nan if value is None else value for name, value in told["threshold"].items()}
    return UsualScores(told["spread"], Threshold(**threshold))
