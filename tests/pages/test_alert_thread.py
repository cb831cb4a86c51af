"""The thread of the server that looks whether somebody is to be told: begun after the first page, ended with the server."""

from __future__ import annotations

import threading

from patience import PATIENCE

from forecasting.core.errors import TryAgain
from forecasting.entrypoints.server.server_settings import ServerSettings
from forecasting.services import schedule
from forecasting.services.alerts import watch
from pages.server import app, warming


def test_it_looks_again_and_again_whatever_a_look_raises_and_ends_with_the_server(home, monkeypatch, caplog):
    looks, enough = [], threading.Event()
    raised = [TryAgain("Somebody else is writing."), TryAgain("Somebody else is writing."), ZeroDivisionError("a fault")]

    def look(ws):
        looks.append(ws)
        if raised:
            raise raised.pop(0)
        enough.set()

    monkeypatch.setattr(watch, "look", look)
    monkeypatch.setattr(warming, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(schedule, "LOOK_SECONDS", 0.001)
    with app.scheduled(ServerSettings()):
        [thread] = [each for each in threading.enumerate() if each.name == "alerts"]
        assert thread.daemon
        assert enough.wait(PATIENCE)
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert set(looks) == {home}
    said = [each.getMessage() for each in caplog.records if "The alerts" in each.getMessage()]
    assert said == ["The alerts could not look: Somebody else is writing.", "The alerts met an unexpected error and goes on."]


def test_a_server_that_ends_at_once_does_not_look(home, monkeypatch):
    monkeypatch.setattr(watch, "look", lambda _: 1 / 0)
    with app.scheduled(ServerSettings()):
        [thread] = [each for each in threading.enumerate() if each.name == "alerts"]
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_a_receiver_that_hangs_does_not_hold_up_the_end_of_the_server(home, monkeypatch):
    hangs, release = threading.Event(), threading.Event()

    def look(_):
        hangs.set()
        release.wait(PATIENCE)

    monkeypatch.setattr(watch, "look", look)
    monkeypatch.setattr(warming, "QUIET_SECONDS", 0.0)
    try:
        with app.scheduled(ServerSettings()):
            assert hangs.wait(PATIENCE)
        assert [each.name for each in threading.enumerate() if each.name == "alerts"] == ["alerts"]  # left behind, as a daemon
    finally:
        release.set()
