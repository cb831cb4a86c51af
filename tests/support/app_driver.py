"""The app as tests drive it and read it."""

from __future__ import annotations

import json

from patience import PATIENCE
from repository import ROOT
from streamlit.testing.v1 import AppTest


def opened(page="overview", *, session=None, **query):
    """The entry script and then one page, whose further runs leave the entry script out.

    Args:
        page: Which.
        session: What the session remembers.
        query: Of the URL.
    """
    at = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=PATIENCE)
    for name, value in (session or {}).items():
        at.session_state[name] = value
    for name, value in query.items():
        at.query_params[name] = value
    at.run()
    if page != "overview":
        at.switch_page(f"pages/{page}.py").run()
    assert not at.exception
    return at


def texts(at):
    """Everything that a page says in text."""
    return "\n".join(str(element.value) for kind in ("title", "markdown", "caption", "error") for element in at.get(kind))


def numbers(at):
    return {metric.label: metric.value for metric in at.metric}


def chart(at, position=0):
    return json.loads(at.get("plotly_chart")[position].proto.spec)


def curves(at):
    return [trace["name"] for trace in chart(at)["data"]]
