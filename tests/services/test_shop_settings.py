"""What was chosen for the shop counts, unless the environment says otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from forecasting.core.errors import SettingsError, StateDamaged
from forecasting.core.retention import Retention
from forecasting.core.settings import Settings
from forecasting.core.shop_settings import RetrainSchedule, ShopSettings
from forecasting.jobs import schedule_state
from forecasting.services import chosen_schedule, retention, schedule, shop_settings, versions
from forecasting.services.chosen_schedule import ChosenSchedule
from forecasting.services.schedule import Schedule
from forecasting.storage.settings import settings_store

NIGHTLY = RetrainSchedule(every="0 3 * * *", timezone="Europe/Berlin")
HOURLY = RetrainSchedule(every="0 * * * *", timezone="UTC")


def choose(ws, **values):
    return shop_settings.save(ws, ShopSettings(**values), "anna")


def damage(ws):
    choose(ws)
    settings_store(ws).path(settings_store(ws).last()).write_text("{")


def test_the_country_of_the_shop_is_the_one_of_the_next_retrain(home):
    assert versions.settings(home).prophet.country is None
    own = Settings(horizon=7, prophet=replace(Settings().prophet, country="FR"))
    assert versions.with_shop_holidays(home, own) == own
    choose(home, country="DE")
    assert versions.settings(home).prophet.country == "DE"
    choose(home, country="")
    assert versions.with_shop_holidays(home, own).prophet.country is None


def test_a_country_without_holidays_and_a_schedule_that_is_none_are_refused_and_nothing_is_saved(home):
    with pytest.raises(SettingsError, match="no holidays for country 'XX'"):
        choose(home, country="XX")
    with pytest.raises(SettingsError, match="'0 3' is not a schedule"):
        choose(home, schedules=(RetrainSchedule(every="0 3", timezone="UTC"),))
    assert shop_settings.newest(home) == 0


def test_retention_is_as_chosen_and_each_variable_wins_over_its_own_number(home):
    choose(home, retention=Retention(versions=5, jobs=6))
    assert retention.chosen(home, {}) == Retention(versions=5, jobs=6)
    assert retention.chosen(home, {"FORECASTING_KEEP_JOBS": "7"}) == Retention(versions=5, jobs=7)
    assert shop_settings.by_environment({"FORECASTING_KEEP_JOBS": "7", "FORECASTING_RETRAIN_EVERY": " "}) == {
        "retention.jobs": "FORECASTING_KEEP_JOBS"
    }


def test_what_is_old_is_deleted_as_chosen_after_a_retrain(home, monkeypatch, caplog):
    asked = []
    monkeypatch.setattr(retention, "_prune_versions", lambda _, kept: asked.append(kept) or {})
    choose(home, retention=Retention(versions=2))
    retention.tidy(home)
    assert asked == [Retention(versions=2)]
    damage(home)
    retention.tidy(home)
    assert len(asked) == 1
    assert "Old versions and jobs were not deleted" in caplog.text


def test_only_what_is_named_changes():
    before = ShopSettings(country="DE", retention=Retention(jobs=6))
    after = shop_settings.changed(before, {"go_live": "ask", "retention": {"versions": 5}})
    assert after == replace(before, go_live="ask", retention=Retention(versions=5, jobs=6))


def test_the_timetable_is_the_environment_s_else_what_was_chosen(home):
    assert shop_settings.timetable(home, "", "") is None
    choose(home, schedules=(NIGHTLY, HOURLY))
    assert shop_settings.timetable(home, "", "").expression == "0 3 * * * Europe/Berlin; 0 * * * * UTC"
    assert shop_settings.timetable(home, "0 4 * * *", "").expression == "0 4 * * *"
    assert shop_settings.timetable(home, "0 4 * * *", "Asia/Kolkata").expression == "0 4 * * * Asia/Kolkata"


def test_what_a_schedule_will_do_has_three_moments_on_its_own_clock(home):
    choose(home, schedules=(NIGHTLY,))
    plan = schedule.planned(home, shop_settings.timetable(home, "", ""))
    assert [f"{moment:%H:%M}" for moment in plan.coming] == ["03:00"] * 3
    assert {moment.tzinfo.key for moment in plan.coming} == {"Europe/Berlin"}
    assert plan.next == plan.coming[0]
    assert schedule.planned(home, None) is None


def test_a_schedule_that_was_off_has_nothing_to_make_up_for(home):
    choose(home, schedules=(NIGHTLY,))
    timetable = shop_settings.timetable(home, "", "")
    long_ago = datetime.now(UTC) - timedelta(days=30)
    schedule_state.write(home.schedule, replace(schedule_state.read(home.schedule), due=long_ago))
    choose(home, schedules=())
    choose(home, schedules=(NIGHTLY,))
    state = schedule_state.read(home.schedule)
    assert (state.outcome, state.due >= timetable.last(datetime.now(UTC)) - timedelta(days=1)) == ("set", True)
    schedule_state.write(home.schedule, replace(state, due=long_ago))
    choose(home, schedules=(NIGHTLY,), country="DE")
    assert schedule_state.read(home.schedule).due == long_ago, "other changes leave what a schedule has to make up for"


def test_a_server_follows_what_people_choose_while_it_runs(home, monkeypatch):
    looks = []
    monkeypatch.setattr(Schedule, "check", lambda self: looks.append(self.timetable.expression))
    server = ChosenSchedule(home, "", "")
    server.check()
    choose(home, schedules=(NIGHTLY,))
    server.check()
    server.check()
    choose(home, schedules=(HOURLY,))
    server.check()
    choose(home)
    server.check()
    ChosenSchedule(home, "0 4 * * *", "UTC").check()
    assert looks == ["0 3 * * * Europe/Berlin"] * 2 + ["0 * * * * UTC", "0 4 * * * UTC"]


def test_damaged_settings_stop_nothing_but_the_schedule_and_are_logged(home, caplog):
    damage(home)

    class Once:
        stopped = False

        def is_set(self):
            return self.stopped

        def wait(self, _):
            self.stopped = True

    ChosenSchedule(home, "", "").run(Once())
    assert "The schedule could not look: The settings of this shop (state 1) are damaged" in caplog.text
    with pytest.raises(StateDamaged):
        versions.settings(home)
    state, said = shop_settings.to_go_on_from(home)
    assert (state.number, said.state) == (0, 1)
    assert chosen_schedule.shop_settings.newest(home) == 1
