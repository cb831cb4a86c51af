"""Hooks into the libraries of the server: uvicorn, Starlette, FastAPI, event streams, caches."""

from __future__ import annotations

import asyncio
import inspect
import signal
import socket
import threading
import time
from contextlib import closing, nullcontext
from typing import Annotated

from fastapi import APIRouter, Body, FastAPI, UploadFile
from library_hooks import relies_on
from patience import PATIENCE
from starlette.exceptions import HTTPException

SERVER = "pages/server/connections.py"


@relies_on(
    "uvicorn",
    "Server.capture_signals, which makes a method of the server the handler of SIGTERM, and config.timeout_graceful_shutdown, read when it ends",
    used_by=SERVER,
    to="end soon, whoever never reads its answer",
    gone=lambda monkeypatch: monkeypatch.setattr("uvicorn.Server.capture_signals", lambda *_: nullcontext()),
)
def test_uvicorn_is_found_by_its_signal_handler():
    from uvicorn import Config, Server

    from pages.server.connections import DRAIN_SECONDS, prepare

    server = Server(Config(print))
    with server.capture_signals():
        prepare(100)
    assert server.config.timeout_graceful_shutdown == DRAIN_SECONDS
    assert "self.config.timeout_graceful_shutdown" in inspect.getsource(Server.shutdown)


@relies_on(
    "uvicorn",
    "config.http_protocol_class and loaded_app, read for each connection, server_state's connections and tasks, and the h11 protocol's state",
    used_by=SERVER,
    to="let go of clients that keep it waiting, and of more than it has descriptors for, and believe nobody who says that he asks for another",
    gone="uvicorn.protocols.http.h11_impl.RequestResponseCycle",
)
def test_uvicorn_makes_connections_of_the_class_that_it_is_told(monkeypatch):
    from uvicorn import Config, Server

    from pages.server.connections import WatchedConnection, prepare

    async def connected():
        server = Server(Config(application, log_level="critical", lifespan="off"))
        with server.capture_signals(), socket.create_server(("127.0.0.1", 0)) as listening:
            server.config.load()  # as Server.serve does before the lifespan begins
            prepare(50)
            server.lifespan = server.config.lifespan_class(server.config)
            await server.startup([listening])
            reader, writer = await asyncio.open_connection(*listening.getsockname())
            with closing(writer):
                writer.write(b"GET / HTTP/1.1\r\nHost: shop\r\n\r\n")
                answer, found = await reader.readline(), list(server.server_state.connections)
            await server.shutdown([listening])
            return server, answer, found

    async def application(scope, receive, send):
        await receive()
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    server, answer, (connection,) = asyncio.run(connected())
    assert connection.app is server.config.loaded_app
    assert (connection.connections, connection.tasks) == (server.server_state.connections, server.server_state.tasks) == (set(), set())
    assert answer.split()[1] == b"204"
    assert isinstance(connection, WatchedConnection)
    assert (connection.cycle.more_body, connection.cycle.response_complete, connection.flow.read_paused) == (False, True, False)
    assert (connection.limit_concurrency, connection.conn.trailing_data[0]) == (None, b"")
    assert inspect.getsource(Server._serve).index("config.load()") < inspect.getsource(Server._serve).index("self.startup(")


def refusals_of_its_own(monkeypatch):
    from websockets.http11 import Response
    from websockets.server import ServerProtocol

    monkeypatch.setattr(ServerProtocol, "accept", lambda *_: Response(400, "Bad Request", {}))


@relies_on(
    "uvicorn",
    "H11Protocol.send_400_response, config.ws_protocol_class, and WebSocketsSansIOProtocol, whose conn.reject makes every refusal that no route made",
    used_by="pages/server/refusals.py",
    to="give answers that uvicorn makes by itself the headers of all others",
    gone=refusals_of_its_own,
)
def test_uvicorn_asks_for_its_refusals():
    from uvicorn import Config, Server
    from uvicorn.protocols.http.h11_impl import H11Protocol
    from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
    from websockets.datastructures import Headers
    from websockets.http11 import Request

    from pages.server.refusals import PageSocket

    async def opened():
        server = Server(Config(print, log_config=None))
        server.config.load()
        assert server.config.ws_protocol_class is WebSocketsSansIOProtocol
        return PageSocket(server.config, server.server_state, {}).conn.accept(Request("/_stcore/stream", Headers()))

    assert "self.send_400_response(" in inspect.getsource(H11Protocol.handle_events)
    assert "Response(" not in inspect.getsource(WebSocketsSansIOProtocol.send_500_response)
    assert asyncio.run(opened()).headers["X-Frame-Options"] == "DENY"


def handled_elsewhere(monkeypatch):
    import sse_starlette  # noqa: F401
    from uvicorn import Server

    monkeypatch.setattr(Server, "handle_exit", staticmethod(print))


@relies_on(
    "sse-starlette",
    "a replaced uvicorn.Server.handle_exit that still is a method of the server",
    used_by=SERVER,
    to="find the server by its signal handler although event streams replace that handler",
    gone=handled_elsewhere,
)
def test_sse_starlette_leaves_the_server_to_be_found():
    import sse_starlette  # noqa: F401
    from uvicorn import Config, Server

    server = Server(Config(print))
    with server.capture_signals():
        assert signal.getsignal(signal.SIGTERM).__self__ is server


