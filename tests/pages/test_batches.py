"""What a script tells its window comes in batches, whole and in order."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pandas as pd
import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import ScriptRunnerEvent

from pages.server import batches
from pages.server.batches import Batch, Batches
from pages.server.table_bytes import written_once


class Session:
    """A window's session that notes what it hears, and how often its loop is woken."""

    def __init__(self):
        self.heard, self.woken, self._event_loop = [], 0, asyncio.get_running_loop()

    def _handle_scriptrunner_event_on_event_loop(self, _, event, forward_msg=None):
        self.heard.append(forward_msg.delta.fragment_id if forward_msg else event.name)

    def wake(self, callback):
        self.woken += 1
        self._event_loop.call_soon_threadsafe(callback)


def element(name):
    message = ForwardMsg()
    message.delta.fragment_id = name
    return message


def methods():
    """Those that Streamlit gets: to hear an event, and to begin a run."""
    kept = Batches()
    call_soon = kept.behind(Session.wake)

    def on_event(session, sender, event, forward_msg=None):
        call_soon(session, lambda: session._handle_scriptrunner_event_on_event_loop(sender, event, forward_msg))

    return kept.holding_back(on_event, Session.wake), kept.first(lambda session, _: session.heard.append("rerun"))


def test_elements_wake_the_loop_once_and_an_end_comes_at_once_behind_them(monkeypatch):
    monkeypatch.setattr(batches, "BATCH_SECONDS", 3600)

    async def run():
        session, (hear, _) = Session(), methods()
        for name in ("one", "two", "three"):
            await asyncio.to_thread(hear, session, None, event=ScriptRunnerEvent.ENQUEUE_FORWARD_MSG, forward_msg=element(name))
        await asyncio.sleep(0)
        assert (session.heard, session.woken) == ([], 1)
        await asyncio.to_thread(hear, session, None, event=ScriptRunnerEvent.SCRIPT_STOPPED_WITH_SUCCESS)
        await asyncio.sleep(0)
        assert (session.heard, session.woken) == (["one", "two", "three", "SCRIPT_STOPPED_WITH_SUCCESS"], 2)

    asyncio.run(run())


def test_an_element_that_nothing_follows_comes_after_a_moment_and_before_another_run(monkeypatch):
    monkeypatch.setattr(batches, "BATCH_SECONDS", 0.01)

    async def run():
        session, (hear, begin) = Session(), methods()
        hear(session, None, event=ScriptRunnerEvent.ENQUEUE_FORWARD_MSG, forward_msg=element("one"))
        await asyncio.sleep(0.1)
        assert session.heard == ["one"]
        hear(session, None, event=ScriptRunnerEvent.ENQUEUE_FORWARD_MSG, forward_msg=element("two"))
        begin(session, None)
        await asyncio.sleep(0.1)
        assert session.heard == ["one", "two", "rerun"]

    asyncio.run(run())


def test_a_call_that_fails_keeps_no_other_from_its_turn():
    batch, made = Batch(), []
    assert [batch.add(call) for call in (lambda: made.append(1), lambda: 1 // 0, lambda: made.append(2))] == [True, False, False]
    with pytest.raises(ZeroDivisionError):
        batch.run()
    assert made == [1, 2]
    assert batch.add(lambda: None), "the next call begins a batch"


def test_the_loop_is_not_woken_while_it_is_about_to_send():
    woken = []
    loop = SimpleNamespace(need_send_data=asyncio.Event(), eventloop=SimpleNamespace(call_soon_threadsafe=woken.append))
    runtime = SimpleNamespace(_get_async_objs=lambda: loop)
    batches.woken_once(runtime)
    loop.need_send_data.set()
    batches.woken_once(runtime)
    assert woken == [loop.need_send_data.set]


def test_a_table_is_written_once_for_as_long_as_it_lives():
    asked = []
    write = written_once(lambda _, **more: asked.append(more) or b"table")
    table = pd.DataFrame({"y": [1, 2]})
    assert [write(table), write(table), write(table, downcast_large_types=True), write(table.copy())] == [b"table"] * 4
    assert asked == [{}, {"downcast_large_types": True}, {}]
