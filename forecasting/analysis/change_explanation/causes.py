"""What certainly did or did not make the parts of a forecast move, as both versions say of themselves; nothing is trained for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from forecasting.core import formatting
from forecasting.training.ensemble import Ensemble

_NAMED: Final = 3
_CALLED: Final = {"without": "models left out:"}
"""Settings whose names say little to a person."""


def causes(before: tuple[Mapping[str, Any], Ensemble], after: tuple[Mapping[str, Any], Ensemble]) -> tuple[str, ...]:
    """What is certain, a sentence each.

    Args:
        before, after: The manifest and the ensemble of each version.
    """
    corrected = corrections(before[1], after[1])
    settings = changed_settings(before[0].get("settings", {}), after[0].get("settings", {}))
    libraries = changed_settings(before[0].get("libraries", {}), after[0].get("libraries", {}))
    told = []
    if corrected:
        told.append(f"{formatting.count(corrected, 'row')} of earlier sales changed between the two.")
    if settings:
        told.append(f"Settings that changed: {formatting.listing(settings, _NAMED)}.")
    if libraries:
        told.append(f"Libraries that changed: {formatting.listing(libraries, _NAMED)}.")
    if not told:
        told.append("No earlier sales, settings or libraries changed: what the models add comes from new sales and from training anew.")
    return tuple(told)


def corrections(before: Ensemble, after: Ensemble) -> int:
    """How many rows of sales that the first version knew are others, or gone, in the second, and how many came on days that it knew."""
    old, new = before.panel, after.panel
    ids = pd.Index(old.unique_ids).intersection(new.unique_ids)
    days = old.dates.intersection(new.dates)
    here, there = (panel.sales[np.ix_(pd.Index(panel.unique_ids).get_indexer(ids), panel.dates.get_indexer(days))] for panel in (old, new))
    return int((~((here == there) | (np.isnan(here) & np.isnan(there)))).sum())


def changed_settings(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What differs, with both values: "horizon 90 instead of 28"."""
    old, new = dict(_flat(before)), dict(_flat(after))
    differ = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return [f"{_CALLED.get(name, name).replace('_', ' ')} {_text(new.get(name))} instead of {_text(old.get(name))}" for name in differ]


def _flat(settings: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{within}{name} ")
        else:
            yield f"{within}{name}", value


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)
