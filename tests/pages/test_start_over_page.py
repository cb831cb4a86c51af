"""Starting over is offered among the settings, asks first, and says where the old shop is."""

from __future__ import annotations

import pytest
from app_driver import opened, texts

from forecasting.core.errors import JobRunning
from forecasting.services import sales, start_over, versions
from pages.components.shared import markdown

pytestmark = pytest.mark.usefixtures("fresh_caches")


def test_the_shop_is_started_over_after_a_question(shop):
    at = opened("settings")
    at.button(key="start_over").click().run()
    assert "Nothing is lost" in texts(at)
    at.button(key="start_over_no").click().run()
    assert not [button for button in at.button if button.key == "start_over_now"]
    assert sales.has_sales(shop)
    at.button(key="start_over").click().run()
    at.button(key="start_over_now").click().run()
    [backup] = shop.backups.iterdir()
    assert "The shop is empty now" in texts(at)
    assert markdown.plain(f"backups/{backup.name}") in texts(at)
    assert not [button for button in at.button if button.key == "start_over"]
    assert (versions.serving(shop).version, sales.has_sales(shop)) == (None, False)
    assert "Upload your first sales file." in texts(opened("overview"))


def test_a_shop_that_trains_is_not_started_over(shop, monkeypatch):
    def refused(_):
        raise JobRunning(3, "A retraining is running (job 3). Start over when it has ended, or cancel it. Nothing was changed.")

    monkeypatch.setattr(start_over, "start_over", refused)
    at = opened("settings")
    at.button(key="start_over").click().run()
    at.button(key="start_over_now").click().run()
    assert markdown.plain("A retraining is running (job 3). Start over when it has ended") in texts(at)
    assert sales.has_sales(shop)


def test_an_empty_shop_has_nothing_to_start_over_from(home):
    assert not [button for button in opened("settings").button if button.key == "start_over"]
