"""What was chosen for the shop, over HTTP and on the command line."""

from __future__ import annotations

import json

import pytest
from api_client import client, problem

from forecasting.entrypoints.cli import scheduled
from forecasting.entrypoints.cli.verbs import main
from forecasting.storage.settings import settings_store
from forecasting.storage.workspace import Workspace


@pytest.fixture
def asked(home):
    return client(home)


def settings(capsys, *arguments):
    """What the verb says as JSON."""
    assert main(["settings", "--json", *arguments]) == 0
    return json.loads(capsys.readouterr().out)


def test_http_and_the_command_line_say_the_same(asked, home, capsys):
    wanted = {"go_live": "ask", "country": "DE", "schedules": [{"every": "0 3 * * *", "timezone": "europe/berlin"}], "retention": {"versions": 5}}
    answer = asked.put("/api/settings?by=till", json=wanted).json()
    assert (answer["state"], answer["by"], answer["go_live"], answer["go_back"]) == (1, "till", "ask", "recommend")
    assert answer["schedules"] == [{"every": "0 3 * * *", "timezone": "Europe/Berlin"}]
    assert (answer["retention"]["versions"], answer["retention"]["jobs"]) == (5, 100)
    assert asked.get("/api/settings").json() == answer
    shown = settings(capsys)
    assert {**shown, "moment": None} == {**answer, "moment": None}


def test_before_anybody_chose_there_are_defaults(asked, home):
    answer = asked.get("/api/settings").json()
    assert (answer["state"], answer["by"], answer["moment"], answer["country"], answer["go_live"]) == (0, "", None, None, "if-not-worse")
    assert not home.settings.exists()


def test_what_cannot_be_used_is_named_and_nothing_changes(asked, home):
    zone = {"schedules": [{"every": "0 3 * * *", "timezone": "Berlin"}]}
    assert "'Berlin' is not a time zone" in problem(asked.put("/api/settings", json=zone), 422, "settings-error")["detail"]
    assert "'now' is not a schedule" in asked.put("/api/settings", json={"schedules": [{"every": "now", "timezone": "UTC"}]}).json()["detail"]
    assert "no holidays for country 'XX'" in asked.put("/api/settings", json={"country": "XX"}).json()["detail"]
    assert "at least 2" in asked.put("/api/settings", json={"retention": {"versions": 1}}).json()["detail"]
    for wrong in ({"go_live": "perhaps"}, {"colour": "red"}, {"retention": {"versions": "5"}}, {"go_live": None}, {"schedules": None}):
        assert asked.put("/api/settings", json=wrong).status_code == 422
    assert settings_store(home).numbers() == []


def test_a_client_that_knows_older_settings_changes_nothing(asked, home):
    asked.put("/api/settings", json={"country": "DE"})
    refused = asked.put("/api/settings", json={"country": "FR", "state": 0})
    assert "Somebody else saved settings meanwhile" in problem(refused, 409, "changed-meanwhile")["detail"]
    assert asked.put("/api/settings", json={"go_live": "ask", "state": 1}).json()["country"] == "DE"


def test_what_the_environment_decides_is_said(asked, monkeypatch, capsys):
    monkeypatch.setenv("FORECASTING_KEEP_JOBS", "7")
    monkeypatch.setenv("FORECASTING_RETRAIN_EVERY", "0 3 * * *")
    expected = {"schedules": "FORECASTING_RETRAIN_EVERY", "retention.jobs": "FORECASTING_KEEP_JOBS"}
    assert asked.get("/api/settings").json()["by_environment"] == expected
    assert main(["settings"]) == 0
    assert "retention.jobs = 100   (the environment decides: FORECASTING_KEEP_JOBS)" in capsys.readouterr().out


def test_the_verb_changes_what_is_named_and_says_who(home, capsys):
    arguments = ["--set", "schedules=0 3 * * * Europe/Berlin; 0 12 * * 1 UTC", "--set", "country=de", "--set", "retention.jobs=9", "--by", "anna"]
    changed = settings(capsys, *arguments)
    assert (changed["country"], changed["retention"]["jobs"], changed["by"], len(changed["schedules"])) == ("DE", 9, "anna", 2)
    after = settings(capsys, "--set", "schedules=none", "--set", "country=none")
    assert (after["schedules"], after["country"], after["retention"]["jobs"]) == ([], "", 9)
    assert main(["settings"]) == 0
    shown = capsys.readouterr().out
    assert "country = none" in shown
    assert "Changed last by local" in shown


@pytest.mark.parametrize(
    ("pair", "text"),
    [
        ("go_live", "--set takes KEY=VALUE"),
        ("go_live=perhaps", "go_live is if-not-worse, always or ask"),
        ("colour=red", "A setting is not known"),
        ("retention.versions=many", "retention.versions is a whole number"),
        ("retention.colour=1", "A setting is not known"),
        ("schedules=0 3 * * *", "A schedule is five fields and a time zone"),
    ],
)
def test_a_pair_that_is_none_is_refused(pair, text, home, capsys):
    assert main(["settings", "--set", pair]) == 2
    assert text in capsys.readouterr().err
    assert not home.settings.exists()


def test_damaged_settings_are_named_and_setting_goes_on_from_the_state_before(home, asked, capsys):
    for country in ("DE", "FR"):
        settings(capsys, "--set", f"country={country}")
    settings_store(home).path(2).write_text("{")
    assert main(["settings"]) == 1
    assert "(state 2) are damaged" in capsys.readouterr().err
    assert "(state 2) are damaged" in problem(asked.get("/api/settings"), 500, "state-damaged")["detail"]
    assert main(["settings", "--set", "go_live=ask"]) == 0
    assert "goes on from state 1" in capsys.readouterr().err
    state = settings_store(Workspace(home.home)).load()
    assert (state.number, state.values.country, state.values.go_live) == (3, "DE", "ask")


# Time zones of schedules


@pytest.fixture
def begun(monkeypatch):
    """The timetable that `retrain --every` would follow."""
    tables = []
    monkeypatch.setattr(scheduled, "run_schedule", lambda schedule: tables.append(schedule.timetable.expression))
    return tables


def test_a_schedule_of_the_command_line_is_in_the_zone_that_is_named(home, begun, monkeypatch, capsys):
    main(["retrain", "--every", "0 3 * * *", "--timezone", "Europe/Berlin"])
    assert "03:00 CE" in capsys.readouterr().err
    main(["retrain", "--every", "0 3 * * *"])
    monkeypatch.setenv("FORECASTING_TIMEZONE", "Asia/Kolkata")
    main(["retrain", "--every", "0 3 * * *"])
    assert begun == ["0 3 * * * Europe/Berlin", "0 3 * * *", "0 3 * * * Asia/Kolkata"]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["retrain", "--every", "0 3 * * *", "--timezone", "Berlin"], "'Berlin' is not a time zone"),
        (["retrain", "--timezone", "Europe/Berlin"], "--timezone is of a schedule: give --every CRON too"),
        (["serve", "--timezone", "Berlin"], "'Berlin' is not a time zone"),
    ],
)
def test_a_zone_that_is_none_or_without_a_schedule_is_refused(arguments, text, home, begun, capsys):
    assert main(arguments) == 2
    assert text in capsys.readouterr().err
    assert begun == []
