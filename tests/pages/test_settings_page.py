"""The page of the shop's settings: nothing is saved before the button, and what is saved is what was seen."""

from __future__ import annotations

from datetime import time

import pytest
import shop_workspaces as shops
from app_driver import opened, texts

from forecasting.core.shop_settings import RetrainSchedule, ShopSettings
from forecasting.services import shop_settings
from forecasting.services.alerts import watch
from forecasting.storage.settings import settings_store
from pages.components.settings import moments
from pages.components.shared import markdown
from pages.components.training import card

pytestmark = pytest.mark.usefixtures("fresh_caches")


def named(widgets, name):
    """The input of a name, whatever the settings that it began with."""
    [widget] = [each for each in widgets if str(each.key).startswith("settings_open_") and str(each.key).endswith(f"_{name}")]
    return widget


def save(at):
    return next(button for button in at.button if button.key == "settings_save")


def test_an_empty_shop_shows_the_defaults_and_writes_nothing(home):
    at = opened("settings")
    assert "nobody has changed anything yet" in texts(at)
    assert "No schedule: sales are learned when somebody retrains." in texts(at)
    assert save(at).disabled
    assert not [button for button in at.button if button.key == "start_over"]
    assert not home.settings.exists()


def test_what_is_changed_is_saved_by_the_button_and_not_before(home):
    at = opened("settings")
    named(at.radio, "go_live").set_value("ask").run()
    named(at.selectbox, "country").set_value("DE").run()
    named(at.number_input, "versions").set_value(5).run()
    named(at.text_input, "shop_name").set_value("Bakery Sommer").run()
    assert not save(at).disabled
    assert shop_settings.newest(home) == 0
    save(at).click().run()
    saved = shop_settings.state(home)
    assert (saved.values.go_live, saved.values.country, saved.values.retention.versions, saved.by) == ("ask", "DE", 5, "local")
    assert saved.values.shop_name == "Bakery Sommer"
    assert save(at).disabled
    assert "changed last on" in texts(at)


def test_a_region_is_asked_for_where_it_has_holidays_of_its_own(home):
    shop_settings.save(home, ShopSettings(country="DE-BY"), "anna")
    at = opened("settings")
    assert (named(at.selectbox, "country").value, named(at.selectbox, "region_DE").value) == ("DE", "DE-BY")
    named(at.selectbox, "region_DE").set_value("DE-HE").run()
    save(at).click().run()
    assert shop_settings.state(home).values.country == "DE-HE"


def test_a_schedule_is_added_without_knowing_cron_and_shows_its_next_moments(home, monkeypatch):
    monkeypatch.setenv("FORECASTING_TIMEZONE", "Asia/Kolkata")
    at = opened("settings")
    at.button(key="settings_add").click().run()
    assert texts(at).count("at 03:00") == 3
    named(at.selectbox, "kind_-1").set_value("1").run()
    named(at.time_input, "time_-1").set_value(time(6, 30)).run()
    assert texts(at).count("Mon ") == texts(at).count("at 06:30") == 3
    save(at).click().run()
    assert shop_settings.state(home).values.schedules == (RetrainSchedule(every="30 6 * * 1", timezone="Asia/Kolkata"),)
    named(at.button, "remove_0").click().run()
    save(at).click().run()
    assert shop_settings.state(home).values.schedules == ()


def test_what_cannot_be_used_is_said_and_cannot_be_saved(home):
    at = opened("settings")
    at.button(key="settings_add").click().run()
    at.button(key="settings_add").click().run()
    assert "Two schedules are the same" in texts(at)
    assert save(at).disabled
    named(at.button, "remove_-2").click().run()
    named(at.selectbox, "kind_-1").set_value("own").run()
    named(at.text_input, "cron_-1").set_value("now").run()
    assert "is not a schedule" in texts(at)
    assert save(at).disabled
    named(at.button, "remove_-1").click().run()
    named(at.number_input, "versions").set_value(1).run()
    assert "Versions to keep are at least 2" in texts(at)
    assert save(at).disabled


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(home):
    at = opened("settings")
    named(at.radio, "go_live").set_value("ask").run()
    shop_settings.save(home, ShopSettings(go_live="always"), "ben")
    at.run()
    assert "Somebody else saved other settings meanwhile" in texts(at)
    save(at).click().run()
    assert "Nothing of yours was saved" in texts(at)
    at.button(key="settings_theirs").click().run()
    assert named(at.radio, "go_live").value == "always"
    assert "changed last by ben" in texts(at)


