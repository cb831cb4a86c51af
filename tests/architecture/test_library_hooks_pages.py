"""Hooks into Streamlit, around the pages."""

from __future__ import annotations

import gc
import inspect
import logging
import re
import socket
import types
from contextlib import nullcontext
from pathlib import Path
from unittest.mock import MagicMock

import pytest
from library_hooks import relies_on
from repository import ROOT

WALL, RULES, SERVER, ENTRY = "pages/server/login_wall.py", "pages/server/access_rules.py", "pages/server/app.py", "streamlit_app.py"
CONNECTIONS, SESSIONS, PRELOADS = "pages/server/connections.py", "pages/server/sessions.py", "pages/server/preloads.py"
STARLETTE = "streamlit.web.server.starlette"


def parameters(function):
    return list(inspect.signature(function).parameters)


@relies_on(
    "streamlit",
    f"{STARLETTE}.starlette_websocket._get_signed_cookie_with_chunks(cookies, cookie_name)",
    used_by=WALL,
    to="tell who is logged in where the entry script is not asked, by the function that st.user is read with",
    gone=f"{STARLETTE}.starlette_websocket._get_signed_cookie_with_chunks",
)
def test_streamlit_unpacks_the_login_cookie(monkeypatch):
    from streamlit.web.server.starlette import starlette_app_utils, starlette_websocket

    unpack = starlette_websocket._get_signed_cookie_with_chunks
    assert parameters(unpack) == ["cookies", "cookie_name"]
    assert "_get_signed_cookie_with_chunks(" in inspect.getsource(starlette_websocket.create_websocket_handler)
    monkeypatch.setattr(starlette_websocket, "get_cookie_secret", lambda: "ours")
    mine, forged = (starlette_app_utils.create_signed_value(secret, "user", "anna").decode() for secret in ("ours", "theirs"))
    assert [unpack(cookies, "user") for cookies in ({"user": mine}, {"user": forged}, {})] == [b"anna", None, None]


@relies_on(
    "streamlit",
    f"{STARLETTE}.starlette_server_config.USER_COOKIE_NAME",
    used_by=WALL,
    to="find the cookie that a login writes",
    gone=f"{STARLETTE}.starlette_server_config.USER_COOKIE_NAME",
)
def test_streamlit_names_the_login_cookie():
    from streamlit.web.server.starlette import starlette_auth_routes, starlette_server_config, starlette_websocket

    assert starlette_server_config.USER_COOKIE_NAME
    assert "USER_COOKIE_NAME" in inspect.getsource(starlette_auth_routes._set_auth_cookie)
    assert "USER_COOKIE_NAME" in inspect.getsource(starlette_websocket.create_websocket_handler)


HOLD_NOTHING = {
    "",
    "/_stcore/agent/interact",
    "/_stcore/agent/mcp",
    "/_stcore/agent/openapi.json",
    "/_stcore/bidi-components/{path:path}",
    "/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/stream",
    "/app/static/{path:path}",
    "/auth/login",
    "/auth/logout",
    "/component/{path:path}",
    "/oauth2callback",
}
"""Routes that hold nothing of the shop, or ask the entry script who is there."""


def one_route_more(monkeypatch):
    from starlette.routing import Route
    from streamlit.web.server.starlette import starlette_app

    monkeypatch.setattr(starlette_app, "create_host_config_routes", lambda *_: [Route("/_stcore/downloads", print)])


@relies_on(
    "streamlit",
    f"the routes of {STARLETTE}.starlette_app.create_streamlit_routes",
    used_by=WALL,
    to="keep what a session leaves on the server from everybody else: a new route is open until somebody has looked at it",
    gone=one_route_more,
)
def test_streamlit_serves_at_known_addresses(monkeypatch):
    from streamlit.web.server.starlette import starlette_app

    from pages.server.login_wall import BEHIND

    routes = {route.path for route in starlette_app.create_streamlit_routes(MagicMock())}
    behind = {path for path in routes if path.startswith(BEHIND)}
    assert behind == {"/media/{file_id:path}", "/_stcore/upload_file/{session_id}/{file_id}", "/_stcore/metrics"}
    assert routes - behind <= HOLD_NOTHING
    option = starlette_app.config.get_option
    monkeypatch.setattr(starlette_app.config, "get_option", lambda name: "shop" if name == "server.baseUrlPath" else option(name))
    below = {route.path for route in starlette_app.create_streamlit_routes(MagicMock())}
    assert {f"/shop{path}" for path in behind} <= below


