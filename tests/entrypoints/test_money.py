"""The worth of a shop over HTTP and on the command line, and its settings of money."""

from __future__ import annotations

import json

import pytest
from api_client import client, problem

from forecasting.entrypoints.cli.verbs import main
from forecasting.inventory.orders import value

pytestmark = pytest.mark.usefixtures("fresh_caches")


def test_http_and_the_command_line_say_the_same(published, monkeypatch, capsys):
    answer = client(published).get("/api/money").json()
    assert set(answer) == {"version", "currency", *value.SUMS, "series", "priced", "costed"}
    assert (answer["version"], answer["currency"], answer["costed"], answer["stock"]) == (1, "", 0, None)
    monkeypatch.setenv("FORECASTING_HOME", str(published.home))
    assert main(["money", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == answer
    assert main(["money"]) == 0
    assert "costs of 0 of" in capsys.readouterr().out


def test_without_a_version_there_is_nothing_to_value(home):
    problem(client(home).get("/api/money"), 409, "nothing-published")


def test_settings_of_money_are_changed_over_http_and_files_stay_as_programs_read_them(home):
    asked = client(home)
    changed = asked.put("/api/settings", json={"currency": "eur", "language": "de-AT", "first_weekday": "sunday"}).json()
    assert (changed["currency"], changed["language"], changed["decimal_style"], changed["first_weekday"]) == ("EUR", "de_AT", "", "sunday")
    assert asked.get("/api/settings").json() == changed
    assert asked.put("/api/settings", json={"currency": "EURO"}).status_code == 422
    assert asked.put("/api/settings", json={"decimal_style": "1.5"}).status_code == 422
    assert asked.put("/api/settings", json={"currency": ""}).json()["currency"] == ""
