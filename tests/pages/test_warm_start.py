"""What a server does before anybody asks: the first page first."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable

import pytest
import streamlit as st
from streamlit import delta_generator, env_util

from forecasting.core.errors import NotFound
from forecasting.entrypoints.server.server_settings import ServerSettings
from pages.server import app, direct_runs, first_page, warming


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the start has done so far."""
    done: list[str] = []
    monkeypatch.setattr(first_page, "_answered", threading.Event())
    monkeypatch.setattr(warming, "DRAWING_SECONDS", 0.0)
    monkeypatch.setattr(warming, "_first_page", lambda version: done.append(f"first page of v{version}"))
    monkeypatch.setattr(warming, "_answers", lambda version, _: [lambda: done.append(f"orders of v{version}")])
    return done


def api(steps: list[str]) -> Callable[[], None]:
    return lambda: steps.append("API")


@pytest.mark.usefixtures("shop")
def test_the_rest_waits_until_a_page_was_drawn(steps: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warming, "QUIET_SECONDS", 600.0)
    start = threading.Thread(target=warming.warm, args=[api(steps), threading.Event()])
    start.start()
    start.join(0.2)
    assert start.is_alive()
    assert steps in ([], ["first page of v1"])
    first_page.answered()
    start.join()
    assert steps == ["first page of v1", "orders of v1", "API"]


@pytest.mark.usefixtures("shop")
def test_a_server_that_is_told_so_works_out_nothing_before_somebody_asks(steps: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warming, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(warming, "follow", lambda *_: pytest.fail("looked for another version"))
    warming.run(api(steps), threading.Event(), ahead=ServerSettings.from_environ({"FORECASTING_WARM": "0"}).warm)
    assert (steps, ServerSettings.from_environ({}).warm) == (["API"], True)


@pytest.mark.usefixtures("shop")
def test_without_a_visitor_the_rest_follows_soon(steps: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warming, "QUIET_SECONDS", 0.0)
    warming.warm(api(steps), threading.Event())
    assert steps == ["first page of v1", "orders of v1", "API"]


@pytest.mark.usefixtures("shop")
def test_the_rest_leaves_a_browser_time_to_draw_unless_the_server_stops(steps: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    monkeypatch.setattr(warming, "DRAWING_SECONDS", 600.0)
    start = threading.Thread(target=warming.warm, args=[api(steps), stop])
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
    monkeypatch.setattr(warming, "_first_page", lambda _: collecting.append(gc.isenabled()))
    monkeypatch.setattr(warming, "_answers", lambda *_: [lambda: collecting.append(gc.isenabled())])
    first_page.answered()
    warming.warm(api(steps), threading.Event())
    assert (collecting, gc.isenabled(), gc.get_freeze_count() > 0) == ([False, True], True, True)


def test_another_version_is_worked_out_once_and_an_answer_that_a_page_refuses_keeps_no_other_back(
    steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now: list[int | None] = [None]

    def answers(version: int, _: object) -> list[Callable[[], object]]:
        def refused() -> None:
            raise NotFound("There is no version 1.")

        return [refused, lambda: steps.append(f"orders of v{version}")]

    monkeypatch.setattr(warming, "_serving", lambda: now[0])
    monkeypatch.setattr(warming, "_answers", answers)
    version: int | None = 1
    for now[0] in (None, 1, 1, 2, 2):
        version = warming.follow(version, threading.Event(), warming.ONLY)
    assert (steps, version) == (["orders of v1", "orders of v2"], 2)


def test_nothing_more_is_worked_out_of_a_version_that_no_longer_serves(steps: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1]

    def published() -> None:
        now[0] = 2

    monkeypatch.setattr(warming, "_serving", lambda: now[0])
    monkeypatch.setattr(warming, "_answers", lambda *_: [published, lambda: steps.append("more of v1")])
    assert (warming.follow(None, threading.Event(), warming.ONLY), steps) == (1, [])


def test_work_in_the_background_waits_while_a_page_is_drawn_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_page, "_scripts", first_page.Scripts())
    monkeypatch.setattr(first_page, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(first_page, "PATIENCE_SECONDS", 600.0)
    stop = threading.Event()
    first_page.undisturbed(stop)
    with first_page.drawing():
        waits = threading.Thread(target=first_page.undisturbed, args=[stop])
        waits.start()
        waits.join(0.1)
        assert waits.is_alive()
    waits.join()
    with first_page.drawing():
        monkeypatch.setattr(first_page, "PATIENCE_SECONDS", 0.0)
        first_page.undisturbed(stop)


def test_no_page_of_a_server_looks_whether_python_runs_it_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def looks() -> bool:
        raise AssertionError("It reads the source of all that runs.")

    monkeypatch.setattr(env_util, "is_repl", looks)
    monkeypatch.setattr(delta_generator, "_use_warning_has_been_displayed", False)
    direct_runs.keep()
    st.empty()


def test_whoever_asks_the_api_sooner_does_not_wait_for_a_page() -> None:
    made: list[str] = []

    def make() -> app.ASGIApp:
        made.append("API")
        return lambda *_: None  # type: ignore[return-value]

    asked = app.Warmed(make)
    assert asked.ready() is asked.ready()
    assert made == ["API"]
