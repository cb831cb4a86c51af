"""The paired t test over cutoffs: is the challenger worse beyond doubt, and by enough to matter?

Cameron & Miller 2015 (few clusters): days of one cutoff depend on each other, so that the cutoff is the unit of evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from forecasting.analysis.champion.figures import AtCutoff, Comparison, Measure
from forecasting.core.arrays import FloatArray, t_quantile

FEWEST_CUTOFFS: Final = 4
"""Common cutoffs from which they say anything of a recipe."""
CONFIDENCE: Final = {"wape": 0.992, "rmsse": 0.992, "money": 0.998}
"""One-sided, so that an equally good challenger is held once in a hundred times at most, by errors and money together."""
TOLERATED: Final = {"wape": 0.02, "rmsse": 0.02, "money": 0.10}
"""By how much a challenger may be worse in the mean, whatever the test says."""
MOST_T: Final = 1000.0
"""What t is at most: where all cutoffs differ by the same it has no number."""


def worse(differences: FloatArray, measure: Measure) -> np.ndarray:
    """Whether challengers are worse beyond doubt and by more than is tolerated, shape (...).

    Args:
        differences: Relative differences at K cutoffs, shape (..., K), K at least 2; above 0 is worse.
        measure: Of what.

    Example:
        >>> bool(worse(np.array([0.05, 0.04, 0.06, 0.05]), "wape")), bool(worse(np.array([0.4, -0.3, 0.2, -0.1]), "wape"))
        (True, False)
    """
    mean, error = _mean_and_error(differences)
    return np.asarray((mean > TOLERATED[measure]) & (mean > limit_of(differences.shape[-1], measure) * error))


def limit_of(cutoffs: int, measure: Measure) -> float:
    """The t that a challenger that is no worse seldom exceeds."""
    return float(t_quantile(CONFIDENCE[measure], cutoffs - 1))


def compared(measure: Measure, days: Sequence[str], champion: FloatArray, challenger: FloatArray, note: str = "") -> Comparison:
    """Both versions side by side at cutoffs.

    Args:
        measure: What the values are.
        days: The cutoffs, K of them.
        champion: Its error or cost at each, above 0, shape (K,).
        challenger: The challenger's, shape (K,).
        note: What else to know.
    """
    difference = challenger / champion - 1
    mean, error = (float(value) for value in _mean_and_error(difference))
    wide = float(t_quantile(0.975, len(days) - 1)) * error
    rows = zip(days, champion.tolist(), challenger.tolist(), difference.tolist(), strict=True)
    return Comparison(
        measure,
        tuple(AtCutoff(*row) for row in rows),
        mean,
        mean - wide,
        mean + wide,
        t=min(max(mean / error, -MOST_T), MOST_T) if error else MOST_T * float(np.sign(mean)),
        limit=limit_of(len(days), measure),
        held=bool(worse(difference, measure)),
        note=note,
    )


def _mean_and_error(differences: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The mean over cutoffs and its standard error, shape (...) each."""
    return differences.mean(axis=-1), differences.std(axis=-1, ddof=1) / np.sqrt(differences.shape[-1])
