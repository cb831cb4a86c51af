"""Which series of a large file the backtest leaves out at which cutoff, and what stands for them where series are added up.

What a backtest learns of a file, its bands above all, comes from all of its series together and gains little beyond some ten thousand of them.
So each series of a larger file is forecast from some cutoffs only, in turn: every cutoff still judges most of them, the last one all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from zlib import crc32

import numpy as np

from forecasting.core.arrays import BoolArray, FloatArray, nanmean, share
from forecasting.core.panel import Panel

KEPT: Final = 3
"""Cutoffs from which each series is still forecast: below so many nothing is learned of it (`pair_weights.FEWEST_CUTOFFS`)."""
_CYCLES: Final = 8
"""Weeks (single steps in files of weeks or months) before a cutoff whose mean is the level of a series that was left out."""


def left_out(panel: Panel, cuts: Sequence[int], most: int) -> BoolArray | None:
    """Which series are not forecast at which cutoff, shape (K, n); None where all are, as in files of at most `most` series.

    A series keeps the last cutoff and two of those before it at which it had sales already. Which two depends on its name alone: the same from
    retrain to retrain, whatever series come and go, and as good as equally many of each.

    Args:
        panel: All series.
        cuts: Days of history known at each cutoff, ascending.
        most: Series of a file of which none is left out.
    """
    if len(panel) <= most or len(cuts) <= KEPT:
        return None
    sold = np.isfinite(panel.sales)
    first = np.where(sold.any(axis=1), sold.argmax(axis=1), len(panel.dates))
    earlier = (first < np.asarray(cuts[:-1])[:, None]).sum(axis=0)
    turn = np.array([crc32(name.encode()) for name in panel.unique_ids])
    place = np.arange(len(cuts))[:, None] - (len(cuts) - 1 - earlier)
    among = np.maximum(earlier, 1)
    kept = (place < 0) | (place == earlier) | (earlier < KEPT)
    for part in range(KEPT - 1):
        kept |= place == (turn + part * among // (KEPT - 1)) % among
    return None if kept.all() else ~kept


def facts(missing: BoolArray | None) -> dict[str, float] | None:
    """What the manifest says of it: cutoffs of each series, at least, and the share of all forecasts of the past that was not made; None for none."""
    if missing is None:
        return None
    return {"cutoffs": KEPT, "share": round(float(missing.mean()), 3)}


def levels(panel: Panel, cuts: np.ndarray) -> FloatArray:
    """What each series sold on a usual day before each cutoff, shape (K, n), in units; NaN without sales."""
    steps = _CYCLES * panel.period.cycle
    return np.array([nanmean(panel.sales[:, max(cut - steps, 0) : cut], axis=1) for cut in cuts]).reshape(len(cuts), len(panel))


def stand_ins(f: FloatArray, missing: BoolArray, level: FloatArray) -> FloatArray:
    """Forecasts in which each series that was left out is expected to do as the others did, for adding up over series.

    Args:
        f: Shape (K, n, h), in units; NaN where there is no forecast.
        missing: Which were left out, shape (K, n).
        level: What each sold on a usual day before each cutoff, shape (K, n), in units.

    Returns:
        The same with `level` x (all forecasts of the day / all levels) where one was left out; NaN where that is not known.

    Example:
        >>> stand_ins(np.array([[[4.0, 6.0], [np.nan, np.nan]]]), np.array([[False, True]]), np.array([[5.0, 10.0]])).tolist()
        [[[4.0, 6.0], [8.0, 12.0]]]
    """
    known = np.isfinite(f) & np.isfinite(level)[:, :, None] & ~missing[:, :, None]
    profile = share(np.where(known, f, 0.0).sum(axis=1), np.where(known, level[:, :, None], 0.0).sum(axis=1))
    return np.where(missing[:, :, None], level[:, :, None] * profile[:, None], f)
