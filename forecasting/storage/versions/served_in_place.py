"""Which version serves, and which ones would in its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forecasting.core.errors import VersionDamaged, VersionUnavailable


@dataclass(frozen=True, slots=True)
class Serving:
    """The version that can be served, and the ones that cannot.

    Args:
        version: The number to serve; None if no version is good.
        refused: The versions that would have come first but are damaged, or cannot be read now.
    """

    version: int | None
    refused: tuple[VersionDamaged | VersionUnavailable, ...] = ()


def in_order(live: int | None, numbers: Sequence[int]) -> list[int]:
    """The live version, then those before it from the newest on, then those after it from the newest on.

    Args:
        live: The live version; None for none.
        numbers: Those that there are, in order.

    Example:
        >>> in_order(2, [1, 2, 3, 4])
        [2, 1, 4, 3]
    """
    newest_first = list(reversed(numbers))
    if live is None:
        return newest_first
    return [live, *(number for number in newest_first if number < live), *(number for number in newest_first if number > live)]
