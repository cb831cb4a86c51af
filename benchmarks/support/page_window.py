"""An open page as a browser has one, without drawing it: Streamlit's messages over a websocket, and the timers that run fragments."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.support.widget_choices import Choice, Path, choices

RUN_SECONDS = 180.0
"""Until a page has to be there."""
KEPT_RUNS = 2
"""Runs of a page after which a browser forgets a large message that none of them used."""


class Window:
    """One visitor's page.

    Args:
        address: Of the server, "http://127.0.0.1:8501".
        theme: "light" or "dark".

    Attributes:
        page: What the URL calls the page that is shown.
        pages: The names of all pages of the navigation -> their ids.
        errors: What pages said that went wrong.
        got: Bytes that came.
    """

    def __init__(self, address: str, theme: str = "light") -> None:
        self._address, self._theme = address, theme
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._timers: dict[str, asyncio.Task[None]] = {}
        self._shown: dict[Path, tuple[str, Delta]] = {}
        self._kept: dict[str, tuple[int, ForwardMsg]] = {}
        self._states: dict[str, WidgetState] = {}
        self._query: dict[str, str] = {}
        self._runs = 0
        self._begun: dict[str, bool] = {}
        self._waiting: asyncio.Future[None] | None = None
        self._awaited = ""
        self._hash = self._run_id = self.page = ""
        self.pages: dict[str, str] = {}
        self.errors: list[str] = []
        self.got = 0

    async def open(self) -> float:
        """Connects and waits for the first page; seconds that it took."""
        host = urlsplit(self._address).netloc
        start = time.perf_counter()
        patience = {"open_timeout": RUN_SECONDS, "ping_timeout": RUN_SECONDS}
        self._socket = await connect(f"ws://{host}/_stcore/stream", origin=self._address, subprotocols=["streamlit"], max_size=None, **patience)  # type: ignore[arg-type,list-item]
        self._reader = asyncio.create_task(self._read(self._socket))
        self._reader.add_done_callback(self._end)
        await self._run("")
        return time.perf_counter() - start

    async def close(self) -> None:
        """Leaves."""
        for task in (*self._timers.values(), *([self._reader] if self._reader else [])):
            task.cancel()
        if self._socket is not None:
            await self._socket.close()

    async def show(self, page: str) -> float:
        """Goes to a page; seconds until it is whole."""
        self._hash, self.page, self._query, self._states = self.pages[page], page, {}, {}
        return await self._run("")

    async def choose(self, choice: Choice, state: WidgetState) -> float:
        """Chooses in a widget; seconds until the page, or the fragment, is drawn again."""
        self._states[state.id] = state
        kind = state.WhichOneof("value")
        value: Any = getattr(state, kind) if kind else ""
        self._query[choice.name] = str(value.data[0] if kind and kind.endswith("array_value") else value)
        return await self._run(choice.fragment)

    def choices(self) -> list[Choice]:
        """The widgets in which a visitor may choose."""
        return choices({path: delta for path, (_, delta) in self._shown.items()})

    async def _run(self, fragment: str) -> float:
        """Asks for a run, and waits for its end; seconds."""
        start = time.perf_counter()
        self._waiting, self._awaited, self._begun = asyncio.get_running_loop().create_future(), fragment, {}
        await self._send(fragment)
        await asyncio.wait_for(self._waiting, RUN_SECONDS)
        return time.perf_counter() - start

    async def _send(self, fragment: str, *, by_itself: bool = False) -> None:
        message = BackMsg()
        run = message.rerun_script
        run.query_string, run.page_script_hash, run.fragment_id, run.is_auto_rerun = urlencode(self._query), self._hash, fragment, by_itself
        run.widget_states.widgets.extend(self._states.values())
        run.cached_message_hashes.extend(self._kept)
        run.context_info.color_scheme, run.context_info.timezone, run.context_info.url = self._theme, "Europe/Berlin", f"{self._address}/{self.page}"
        if self._socket is not None:
            await self._socket.send(message.SerializeToString())

    async def _read(self, connection: ClientConnection) -> None:
        async for raw in connection:
            self.got += len(raw)
            message = ForwardMsg()
            message.ParseFromString(raw)
            if message.WhichOneof("type") == "ref_hash":
                message = self._recalled(message)
            if message.metadata.cacheable:
                self._kept[message.hash] = (self._runs, message)
            self._take(message)

    def _end(self, reader: asyncio.Task[None]) -> None:
        """Ends the wait for a page that will never be there."""
        if not reader.cancelled() and self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(reader.exception() or ConnectionError("The server ended the connection."))

    def _recalled(self, reference: ForwardMsg) -> ForwardMsg:
        """The message that a reference stands for, in its place."""
        message = ForwardMsg()
        message.CopyFrom(self._kept[reference.ref_hash][1])
        message.metadata.CopyFrom(reference.metadata)
        message.metadata.cacheable = True
        return message

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._begin(message)
        elif kind == "navigation":
            self.pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages if not page.is_hidden}
            self.page = next((name for name, number in self.pages.items() if number == message.navigation.page_script_hash), self.page)
        elif kind == "delta":
            self._draw(tuple(message.metadata.delta_path), message.delta)
        elif kind == "auto_rerun":
            self._repeat(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "script_finished":
            self._finish(message)

    def _begin(self, message: ForwardMsg) -> None:
        self._run_id = message.metadata.run.script_run_id
        self._begun[self._run_id] = not message.metadata.run.fragment_ids
        if message.metadata.run.fragment_ids:
            return
        self._hash = message.new_session.page_script_hash or self._hash
        for timer in self._timers.values():
            timer.cancel()
        self._timers = {}
        self._runs += 1

    def _draw(self, path: Path, delta: Delta) -> None:
        self._shown[path] = (self._run_id, delta)
        element = delta.new_element
        if element.WhichOneof("type") == "exception":
            self.errors.append(element.exception.message or element.exception.type)

    def _repeat(self, fragment: str, seconds: float) -> None:
        async def again() -> None:
            with suppress(ConnectionError):
                while True:
                    await asyncio.sleep(seconds)
                    await self._send(fragment, by_itself=True)

        before = self._timers.pop(fragment, None)
        if before is not None:
            before.cancel()
        self._timers[fragment] = asyncio.create_task(again())

    def _finish(self, message: ForwardMsg) -> None:
        run, status = message.metadata.run, message.script_finished
        if status == ForwardMsg.FINISHED_SUCCESSFULLY:
            self._shown = {path: (drawn, delta) for path, (drawn, delta) in self._shown.items() if drawn == run.script_run_id}
            self._kept = {name: kept for name, kept in self._kept.items() if kept[0] > self._runs - KEPT_RUNS}
        elif status == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY:
            stale = {path for path, (drawn, delta) in self._shown.items() if delta.fragment_id in run.fragment_ids and drawn != run.script_run_id}
            self._shown = {path: kept for path, kept in self._shown.items() if path not in stale}
        if self._waiting is not None and not self._waiting.done() and self._is_awaited(message):
            self._waiting.set_result(None)

    def _is_awaited(self, message: ForwardMsg) -> bool:
        """Whether the run that ends is the one that was asked for, or one after it: Streamlit may keep the end of a page to itself when a timer's
        run comes at that moment."""
        run, status = message.metadata.run, message.script_finished
        earlier = list(self._begun)[: list(self._begun).index(run.script_run_id)] if run.script_run_id in self._begun else []
        if any(self._begun[each] for each in earlier) and status != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return True
        is_page, is_fragment = status == ForwardMsg.FINISHED_SUCCESSFULLY, self._awaited and self._awaited in run.fragment_ids
        return run.script_run_id in self._begun and bool(is_page or is_fragment)
