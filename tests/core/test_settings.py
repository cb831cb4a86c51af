"""Settings check themselves and survive a manifest."""

from __future__ import annotations

import json
from typing import Any

import pytest

from forecasting.core.errors import SettingsError
from forecasting.core.settings import LstmSettings, ProphetSettings, Settings


def test_settings_survive_json() -> None:
    settings = Settings(horizon=28, seed=7, prophet=ProphetSettings(country="DE", mode="multiplicative"), lstm=LstmSettings(epochs=3))
    assert Settings.from_dict(json.loads(json.dumps(settings.to_dict()))) == settings


def test_absent_settings_take_their_defaults() -> None:
    assert Settings.from_dict({"horizon": 7}) == Settings(horizon=7)


def test_a_setting_that_is_not_known_is_refused() -> None:
    with pytest.raises(SettingsError, match="colour"):
        Settings.from_dict({"colour": "blue"})
    with pytest.raises(SettingsError, match="colour"):
        Settings.from_dict({"prophet": {"colour": "blue"}})


@pytest.mark.parametrize(
    ("kind", "values", "text"),
    [
        (Settings, {"horizon": 0}, "between 1 and 730 days, not 0"),
        (Settings, {"horizon": 731}, "not 731"),
        (Settings, {"seed": -1}, "not -1"),
        (Settings, {"cutoffs": 25}, "not 25"),
        (Settings, {"prophet_weight": 1.1}, "not 1.1"),
        (Settings, {"prophet_weight": float("nan")}, "not nan"),
        (ProphetSettings, {"growth": "logistic"}, "not 'logistic'"),
        (ProphetSettings, {"mode": "both"}, "not 'both'"),
        (ProphetSettings, {"changepoints": 201}, "not 201"),
        (ProphetSettings, {"changepoint_scale": 0}, "not 0"),
        (LstmSettings, {"lookback": 6}, "between 7 and 400 days, not 6"),
        (LstmSettings, {"epochs": 0}, "not 0"),
        (LstmSettings, {"batch_size": 8193}, "not 8193"),
        (LstmSettings, {"units": 0}, "not 0"),
        (LstmSettings, {"dropout": 0.95}, "not 0.95"),
        (LstmSettings, {"windows_per_epoch": 0}, "not 0"),
    ],
)
def test_a_setting_outside_its_range_is_named(kind: Any, values: dict[str, Any], text: str) -> None:
    with pytest.raises(SettingsError, match=text):
        kind(**values)


@pytest.mark.parametrize("values", [{"horizon": 1}, {"horizon": 730}, {"prophet_weight": 0.0}, {"prophet_weight": 1.0}, {"cutoffs": 24}])
def test_the_ends_of_a_range_belong_to_it(values: dict[str, Any]) -> None:
    assert Settings(**values).to_dict().items() >= values.items()
