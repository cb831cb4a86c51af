"""Names of stages, and the steps that people see them as."""

from __future__ import annotations

import pytest

from forecasting.core import stages


@pytest.mark.parametrize(
    ("stage", "step"),
    [
        (stages.BACKTEST_PROPHET, "Backtest"),
        (stages.BACKTEST_LSTM, "Backtest"),
        (stages.BACKTEST_TOTALS, "Backtest"),
        (stages.in_backtest(stages.SEASONAL_NAIVE), "Backtest"),
        (stages.PROPHET, "Prophet"),
        (stages.SEASONAL_NAIVE, "Prophet"),
        (stages.LSTM, "LSTM"),
        (stages.PUBLISH, "Publish"),
    ],
)
def test_every_stage_is_seen_as_a_step(stage, step):
    assert stages.step_of(stage) == step
    assert step in stages.STEPS


def test_the_backtest_of_a_stage_is_told_apart_and_led_back():
    assert stages.BACKTEST_TOTALS == "Backtest: Totals"
    assert stages.without_backtest(stages.BACKTEST_TOTALS) == stages.without_backtest(stages.TOTALS) == "Totals"
