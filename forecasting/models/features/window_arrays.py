"""The inputs of windows as arrays: what the network reads, what is asked of single days, and their sizes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from forecasting.models.features.inputs import Float32Array

RECENT_CHANNEL = 1
"""Channel of a window's days ahead with the weekday mean of the last weeks."""
INDEX_CHANNEL = 3
"""Channel of a window's days ahead with the weekday index that a forecast multiplies."""


@dataclass(frozen=True, eq=False)
class Windows:
    """Inputs of b windows, in units of their scale.

    Args:
        past: The days before the origin, shape (b, lookback, channels).
        ahead: The days from the origin on, shape (b, horizon, channels).
        static: Channels of the series at the origin, shape (b, channels).
        codes: The number of each key value, shape (b, columns); 0 for a value outside the vocabulary.
        scale: Units a day that 1 stands for, shape (b,).
    """

    past: Float32Array
    ahead: Float32Array
    static: Float32Array
    codes: np.ndarray
    scale: Float32Array


class Asked(NamedTuple):
    """Of which days ahead something is asked.

    Args:
        rows, origins: Windows, shape (b,).
        steps: Days after the origin, from 0 to the layout's horizon less 1, shape (b, k).
        usual: Whether a window sees usual, not actual, values of drivers without a plan, shape (b,) of bool; None for no window.
        recent: Whether a window knows how recent its days are, if that is an input, shape (b,), of bool or a share; None for all windows.
    """

    rows: np.ndarray
    origins: np.ndarray
    steps: np.ndarray
    usual: np.ndarray | None
    recent: np.ndarray | None


class DaysAhead(NamedTuple):
    """What is known of k days ahead of b origins, in units of their scale.

    Args:
        channels: Of the days, shape (b, k, channels).
        static: Of the series at the origin, shape (b, channels).
        codes: The number of each key value, shape (b, columns); 0 for a value outside the vocabulary.
        scale: Units a day that 1 stands for, shape (b,).
    """

    channels: Float32Array
    static: Float32Array
    codes: np.ndarray
    scale: Float32Array


@dataclass(frozen=True)
class Shapes:
    """Sizes of the inputs of a window, which with a network's settings say what its layers are.

    Args:
        past: Days before the origin, and their channels.
        ahead: Days from the origin on, and their channels.
        static: Channels of the series.
        vocabulary: Values of each key column.
        sparse: Whether there are heads for means too.
    """

    past: tuple[int, int]
    ahead: tuple[int, int]
    static: int
    vocabulary: tuple[int, ...]
    sparse: bool
