"""A real server of several processes: programs, pages and the files of a session's visitor, and nothing left at the end."""

from __future__ import annotations

import http.cookiejar
import json
import urllib.request
from pathlib import Path

import pytest
from live_server import served
from patience import PATIENCE

from benchmarks.support.first_pages import server_processes


@pytest.mark.slow
def test_programs_and_browsers_find_their_process_and_a_server_leaves_none(tmp_path):
    cookies = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))
    with served(tmp_path / "shop", FORECASTING_PROCESSES="3", FORECASTING_WARM="1", FORECASTING_RETRAIN_EVERY="0 3 * * *") as (address, server):
        health = json.load(urllib.request.urlopen(f"{address}/api/health", timeout=PATIENCE))
        assert health["status"] == "no version"
        assert health["schedule"] is not None
        for _ in range(3):
            page = browser.open(urllib.request.Request(f"{address}/", headers={"Accept": "text/html"}), timeout=PATIENCE)
            assert page.headers["Content-Security-Policy"]
        assert [(cookie.name, cookie.value) for cookie in cookies] in ([("shelfcast-process", "1")], [("shelfcast-process", "2")])
        running = server_processes(server.pid)
        assert len(running) == 4
    assert server.returncode == 0
    assert not [pid for pid in running if Path(f"/proc/{pid}").exists()]
