"""The models as people see them."""

from __future__ import annotations

import pytest

from forecasting.core import stages
from forecasting.services import models


@pytest.mark.parametrize(
    ("stage", "step"),
    [
        (stages.PREPARE, "Backtest"),
        (stages.in_backtest(stages.PROPHET), "Backtest"),
        (stages.in_backtest(stages.LSTM), "Backtest"),
        (stages.BACKTEST_TOTALS, "Backtest"),
        (stages.in_backtest(stages.SEASONAL_NAIVE), "Backtest"),
        (stages.PROPHET, "Prophet"),
        (stages.SEASONAL_NAIVE, "Prophet"),
        (stages.LSTM, "LSTM"),
        (stages.FORECASTS, "Trees"),
        (stages.PUBLISH, "Publish"),
    ],
)
def test_every_stage_is_seen_as_a_step(stage, step):
    assert models.step_of(stage) == step
    assert step in models.steps()
