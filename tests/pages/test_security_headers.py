"""What browsers are told with every answer: who may frame it, what it may load, who may read it, who may keep it."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from unittest.mock import MagicMock

import pytest
import streamlit as st
from api_client import HERE
from interface_pins import check_pin
from repository import ROOT
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient, WebSocketDenialResponse
from streamlit import config
from streamlit.runtime.media_file_storage import MediaFileStorageError

from forecasting.core.errors import SettingsError
from forecasting.entrypoints.server.content_policy import NOTHING, hashes, policy
from forecasting.entrypoints.server.security_headers import SecurityHeaders
from forecasting.services import versions
from pages.server import app as server
from pages.server import login_wall

DATA = policy(NOTHING)
METHODS = ("HEAD", "POST", "PUT", "OPTIONS", "BREW", "GET")
OF_THE_BODY = {
    *("accept-ranges", "allow", "connection", "content-encoding", "content-length", "content-type", "date", "etag", "last-modified", "location"),
    *("retry-after", "set-cookie", "vary", "www-authenticate"),
}
"""Headers that say what is in an answer, or what to do about it."""
TOKEN = "correct-horse-battery-staple"


@pytest.fixture
def application(monkeypatch, home):
    """The whole server in this process, whose pages run nowhere."""
    return serving(monkeypatch)


def serving(monkeypatch):
    """The whole server as the environment has it."""
    runtime = MagicMock(_main_script_path=str(ROOT / "streamlit_app.py"))
    runtime.media_file_mgr._storage.get_file.side_effect = MediaFileStorageError
    monkeypatch.setattr(config, "_main_script_path", "")
    monkeypatch.setattr(st.App, "_create_runtime", lambda *_: runtime)
    monkeypatch.setattr(server, "log_aloud", lambda: None)
    return st.App(ROOT / "streamlit_app.py", **server.parts())._build_starlette_app()


def paths_of(routes, above=""):
    """The address of every route, with numbers filled in."""
    for route in routes:
        path = above + re.sub(r"{\w+(:\w+)?}", "1", getattr(route, "path", ""))
        yield from paths_of(route.routes, path) if isinstance(route, Mount) and route.routes else [path or "/"]


def every_path(application, asked):
    """Of every page, route and file, and of what is not there."""
    of_the_api = asked.get("/api/openapi.json").json()["paths"]
    pages = re.findall(r'^    "(\w+)": "', (ROOT / "streamlit_app.py").read_text(), re.MULTILINE)
    assert (len(of_the_api) > 40, len(pages) >= 8) == (True, True)
    files = [f"/app/static/{file.name}" for file in (ROOT / "static").iterdir()]
    odd = [
        "/forecast/",
        "/nowhere",
        "//evil",
        "/%00",
        "/media/1.csv",
        "/api",
        "/api/",
        "/api/nowhere",
        "/api/docs",
        "/api/static-offline-docs/swagger-ui.css",
    ]
    filled = [f"/api{re.sub('{.*?}', '1', path)}" for path in of_the_api]
    return sorted({*paths_of(application.routes), *map("/{}".format, pages), *files, *odd, *filled})


def told(answer):
    """What an answer tells a browser to keep to; digests of scripts are their documents' own."""
    headers = {name: re.sub(r"sha256-[^']+|(?<=Chart\.)[^.]+(?=\.js)", "...", value) for name, value in answer.headers.items()}
    return {name: value for name, value in headers.items() if name not in OF_THE_BODY}


def listed(headers_of):
    """The headers that all answers have; and each set of further ones, with the addresses that answer with it, to which methods if not to all."""
    common = set.intersection(*({*headers.items()} for headers in headers_of.values()))
    addresses, sets = defaultdict(set), defaultdict(list)
    for (path, method), headers in headers_of.items():
        addresses[path, tuple(sorted({*headers.items()} - common))].add(method)
    for (path, further), methods in addresses.items():
        every = {method for other, method in headers_of if other == path}
        sets[further].append(path if methods == every else f"{path} ({', '.join(sorted(methods))})")
    return {"of every answer": dict(common), "further": [{"headers": dict(further), "of": sorted(sets[further])} for further in sorted(sets)]}


def test_headers_of_every_route_and_page_are_those_that_are_listed(application):
    asked = TestClient(application, base_url=HERE, raise_server_exceptions=False, follow_redirects=False)
    paths = every_path(application, asked)
    answers = {(path, method): asked.request(method, path) for path in paths for method in (("POST", "GET") if path.startswith("/api/") else METHODS)}
    assert {answer.status_code for answer in answers.values()} >= {200, 301, 302, 307, 400, 403, 404, 405, 409, 422, 500}
    assert answers["/_stcore/agent/interact", "POST"].status_code == 403  # Streamlit's own way to drive pages, which no token of ours guards
    check_pin("headers", listed({asked_for: told(answer) for asked_for, answer in answers.items()}))


