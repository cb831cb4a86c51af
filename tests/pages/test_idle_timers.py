"""Windows that are open while nothing happens cost nothing, and each sees what happens."""

from __future__ import annotations

import asyncio

import pytest
from repository import ROOT
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session
from streamlit.testing.v1 import AppTest

from pages.components.shared import followers
from pages.components.training import banner
from pages.server import idle_timers, themes
from pages.server.idle_timers import Changes, IdleTimers

FOLLOWER = "a part that follows"


class Enough(BaseException):
    """Ends what would go on for ever."""


def message(fragment="", *, timer=False):
    """A message of a browser."""
    back = BackMsg()
    back.rerun_script.fragment_id, back.rerun_script.is_auto_rerun = fragment, timer
    return {"type": "websocket.receive", "bytes": back.SerializeToString()}


@pytest.fixture
def arrived(monkeypatch):
    """Which of the messages reach the pages; a number among them is what has changed before the next one."""
    monkeypatch.setattr(followers, "_FOLLOWERS", {FOLLOWER})

    def arrived(sent):
        changes, waiting, got = Changes(), iter([*sent, {"type": "websocket.disconnect"}]), []

        async def receive():
            following = next(waiting)
            while isinstance(following, int):
                changes.number, following = following, next(waiting)
            return following

        async def page(_, receive, send):
            assert changes.windows == 1
            while (one := await receive())["type"] != "websocket.disconnect":
                got.append(one)

        asyncio.run(IdleTimers(page, changes)({"type": "websocket"}, receive, None))
        assert changes.windows == 0
        return got

    return arrived


def test_timers_reach_the_pages_once_for_each_change(arrived):
    timer, click = message(FOLLOWER, timer=True), message()
    assert arrived([timer, timer, timer]) == [timer]  # the first one of a connection: nobody knows what its page has seen
    assert arrived([click, timer, timer, 1, timer, timer, 2, click, timer]) == [click, timer, click]


def test_whatever_is_no_idle_timer_reaches_the_pages(arrived):
    others = [message(), message(FOLLOWER), message("another part", timer=True), {"type": "websocket.receive", "bytes": b"\xff\xff"}]
    assert arrived(others * 2) == others * 2
    text = {"type": "websocket.receive", "text": "no bytes"}
    assert arrived([text, text]) == [text, text]


@pytest.mark.usefixtures("home")
def test_the_banner_of_each_page_is_such_a_part(monkeypatch):
    monkeypatch.setattr(followers, "_FOLLOWERS", set())
    AppTest.from_file(ROOT / "streamlit_app.py", default_timeout=60).run()
    assert len(followers._FOLLOWERS) == 1
    assert followers.follows_training(*followers._FOLLOWERS)


def test_changes_are_counted_but_banners_not_more_often_than_they_are_drawn(monkeypatch):
    looks = iter([("as it was", "1 %"), ("as it was", "1 %"), ("new", "2 %"), ("new", "3 %"), OSError(), ("new", "3 %")])
    counted = []

    def look():
        counted.append(changes.number)
        seen = next(looks, None)
        if seen is None:
            raise Enough
        if isinstance(seen, OSError):
            raise seen
        return seen

    changes = Changes(windows=100)
    monkeypatch.setattr(banner, "look_closely", look)
    monkeypatch.setattr(idle_timers, "LOOK_SECONDS", 0.0)
    with pytest.raises(Enough):
        asyncio.run(idle_timers.follow(changes))
    assert counted == [0, 1, 1, 2, 2, 3, 3]  # "3 %" comes within the ten seconds for which 100 windows show "2 %"; what cannot be read counts


def test_a_theme_that_is_put_together_once_says_the_same():
    asked = []

    def fill(theme, section="theme"):
        asked.append(section)
        app_session._populate_theme_msg(theme, section)

    def told(fill):
        theme = CustomThemeConfig()
        fill(theme)
        for part, section in ((theme.light, "theme.light"), (theme.dark, "theme.dark"), (theme.sidebar, "theme.sidebar")):
            fill(part, section)
        return theme

    once = themes.filled_once(fill)
    assert [told(once), told(once)] == [told(app_session._populate_theme_msg)] * 2
    assert told(once).light.primary_color
    assert asked == ["theme", "theme.light", "theme.dark", "theme.sidebar"]
