"""What Streamlit serves beside the pages, for whoever may come in and for whoever may not."""

from __future__ import annotations

import json
import time
from functools import partial
from secrets import token_hex

import pytest
import streamlit as st
from oidc_provider import AUTH
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit import auth_util
from streamlit.web.server import server_util
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from forecasting.entrypoints.server.strangers import is_stranger
from pages.server import access_rules
from pages.server.login_wall import REFUSAL, LoginWall

PATHS = ("/media/0123.csv", "/_stcore/upload_file/session/file", "/_stcore/metrics")


@pytest.fixture(autouse=True)
def nobody_was_asked(monkeypatch):
    monkeypatch.setattr(server_util.secrets_singleton, "_secrets", {"auth": AUTH | {"allowed": ["*@shop.example"]}})
    access_rules._asked.cache_clear()
    yield
    access_rules._asked.cache_clear()


def walled(*, api):
    def inside(request):
        return PlainTextResponse("inside, a stranger" if is_stranger(request.scope) else "inside")

    answers = [Route("/{path:path}", inside, methods=["GET", "PUT", "POST"])]
    return TestClient(Starlette(routes=answers, middleware=[Middleware(LoginWall, api=api)]))


@pytest.fixture
def client():
    return walled(api=False)


def header(cookies):
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}


def cookie(secret=AUTH["cookie_secret"], **claims):
    user = {"is_logged_in": True, "iat": time.time(), "email": "anna@shop.example", "email_verified": True} | claims
    return {"_streamlit_user": create_signed_value(secret, "_streamlit_user", json.dumps(user)).decode()}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
def test_files_of_a_session_are_for_whoever_may_come_in(client, path, method):
    refused = client.request(method, path)
    assert (refused.status_code, refused.text) == (401, REFUSAL)
    assert client.request(method, path, headers=header(cookie())).text == "inside"


@pytest.mark.parametrize(
    "cookies",
    [
        cookie(email="eve@else.example"),
        cookie(email_verified=False),
        cookie(is_logged_in=False),
        cookie(iat=time.time() - 13 * 3600),
        cookie(secret="another secret of the same length"),
        {"_streamlit_user": "x"},
        {"_streamlit_user": json.dumps({"is_logged_in": True})},
    ],
)
def test_a_cookie_that_proves_nothing_opens_nothing(client, cookies):
    assert client.get(PATHS[0], headers=header(cookies)).status_code == 401


@pytest.mark.parametrize(
    "path", ["/", "/forecast", "/_stcore/health", "/_stcore/host-config", "/static/js/index.js", "/app/static/icon.svg", "/api/health"]
)
def test_what_holds_nothing_of_the_shop_is_open(client, path):
    assert client.get(path).text == "inside"


def test_a_long_cookie_comes_in_parts(client):
    sent = {}
    sign = partial(create_signed_value, AUTH["cookie_secret"])
    user = {"is_logged_in": True, "iat": time.time(), "email": "anna@shop.example", "email_verified": True, "groups": token_hex(4000)}
    auth_util.set_cookie_with_chunks(
        lambda name, value: sent.update({name: sign(name, value).decode()}), sign, "_streamlit_user", user, cookie_attr_size=60
    )
    assert len(sent) > 1
    assert client.get(PATHS[0], headers=header(sent)).text == "inside"


def test_under_a_path_of_its_own_the_wall_stands_too(client, monkeypatch):
    monkeypatch.setattr(st, "get_option", lambda _: "/shop/")
    assert client.get("/shop/media/0123.csv").status_code == 401
    assert client.get("/shop/forecast").text == "inside"


def test_broken_secrets_open_nothing(client, monkeypatch):
    monkeypatch.setattr(server_util.secrets_singleton, "_secrets", {"auth": AUTH | {"cookie_secret": ""}})
    assert client.get(PATHS[0], headers=header(cookie(secret=""))).status_code == 401


def test_without_login_nothing_changes(client, monkeypatch):
    monkeypatch.setattr(server_util.secrets_singleton, "_secrets", {"database": "x"})
    assert client.get(PATHS[0]).text == "inside"


def test_an_api_without_a_token_is_behind_the_wall_but_for_its_health():
    client = walled(api=True)
    for path in ("/api/versions", "/api/docs", "/api/jobs/1/events", "/api/health/"):
        assert client.get(path).status_code == 401
        assert client.get(path, headers=header(cookie())).text == "inside"
    assert client.get("/api/health").text == "inside, a stranger"
    assert client.get("/api/health", headers=header(cookie())).text == "inside"
    assert walled(api=False).get("/api/versions").text == "inside"
