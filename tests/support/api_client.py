"""The API as tests ask it."""

from __future__ import annotations

import json

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from forecasting.entrypoints.api import app as api
from forecasting.entrypoints.server.server_settings import ServerSettings

HERE = "http://127.0.0.1:8501"


def client(ws, *, base_url=HERE, raises=True, **settings):
    """A client of the API of a workspace, mounted as the server mounts it."""
    app = Starlette(routes=[Mount("/api", api.make_app(ws, ServerSettings(**settings)))])
    return TestClient(app, base_url=base_url, raise_server_exceptions=raises)


def events(text):
    """The events of a stream: (id, data)."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if line and not line.startswith(":"))
        if "data" in fields:
            found.append((int(fields["id"]), json.loads(fields["data"])))
    return found


def problem(response, status, kind):
    """The details of a problem, which is of this status and kind."""
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert (response.status_code, body["status"], body["type"]) == (status, status, f"urn:shelfcast:problem:{kind}"), body
    assert body["title"]
    assert body["detail"]
    return body


def sales_file(content, name="sales.csv"):
    return {"file": (name, content, "text/csv")}