def refused(asked, path, **headers):
    """The status and the headers with which a page's connection is refused."""
    with pytest.raises(WebSocketDenialResponse) as refusal, asked.websocket_connect(path, headers=headers):
        pass
    return refusal.value.status_code, told(refusal.value)


def test_refusals_have_the_headers_of_what_they_refuse(monkeypatch, home):
    monkeypatch.setenv("FORECASTING_API_TOKEN", TOKEN)
    monkeypatch.setenv("FORECASTING_REQUEST_RATE", "4/hour")
    asked = TestClient(serving(monkeypatch), base_url=HERE, raise_server_exceptions=False)
    sent, large = {"Authorization": f"Bearer {TOKEN}"}, str(2**30)

    def answered(path, **headers):
        answer = asked.post(path, headers=headers)
        return answer.status_code, told(answer)

    monkeypatch.setattr(versions, "set_live", MagicMock(side_effect=ZeroDivisionError))
    found = [answered("/api/upload"), answered("/api/upload", **sent, **{"Content-Length": large}), answered("/api/nowhere", **sent)]
    found += [answered("/api/versions/1/live", **sent), answered("/api/upload", **sent), answered("/api/upload", **sent)]
    found.append(answered("/api/versions", Host="evil.example"))
    monkeypatch.setattr(login_wall, "access", MagicMock(side_effect=SettingsError))
    found += [answered("/media/1.csv"), answered("/media/1.csv", Host="[::1")]
    data = told(asked.get("/api/nowhere"))
    assert found == [(status, data) for status in (401, 413, 404, 500, 422, 429, 403, 401, 400)]
    foreign, nowhere = refused(asked, "/_stcore/stream", Origin="https://evil.example"), refused(asked, "/api/stream", Host="[::1")
    assert (foreign, nowhere) == ((403, told(asked.get("/", headers={"Host": "evil.example"}))), (400, data))


def test_documents_run_their_own_scripts_alone(application):
    asked = TestClient(application, base_url=HERE)
    for path in ("/", "/app/static/retrain.html", "/api/docs"):
        answer = asked.get(path)
        [script] = re.findall(r"script-src ([^;]*)", answer.headers["content-security-policy"])
        assert hashes(answer.text, "script") in script
        assert ("unsafe-inline" in script, "unsafe-eval'" in script.replace("'wasm-unsafe-eval'", "")) == (False, False)
    assert "connect-src 'self';" in asked.get("/app/static/retrain.html").headers["content-security-policy"]


def test_a_name_that_no_file_can_have_is_not_found(application, caplog):
    answer = TestClient(application, base_url=HERE).get(f"/app/static/{'a' * 5000}")
    assert (answer.status_code, answer.text) == (404, "There is no file of this name: it is too long.")
    assert caplog.records == []


def wrapped(answer, framed_by=()):
    routes = [Route("/{path:path}", answer)]
    middleware = [Middleware(SecurityHeaders, lambda _: {"Content-Security-Policy": DATA}, framed_by)]
    return TestClient(Starlette(routes=routes, middleware=middleware), raise_server_exceptions=False)


def test_sites_that_are_named_may_frame_it_and_no_other():
    headers = wrapped(lambda _: PlainTextResponse("in"), ("https://intranet.example", "http://b.example:8080")).get("/").headers
    assert headers["content-security-policy"] == f"{DATA}; frame-ancestors https://intranet.example http://b.example:8080"
    assert "x-frame-options" not in headers


def test_what_an_answer_says_itself_is_left_to_it():
    said = {"Content-Security-Policy": "sandbox", "Referrer-Policy": "no-referrer"}
    headers = wrapped(lambda _: PlainTextResponse("in", headers=said)).get("/").headers
    assert (headers["content-security-policy"], headers["referrer-policy"]) == ("sandbox; frame-ancestors 'none'", "no-referrer")


def test_a_fault_is_answered_with_the_headers_and_is_still_a_fault():
    def broken(_):
        raise ZeroDivisionError("secret")

    answer = wrapped(broken).get("/")
    assert (answer.status_code, "secret" in answer.text, answer.headers["x-frame-options"]) == (500, False, "DENY")
    with pytest.raises(ZeroDivisionError):
        TestClient(wrapped(broken).app).get("/")


def test_what_a_server_that_ends_does_not_wait_for_is_answered_too():
    async def ended(scope, receive, send):
        raise asyncio.CancelledError

    async def asked():
        with pytest.raises(asyncio.CancelledError):
            await SecurityHeaders(ended, lambda _: {"Content-Security-Policy": DATA})({"type": "http"}, None, send)

    async def send(message):
        sent.append(message)

    sent = []
    asyncio.run(asked())
    assert (sent[0]["status"], (b"x-frame-options", b"DENY") in sent[0]["headers"]) == (503, True)