def without_middleware(monkeypatch):
    import streamlit as st

    build = st.App._build_starlette_app

    def late(app):
        built = build(app)
        built.user_middleware.reverse()
        return built

    monkeypatch.setattr(st.App, "_build_starlette_app", late)


@relies_on(
    "streamlit",
    "st.App whose routes and middleware come before Streamlit's own",
    used_by=SERVER,
    to="have the login wall and the API answer before Streamlit does",
    gone=without_middleware,
)
def test_streamlit_asks_our_middleware_and_routes_first(monkeypatch, tmp_path):
    import streamlit as st
    from starlette.middleware import Middleware
    from starlette.responses import PlainTextResponse
    from starlette.routing import Mount
    from starlette.testclient import TestClient
    from streamlit import config

    class Outermost:
        def __init__(self, app):
            self.app = app

        async def __call__(self, scope, receive, send):
            answer = PlainTextResponse("ours") if scope["path"].startswith("/media/") else self.app
            await answer(scope, receive, send)

    monkeypatch.setattr(config, "_main_script_path", "")
    monkeypatch.setattr(st.App, "_create_runtime", lambda *_: MagicMock())
    (tmp_path / "script.py").touch()
    app = st.App(tmp_path / "script.py", routes=[Mount("/api", PlainTextResponse("api"))], middleware=[Middleware(Outermost)], lifespan=nullcontext)
    client = TestClient(app)
    assert [client.get(path).text for path in ("/media/0123.csv", "/api/versions")] == ["ours", "api"]
    assert app._build_starlette_app().user_middleware[0].cls is Outermost


@relies_on(
    "streamlit",
    "streamlit.web.server.app_discovery.discover_asgi_app, which finds an `app` inside an `else`",
    used_by=ENTRY,
    to="be started with its server by `streamlit run`",
    gone=lambda monkeypatch: monkeypatch.setattr("streamlit.web.server.app_discovery._KNOWN_ASGI_APP_CLASSES", ()),
)
def test_streamlit_finds_the_app_in_the_entry_script():
    from streamlit.web.server.app_discovery import discover_asgi_app

    found = discover_asgi_app(ROOT / "streamlit_app.py")
    assert (found.is_asgi_app, found.app_name, found.import_string) == (True, "app", "streamlit_app:app")


@relies_on(
    "streamlit",
    "a script that runs as __main__ for each visitor",
    used_by=ENTRY,
    to="tell its two roles apart",
    gone="streamlit.runtime.scriptrunner.script_runner.ScriptRunner._new_module",
)
def test_streamlit_runs_a_script_as_main():
    from streamlit.runtime.scriptrunner.script_runner import ScriptRunner

    assert ScriptRunner._new_module(None, "__main__").__name__ == "__main__"
    assert 'self._new_module("__main__")' in inspect.getsource(ScriptRunner)


@relies_on(
    "streamlit",
    "st.navigation that turns off streamlit.runtime.pages_manager.PagesManager.uses_pages_directory even outside of a session",
    used_by=ENTRY,
    to="keep a file of pages/ from being run without the entry script, and so without its login",
    gone=lambda monkeypatch: monkeypatch.setattr("streamlit.commands.navigation.PagesManager", types.SimpleNamespace()),
)
def test_streamlit_forgets_the_folder_of_pages_once_there_is_a_navigation(monkeypatch):
    import streamlit as st
    from streamlit.runtime.pages_manager import PagesManager

    monkeypatch.setattr(PagesManager, "uses_pages_directory", True)
    st.navigation([st.Page(lambda: None, title="A page")])
    assert PagesManager.uses_pages_directory is False


