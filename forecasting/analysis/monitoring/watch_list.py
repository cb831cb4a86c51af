"""Series worth a look although none of them is an alarm: a list of which about one in ten is there by chance.

Source: Wang & Ramdas 2022 (e-BH), valid however series hang together.
"""

from __future__ import annotations

import numpy as np

from forecasting.analysis.monitoring.e_detector import WINDOW
from forecasting.core.arrays import FloatArray

FALSE_SHARE = 0.1
"""Share of the list that may be there by chance."""


def watched(statistics: FloatArray) -> np.ndarray:
    """Positions of the series on the list, the clearest first.

    Args:
        statistics: Logarithms of the e-detector at the last step, shape (n,).
    """
    evidence = statistics - np.log(WINDOW)
    order = np.argsort(-evidence, kind="stable")
    needed = np.log(len(order) / (FALSE_SHARE * np.arange(1, len(order) + 1)))
    enough = np.flatnonzero(evidence[order] >= needed)
    return order[: enough[-1] + 1] if len(enough) else order[:0]
