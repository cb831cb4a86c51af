"""What a person chose for the shop: numbered states that never change, readable when absent, and named when damaged."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import shop_workspaces as shops

from forecasting.core.errors import ChangedMeanwhile, DiskFull, SettingsError, StateDamaged
from forecasting.core.retention import Retention
from forecasting.core.shop_settings import RetrainSchedule, ShopSettings
from forecasting.services import backup, start_over
from forecasting.services.verification.verify import verify
from forecasting.storage import sealed_json
from forecasting.storage.settings import settings_store
from forecasting.storage.state_store import SavedState
from forecasting.storage.workspace import Workspace

CHOSEN = ShopSettings(
    go_live="ask",
    go_back="by_itself",
    schedules=(RetrainSchedule(every="0 3 * * *", timezone="Europe/Berlin"),),
    country="DE",
    retention=Retention(versions=5),
)


@pytest.fixture
def store(home):
    return settings_store(home)


def test_without_a_choice_the_defaults_hold_and_nothing_is_written(store, home):
    assert (store.load(), store.numbers(), home.home.exists()) == (SavedState(0, ShopSettings()), [], False)
    settings = store.load().values
    assert (settings.go_live, settings.go_back, settings.schedules, settings.country) == ("if-not-worse", "recommend", (), None)


def test_what_was_saved_is_read_with_who_and_when(store, home):
    saved = store.save(CHOSEN, "anna")
    first = store.path(1).read_bytes()
    store.save(replace(CHOSEN, go_live="always"), "ben")
    assert store.read(1) == saved
    assert (store.load().values.go_live, store.load().by, store.numbers()) == ("always", "ben", [1, 2])
    assert store.load().moment > saved.moment
    assert store.path(1).read_bytes() == first
    assert store.path(1) == home.home / "data" / "settings" / "0001.json"


def test_a_state_of_before_a_setting_existed_has_its_default(store):
    store.save(CHOSEN, "anna")
    values = sealed_json.read(store.path(1))
    del values["settings"]["go_back"], values["settings"]["retention"]
    sealed_json.write(store.path(1), values)
    assert store.load().values == replace(CHOSEN, go_back="recommend", retention=Retention())


@pytest.mark.parametrize("change", [lambda text: text.replace("ask", "aks"), lambda text: text[:30], lambda _: '{"format": 9}', lambda _: "[]"])
def test_a_damaged_newest_state_is_named_and_the_one_before_is_there_to_go_on_from(store, home, change):
    store.save(ShopSettings(country="FR"), "anna")
    store.save(CHOSEN, "anna")
    store.path(2).write_text(change(store.path(2).read_text()))
    with pytest.raises(StateDamaged, match=r"\(state 2\) are damaged.*data/settings/0002.json back from a backup, or save the settings again"):
        store.load()
    assert store.newest_whole().values.country == "FR"
    [finding] = [each for each in verify(home).findings if each.path == "data/settings/0002.json"]
    assert (finding.fault, finding.repair) == ("damaged", None)
    assert store.save(CHOSEN, "anna").number == 3
    assert store.load().values == CHOSEN


def test_two_people_at_once_do_not_overwrite_each_other(store):
    store.save(CHOSEN, "anna", after=0)
    with pytest.raises(ChangedMeanwhile, match="Somebody else saved settings meanwhile"):
        store.save(ShopSettings(), "ben", after=0)
    assert store.numbers() == [1]


def test_a_full_disk_changes_nothing(store, monkeypatch):
    store.save(CHOSEN, "anna")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sealed_json, "write", full)
    with pytest.raises(DiskFull):
        store.save(ShopSettings(), "ben")
    assert (store.numbers(), store.load().values) == ([1], CHOSEN)


def test_a_draft_left_by_a_kill_is_no_state(store):
    store.save(CHOSEN, "anna")
    store.path(1).with_name(".0002.json-1-abcd").write_text("{")
    assert store.load().values == CHOSEN


def test_a_backup_has_the_settings_and_starting_over_leaves_them(shop, tmp_path):
    settings_store(shop).save(CHOSEN, "anna")
    saved = start_over.start_over(shop)
    backup.restore(saved.file, tmp_path / "again")
    assert settings_store(Workspace(tmp_path / "again")).load() == settings_store(shop).load()
    assert verify(shop).findings == ()
    assert verify(shop).checked["the settings"] == 1
    shops.merge(shop, shops.sales(30))
    assert settings_store(shop).load().values == CHOSEN


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"go_live": "perhaps"}, "go_live is if-not-worse, always or ask, not 'perhaps'"),
        ({"go_back": "never"}, "go_back is recommend or by_itself, not 'never'"),
        ({"country": "Germany"}, "A country is a code like DE, not 'Germany'"),
        ({"schedules": [{"every": "0 3 * * *", "timezone": "Berlin"}]}, "'Berlin' is not a time zone"),
        ({"schedules": 2 * [{"every": "0 3 * * *", "timezone": "UTC"}]}, "Two schedules are the same"),
        ({"retention": {"versions": 1}}, "Versions to keep are at least 2"),
        ({"retention": {"versions": "many"}}, "not of its kind"),
        ({"colour": "red"}, "not known"),
        ({"schedules": 3}, "not of its kind"),
    ],
)
def test_what_cannot_be_a_setting_is_refused_by_name(values, text):
    with pytest.raises(SettingsError, match=text):
        ShopSettings.from_dict(values)


def test_settings_survive_json():
    assert ShopSettings.from_dict(json.loads(json.dumps(CHOSEN.to_dict()))) == CHOSEN
