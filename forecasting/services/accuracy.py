"""A version's accuracy in the past, from its files, and as CSV."""

from __future__ import annotations

from forecasting.analysis import backtest_bands
from forecasting.analysis.accuracy import Accuracy, backtest_table, series_table
from forecasting.analysis.attention import attention
from forecasting.analysis.backtest_bands import BacktestBands
from forecasting.core import spreadsheets
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace
from forecasting.training.ensemble import Ensemble


def judged(ws: Workspace, version: int, ensemble: Ensemble) -> BacktestBands:
    """A version's bands of the past, held against what was sold; raises NotFound or VersionDamaged."""
    return backtest_bands.load(Versions(ws.versions).folder(version), ensemble)


def series_csv(accuracy: Accuracy) -> bytes:
    """The errors of each series as CSV, safe to open in a spreadsheet."""
    return spreadsheets.to_csv(series_table(accuracy))


def attention_csv(accuracy: Accuracy) -> bytes:
    """The series that need a person, with the reasons, as CSV."""
    return spreadsheets.to_csv(attention(accuracy))


def backtest_csv(accuracy: Accuracy) -> bytes:
    """Every forecast of the past beside what was sold, as CSV."""
    return spreadsheets.to_csv(backtest_table(accuracy))
