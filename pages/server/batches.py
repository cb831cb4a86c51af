"""What a script tells its window, handed to the server's event loop in batches."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial, wraps
from threading import Lock
from typing import Any, Final
from weakref import WeakKeyDictionary

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import ScriptRunner, ScriptRunnerEvent

BATCH_SECONDS: Final = 0.05
"""For which elements of a page are held back at most, so that others come with them; its end comes at once, and they before it."""
ELEMENTS: Final = {"delta", "ref_hash"}
"""Kinds of messages that tell a window of an element, or that it is one which the window has already."""
Call = Callable[[], None]


class Batch:
    """Calls that wait for the event loop, in order."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque()
        self._lock = Lock()
        self._is_due = False

    def add(self, call: Call) -> bool:
        """Adds a call; whether it is the first of a batch, which somebody has to run. On any thread."""
        with self._lock:
            self._calls.append(call)
            is_first, self._is_due = not self._is_due, True
            return is_first

    def run(self) -> None:
        """Makes the calls, those too that come meanwhile; on the event loop, where one that fails keeps no other from its turn."""
        try:
            while (call := self._next()) is not None:
                call()
        finally:
            if self._calls:
                self.run()

    def _next(self) -> Call | None:
        with self._lock:
            self._is_due = bool(self._calls)
            return self._calls.popleft() if self._calls else None


class Batches:
    """The batch of each session, and Streamlit's methods as they use it."""

    def __init__(self) -> None:
        self._batches: WeakKeyDictionary[AppSession, Batch] = WeakKeyDictionary()
        self._lock = Lock()

    def behind(self, call_soon: Callable[[AppSession, Call], None]) -> Callable[[AppSession, Call], None]:
        """The method that has the loop make a call as soon as it can: right after those that wait."""

        def call_behind(session: AppSession, callback: Call) -> None:
            batch = self._of(session)
            batch.add(callback)
            call_soon(session, batch.run)

        return call_behind

    def holding_back(self, on_event: Callable[..., None], call_soon: Callable[[AppSession, Call], None]) -> Callable[..., None]:
        """The method that hears what a script says: elements of its page wait for others, the rest goes on at once."""

        @wraps(on_event)
        def on_any(
            session: AppSession, sender: ScriptRunner | None, event: ScriptRunnerEvent, forward_msg: ForwardMsg | None = None, **more: Any
        ) -> None:
            if forward_msg is None or forward_msg.WhichOneof("type") not in ELEMENTS:
                on_event(session, sender, event, forward_msg, **more)
                return
            batch = self._of(session)
            if batch.add(partial(session._handle_scriptrunner_event_on_event_loop, sender, event, forward_msg, **more)):
                call_soon(session, partial(_later, session, batch.run))

        return on_any

    def first(self, request_rerun: Callable[[AppSession, ClientState | None], None]) -> Callable[[AppSession, ClientState | None], None]:
        """The method that begins a run: what the one before has said is heard first, or Streamlit would leave its end unsaid."""

        def request_after(session: AppSession, client_state: ClientState | None) -> None:
            self._of(session).run()
            request_rerun(session, client_state)

        return request_after

    def _of(self, session: AppSession) -> Batch:
        with self._lock:
            return self._batches.setdefault(session, Batch())


def _later(session: AppSession, call: Call) -> None:
    session._event_loop.call_later(BATCH_SECONDS, call)


def keep() -> None:
    """From here on Streamlit wakes its event loop a few times for a page, not twice for each element.

    A script's thread and the loop take turns: with a hundred elements, each would wait for the other a hundred times, in every open window.
    """
    batches, call_soon = Batches(), AppSession._call_soon_on_event_loop
    AppSession._call_soon_on_event_loop = batches.behind(call_soon)  # type: ignore[method-assign, assignment]
    AppSession._on_scriptrunner_event = batches.holding_back(AppSession._on_scriptrunner_event, call_soon)  # type: ignore[method-assign]
    AppSession.request_rerun = batches.first(AppSession.request_rerun)  # type: ignore[method-assign, assignment]
    Runtime._enqueued_some_message = woken_once  # type: ignore[method-assign, assignment]


def woken_once(runtime: Runtime) -> None:
    """Has the loop send what windows wait for, unless it is about to already."""
    loop = runtime._get_async_objs()
    if not loop.need_send_data.is_set():
        loop.eventloop.call_soon_threadsafe(loop.need_send_data.set)
