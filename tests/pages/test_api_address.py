"""Every address below the API's is the API's to answer."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from pages.server.app import everything_below


@pytest.mark.parametrize("address", ["/api/", "/api/versions/1/pin", "/api/versions/%0A1/pin", "/api/a%0A%0A", "/api/%E2%80%A8"])
def test_the_api_answers_whatever_is_below_its_address(address):
    client = TestClient(Starlette(routes=[everything_below("/api", PlainTextResponse("from the API"))]))
    assert client.get(address).text == "from the API"


@pytest.mark.parametrize("address", ["/", "/apis", "/other/api/"])
def test_and_nothing_else(address):
    client = TestClient(Starlette(routes=[everything_below("/api", PlainTextResponse("from the API"))]))
    assert client.get(address).status_code == 404
