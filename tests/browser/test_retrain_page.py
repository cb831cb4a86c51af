"""The page for retraining that needs no dashboard around it, in a real browser, beside a real server."""

from __future__ import annotations

import base64
import hashlib
import http.server
import json
import os
import re
import signal
import threading
import time
from contextlib import contextmanager
from functools import partial

import pytest
from broken_connection import broken
from browser_pages import bar, later_sales, new_page
from live_server import served
from patience import PATIENCE
from repository import ROOT

from forecasting.services import jobs, retraining, sales, versions

PAGE = ROOT / "static" / "retrain.html"
TOKEN = "a-long-text-that-nobody-guesses"
HOSTILE = "<img src=x onerror=window.hacked=1>"
KEEP_VALUES = """addEventListener("DOMContentLoaded", () => {
  window.shown = [];
  const note = (changes) => changes.forEach((change) => shown.push(change.oldValue));
  new MutationObserver(note).observe(document.getElementById("bar"), { attributes: true, attributeFilter: ["value"], attributeOldValue: true });
})"""


@contextmanager
def elsewhere():
    """The page on a site of its own; its address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=PAGE.parent)) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{site.server_port}"
        site.shutdown()


def csv(text):
    return {"name": "week.csv", "mimeType": "text/csv", "buffer": text.encode()}


def start(page, content=""):
    if content:
        page.set_input_files("[name=file]", csv(content))
    page.get_by_role("button", name="Start").click()


def shown_values(page):
    """All that the bar has shown, in order."""
    values = [*page.evaluate("shown"), page.locator("#bar").get_attribute("value")]
    return [float(value) for value in values if value is not None]


def test_the_page_runs_no_script_and_no_style_but_its_own():
    text = PAGE.read_text()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
    for kind in ("script", "style"):
        (own,) = re.findall(rf"<{kind}>(.*?)</{kind}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none';")
    assert not re.search(r"innerHTML|insertAdjacent|document\.write|eval\(|<[^>]* (on\w+|style)=|src=|https?://(?!shop\.example)", text)


@pytest.mark.browser
def test_a_lost_connection_is_found_again_and_the_dashboard_shows_the_same_bar(shop, browser):
    with served(shop.home, FORECASTING_API_TOKEN="") as (address, _), broken(address, cuts=[900, 400, 1]) as line:
        page, dashboard = new_page(browser), new_page(browser)
        page.add_init_script(KEEP_VALUES)
        answer = page.goto(f"{line.address}/app/static/retrain.html?server=https://evil.example")  # which it does not heed
        assert answer.headers["content-type"].startswith("text/html")
        dashboard.goto(address)
        dashboard.get_by_text("model v1").wait_for()
        page.fill("[name=epochs]", "6")
        start(page, later_sales().to_csv(index=False, date_format="%Y-%m-%d"))
        page.get_by_text("The connection is lost").wait_for()
        seen = set()
        deadline = time.monotonic() + PATIENCE
        while dashboard.get_by_text("model v2").count() == 0:
            assert time.monotonic() < deadline, jobs.job(shop)
            if dashboard.locator(".st-key-banner [role=progressbar]").count():
                seen.add(bar(dashboard, "banner"))
            dashboard.wait_for_timeout(200)
        page.get_by_text("v2 is live").wait_for()
        assert line.streams == 4
        told = [event.fraction for event in jobs.events(shop, 2) if event.type != "result"]
        assert shown_values(page) == told
        assert len(seen) >= 3
        assert seen <= {int(100 * fraction) for fraction in told} | {0, 100}
        assert versions.manifest(shop, 2)["settings"]["lstm"]["epochs"] == 6
        page.reload()
        page.get_by_text("v2 is live").wait_for()


@pytest.mark.browser
def test_the_page_serves_another_site_that_is_let_in(shop, browser):
    with elsewhere() as site, served(shop.home, FORECASTING_API_TOKEN=TOKEN, FORECASTING_ORIGINS=site) as (address, _):
        page = new_page(browser, viewport={"width": 390, "height": 800}, color_scheme="dark")
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{site}/retrain.html?server={address}")
        page.get_by_text(f"Sends to {address}.").wait_for()
        start(page)
        page.get_by_text("This server asks for its token").wait_for()
        page.fill("[name=token]", TOKEN)

        start(page, f"date,product_id,region,category,sales\n2026-07-01,Tea,North,Drinks,{HOSTILE}\n2026-07-02,Tea,North,Drinks,4\n")
        page.get_by_role("cell", name=HOSTILE).wait_for()
        assert page.evaluate("[window.hacked, document.querySelectorAll('img').length]") == [None, 0]
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.get_by_role("button", name="Leave these rows out").click()
        page.get_by_role("button", name="Cancel").click()
        page.get_by_role("heading", name="Retraining cancelled").wait_for()
        assert sales.uploads(shop)[0].dropped == 1
        assert jobs.job(shop).state == "cancelled"

        number = retraining.start_retrain(shop, versions.settings(shop))
        start(page)
        page.get_by_text(f"job {number}").wait_for()
        page.get_by_role("button", name="Follow it").click()
        page.get_by_role("button", name="Cancel").wait_for()
        os.killpg(int((shop.jobs / f"{number:04d}" / "pid").read_text()), signal.SIGKILL)
        page.get_by_role("heading", name="Retraining stopped").wait_for()
        page.get_by_text("ended without a result").wait_for()
        assert json.loads(page.evaluate("JSON.stringify(sessionStorage)")) == {f"shelfcast-token {address}": TOKEN}
        assert [url for url in asked if not url.startswith((f"{site}/", f"{address}/api/"))] == []
        assert not any(TOKEN in url for url in asked)
        assert versions.serving(shop).version == 1


@pytest.mark.browser
def test_a_file_that_can_be_read_in_two_ways_is_asked_about(shop, browser):
    rows = [f"2026-07-0{day},Tea,North,Drinks,{units}" for day, units in ((1, 4), (1, 5), (2, 6), (3, 7), (4, 8))]
    with served(shop.home, FORECASTING_API_TOKEN="") as (address, _):
        page = new_page(browser, viewport={"width": 390, "height": 800})
        page.goto(f"{address}/app/static/retrain.html")
        start(page, "\n".join(["date,product_id,region,category,sales", *rows]))
        page.get_by_text("of another row. What should we do?").wait_for()
        assert page.get_by_role("button", name="30 units in all").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.get_by_role("button", name="26 units in all").click()
        page.get_by_role("button", name="Cancel").click()
        page.get_by_role("heading", name="Retraining cancelled").wait_for()
    assert sales.uploads(shop)[0].new == 4


@pytest.mark.browser
def test_a_site_that_nobody_let_in_is_told_why(shop, browser):
    with elsewhere() as site, served(shop.home, FORECASTING_API_TOKEN="") as (address, _):
        page = new_page(browser)
        page.goto(f"{site}/retrain.html?server={address}")
        start(page, "date,sales\n2026-07-01,4\n")
        page.get_by_text("FORECASTING_ORIGINS").wait_for()
        assert jobs.job(shop).number == 1
