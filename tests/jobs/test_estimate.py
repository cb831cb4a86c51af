"""How long stages took, and what that says of the next time."""

from __future__ import annotations

import pytest

from forecasting.core.progress import Progress
from forecasting.core.settings import LstmSettings, Settings
from forecasting.core.stages import PUBLISH
from forecasting.jobs.estimate import Stopwatch, expected


def test_each_stage_has_the_time_up_to_its_last_event():
    times = iter([0.0, 1.0, 3.0, 10.0])
    told = []
    watch = Stopwatch(told.append, clock=lambda: next(times))
    for progress in (Progress("A", 0, 2), Progress("A", 2, 2), Progress("B", 1, 1)):
        watch(progress)
    assert watch.seconds == {"A": 3.0, "B": 7.0}
    assert len(told) == 3


def test_a_version_made_with_the_same_settings_tells_how_long_the_next_one_takes():
    manifest = {"settings": Settings().to_dict(), "rows": 1000, "durations": {"LSTM": 10.0}}
    assert expected(2000, Settings(), manifest) == {"LSTM": 20.0}


def test_without_one_the_stages_stand_in_their_order_and_grow_with_rows_and_epochs():
    small, large = expected(1_000, Settings(), None), expected(1_000_000, Settings(), None)
    past = ["Backtest: LSTM", "Backtest: Prophet", "Backtest: Trees", "Backtest: Totals"]
    assert list(small) == ["Prepare", *past, "Prophet", "LSTM", "Trees", "Forecasts", PUBLISH]
    assert large["Backtest: Prophet"] > 4 * large["Prophet"] - 5 > small["Backtest: Prophet"]
    short = expected(1_000, Settings(lstm=LstmSettings(epochs=5)), {"settings": {}, "rows": 1, "durations": {"LSTM": 1.0}})
    assert short["LSTM"] == pytest.approx(4.0 + 5 * 0.2)
