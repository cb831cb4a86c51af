"""Boosted trees as arrays, and their forecasts in NumPy.

A row leaves a tree where all its questions are answered. Each tree has at most 32 leaves; a bit stands for each, and an answer of "no" strikes
out the leaves on the "yes" side. The first leaf that is left is the row's: no walk from node to node, and every question is asked of all rows
at once (QuickScorer: Lucchese et al. 2015, "QuickScorer: a fast algorithm to rank documents with additive ensembles of regression trees").
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple, Self

import numpy as np

from forecasting.core.arrays import FloatArray

MOST_LEAVES = 32


class Lesson(NamedTuple):
    """What is learned from, b rows.

    Args:
        codes: Categories from 0, shape (b, categories); at most 255 different ones in a column.
        numbers: The other inputs, shape (b, columns).
        target: Shape (b,), at least 0.
        weight: Shape (b,), above 0.
    """

    codes: np.ndarray
    numbers: np.ndarray
    target: FloatArray
    weight: FloatArray


@dataclass(frozen=True, eq=False)
class Forest:
    """T trees of at most S questions.

    Args:
        column: The input that each question is about, shape (T, S); -1 where a tree has fewer questions.
        threshold: The answer is yes for numbers up to it, shape (T, S); for a category, the row of `yes`.
        strikes: Leaves that stay after a "no", a bit each, shape (T, S) of uint32.
        leaves: What each leaf adds, shape (T, MOST_LEAVES).
        yes: Categories for which the answer is yes, shape (questions about categories, C) of bool; the last one stands for all from C - 1 on.
        categories: Inputs that are categories; the first ones.
        base: What the sum begins with.
        exponential: Whether the forecast is the exponential of the sum.
    """

    column: np.ndarray
    threshold: np.ndarray
    strikes: np.ndarray
    leaves: FloatArray
    yes: np.ndarray
    categories: int
    base: float
    exponential: bool

    def predict(self, codes: np.ndarray, numbers: np.ndarray) -> FloatArray:
        """The forecast of b rows, shape (b,).

        Args:
            codes: Categories, shape (b, categories) of int.
            numbers: The other inputs, shape (b, columns) of float32.
        """
        within = np.minimum(codes, max(self.yes.shape[1] - 1, 0))
        columns = [*np.ascontiguousarray(within.T), *np.ascontiguousarray(numbers.T)]
        total, lost = np.full(len(numbers), self.base), np.empty(len(numbers), dtype=np.uint32)
        for questions, thresholds, strikes, leaves in zip(self.column, self.threshold, ~self.strikes, self.leaves, strict=True):
            struck = np.zeros(len(numbers), dtype=np.uint32)
            for column, threshold, goes in zip(questions, thresholds, strikes, strict=True):
                if column < 0:
                    break
                no = ~self.yes[int(threshold)][columns[column]] if column < self.categories else columns[column] > threshold
                np.bitwise_or(struck, np.multiply(no, goes, out=lost), out=struck)
            left = ~struck
            total += leaves[np.bitwise_count((left & -left) - np.uint32(1))]
        return np.exp(total) if self.exponential else total

    def arrays(self, prefix: str) -> dict[str, np.ndarray]:
        """What `from_arrays` reads, by name, for an .npz file."""
        return {f"{prefix}/{field.name}": np.asarray(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray], prefix: str) -> Self:
        """The forest that `arrays` wrote."""
        values = {field.name: arrays[f"{prefix}/{field.name}"] for field in fields(cls)}
        scalars = {name: values[name].item() for name in ("categories", "base", "exponential")}
        return cls(**{**values, **scalars})
