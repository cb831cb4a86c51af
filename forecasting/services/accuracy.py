"""A version's accuracy in the past, from its files, and as CSV."""

from __future__ import annotations

from forecasting.analysis import accuracy, backtest_bands
from forecasting.analysis.accuracy import Accuracy
from forecasting.analysis.attention import attention
from forecasting.analysis.backtest_bands import BacktestBands
from forecasting.core import spreadsheets
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace
from forecasting.training.ensemble import Ensemble


def judged(ws: Workspace, version: int, made: Ensemble) -> BacktestBands:
    """A version's bands of the past, held against what was sold; raises NotFound or VersionDamaged."""
    return backtest_bands.load(Versions(ws.versions).folder(version), made)


def series_csv(found: Accuracy) -> bytes:
    """The errors of each series as CSV, safe to open in a spreadsheet."""
    return spreadsheets.to_csv(accuracy.series_table(found))


def attention_csv(found: Accuracy) -> bytes:
    """The series that need a person, with the reasons, as CSV."""
    return spreadsheets.to_csv(attention(found))


def backtest_csv(found: Accuracy) -> bytes:
    """Every forecast of the past beside what was sold, as CSV."""
    return spreadsheets.to_csv(accuracy.backtest_table(found))
