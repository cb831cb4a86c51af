"""The choice of windows that a network learns from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.core.settings import LstmSettings
from forecasting.models.features.inputs import NetworkInputs

_MIN_WINDOWS, _MAX_WINDOWS = 16_000, 32_000
"""Fewest and most windows of a whole training."""
_MAX_DAYS_AHEAD = 1_500_000
"""Days ahead in all windows together, at most (about): a window of a long horizon teaches more, and takes longer."""
_EPOCHS = 50
"""Epochs that a whole training is divided into."""


@dataclass(frozen=True, eq=False)
class Pool:
    """Training windows in the order of their use.

    Args:
        rows: Series, shape (windows,).
        origins: First days ahead, shape (windows,).
        usual: Whether a window sees usual values of drivers without a plan on the days ahead, shape (windows,); half of them do.
        recent: Whether a window knows how recent its days ahead are, shape (windows,); half of them do.
        epoch: Number of windows in an epoch.
    """

    rows: np.ndarray
    origins: np.ndarray
    usual: np.ndarray
    recent: np.ndarray
    epoch: int


def draw_pool(known: tuple[np.ndarray, np.ndarray], layout: NetworkInputs, settings: LstmSettings, *, seed: int, share: float = 1.0) -> Pool:
    """Windows drawn without replacement, and from all again once they are used up.

    A window has a whole horizon with rows of its series at both ends, and enough days before it.

    Args:
        known: First day with a row of each series and the day after its last, as `known_days` gives them, shape (n,) each.
        layout: The network's inputs.
        settings: The number of epochs, and of windows in an epoch.
        seed: Seed of the order.
        share: Share of the windows of a whole training, in (0, 1].
    """
    start, stop = known
    latest = stop - layout.horizon
    age = min(layout.spans.known, layout.before)
    earliest = np.maximum(start + age, layout.before)
    counts = np.maximum(latest - earliest + 1, 0)
    available = int(counts.sum())
    most = int(np.clip(_MAX_DAYS_AHEAD // layout.horizon, _MIN_WINDOWS, _MAX_WINDOWS))
    whole = int(np.clip(available, _MIN_WINDOWS, most)) // _EPOCHS
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
    """`wanted` numbers below `available` in random order; none is repeated before all were used."""
    rounds, rest = divmod(wanted, available)
    drawn = [random.permutation(available) for _ in range(rounds)]
    return np.concatenate([*drawn, random.choice(available, size=rest, replace=False)])
