"""What-ifs of the version that serves, and what makes a forecast what it is: worked out once for all who ask the same."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Condition
from typing import Any, Final
from weakref import ref

from cachetools import LRUCache, cached

from forecasting.analysis import contributions as parts
from forecasting.analysis import forecast_view, published_parts
from forecasting.analysis.assumptions import Assumption, assumptions_of
from forecasting.analysis.baseline import Baseline
from forecasting.analysis.contributions import Contributions
from forecasting.analysis.what_if import WhatIf
from forecasting.core import caches, notation
from forecasting.services import kept_answers
from forecasting.storage.workspace import Workspace
from forecasting.training.ensemble import Ensemble

EXPLAINED: Final = 64
"""Forecasts of which it is kept what makes them what they are."""


def standing(ensemble: Ensemble, filters: Mapping[str, str]) -> Baseline:
    """The chosen series, ready to be asked what if; raises NotFound and InputError."""
    return _standing(ensemble, tuple(sorted(filters.items())))


@caches.of_live
@cached(
    LRUCache(caches.SERIES, getsizeof=lambda baseline: caches.size(len(baseline.rows))),
    key=lambda ensemble, filters: (ref(ensemble), notation.current(), filters),
    condition=Condition(),
)
def _standing(ensemble: Ensemble, filters: tuple[tuple[str, str], ...]) -> Baseline:
    return Baseline(ensemble, forecast_view.chosen_rows(ensemble, dict(filters), ensemble.horizon))


def assumptions(standing: Baseline, steps: int) -> tuple[Assumption, ...]:
    """What is taken for granted of promotions, prices and closed days ahead of the chosen series."""
    return caches.once(standing, assumptions_of, standing.ensemble.panel, standing.rows, steps)


@caches.of_live
@cached(
    LRUCache(caches.SERIES, getsizeof=lambda ensemble: caches.size(len(ensemble.panel))),
    key=lambda standing, change: (ref(standing), change),
    condition=Condition(),
)
def answer(standing: Baseline, change: WhatIf) -> Ensemble:
    """The ensemble that a what-if makes, which nobody changes; raises InputError."""
    return standing.apply(change)


def contributions_of(ws: Workspace, version: int, standing: Baseline, shown: Ensemble) -> Contributions:
    """What makes the forecast of the chosen series of a version what it is, `shown` with a what-if or as it stands."""
    is_whole = shown is standing.ensemble and len(standing.rows) == len(shown.panel)
    kept = _published(ws, version, standing) if is_whole else None
    return contributions(standing, shown) if kept is None else kept


@caches.of_live
@cached(LRUCache(1), key=lambda ws, version, standing: (ws, version, ref(standing.ensemble)), condition=Condition())
def _published(ws: Workspace, version: int, standing: Baseline) -> Contributions | None:
    return kept_answers.read(ws, version, lambda folder: published_parts.read(folder, standing.ensemble.panel))


@caches.of_live
@cached(LRUCache(EXPLAINED), key=lambda standing, shown: (ref(standing), ref(shown)), condition=Condition())
def contributions(standing: Baseline, shown: Ensemble) -> Contributions:
    """What makes the forecast of the chosen series what it is, `shown` with a what-if or as it stands."""
    return parts.contributions(shown, standing.ensemble.cleaned, standing.rows)


def forget() -> None:
    """Keeps nothing any more."""
    for cached_function in (_standing, answer, _published, contributions):
        one: Any = cached_function
        one.cache_clear()
