"""The server around the pages: the API beside them, what is warmed at the start, and the schedule of retrains."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from functools import partial
from typing import TypedDict

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from forecasting.core import log_lines
from forecasting.core.errors import SettingsError
from forecasting.entrypoints.server.known_hosts import KnownHosts
from forecasting.entrypoints.server.network import EVERYWHERE, OnlyThisMachine, is_this_machine, settings_for
from forecasting.entrypoints.server.process_role import ProcessRole
from forecasting.entrypoints.server.security_headers import SecurityHeaders
from forecasting.entrypoints.server.server_settings import SHORTEST_TOKEN, TOKEN, ServerSettings
from forecasting.services import workspaces
from pages.server import (
    affinity,
    batches,
    connections,
    direct_runs,
    first_page,
    idle_timers,
    policies,
    preloads,
    sessions,
    table_bytes,
    themes,
    warming,
)
from pages.server.access_rules import asks_for_login
from pages.server.login_wall import LoginWall
from pages.server.long_names import no_such_file

logger = logging.getLogger("shelfcast")
STOP_SECONDS = 5.0


class Warmed:
    """An application that is made beside the start of the server; whoever asks before that waits for it.

    Args:
        make: Makes it; called once.
    """

    def __init__(self, make: Callable[[], ASGIApp]) -> None:
        self._make = make
        self._app: ASGIApp | None = None
        self._lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request."""
        app = await asyncio.to_thread(self.ready) if self._app is None else self._app
        await app(scope, receive, send)

    def ready(self) -> ASGIApp:
        """The application."""
        with self._lock:
            if self._app is None:
                self._app = self._make()
            return self._app


class Parts(TypedDict):
    """What `st.App` gets besides the entry script."""

    lifespan: Callable[[st.App], AbstractAsyncContextManager[dict[str, object]]]
    routes: list[BaseRoute]
    middleware: list[Middleware]
    exception_handlers: Mapping[type[Exception], Callable[[Request, Exception], Response]]


def parts_or_exit() -> Parts:
    """`parts`, or the end of this process with the reason where the settings cannot be used."""
    try:
        return parts()
    except SettingsError as error:
        raise SystemExit(str(error)) from error


def parts() -> Parts:
    """What `st.App` gets besides the entry script: the API, who may come in, and what begins and ends with the server.

    Raises:
        SettingsError: The environment's settings cannot be used, no shop can be in the workspace, or the server would listen beyond this machine
            without a token.
    """
    address = str(st.get_option("server.address") or EVERYWHERE)
    settings = settings_for(address, os.environ)
    workspaces.settle()
    log_aloud()
    if not is_this_machine(address) and not asks_for_login():
        logger.warning("%s protects only the API: anyone who reaches %s sees the pages. SECURITY.md explains how to require login.", TOKEN, address)
    if settings.is_weak:
        logger.warning("%s is easy to guess: use %d characters or more.", TOKEN, SHORTEST_TOKEN)
    api, changes, role = Warmed(lambda: _api(settings)), idle_timers.Changes(), ProcessRole.from_environ(os.environ)

    @asynccontextmanager
    async def lifespan(_: st.App) -> AsyncIterator[dict[str, object]]:
        connections.prepare(settings.connections)
        themes.keep()
        batches.keep()
        table_bytes.keep()
        direct_runs.keep()
        stop = threading.Event()
        warm = partial(warming.run, api.ready, stop, role, ahead=settings.warm)
        threading.Thread(target=warm, name="warming", daemon=True).start()
        endless = (sessions.sweep(), sessions.collect(), idle_timers.follow(changes))
        beside = [asyncio.create_task(each) for each in endless]
        with scheduled(settings) if role.answers_programs else nullcontext():
            yield {}
        stop.set()
        first_page.answered()  # nobody waits for one any more
        for task in beside:
            task.cancel()

    middleware = [
        Middleware(affinity.Affinity, role),
        Middleware(SecurityHeaders, policies.headers_of, settings.frame_ancestors),
        Middleware(OnlyThisMachine, settings),
        Middleware(KnownHosts, is_host_allowed if st.get_option("server.allowedHosts") else None, st.get_option("server.corsAllowedOrigins")),
        Middleware(LoginWall, api=not settings.token),
        Middleware(idle_timers.IdleTimers, changes),
        Middleware(preloads.Preloads, preloads.script_files(preloads.CHART)),
    ]
    routes = [Route("/api", RedirectResponse("/api/")), everything_below("/api", api)]
    return {"lifespan": lifespan, "routes": routes, "middleware": middleware, "exception_handlers": {OSError: no_such_file}}


def everything_below(path: str, app: ASGIApp) -> Mount:
    """An application that answers every address below a path, those with a line feed too, which Starlette's own pattern leaves out."""
    mount = Mount(path, app)
    mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)
    return mount


def _api(settings: ServerSettings) -> ASGIApp:
    from forecasting.entrypoints.api import app

    return app.make_app(workspaces.workspace(), settings)


def log_aloud() -> None:
    """What Shelfcast logs goes to stderr, from INFO on: what came of each scheduled retrain, and every unexpected error whole."""
    logger.handlers, logger.propagate = [log_lines.to_stderr("%(asctime)s %(levelname)s %(message)s")], False
    logger.setLevel(logging.INFO)


@contextmanager
def scheduled(settings: ServerSettings) -> Iterator[None]:
    """Looks at the schedule and at alerts, which people may change meanwhile, as long as the server runs; a retrain that it began goes on."""
    stop = threading.Event()
    threads = [
        threading.Thread(target=_follow, args=(settings, stop), name="schedule", daemon=True),
        threading.Thread(target=_tell, args=(stop,), name="alerts", daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        threads[0].join(STOP_SECONDS)  # alerts may wait for a receiver: whatever was not sent is sent later


def _follow(settings: ServerSettings, stop: threading.Event) -> None:
    from forecasting.services.chosen_schedule import ChosenSchedule

    ChosenSchedule(workspaces.workspace(), settings.retrain_every, settings.timezone).run(stop)


def _tell(stop: threading.Event) -> None:
    """Begins once the first page is likely to be there."""
    if stop.wait(warming.QUIET_SECONDS):
        return
    from forecasting.services.alerts import watch

    watch.run(workspaces.workspace(), stop)
