"""Under which names the pages of a server answer: a site that takes a name of its own for this machine (DNS rebinding) gets nothing."""

from __future__ import annotations

import http.client

import pytest
from live_server import served
from patience import PATIENCE

pytestmark = pytest.mark.slow

NAMES = "STREAMLIT_SERVER_ALLOWED_HOSTS"


@pytest.fixture(scope="module")
def port(published):
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(NAMES, raising=False)
        with served(published.home) as (address, _):
            yield int(address.rsplit(":")[-1])


def opened(port, host, origin=None):
    """The status with which a page's connection is answered, asked for by a page of that very host or of another origin."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    shaken = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}
    try:
        connection.request("GET", "/_stcore/stream", headers={"Host": host, "Origin": origin or f"http://{host}", **shaken})
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]"])
def test_this_machine_is_answered(port, name):
    assert opened(port, f"{name}:{port}") == 101
    assert opened(port, f"{name}:{port}", f"http://{name}:9999") == 403


@pytest.mark.parametrize("name", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "0.0.0.0"])
def test_another_name_for_this_machine_is_not(port, name):
    assert opened(port, f"{name}:{port}") == 403


def test_a_proxys_name_can_be_allowed(published, monkeypatch):
    monkeypatch.setenv(NAMES, "forecast.shop.example")
    with served(published.home) as (address, _):
        port = int(address.rsplit(":")[-1])
        assert (opened(port, "forecast.shop.example"), opened(port, "evil.example")) == (101, 403)
