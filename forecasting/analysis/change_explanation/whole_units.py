"""Tables of units rounded so that what is shown adds up: every row, every column and the totals.

Every number becomes the whole one below or above it. Such a rounding of a table with its totals always exists, as the numbers are a flow through
rows and columns (Bacharach 1966); of all of them the one nearest to the numbers is taken, the totals before all.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from forecasting.core.arrays import FloatArray

_TOTALS, _ENDS = 1e3, 1e6
"""How much more a total counts than a cell, and a total before or after than one of a part."""
_EXACT: Final = 1e-9
"""Nearer to a whole number is that number."""


def rounded(before: FloatArray, amounts: FloatArray, digits: int = 0) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Units before, amounts and units after, rounded so that each row's before and amounts add up to its after, and each column to its total.

    Args:
        before: Of n rows, shape (n,), in units.
        amounts: Of p parts, shape (n, p), in units.
        digits: Decimals that are shown.

    Returns:
        Shape (n + 1,), (n + 1, p) and (n + 1,): the totals are the last row.

    Example:
        >>> before, amounts, after = rounded(np.array([1.4, 2.4]), np.array([[0.6, 0.3], [0.6, 0.3]]))
        >>> float(before[-1]), amounts[-1].tolist(), float(after[-1])
        (4.0, [1.0, 1.0], 6.0)
    """
    scale = 10.0**digits
    cells = np.column_stack([before, amounts, -(before + amounts.sum(axis=1))]) * scale
    cells = np.vstack([cells, -cells.sum(axis=0)])
    whole = _nearest(cells) / scale
    whole[-1] *= -1
    whole[:, -1] *= -1
    return whole[:, 0] + 0.0, whole[:, 1:-1] + 0.0, whole[:, -1] + 0.0


def _nearest(cells: FloatArray) -> FloatArray:
    """Whole numbers below or above the cells whose rows and columns all add up to 0, as the cells' do."""
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    near, slack = np.rint(cells), _EXACT * np.maximum(np.abs(cells), 1.0)
    exact = np.abs(cells - near) <= slack
    low = np.where(exact, near, np.floor(cells))
    part = np.where(exact, 0.0, cells - low)
    rows, columns = cells.shape
    row, column = np.divmod(np.arange(cells.size), columns)
    sums = coo_array((np.ones(2 * cells.size), (np.concatenate([row, rows + column]), np.tile(np.arange(cells.size), 2))))
    weight = np.ones(cells.shape)
    weight[-1], weight[-1, [0, -1]] = _TOTALS, _ENDS
    missing = np.rint(np.concatenate([-low.sum(axis=1), -low.sum(axis=0)]))
    answer = linprog(
        (weight * (1 - 2 * part)).ravel(),
        A_eq=sums.tocsr(),
        b_eq=missing,
        bounds=np.column_stack([np.zeros(cells.size), np.ceil(part).ravel()]),
        method="highs-ds",
    )
    if answer.x is None:
        raise ArithmeticError(f"These numbers cannot be rounded so that they add up: {answer.message}")
    return np.asarray(low + np.rint(answer.x).reshape(cells.shape))
