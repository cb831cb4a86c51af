"""What a browser is told to fetch before a page asks for it."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from pages.server import preloads
from pages.server.preloads import Preloads


def links(path, files=("PlotlyChart.1.js", "DataFrame.2.js")):
    """The header of the answer at a path: text at "/text", HTML everywhere else."""
    routes = [Route("/text", lambda _: PlainTextResponse("text")), Route("/{path:path}", lambda _: HTMLResponse("<html>"))]
    app = Starlette(routes=routes, middleware=[Middleware(Preloads, files)])
    return TestClient(app).get(path).headers.get("Link")


def test_a_page_names_the_scripts_that_it_will_ask_for():
    named = "<./static/js/PlotlyChart.1.js>; rel=modulepreload, <./static/js/DataFrame.2.js>; rel=modulepreload"
    assert [links("/"), links("/forecast")] == [named, named]


def test_what_is_no_page_names_none():
    assert [links("/text"), links("/api/docs"), links("/app/static/retrain.html")] == [None] * 3


def test_scripts_that_are_not_there_are_not_named(monkeypatch, tmp_path):
    monkeypatch.setattr(preloads, "SCRIPTS", tmp_path)
    assert preloads.script_files("PlotlyChart") == []
    assert links("/", files=[]) is None
