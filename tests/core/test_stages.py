"""Names of stages."""

from __future__ import annotations

from forecasting.core import stages


def test_the_backtest_of_a_stage_is_told_apart_and_led_back():
    assert stages.BACKTEST_TOTALS == "Backtest: Totals"
    assert stages.without_backtest(stages.BACKTEST_TOTALS) == stages.without_backtest(stages.TOTALS) == "Totals"
