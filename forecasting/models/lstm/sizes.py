"""Sizes of the network's layers that are no setting."""

from __future__ import annotations

from typing import Final

import numpy as np

DECODER_UNITS: Final = 32
DAY_INPUTS: Final = 24
"""Values to which a day ahead is reduced before the LSTM over the days ahead: as accurate, in a third of the time."""
HIDDEN_UNITS: Final = 64
_MAX_EMBEDDING: Final = 16


def embedding_size(values: int) -> int:
    """Numbers that stand for a value of a key column with so many values.

    Example:
        >>> embedding_size(4), embedding_size(1000)
        (3, 16)
    """
    return min(_MAX_EMBEDDING, int(np.ceil(np.sqrt(values))) + 1)
