"""A version's accuracy in the past, from its files, and as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Condition
from typing import Any, Final
from weakref import ref

from cachetools import LRUCache, cached

from forecasting.analysis import accuracy as analysis
from forecasting.analysis import backtest_bands
from forecasting.analysis.accuracy import Accuracy, backtest_table, series_table
from forecasting.analysis.attention import attention
from forecasting.analysis.backtest_bands import BacktestBands
from forecasting.core import caches, spreadsheets
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace
from forecasting.training.ensemble import Ensemble

FILTERS: Final = 64
"""Choices of series of which it is kept how good their forecasts were."""


@caches.of_live
@cached(LRUCache(1), key=lambda ws, version, ensemble: (ws, version, ref(ensemble)), condition=Condition())
def judged(ws: Workspace, version: int, ensemble: Ensemble) -> BacktestBands:
    """A version's bands of the past, held against what was sold, once for all who ask; raises NotFound or VersionDamaged."""
    return backtest_bands.load(Versions(ws.versions).folder(version, [backtest_bands.FILE]), ensemble)


def accuracy(judged: BacktestBands, filters: Mapping[str, str]) -> Accuracy:
    """How good the forecasts of the chosen series were, once for all who ask; raises NotFound."""
    return _accuracy(judged, tuple(sorted(filters.items())))


@caches.of_live
@cached(LRUCache(FILTERS), key=lambda judged, filters: (ref(judged), filters), condition=Condition())
def _accuracy(judged: BacktestBands, filters: tuple[tuple[str, str], ...]) -> Accuracy:
    return analysis.accuracy(judged, dict(filters))


def forget() -> None:
    """Keeps nothing any more."""
    for cached_function in (judged, _accuracy):
        one: Any = cached_function
        one.cache_clear()


def series_csv(accuracy: Accuracy) -> bytes:
    """The errors of each series as CSV, safe to open in a spreadsheet."""
    return spreadsheets.to_csv(series_table(accuracy))


def attention_csv(accuracy: Accuracy) -> bytes:
    """The series that need a person, with the reasons, as CSV."""
    return spreadsheets.to_csv(attention(accuracy))


def backtest_csv(accuracy: Accuracy) -> bytes:
    """Every forecast of the past beside what was sold, as CSV."""
    return spreadsheets.to_csv(backtest_table(accuracy))