@relies_on(
    "streamlit",
    "the logger of streamlit.runtime.scriptrunner_utils.script_run_context",
    used_by=ENTRY,
    to="keep the warning of a missing session out of the server's log",
    gone=lambda monkeypatch: monkeypatch.setattr("streamlit.runtime.scriptrunner_utils.script_run_context._LOGGER", logging.getLogger("streamlit")),
)
def test_streamlit_warns_of_a_missing_session_under_this_name():
    from streamlit.runtime.scriptrunner_utils import script_run_context

    assert f'"{script_run_context._LOGGER.name}"' in (ROOT / ENTRY).read_text(encoding="utf-8")
    assert "_LOGGER.warning" in inspect.getsource(script_run_context.get_script_run_ctx)


@relies_on(
    "streamlit",
    "colours of streamlit.elements.lib.streamlit_plotly_theme that the browser replaces as text (`#000001` and so on)",
    used_by="pages/charts/style.py",
    to="draw one figure that is right in light and dark",
    gone=lambda monkeypatch: monkeypatch.setattr("streamlit.elements.lib.streamlit_plotly_theme.CATEGORY_0", "#100001"),
)
def test_streamlit_replaces_the_tokens_of_chart_colours():
    import streamlit
    from streamlit.elements.lib import streamlit_plotly_theme as theme

    from pages.charts import stock, style

    used = {
        token[:7] for token in (*vars(style).values(), *vars(stock).values()) if isinstance(token, str) and re.fullmatch("#0000[0-9]{2}.*", token)
    }
    used |= {line.color for line in style.lines().values()}
    places = {getattr(theme, f"{kind}_{place}"): (kind, place) for kind in ("CATEGORY", "SEQUENTIAL") for place in range(10)}
    assert (places[style.ACCENT], places[style.QUIET], places[style.BAND_95[:7]]) == (("CATEGORY", 0), ("CATEGORY", 9), ("SEQUENTIAL", 1))
    assert len(used) >= 8
    assert used <= places.keys()
    [bundle] = ROOT.joinpath(streamlit.__path__[0], "static/static/js").glob("PlotlyChart.*.js")
    script = bundle.read_text(encoding="utf-8")
    assert {token for token in used if not re.search(f"[`'\"]{token}[`'\"]", script)} == set()
    assert ".replaceAll(" in script  # so that two digits behind a token stay, as its alpha


@relies_on(
    "streamlit",
    "st.secrets that raises streamlit.errors.StreamlitSecretNotFoundError both without a file and for one that cannot be read",
    used_by=RULES,
    to="tell a server without login from one whose secrets are broken, and keep the door shut",
    gone=lambda monkeypatch: monkeypatch.setattr(
        "streamlit.runtime.secrets.StreamlitSecretNotFoundError", type("Other", (RuntimeError,), {"__init__": lambda *_, **__: None})
    ),
)
def test_streamlit_says_that_there_are_no_secrets(monkeypatch, tmp_path):
    import streamlit as st
    from streamlit.errors import StreamlitSecretNotFoundError
    from streamlit.runtime import secrets

    file, option = tmp_path / "secrets.toml", secrets.config.get_option
    assert isinstance(st.get_option("secrets.files"), list)
    assert type(st.secrets) is secrets.Secrets
    monkeypatch.setattr(secrets.config, "get_option", lambda name: [str(file)] if name == "secrets.files" else option(name))
    monkeypatch.setattr(secrets.Secrets, "_maybe_install_file_watchers", lambda _: None)
    with pytest.raises(StreamlitSecretNotFoundError):
        secrets.Secrets().get("auth")
    file.write_text("[auth", encoding="utf-8")
    with pytest.raises(StreamlitSecretNotFoundError):
        secrets.Secrets().get("auth")
    file.write_text("", encoding="utf-8")
    assert secrets.Secrets().get("auth") is None


@relies_on(
    "streamlit",
    f"{STARLETTE}.starlette_server._bind_socket, which makes the listening socket before the server's lifespan begins",
    used_by=CONNECTIONS,
    to="find the sockets, turn Nagle's algorithm off and find out clients that vanished",
    gone=f"{STARLETTE}.starlette_server._bind_socket",
)
def test_streamlit_listens_before_the_lifespan_begins():
    from streamlit.web.server.starlette import starlette_server

    from pages.server.connections import prepare

    run = inspect.getsource(starlette_server.UvicornRunner.run)
    assert 0 < run.index("_bind_server_socket(") < run.index("server.run(sockets=")
    with starlette_server._bind_socket("127.0.0.1", 0, 1) as listening, socket.socket() as client:
        assert isinstance(listening, socket.socket)
        prepare(100)
        client.connect(listening.getsockname())
        listening.setblocking(True)
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 60_000


