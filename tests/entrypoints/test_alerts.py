"""What is open and who is told, over HTTP and on the command line."""

from __future__ import annotations

import json
import threading

import pytest
from api_client import client, problem

from forecasting.core.alerts import Alert
from forecasting.entrypoints.cli.verbs import main
from forecasting.services import shop_settings
from forecasting.services.alerts import receivers, sources, watch
from forecasting.services.alerts.delivery import NotDelivered

HELD = Alert("retrains", "retrain:held:2", "Version 2 waits for a person.")


@pytest.fixture
def asked(home, monkeypatch):
    """A shop with one alert, whose mail reaches Anna alone."""

    def send(receiver, *_):
        if receiver.name != "anna@example.com":
            raise NotDelivered("550 No such mailbox")

    monkeypatch.setattr(receivers, "sender", lambda *_: send)
    monkeypatch.setattr(sources, "SOURCES", {kind: lambda *_: [] for kind in sources.SOURCES} | {"retrains": lambda *_: [HELD]})
    monkeypatch.setattr(watch.sources, "look", lambda *_: sources.Open((HELD,)))
    return client(home)


def verb(capsys, *arguments):
    code = main(["alerts", *arguments])
    return code, capsys.readouterr().out


def test_what_is_chosen_over_http_is_what_the_command_line_says(asked, capsys):
    wanted = {"alerts": {"hour": 18, "timezone": "europe/berlin", "shadow": False, "emails": ["anna@example.com"]}}
    answer = asked.put("/api/settings", json=wanted).json()["alerts"]
    assert (answer["hour"], answer["timezone"], answer["shadow"], answer["findings"]) == (18, "Europe/Berlin", False, True)
    assert main(["settings", "--set", "alerts.hour=7", "--set", "alerts.damage=off", "--set", "alerts.webhooks=https://example.com/a"]) == 0
    out = capsys.readouterr().out
    for line in (
        "alerts.hour = 7",
        "alerts.damage = off",
        "alerts.findings = on",
        "alerts.emails = anna@example.com",
        "alerts.timezone = Europe/Berlin",
    ):
        assert line in out
    assert asked.get("/api/settings").json()["alerts"] == {**answer, "hour": 7, "damage": False, "webhooks": ["https://example.com/a"]}


def test_what_cannot_be_used_is_named_and_nothing_changes(asked, home, capsys):
    for wrong in ({"hour": 24}, {"hour": "7"}, {"colour": "red"}, {"findings": "yes"}, {"emails": "anna@example.com"}, {"emails": ["anna"] * 11}):
        assert asked.put("/api/settings", json={"alerts": wrong}).status_code == 422
    for address in (
        "http://",
        "https://anna:secret@example.com",
        "https://example.com/ä",
        "mailto:anna@example.com",
        "https://[::1",
        "https://a:port/",
    ):
        refused = problem(asked.put("/api/settings", json={"alerts": {"webhooks": [address]}}), 422, "settings-error")["detail"]
        assert "address of a webhook" in refused
        assert "secret" not in refused
    for mailbox in ("anna", "anna@example.com\nBcc: x@y", "a@b@c", "anna@example.com,x@y"):
        assert asked.put("/api/settings", json={"alerts": {"emails": [mailbox]}}).status_code == 422
    assert main(["settings", "--set", "alerts.findings=perhaps"]) == 2
    assert "alerts.findings is on or off" in capsys.readouterr().err
    assert main(["settings", "--set", "alerts.hour=noon"]) == 2
    assert shop_settings.newest(home) == 0


def test_a_try_says_whom_it_reached(asked, capsys):
    assert main(["settings", "--set", "alerts.emails=anna@example.com, till@example.com"]) == 0
    capsys.readouterr()
    code, out = verb(capsys, "--try")
    assert code == 1
    assert "retrains  Version 2 waits for a person." in out
    assert "email  anna@example.com  arrived\n" in out
    assert "email  till@example.com  did not arrive: 550 No such mailbox" in out
    code, out = verb(capsys, "--json")
    told = json.loads(out)
    assert code == 0
    assert [(each["name"], each["state"]) for each in told["receivers"]] == [("anna@example.com", "arrived"), ("till@example.com", "no answer")]
    assert told["alerts"] == [{**HELD.to_json(), "told": False}]
    answer = asked.get("/api/alerts").json()
    assert (answer["alerts"], [each["state"] for each in answer["receivers"]]) == (told["alerts"], ["arrived", "no answer"])


def test_a_request_to_try_waits_for_nobody(asked, monkeypatch):
    assert asked.post("/api/alerts/try").json() == {"receivers": []}
    began, release = threading.Event(), threading.Event()

    def send(*_):
        began.set()
        assert release.wait(60)

    monkeypatch.setattr(receivers, "sender", lambda *_: send)
    asked.put("/api/settings", json={"alerts": {"emails": ["anna@example.com"]}})
    assert asked.post("/api/alerts/try").status_code == 200
    assert began.wait(60)
    assert asked.get("/api/alerts").json()["receivers"][0]["state"] == "sending"
    release.set()


def test_before_anybody_is_told_it_says_what_to_do(home, capsys):
    code, out = verb(capsys)
    assert code == 0
    assert "Nothing is open." in out
    assert "Nobody is told" in out
    assert main(["alerts", "--try"]) == 2
    assert "settings --set alerts.emails" in capsys.readouterr().err
