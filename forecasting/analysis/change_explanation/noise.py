"""How much of a change is chance: training the same sales twice gives two totals.

`benchmarks/seeds.py` measured it on five files (docs/explanation/peers.md, "With other seeds"): the total of all differs by about 1.1 %, whatever
the file; that of a single series by more, the less its sales can be foreseen:

    WAPE of the line, %             10.0  10.8  23.7  33.4  42.9
    total of a series differs by, %  1.2   1.2   1.7   3.5   6.0
    total of all differs by, %       0.9   1.2   1.3   0.3   1.8

The first two go together: about 0.11 of the error. What is not common to all series is taken as independent between them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np

from forecasting.analysis.change_explanation import names
from forecasting.analysis.change_explanation.explanation import AFTER, Explanation

_OF_ALL: Final = 0.011
"""Mean of the third row above."""
_OF_ERROR: Final = 0.11
"""Mean of the second row over the first."""


def spread(told: Explanation, wape: float | None) -> float | None:
    """Units by which training the same sales again moves such a total, on average; None where the version's error is not known.

    Args:
        told: What was asked.
        wape: Of the version after, at past cutoffs.

    Example:
        >>> round(share(1, 0.30), 3), round(share(400, 0.30), 3)
        (0.033, 0.011)
    """
    if wape is None or not math.isfinite(wape):
        return None
    units = np.abs(told.units[AFTER].to_numpy(dtype=float))
    if not units.sum():
        return 0.0
    return float(units.sum() * share(units.sum() ** 2 / (units**2).sum(), wape))


def share(series: float, wape: float) -> float:
    """The same as a share of the total of so many series of equal size."""
    return math.sqrt(_OF_ALL**2 + max(0.0, (_OF_ERROR * wape) ** 2 - _OF_ALL**2) / series)


def within(parts: Mapping[str, float], units: float) -> list[str]:
    """The learned parts that are no more than training alone may move, in order."""
    return [name for name, amount in parts.items() if names.is_learned(name) and 0 < abs(amount) <= units]
