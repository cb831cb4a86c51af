"""Who may use the API, and how much of it: nobody from elsewhere, nobody without the token, nobody without measure."""

from __future__ import annotations

import asyncio
import logging
import re

import pytest
from api_client import HERE, client, problem, sales_file
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from forecasting.core.errors import SettingsError
from forecasting.entrypoints.api import limits
from forecasting.entrypoints.server.network import OnlyThisMachine, check, is_this_machine
from forecasting.entrypoints.server.server_settings import ServerSettings
from forecasting.services import sales

TOKEN = "correct-horse-battery-staple"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
WEEK = b"date,product_id,region,sales\n2026-07-01,Tea,South,31\n"


def routes(asked):
    """Method and path of every route, with numbers filled in."""
    found = asked.get("/api/openapi.json", headers=BEARER).json()["paths"]
    return [(method.upper(), "/api" + re.sub(r"{\w+}", "1", path)) for path, methods in found.items() for method in methods]


# The token


def test_with_a_token_every_route_but_health_asks_for_it(published):
    asked = client(published, token=TOKEN)
    every = [*routes(asked), ("GET", "/api/docs"), ("GET", "/api/openapi.json"), ("GET", "/api/static-offline-docs/swagger-ui.css")]
    assert len(every) > 15
    for method, path in every:
        asked = client(published, token=TOKEN)
        response = asked.request(method, path)
        if path == "/api/health":
            assert (response.status_code, response.json()) == (200, {"status": "ok"})
        else:
            problem(response, 401, "token-missing")
            assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "shown",
    [
        "",
        TOKEN,
        f"Basic {TOKEN}",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        f"Bearer {TOKEN.upper()}",
        "Bearer \u00e9\u00e9".encode("latin-1"),
    ],
)
def test_only_the_token_itself_opens(published, shown):
    problem(client(published, token=TOKEN).get("/api/versions", headers={"Authorization": shown}), 401, "token-missing")


@pytest.mark.parametrize("shown", [f"Bearer {TOKEN}", f"bearer {TOKEN}", f"BEARER  {TOKEN} "])
def test_the_token_opens(published, shown):
    assert client(published, token=TOKEN).get("/api/versions", headers={"Authorization": shown}).status_code == 200


def test_the_token_in_the_address_opens_nothing(published):
    problem(client(published, token=TOKEN).get("/api/versions", params={"token": TOKEN, "access_token": TOKEN}), 401, "token-missing")


def test_a_file_that_comes_without_the_token_is_not_read(shop):
    sent = []

    async def receive():
        raise AssertionError("It was read.")

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/api/upload", "root_path": "", "query_string": b"", "headers": [(b"host", b"127.0.0.1")]}
    asyncio.run(client(shop, token=TOKEN).app(scope, receive, send))
    assert sent[0]["status"] == 401


def test_whoever_guesses_has_to_wait(published):
    asked = client(published, token=TOKEN)
    answers = [
        asked.get(f"/api/{path}", headers={"Authorization": f"Bearer guess{place}"}) for place, path in enumerate(["health", *["versions"] * 30])
    ]
    assert [answer.status_code for answer in answers] == [200, *[401] * 29, 429]
    problem(answers[-1], 429, "too-many-failures")
    assert answers[-1].headers["retry-after"] == "60"
    assert asked.get("/api/health", headers={"Authorization": "Bearer guess"}).json() == {"status": "ok"}


def test_nobody_can_lock_the_right_token_out(published):
    asked = client(published, token=TOKEN)
    for place in range(40):
        asked.get("/api/versions", headers={"Authorization": f"Bearer guess{place}"})
    assert asked.get("/api/versions", headers=BEARER).status_code == 200
    assert asked.get("/api/health", headers=BEARER).json()["version"] == 1
    assert asked.get("/api/versions", headers={"Authorization": "Bearer guess"}).status_code == 429


def test_strangers_hear_only_whether_all_is_well(published, home):
    assert client(published, token=TOKEN).get("/api/health").json() == {"status": "ok"}
    assert client(home, token=TOKEN).get("/api/health").json() == {"status": "not ok"}
    assert client(published).get("/api/health").json()["version"] == 1
    problem(client(published).get("/api/health", headers={"Host": "evil.example"}), 403, "other-host")


def test_whoever_shows_no_token_locks_nobody_out(published):
    asked = client(published, token=TOKEN)
    assert [asked.get("/api/versions").status_code for _ in range(40)] == [401] * 40
    assert asked.get("/api/versions", headers=BEARER).status_code == 200


def test_the_token_is_in_no_answer_and_no_log(published, caplog):
    with caplog.at_level(logging.DEBUG):
        asked = client(published, token=TOKEN)
        said = [asked.get(path, headers=BEARER).text for path in ("/api/health", "/api/metrics", "/api/versions", "/api/docs", "/api/openapi.json")]
        said += [asked.get("/api/jobs/77", headers=BEARER).text, asked.post("/api/forecast", headers=BEARER, json={"token": TOKEN[:5]}).text]
    assert TOKEN not in "".join(said)
    assert TOKEN not in caplog.text


# Without a token: this machine only


@pytest.mark.parametrize("host", ["localhost", "localhost:8501", "127.0.0.1:8501", "[::1]:8501", "LOCALHOST"])
def test_this_machine_is_answered_under_its_own_names(published, host):
    assert client(published).get("/api/uploads", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "192.168.1.5:8501", "0.0.0.0:8501", "", "localhost.evil.example", "[::1"])
