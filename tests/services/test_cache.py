"""What a process keeps: made once for all who ask, and never of the wrong version."""

from __future__ import annotations

import json
import threading
import time

import pandas as pd
import pytest
from version_copies import copied

from forecasting.core.errors import NothingPublished, VersionDamaged
from forecasting.inventory.policy import Policy
from forecasting.services import cache, ordering, versions

pytestmark = pytest.mark.usefixtures("fresh_caches")


@pytest.fixture
def loads(monkeypatch):
    """The versions that were loaded from their files, slowly."""
    told = []

    def load(ws, version, load=versions.load):
        told.append(version)
        time.sleep(0.05)
        return load(ws, version)

    monkeypatch.setattr(versions, "load", load)
    return told


def test_without_a_version_it_says_what_to_do(home):
    with pytest.raises(NothingPublished, match="Upload sales and retrain"):
        cache.live(home)


def test_threads_that_ask_at_once_load_it_once(published, loads):
    found = []
    threads = [threading.Thread(target=lambda: found.append(cache.live(published).ensemble)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loads == [1]
    assert len({id(made) for made in found}) == 1


def test_the_same_number_in_another_workspace_is_another_version(published, shop):
    assert cache.ensemble(published, 1) is not cache.ensemble(shop, 1)


def test_a_version_that_turns_out_damaged_gives_way_to_the_last_good_one(shop):
    copied(shop)
    assert versions.serving(shop).version == 2
    forecast = shop.versions / "0002" / "forecast.parquet"
    forecast.write_bytes(forecast.read_bytes()[:-1])
    assert cache.live(shop).version == 1


def test_where_no_version_is_whole_it_says_so(shop):
    assert versions.serving(shop).version == 1
    (shop.versions / "0001" / "forecast.parquet").unlink()
    with pytest.raises((VersionDamaged, NothingPublished)):
        cache.live(shop)


def test_orders_are_worked_out_once_for_a_policy(published, monkeypatch):
    told = []
    monkeypatch.setattr(ordering, "recommend", lambda *args, make=ordering.recommend, **counted: told.append(args[2]) or make(*args, **counted))
    for policy in (Policy(), Policy(), Policy(lead_time=3), Policy()):
        cache.orders(published, 1, None, policy, {"product_id": "Tea"})
    assert told == [Policy(), Policy(lead_time=3)]


def test_order_lines_stand_in_the_order_of_the_series(published):
    made = cache.ensemble(published, 1)
    lines = pd.DataFrame([json.loads(line) for line in cache.order_lines(published, 1, None)])
    assert lines["product_id"].tolist() == made.panel.series["product_id"].tolist()
    tea = cache.orders(published, 1, None, Policy(), {"product_id": "Tea"}).table
    mine = lines[lines["product_id"] == "Tea"]
    assert mine["order_quantity"].tolist() == tea["order_quantity"].round(3).tolist()


def test_stock_is_read_once_for_each_of_its_states(shop, monkeypatch):
    reads = []
    monkeypatch.setattr(ordering, "saved_stock", lambda ws, read=ordering.saved_stock: reads.append(1) or read(ws))
    assert [cache.stock(shop) for _ in range(2)] == [None, None]
    made = cache.ensemble(shop, 1)
    shelf = pd.DataFrame({"product_id": ["Tea"], "region": ["South"], "on_hand": [5.0]})
    number = ordering.save_stock(shop, ordering.check_typed_stock(shelf, made), made, "typed")
    reads.clear()
    assert [cache.stock(shop).number for _ in range(3)] == [number] * 3
    assert len(reads) == 1
    ordering.undo_stock(shop)
    assert cache.stock(shop) is None
