"""Whether the errors of two versions may be held against each other: only of the same series, on the same past days."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

SERIES_DIGEST: Final = "series_sha256"
"""Member of a manifest: the digest of the names of all series."""


def series_digest(unique_ids: Iterable[str]) -> str:
    """A digest of the names of series, whatever their order."""
    return hashlib.sha256("\0".join(sorted(unique_ids)).encode(errors="surrogatepass")).hexdigest()


def difference(version: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """Why the errors of two versions cannot be compared, for a person; empty if they can.

    Args:
        version: The manifest of one.
        other: The manifest of the other. An early one has no digest of its series: then their number decides.

    Example:
        >>> difference({"version": 7, "cutoffs": ["2026-10-01"]}, {"version": 3, "cutoffs": ["2026-09-01"]})
        'v3 and v7 were tested on different days.'
    """
    names = " and ".join(f"v{number}" for number in sorted((version["version"], other["version"])))
    if _series(version, other):
        return f"{names} were tested on different products."
    days = ("cutoffs", "judged_days", "period")
    return f"{names} were tested on different days." if [version.get(name) for name in days] != [other.get(name) for name in days] else ""


def _series(version: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    name = SERIES_DIGEST if SERIES_DIGEST in version and SERIES_DIGEST in other else "series"
    return version.get(name) != other.get(name)