def test_damaged_settings_are_named_and_can_be_saved_anew(home):
    shop_settings.save(home, ShopSettings(country="FR"), "anna")
    shop_settings.save(home, ShopSettings(country="DE"), "anna")
    settings_store(home).path(2).write_text("{")
    at = opened("settings")
    assert markdown.plain("(state 2) are damaged") in texts(at)
    assert named(at.selectbox, "country").value == "FR"
    save(at).click().run()
    assert shop_settings.state(home).number == 3
    assert "damaged" not in texts(at)


def test_what_the_environment_decides_is_shown_and_cannot_be_typed(home, monkeypatch):
    monkeypatch.setenv("FORECASTING_KEEP_JOBS", "7")
    monkeypatch.setenv("FORECASTING_RETRAIN_EVERY", "0 4 * * *")
    at = opened("settings")
    jobs = named(at.number_input, "jobs")
    assert (jobs.value, jobs.disabled, jobs.help) == (7, True, "Set by the environment: FORECASTING_KEEP_JOBS")
    assert texts(at).count("at 04:00") == 3
    assert not [button for button in at.button if button.key == "settings_add"]
    named(at.radio, "go_back").set_value("by_itself").run()
    save(at).click().run()
    assert shop_settings.state(home).values == ShopSettings(go_back="by_itself")


def test_a_retrain_has_the_country_of_the_settings_and_does_not_ask_for_it(home, monkeypatch):
    started = []
    monkeypatch.setattr(card, "start", started.append)
    shops.merge(home, shops.sales(30))
    shop_settings.save(home, ShopSettings(country="DE-BY"), "anna")
    at = opened("upload")
    assert "Holidays: **Germany, Bayern**" in texts(at)
    assert "set_country" not in [each.key for each in at.selectbox]
    at.button(key="retrain").click().run()
    assert [each.prophet.country for each in started] == ["DE-BY"]


@pytest.mark.parametrize("kind", [kind for kind in moments.KINDS if kind != moments.OWN])
def test_what_is_chosen_is_read_back_as_it_was_chosen(kind):
    assert moments.parts(moments.expression(kind, time(23, 5))) == (kind, time(23, 5))


def test_sunday_has_two_numbers_and_what_is_no_usual_moment_stays_cron():
    assert moments.parts("0 3 * * 7") == ("0", time(3))
    for every in ("*/5 * * * *", "0 3 1 * *", "0 3 * * 1-5", "60 3 * * *", "0 24 * * *"):
        assert moments.parts(every)[0] == moments.OWN


def test_who_is_told_of_what_is_chosen_and_tried(home, monkeypatch):
    at = opened("settings")
    assert "The mail server, the secret of webhooks and chats" in texts(at)
    assert not [button for button in at.button if button.key == "alerts_try"]
    named(at.toggle, "alerts_shadow").set_value(False).run()
    named(at.selectbox, "alerts_hour").set_value(18).run()
    named(at.text_area, "alerts_emails").set_value("anna@example.com\n").run()
    save(at).click().run()
    chosen = shop_settings.state(home).values.alerts
    assert (chosen.shadow, chosen.findings, chosen.hour, chosen.emails) == (False, True, 18, ("anna@example.com",))
    assert "Not tried yet" in texts(at)
    monkeypatch.setattr(watch, "try_soon", watch.try_now)
    at.button(key="alerts_try").click().run()
    assert "Did not arrive" in texts(at)
    assert markdown.plain("FORECASTING_SMTP_FROM is not set") in texts(at)


def test_a_receiver_that_cannot_be_one_is_said_and_cannot_be_saved(home):
    at = opened("settings")
    named(at.text_area, "alerts_webhooks").set_value("ftp://example.com").run()
    assert "is not the address of a webhook" in texts(at)
    assert save(at).disabled
    named(at.text_area, "alerts_webhooks").set_value("https://example.com/hook").run()
    assert not save(at).disabled