def test_another_name_for_this_machine_is_refused(published, host):
    problem(client(published).get("/api/uploads", headers={"Host": host}), 403, "other-host")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9000"},
        {"Origin": "http://localhost:8501"},
        {"Origin": "http://[::1"},
        {"Origin": "9" * 5000},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_of_another_site_changes_and_asks_nothing(shop, headers):
    asked = client(shop)
    problem(asked.get("/api/jobs/1/events", headers=headers), 403, "other-origin")
    problem(asked.post("/api/uploads/undo", headers=headers), 403, "other-origin")
    problem(asked.post("/api/upload", files=sales_file(WEEK), headers=headers), 403, "other-origin")
    assert [upload.undone for upload in sales.uploads(shop)] == [False]


@pytest.mark.parametrize("headers", [{"Origin": HERE}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {}])
def test_a_page_of_this_server_may(shop, headers):
    assert client(shop).post("/api/uploads/undo", headers=headers).status_code == 200


def test_a_link_on_another_site_may_lead_here_but_neither_a_frame_nor_a_form(shop):
    asked = client(shop)
    foreign = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert asked.get("/api/versions", headers={**foreign, "Sec-Fetch-Dest": "document"}).status_code == 200
    problem(asked.get("/api/versions", headers={**foreign, "Sec-Fetch-Dest": "iframe"}), 403, "other-origin")
    problem(asked.post("/api/uploads/undo", headers={**foreign, "Sec-Fetch-Dest": "document"}), 403, "other-origin")


def test_cors_is_closed_unless_an_origin_is_named(published):
    preflight = {"Origin": "https://till.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    closed = client(published)
    assert "access-control-allow-origin" not in closed.options("/api/forecast", headers=preflight).headers
    assert "access-control-allow-origin" not in closed.get("/api/health", headers={"Origin": "https://till.example"}).headers
    opened = client(published, token=TOKEN, origins=("https://till.example",))
    answer = opened.options("/api/forecast", headers=preflight)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "https://till.example")
    foreign = opened.options("/api/forecast", headers={**preflight, "Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in foreign.headers
    said = opened.post("/api/forecast", json={"days": 1}, headers={**BEARER, "Origin": "https://till.example"})
    assert (said.status_code, said.headers["access-control-allow-origin"]) == (200, "https://till.example")


def test_an_origin_that_is_named_may_change_things_without_a_token(shop):
    asked = client(shop, origins=("https://till.example",))
    assert asked.post("/api/uploads/undo", headers={"Origin": "https://till.example"}).status_code == 200


# Beyond this machine


def test_the_server_does_not_listen_beyond_this_machine_without_a_token():
    for address in ("0.0.0.0", "::", "192.168.1.5", "shop.example", ""):
        with pytest.raises(SettingsError, match="FORECASTING_API_TOKEN"):
            check(address, ServerSettings())
        check(address, ServerSettings(token=TOKEN))
    for address in ("127.0.0.1", "::1", "localhost"):
        check(address, ServerSettings())


def test_what_arrives_from_beyond_is_refused_whoever_started_the_server():
    app = Starlette(routes=[Route("/", lambda _: PlainTextResponse("in"))])
    for token, host, status in (("", "10.0.0.5", 403), ("", "127.0.0.1", 200), (TOKEN, "10.0.0.5", 200)):
        asked = TestClient(OnlyThisMachine(app, ServerSettings(token=token)), base_url=f"http://{host}:8501")
        assert asked.get("/").status_code == status


def test_a_websocket_from_beyond_is_closed():
    async def opened():
        sent = []

        async def send(message):
            sent.append(message)

        async def app(scope, receive, send):
            raise AssertionError("It was let in.")

        await OnlyThisMachine(app, ServerSettings())({"type": "websocket", "server": ("10.0.0.5", 8501)}, None, send)
        return sent

    assert asyncio.run(opened()) == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.parametrize(("host", "expected"), [("127.8.9.1", True), ("::ffff:127.0.0.1", True), ("::ffff:10.0.0.1", False), ("localhost.", False)])
def test_addresses_are_read_strictly(host, expected):
    assert is_this_machine(host) is expected


# How much


def test_more_requests_than_the_rate_wait(published):
    asked = client(published, request_rate="3/minute")
    assert [asked.get("/api/versions").status_code for _ in range(4)] == [200, 200, 200, 429]
    response = asked.get("/api/versions")
    assert 1 <= int(response.headers["retry-after"]) <= 60
    assert "3 per 1 minute" in problem(response, 429, "too-many-requests")["detail"]


def test_uploads_have_a_rate_of_their_own(shop):
    asked = client(shop, upload_rate="2/minute")
    sent = [asked.post("/api/upload", files=sales_file(WEEK)).status_code for _ in range(3)]
    assert sent == [200, 200, 429]
    assert asked.get("/api/uploads").status_code == 200


def test_a_body_that_says_it_is_too_large_is_refused_unread(published, monkeypatch):
    response = client(published).post("/api/forecast", content=b"x", headers={"Content-Length": str(2**20 + 1)})
    assert "1 MB" in problem(response, 413, "too-large")["detail"]
    for digits in ("9" * 5000, "0" * 19, "9" * 18):
        problem(client(published).post("/api/forecast", content=b"x", headers={"Content-Length": digits}), 413, "too-large")
    monkeypatch.setattr(limits, "UPLOAD_BYTES", 5000)
    problem(client(published).post("/api/upload", files=sales_file(b"x" * 6000)), 413, "too-large")


def test_a_body_that_does_not_say_is_stopped_while_it_comes_in(shop, monkeypatch):
    monkeypatch.setattr(limits, "UPLOAD_BYTES", 50_000)
    read = []

    def body():
        yield b'--cut\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\n'
        for _ in range(1000):
            read.append(1)
            yield b"x" * 1000

    response = client(shop).post("/api/upload", content=body(), headers={"Content-Type": "multipart/form-data; boundary=cut"})
    problem(response, 413, "too-large")
    assert response.headers["connection"] == "close"
    assert len(sales.uploads(shop)) == 1
