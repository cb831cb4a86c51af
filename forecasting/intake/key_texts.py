"""What a name of a product, store, region or category cannot be."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
from pyarrow import compute

MAX_CHARACTERS: Final = 255
"""Characters of a name at most: a longer one is a text of something else, or an unclosed quotation mark."""
_BREAK: Final = "[\n\r\v\f\\x{85}\\x{2028}\\x{2029}]"


def faults(texts: pa.DictionaryArray, what: str) -> list[tuple[np.ndarray, str, str]]:
    """What is wrong with names: which rows, shape (n,), the fault, and its remedy.

    Args:
        texts: As `cells.as_texts` gives them.
        what: What they name: "product".
    """
    names = texts.dictionary
    kinds = [
        (compute.match_substring_regex(names, _BREAK), f"A line break in the {what}", f"Write the {what} on one line"),
        (compute.greater(compute.utf8_length(names), MAX_CHARACTERS), f"Longer than {MAX_CHARACTERS} characters", f"Shorten the {what}"),
    ]
    places = texts.indices.fill_null(len(names)).to_numpy(zero_copy_only=False)
    return [(np.append(found.to_numpy(zero_copy_only=False), False)[places], fault, remedy) for found, fault, remedy in kinds]
