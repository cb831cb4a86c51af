"""A window that stays open holds no version: its buttons, its parts that run alone and its files to come know names and numbers."""

from __future__ import annotations

import gc
from weakref import ref

import pytest
from app_driver import opened
from order_shops import Clock, shop_on_monday
from streamlit.runtime.fragment import MemoryFragmentStorage
from streamlit.runtime.media_file_manager import MediaFileManager
from version_copies import copied

from forecasting.services import cache, order_cards, workspaces

WINDOWS = (
    ("forecast", {"whatif_closed": "2026-08-05"}),
    ("products", {}),
    ("accuracy", {}),
    ("why", {}),
    ("orders", {}),
    ("orders", {"orders_view": "All shelves", "inventory_budget": "100"}),
    ("orders", {"orders_tab": "Stock"}),
)


@pytest.fixture
def monday(tmp_path, monkeypatch, fresh_caches):
    """A shop with a supplier and a count, on a Monday morning, with two versions."""
    ws = shop_on_monday(tmp_path, monkeypatch)
    copied(ws)
    monkeypatch.setattr(workspaces, "workspace", lambda: ws)
    monkeypatch.setattr(order_cards, "datetime", Clock)
    return ws


@pytest.fixture
def kept(monkeypatch):
    """What a server keeps of its windows beside their sessions: files to come and parts that run alone; the test app would let both go."""
    held = []

    def keeping(method):
        def kept_too(self, *arguments, **options):
            held.append((arguments, options))
            return method(self, *arguments, **options)

        return kept_too

    for owner, name in ((MediaFileManager, "add_deferred"), (MemoryFragmentStorage, "register")):
        monkeypatch.setattr(owner, name, keeping(getattr(owner, name)))
    return held


def test_windows_that_stay_open_hold_no_version_that_served_before(monday, kept):
    before = ref(cache.live(monday).ensemble)
    windows = [opened(page, **query) for page, query in WINDOWS]
    assert kept
    cache.ensemble(monday, {1: 2, 2: 1}[cache.live(monday).version])
    gc.collect()
    assert before() is None, [type(holder) for holder in gc.get_referrers(before())]
    assert all(window.title for window in windows)
