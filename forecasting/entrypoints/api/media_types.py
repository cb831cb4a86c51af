"""Which of several formats of an answer a client wants, by its Accept header."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_WEIGHT: Final = re.compile(r";\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*(?:;|$)", re.ASCII | re.IGNORECASE)


def preferred(accept: str, offered: Sequence[str]) -> str:
    """The format that is named with the largest weight, the first one of equal ones; the first one of all if none is named. RFC 9110, 12.5.1.

    Args:
        accept: The header; formats that it only means, such as `*/*`, do not count.
        offered: Formats in lower case, at least one.

    Example:
        >>> preferred("application/json;q=0.5, text/csv", ["application/json", "text/csv"])
        'text/csv'
    """
    weights = {part.partition(";")[0].strip().lower(): _weight(part) for part in accept.split(",")}
    return max(offered, key=lambda name: weights.get(name, 0.0))


def _weight(part: str) -> float:
    stated = _WEIGHT.search(part)
    return float(stated[1]) if stated else 1.0
