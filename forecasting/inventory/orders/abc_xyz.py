"""Which series matter most, and which are hard to forecast: ABC by value, XYZ by error."""

from __future__ import annotations

from typing import Final

import numpy as np

from forecasting.core.arrays import FloatArray

ABC_SHARES: Final = (0.8, 0.95)
"""Shares of all value: A makes up the first, A and B together the second."""
XYZ_WAPES: Final = (0.25, 0.5)
"""WAPE, as a share, up to which a series is X, and Y."""


def abc(value: FloatArray, shares: tuple[float, float] = ABC_SHARES) -> np.ndarray:
    """Classes of value, shape (n,) of "A", "B", "C" (Silver, Pyke & Thomas 2017, ch. 2).

    Series in order of value, highest first, are A until they make up the first share of all value, the one that reaches it included; then B, then
    C. A series without value is C.

    Args:
        value: Shape (n,), money a year, or units; unknown values and values below 0 (more returned than sold) count as 0.
        shares: Two shares of all value, ascending.

    Example:
        >>> abc(np.array([5.0, 70.0, 25.0, 0.0])).tolist()
        ['C', 'A', 'A', 'C']
    """
    value = np.maximum(np.nan_to_num(value), 0.0)
    order = np.argsort(-value, kind="stable")
    total = value.sum()
    before = (np.cumsum(value[order]) - value[order]) / total if total > 0 else np.ones(len(value))
    classes = np.empty(len(value), dtype="<U1")
    classes[order] = np.select([before < shares[0] - 1e-12, before < shares[1] - 1e-12], ["A", "B"], "C")
    return np.where(value > 0, classes, "C")


def xyz(error: FloatArray, limits: tuple[float, float] = XYZ_WAPES) -> np.ndarray:
    """Classes of forecast error, shape (n,) of "X", "Y", "Z"; an unknown error is Z.

    Args:
        error: Shape (n,), WAPE as a share.
        limits: Errors up to which a series is X, and Y.
    """
    return np.select([error <= limits[0], error <= limits[1]], ["X", "Y"], "Z").astype("<U1")
