"""What was uploaded is read anew only once the log of the sales changed."""

from __future__ import annotations

import os

import pytest
from saved_shops import unpacked

from forecasting.core.errors import SalesDamaged
from forecasting.services import sales
from forecasting.storage.sales import log
from forecasting.storage.sales.table import Dataset


def test_uploads_are_read_once_for_each_state_of_the_log_whose_damage_is_named_at_once(tmp_path, monkeypatch):
    ws, asked, since_start = unpacked("shop_4", tmp_path), [], Dataset.since_start
    monkeypatch.setattr(Dataset, "since_start", lambda self: asked.append(self) or since_start(self))
    first = sales.uploads(ws)
    assert first
    assert sales.uploads(ws) == first
    assert len(asked) == 1
    entry = log.path(ws.sales, 0)
    os.utime(entry)
    assert sales.uploads(ws) == first
    assert len(asked) == 2
    entry.write_bytes(entry.read_bytes()[:-40])
    with pytest.raises(SalesDamaged):
        sales.uploads(ws)
