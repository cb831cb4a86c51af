"""Which windows a network learns from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.core.settings import LstmSettings
from forecasting.models.lstm.windows import Features

_FEWEST, _MOST = 16_000, 32_000
"""Windows of a whole training."""
_MOST_DAYS = 1_500_000
"""Days ahead in all of them, about: windows of a long horizon teach more each, and take longer."""
_EPOCHS = 50
"""Epochs that a whole training is cut into."""


@dataclass(frozen=True, eq=False)
class Pool:
    """Training windows in the order of their use.

    Args:
        rows: Series, shape (windows,).
        origins: First days ahead, shape (windows,).
        usual: Whether drivers without a plan are seen as usual on the days ahead, shape (windows,): in half of them.
        recent: Whether they know how recent their days ahead are, shape (windows,): half of them.
        epoch: Windows of one epoch.
    """

    rows: np.ndarray
    origins: np.ndarray
    usual: np.ndarray
    recent: np.ndarray
    epoch: int


def draw(features: Features, settings: LstmSettings, *, seed: int, share: float = 1.0) -> Pool:
    """Windows drawn without replacement, again from all once they are used up.

    A window has a whole horizon with rows of its series at both ends, and enough days before it.

    Args:
        features: Of the panel to learn from.
        settings: How many epochs of how many windows.
        seed: Of the order.
        share: Of a whole training, in (0, 1].
    """
    layout = features.layout
    latest = features.stop - layout.horizon
    age = min(layout.spans.known, layout.before)
    earliest = np.maximum(features.start + age, layout.before)
    counts = np.maximum(latest - earliest + 1, 0)
    available = int(counts.sum())
    most = int(np.clip(_MOST_DAYS // layout.horizon, _FEWEST, _MOST))
    whole = int(np.clip(available, _FEWEST, most)) // _EPOCHS
    epoch = max(1, int(share * (settings.windows_per_epoch or whole)))
    if not available:
        return Pool(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool), np.zeros(0, dtype=bool), epoch)
    random = np.random.default_rng(seed)
    chosen = _order(available, epoch * settings.epochs, random)
    ends = np.cumsum(counts)
    rows = np.searchsorted(ends, chosen, side="right")
    usual, recent = random.random((2, len(rows))) < 0.5
    return Pool(rows, earliest[rows] + chosen - (ends - counts)[rows], usual, recent, epoch)


def _order(available: int, wanted: int, random: np.random.Generator) -> np.ndarray:
    """Numbers below `available`, none again before all were there."""
    rounds, rest = divmod(wanted, available)
    drawn = [random.permutation(available) for _ in range(rounds)]
    return np.concatenate([*drawn, random.choice(available, size=rest, replace=False)])
