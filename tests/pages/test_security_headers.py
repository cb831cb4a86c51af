"""What browsers are told with every answer: who may frame it, what it may load, who may read it, who may keep it."""

from __future__ import annotations

import re
from unittest.mock import MagicMock

import pytest
import streamlit as st
from api_client import HERE
from repository import ROOT
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient
from streamlit import config
from streamlit.runtime.media_file_storage import MediaFileStorageError

from forecasting.entrypoints.server.content_policy import NOTHING, hashes, policy
from forecasting.entrypoints.server.security_headers import HEADERS, SecurityHeaders
from pages.server import app as server
from pages.server import policies

DATA = policy(NOTHING)
OWN_POLICY = {"/app/static/retrain.html", "/api/docs"}
METHODS = ("HEAD", "POST", "PUT", "OPTIONS", "BREW", "GET")


@pytest.fixture
def application(monkeypatch, home):
    """The whole server in this process, whose pages run nowhere."""
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


def kept_by(path):
    """Who may keep what lies at a path, where the answer itself does not say."""
    is_private = path.startswith(("/api/", "/media/")) and not path.startswith("/api/static-offline-docs/")
    return "no-store" if is_private else None


def test_every_answer_of_every_route_and_page_keeps_other_sites_out(application):
    asked = TestClient(application, base_url=HERE, raise_server_exceptions=False, follow_redirects=False)
    statuses, policy_of = set(), {}
    for path in every_path(application, asked):
        for method in ("POST", "GET") if path.startswith("/api/") else METHODS:
            answer = asked.request(method, path)
            headers = answer.headers
            statuses.add(answer.status_code)
            policy_of[path], _, frames = headers["content-security-policy"].rpartition("; ")
            assert ({name: headers.get(name) for name in HEADERS}, headers["x-frame-options"], frames) == (HEADERS, "DENY", "frame-ancestors 'none'")
            assert kept_by(path) is None or headers["cache-control"] == "no-store", (method, path)
    assert statuses >= {200, 301, 302, 307, 400, 403, 404, 405, 409, 422, 500}
    own = {path: policy_of.pop(path) for path in OWN_POLICY}
    assert policy_of == {path: DATA if kept_by(path) or path.startswith("/api/") else policies._pages() for path in policy_of}
    assert len({*own.values(), *policy_of.values()}) == 4


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
