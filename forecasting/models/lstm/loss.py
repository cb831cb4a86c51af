"""What the network minimises."""

from __future__ import annotations

from typing import Final

import numpy as np

from forecasting.models.features.inputs import Float32Array
from forecasting.models.lstm.numpy_network import MEAN

HUGE: Final = 4.0
"""Scaled error from which on the loss of the head of means grows linearly, not squared."""


def loss_and_slope(head: str, error: Float32Array, weight: Float32Array) -> tuple[float, Float32Array]:
    """A head's loss, and the gradient of its forecasts.

    The loss of a day is the absolute error, minimised by a median; for the head of means it is the squared error, but for huge errors.

    Args:
        head: Its name.
        error: Scaled forecast less scaled sales, of any shape.
        weight: What each day counts, of the same shape.
    """
    size = np.abs(error)
    if head != MEAN:
        return float((size * weight).sum()), np.sign(error) * weight
    loss = np.where(size < HUGE, np.square(size) / np.float32(2 * HUGE), size - np.float32(HUGE / 2))
    return float((loss * weight).sum()), np.clip(error / np.float32(HUGE), -1, 1) * weight