def scopes_are_copied(monkeypatch):
    answer = FastAPI.__call__
    monkeypatch.setattr(FastAPI, "__call__", lambda app, scope, receive, send: answer(app, dict(scope), receive, send))


@relies_on(
    "fastapi",
    'scope["route"].path, left in the scope of whoever stands around the application',
    used_by="forecasting/entrypoints/api/routes/health.py",
    to="count requests by their route's template",
    gone=scopes_are_copied,
)
def test_fastapi_leaves_the_route_in_the_scope():
    from starlette.testclient import TestClient

    app, router, seen = FastAPI(), APIRouter(), []
    router.add_api_route("/jobs/{number}", lambda number: number)
    app.include_router(router)

    async def around(scope, receive, send):
        await app(scope, receive, send)
        seen.append(scope["route"].path)

    TestClient(around).get("/jobs/7")
    assert seen == ["/jobs/{number}"]


def errors_of_a_body_are_hidden(monkeypatch):
    from starlette.requests import Request

    stream = Request.stream

    async def hiding(request):
        try:
            async for part in stream(request):
                yield part
        except Exception as error:
            raise RuntimeError from error

    monkeypatch.setattr(Request, "stream", hiding)


@relies_on(
    "fastapi",
    "an HTTPException that `receive` raises and that becomes the answer, while a body or a form is read",
    used_by="forecasting/entrypoints/api/limits.py",
    to="answer 413 to a body that turns out to be too large",
    gone=errors_of_a_body_are_hidden,
)
def test_fastapi_answers_with_an_error_from_receive():
    app = FastAPI()

    @app.post("/json")
    def ask(question: Annotated[dict, Body()]): ...

    @app.post("/form")
    def send_file(file: UploadFile): ...

    async def too_large():
        raise HTTPException(413)

    def status(path, kind):
        scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": [(b"content-type", kind)]}
        sent = []

        async def send(message):
            sent.append(message)

        asyncio.run(app(scope, too_large, send))
        return sent[0]["status"]

    assert [status("/json", b"application/json"), status("/form", b"multipart/form-data; boundary=x")] == [413, 413]


def mounts_without_a_root(monkeypatch):
    from starlette.routing import Mount

    matches = Mount.matches

    def without(mount, scope):
        match, child = matches(mount, scope)
        return match, {name: value for name, value in child.items() if name != "root_path"}

    monkeypatch.setattr(Mount, "matches", without)


@relies_on(
    "starlette",
    'Mount, which leaves scope["path"] whole and names its own part in scope["root_path"]',
    used_by="forecasting/entrypoints/api/access.py",
    to="know the routes that need no token, and in limits.py those that take a file",
    gone=mounts_without_a_root,
)
def test_starlette_tells_a_mounted_application_where_it_is():
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Mount
    from starlette.testclient import TestClient

    async def inside(scope, receive, send):
        await PlainTextResponse(f"{scope['root_path']} {scope['path']}")(scope, receive, send)

    assert TestClient(Starlette(routes=[Mount("/api", inside)])).get("/api/health").text == "/api /api/health"


def nobody_waits(monkeypatch):
    import cachetools

    cached = cachetools.cached
    monkeypatch.setattr(cachetools, "cached", lambda cache, **_: cached(cache))


@relies_on(
    "cachetools",
    "cached(cache, condition=...), which has others wait for whoever makes a value, and whose function has cache_clear",
    used_by="forecasting/services/cache.py",
    to="load an ensemble once, however many ask at the same time",
    gone=nobody_waits,
)
def test_cachetools_has_others_wait_for_a_value():
    import cachetools

    begun, go_on, calls = threading.Event(), threading.Event(), []

    @cachetools.cached(cachetools.LRUCache(1), condition=threading.Condition())
    def value(name):
        calls.append(name)
        begun.set()
        go_on.wait(PATIENCE)
        return name

    threads = [threading.Thread(target=value, args=("a",)) for _ in range(3)]
    for thread in threads:
        thread.start()
        begun.wait(PATIENCE)
    time.sleep(0.2)  # in which the others ask too
    go_on.set()
    for thread in threads:
        thread.join()
    assert calls == ["a"]
    value.cache_clear()
    value("a")
    assert calls == ["a", "a"]


@relies_on(
    "streamlit",
    "starlette_server._bind_server_socket, which gives UvicornRunner its socket, and bootstrap._print_url",
    used_by="pages/server/process.py",
    to="get connections from the process that listens, which says the address once",
    gone=lambda monkeypatch: monkeypatch.setattr("streamlit.web.server.starlette.starlette_server.UvicornRunner.run", lambda _: None),
)
def test_streamlit_listens_on_the_socket_that_it_is_given(monkeypatch):
    import uvicorn
    from streamlit.web import bootstrap
    from streamlit.web.server.starlette import starlette_server

    from pages.server.handed_connections import HandedConnections
    from pages.server.process import listen_to

    given, printed = [], []
    monkeypatch.setattr(starlette_server, "_bind_server_socket", starlette_server._bind_server_socket)
    monkeypatch.setattr(bootstrap, "_print_url", lambda is_running_hello: printed.append(is_running_hello))
    monkeypatch.setattr(uvicorn.Server, "run", lambda server, sockets: (given.extend(sockets), setattr(server, "started", True)))
    ours, theirs = socket.socketpair()
    with ours, HandedConnections(theirs.detach()) as connections:
        listen_to(connections)
        starlette_server.UvicornRunner("streamlit_app:app").run()
        assert given == [connections]
        assert printed == [False]
