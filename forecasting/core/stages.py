"""The stages of a retrain, in which progress is reported and time is measured.

A model's stage is named by its label; its fits at past cutoffs are a stage of the backtest: "LSTM", "Backtest: LSTM".
"""

from __future__ import annotations

from typing import Final

PREPARE: Final = "Prepare"
"""Before anything is fitted: what was known at each past cutoff is cleaned, and processes get what they can fit meanwhile."""
PROPHET: Final = "Prophet"
LSTM: Final = "LSTM"
TREES: Final = "Trees"
SEASONAL_NAIVE: Final = "Seasonal naive"
TOTALS: Final = "Totals"
"""Models of totals of series; they are fitted at past cutoffs only."""
FORECASTS: Final = "Forecasts"
"""Of all fitted models, from past cutoffs and from today; processes work on them while the last models are fitted."""
PUBLISH: Final = "Publish"

_BACKTEST: Final = "Backtest: "


def in_backtest(stage: str) -> str:
    """The stage in which the backtest fits what this stage fits.

    Example:
        >>> in_backtest(LSTM)
        'Backtest: LSTM'
    """
    return f"{_BACKTEST}{stage}"


def without_backtest(stage: str) -> str:
    """What a stage fits, whether at past cutoffs or for the future.

    Example:
        >>> without_backtest("Backtest: LSTM"), without_backtest("LSTM")
        ('LSTM', 'LSTM')
    """
    return stage.removeprefix(_BACKTEST)


BACKTEST_TOTALS: Final = in_backtest(TOTALS)

MERGE_STEP: Final = "Merge"
BACKTEST_STEP: Final = "Backtest"
