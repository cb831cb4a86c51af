"""What a server does before anybody asks: the first page first."""

from __future__ import annotations

import gc
import threading

import pytest

from forecasting.storage.workspace import Workspace
from pages.server import app, first_page


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the start has done so far."""
    done: list[str] = []
    monkeypatch.setattr(first_page, "_answered", threading.Event())
    monkeypatch.setattr(app, "DRAWING_SECONDS", 0.0)
    monkeypatch.setattr(app, "_warm_first_page", lambda version: done.append(f"first page of v{version}"))
    monkeypatch.setattr(app, "_warm_orders", lambda version: done.append(f"orders of v{version}"))
    return done


def api(steps: list[str]) -> app.Warmed:
    def make() -> app.ASGIApp:
        steps.append("API")
        return lambda *_: None  # type: ignore[return-value]

    return app.Warmed(make)


@pytest.mark.usefixtures("shop")
def test_the_rest_waits_until_a_page_was_drawn(steps: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "QUIET_SECONDS", 600.0)
    start = threading.Thread(target=app.warm, args=[api(steps), threading.Event()])
    start.start()
    start.join(0.2)
    assert start.is_alive()
    assert steps in ([], ["first page of v1"])
    first_page.answered()
    start.join()
    assert steps == ["first page of v1", "orders of v1", "API"]


@pytest.mark.usefixtures("shop")
def test_without_a_visitor_the_rest_follows_soon(steps: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "QUIET_SECONDS", 0.0)
    app.warm(api(steps), threading.Event())
    assert steps == ["first page of v1", "orders of v1", "API"]


@pytest.mark.usefixtures("shop")
def test_the_rest_leaves_a_browser_time_to_draw_unless_the_server_stops(steps: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    monkeypatch.setattr(app, "DRAWING_SECONDS", 600.0)
    start = threading.Thread(target=app.warm, args=[api(steps), stop])
    start.start()
    first_page.answered()
    start.join(0.2)
    assert start.is_alive()
    stop.set()
    start.join()
    assert steps == ["first page of v1"]


@pytest.mark.usefixtures("shop")
def test_libraries_of_the_first_page_are_no_garbage_and_what_comes_later_may_be(steps: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    collecting: list[bool] = []
    monkeypatch.setattr(app, "_warm_first_page", lambda _: collecting.append(gc.isenabled()))
    monkeypatch.setattr(app, "_warm_orders", lambda _: collecting.append(gc.isenabled()))
    first_page.answered()
    app.warm(api(steps), threading.Event())
    assert (collecting, gc.isenabled(), gc.get_freeze_count() > 0) == ([False, True], True, True)


def test_whoever_asks_the_api_sooner_does_not_wait_for_a_page(home: Workspace, steps: list[str]) -> None:
    asked = api(steps)
    asked.ready()
    assert (steps, home.versions.exists()) == (["API"], False)
