"""Timers of open pages: while nothing has changed that they look at, they run nothing, however many windows are open."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from pages.components.shared import followers

LOOK_SECONDS: Final = 1.0
"""Between two looks at the workspace, for all windows together."""
BANNERS_PER_SECOND: Final = 10.0
"""Banners of a retraining that are drawn again at most: of 30 windows each goes on every three seconds."""


@dataclass
class Changes:
    """What has changed in the workspace since the server began.

    Args:
        number: Of the newest change; 0 before the first.
        windows: How many are open.
    """

    number: int = 0
    windows: int = 0


class IdleTimers:
    """Keeps timers of windows from the pages while nothing has changed since the last message of that window that reached them.

    Args:
        app: The whole server.
        changes: As `follow` counts them.
    """

    def __init__(self, app: ASGIApp, changes: Changes) -> None:
        self._app, self._changes = app, changes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request, or a window's messages for as long as it is open."""
        if scope["type"] != "websocket":
            return await self._app(scope, receive, send)
        self._changes.windows += 1
        try:
            await self._app(scope, _Awake(receive, self._changes), send)
        finally:
            self._changes.windows -= 1
        return None


class _Awake:
    """A window's messages without those of idle timers."""

    def __init__(self, receive: Receive, changes: Changes) -> None:
        self._receive, self._changes, self._seen = receive, changes, -1

    async def __call__(self) -> Message:
        """The next one."""
        while True:
            message = await self._receive()
            if self._seen != self._changes.number or not _is_timer(message):
                self._seen = self._changes.number  # what the page sees when it runs is this, or newer
                return message


def _is_timer(message: Message) -> bool:
    """Whether a message asks to run a part that follows the retraining, because time went by."""
    back = BackMsg()
    try:
        back.ParseFromString(message.get("bytes") or b"")
    except Exception:  # noqa: BLE001 - protobuf's own; Streamlit refuses whatever is no message of a browser
        return False
    return back.rerun_script.is_auto_rerun and followers.follows_training(back.rerun_script.fragment_id)


async def follow(changes: Changes) -> None:
    """Counts the changes, as long as it runs; what cannot be read counts too, so that each window says so."""
    from pages.components.training import banner  # with all that draws pages, for which no server waits

    seen, shown, drawn = None, None, 0.0
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        if not changes.windows:
            continue
        try:
            now, progress = await asyncio.to_thread(banner.look_closely)
        except Exception:  # noqa: BLE001 - each window that looks now says what it is
            changes.number += 1
            continue
        may_draw = asyncio.get_running_loop().time() - drawn >= changes.windows / BANNERS_PER_SECOND
        if now != seen or (progress != shown and may_draw):
            changes.number += 1
            seen, shown, drawn = now, progress, asyncio.get_running_loop().time()
