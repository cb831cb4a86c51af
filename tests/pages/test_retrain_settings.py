"""The choices of a retraining: what a shop decides stands in plain sight, the models' own settings a click away."""

from __future__ import annotations

import pandas as pd
import pytest
import shop_workspaces as shops
from app_driver import opened, texts

from pages.components.training import card, settings

pytestmark = pytest.mark.usefixtures("fresh_caches")


def outside_of_expanders(at, key):
    """Whether a widget stands in no collapsed settings."""
    return key not in [each.key for expander in at.expander if expander.label == "Model settings" for each in expander.selectbox]


def test_holidays_stand_outside_of_the_models_settings_and_are_trained_with(home, monkeypatch):
    started = []
    monkeypatch.setattr(card, "start", started.append)
    shops.merge(home, shops.sales(30))
    at = opened("upload")
    assert outside_of_expanders(at, "set_country")
    assert not outside_of_expanders(at, "set_growth")
    assert "Choose your country, and the forecast knows days such as Christmas." in texts(at)
    at.selectbox(key="set_country").set_value("DE").run()
    at.button(key="retrain").click().run()
    assert [(each.prophet.country, each.horizon) for each in started] == [("DE", 90)]


def test_the_next_holidays_of_a_country_are_named():
    said = settings.next_holidays("DE", pd.Timestamp("2026-12-20 09:00"))
    assert said == r"Next: Christmas Day on Fri 25 Dec, Second Day of Christmas on Sat 26 Dec, New Year\'s Day on Fri 1 Jan."
