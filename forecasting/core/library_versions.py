"""Versions of what a fit's bits depend on, which must be the same wherever fits of one retrain are done."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Mapping
from functools import cache

from forecasting.core.release import __version__


@cache
def installed(libraries: tuple[str, ...]) -> dict[str, str]:
    """Name -> version of Shelfcast, Python, the processor's kind, and those of the libraries that are installed."""
    versions = {"Shelfcast": __version__, "Python": ".".join(platform.python_version_tuple()[:2]), "machine": platform.machine()}
    for name in libraries:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions


def difference(here: Mapping[str, str], there: Mapping[str, str]) -> str:
    """What differs, each with its version there and here; empty where nothing does.

    Example:
        >>> difference({"numpy": "2.4.0", "pandas": "3.1.0"}, {"numpy": "2.3.1", "pandas": "3.1.0"})
        'numpy 2.3.1 instead of 2.4.0'
    """
    names = [name for name in dict.fromkeys([*here, *there]) if here.get(name) != there.get(name)]
    return ", ".join(f"{_of(name, there)} instead of {here.get(name, 'none')}" for name in names)


def _of(name: str, versions: Mapping[str, str]) -> str:
    return f"{name} {versions[name]}" if name in versions else f"no {name}"
