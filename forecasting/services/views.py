"""What people see of an ensemble under a filter, worked out once for all who look at the same."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Condition
from typing import Any, Final
from weakref import ref

from cachetools import LRUCache, cached

from forecasting.analysis import forecast_view
from forecasting.analysis.forecast_view import View
from forecasting.core import caches, notation
from forecasting.core.period import Period
from forecasting.training.ensemble import Ensemble

VIEWS: Final = 128
"""That are kept, of 10 to 50 KB each."""


def view(ensemble: Ensemble, filters: Mapping[str, str], steps: int, level: Period | None = None) -> View:
    """The total of the series that the filters choose, as `forecast_view.view` gives it; nobody changes it.

    Args:
        ensemble: Of a version, or what a what-if makes of it.
        filters: Column -> value.
        steps: Days ahead.
        level: Of the days; by default that of the sales.

    Raises:
        NotFound: The filters choose nothing.
        InputError: A column that does not exist, more days than the version forecasts, or a level with no whole week or month ahead.
    """
    return _view(ensemble, tuple(sorted(filters.items())), steps, level or ensemble.panel.period)


@caches.of_live
@cached(LRUCache(VIEWS), key=lambda ensemble, *asked: (ref(ensemble), notation.current(), *asked), condition=Condition())
def _view(ensemble: Ensemble, filters: tuple[tuple[str, str], ...], steps: int, level: Period) -> View:
    return forecast_view.view(ensemble, dict(filters), steps, level)


def forget() -> None:
    """Keeps nothing any more."""
    cache: Any = _view
    cache.cache_clear()
