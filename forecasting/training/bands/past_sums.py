"""Sums over a window at past cutoffs: all, or of a large file as many as are needed to learn from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecasting.training.bands.residuals import Errors, RunningSums, errors_without_cutoff, window_sums

OWN_SUMS, LAW_SUMS = 1_000_000, 300_000
"""Past sums at most from which each series' own scale, and the law of all series, are learned."""


class PastSums(NamedTuple):
    """Sums over a window at past cutoffs, of the windows that start on every `stride`-th of `steps` days."""

    errors: Errors
    window: int
    stride: int
    steps: int

    def without(self, cut: int) -> PastSums:
        """The sums of all cutoffs except the one at position `cut`."""
        return self._replace(errors=errors_without_cutoff(self.errors, cut))

    @property
    def some(self) -> slice:
        """Of the windows, those from which the law of all series is learned."""
        count, n, t = self.errors.y.shape
        return slice(None, None, _stride(count * n, t, LAW_SUMS))

    @property
    def starts(self) -> np.ndarray:
        """Days ahead on which the windows start, from 0."""
        return self.stride * np.arange(self.errors.y.shape[2])


def past_sums(cumulated: RunningSums, window: int) -> PastSums:
    """The sums to learn from: all, or in a large file a part of them, since windows that overlap have nearly the same errors.

    Args:
        cumulated: Errors at past cutoffs, added up.
        window: Days that are added up, at most the number of judged days.
    """
    count, n, t = cumulated.y.shape
    stride = _stride(count * n, t - window, OWN_SUMS)
    return PastSums(window_sums(cumulated, window, stride), window, stride, t - window)


def _stride(pairs: int, steps: int, most: int) -> int:
    """The stride over `steps` that leaves about `most` sums at most, for this many pairs of series and cutoff."""
    return max(1, min(steps, -(-pairs * steps // most)))