@relies_on(
    "Python",
    "gc.get_objects that lists every open socket",
    used_by=CONNECTIONS,
    to="find the listening sockets, which Streamlit keeps to itself",
    gone=lambda monkeypatch: monkeypatch.setattr(gc, "get_objects", list),
)
def test_python_lists_open_sockets_among_its_objects():
    with socket.socket() as opened:
        assert any(value is opened for value in gc.get_objects())


@relies_on(
    "streamlit",
    "Runtime._session_mgr._session_storage._cache, where sessions that were left are kept until their time is over",
    used_by=SESSIONS,
    to="end those sessions without waiting for the next one to be left",
    gone="streamlit.runtime.memory_session_storage.TTLCache.expire",
)
def test_streamlit_keeps_sessions_that_were_left_in_a_cache_of_its_memory():
    from streamlit.runtime import Runtime
    from streamlit.runtime.app_session import AppSession
    from streamlit.runtime.memory_session_storage import MemorySessionStorage
    from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

    assert "self._session_mgr = " in inspect.getsource(Runtime.__init__)
    manager = WebsocketSessionManager(MemorySessionStorage(ttl_seconds=0), None, None, None)
    session = MagicMock(AppSession, id="left")
    manager._session_storage.save(MagicMock(session=session))
    ((name, info),) = manager._session_storage._cache.expire()
    assert (name, info.session) == ("left", session)
    assert callable(session.shutdown)


@relies_on(
    "streamlit",
    f"{STARLETTE}.starlette_server, which listens everywhere where no address is set",
    used_by=SERVER,
    to="refuse to start without a token where everybody could connect",
    gone=lambda monkeypatch: monkeypatch.setattr(f"{STARLETTE}.starlette_server.DEFAULT_SERVER_ADDRESS", "127.0.0.1"),
)
def test_streamlit_listens_everywhere_unless_an_address_is_set(monkeypatch):
    from streamlit.web.server.starlette import starlette_server

    from forecasting.entrypoints.server.network import EVERYWHERE

    monkeypatch.setattr(starlette_server.config, "get_option", lambda *_: None)
    assert starlette_server._get_server_address() == EVERYWHERE


@relies_on(
    "streamlit",
    "STREAMLIT_SERVER_ALLOWED_HOSTS, a list with spaces in the environment",
    used_by="forecasting/entrypoints/cli/verbs.py",
    to="keep other sites from taking a name of their own for this machine",
    gone=lambda monkeypatch: monkeypatch.setattr("streamlit.web.cli.main_run.params", []),
)
def test_streamlit_reads_the_allowed_hosts_from_the_environment(monkeypatch):
    import click
    from streamlit.web import cli

    [option] = [option for option in cli.main_run.params if option.name == "server_allowedHosts"]
    monkeypatch.setenv("STREAMLIT_SERVER_ALLOWED_HOSTS", "localhost 127.0.0.1 ::1")
    assert option.value_from_envvar(click.Context(cli.main_run)) == ["localhost", "127.0.0.1", "::1"]


def without_scripts(monkeypatch):
    from pages.server import preloads

    monkeypatch.setattr(preloads, "SCRIPTS", Path("nowhere"))


@relies_on(
    "streamlit",
    "static/static/js/PlotlyChart.*.js, a script of its own that index.html does not name",
    used_by=PRELOADS,
    to="have a browser fetch what draws charts while the server computes; without the file nothing is fetched ahead",
    gone=without_scripts,
)
def test_streamlit_has_the_script_of_charts_in_a_file_of_its_own():
    import streamlit as st

    from pages.server import preloads

    page = (Path(st.__file__).parent / "static" / "index.html").read_text()
    (script,) = preloads.script_files(preloads.CHART)
    assert 'href="./static/js/' in page
    assert script not in page
