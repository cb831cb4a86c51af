"""What was forecast, kept for grading: whole or not at all, checked when read, and no longer than needed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecasting.core.errors import VersionDamaged
from forecasting.storage.published import Published

FACTS = {"reference": [[-1.0, 0.0, 1.0]], "power": 1.2}


@pytest.fixture
def store(tmp_path):
    return Published(tmp_path / "published")


def rows(days=10):
    return pd.DataFrame({"version": 3, "unique_id": "bread", "ds": pd.date_range("2026-11-01", periods=days).as_unit("us"), "line": 4.5})


def test_what_was_written_is_read(store):
    store.write(3, rows(), FACTS)
    kept = store.read(3)
    pd.testing.assert_frame_equal(kept.rows, rows())
    assert kept.facts == FACTS
    assert store.numbers() == [3]
    assert store.missing([2, 3]) == [2]


@pytest.mark.parametrize("share", np.linspace(0.001, 0.999, 23))
def test_a_flipped_bit_is_damage(store, share):
    store.write(3, rows(2000).assign(line=np.random.default_rng(0).random(2000)), FACTS)
    content = bytearray(store.path(3).read_bytes())
    content[int(share * len(content))] ^= 4
    store.path(3).write_bytes(content)
    with pytest.raises(VersionDamaged, match=r"0003\.parquet"):
        store.read(3)


def test_some_days_are_read(store):
    store.write(3, rows(), FACTS)
    kept = store.read(3, first=pd.Timestamp("2026-11-03"), last=pd.Timestamp("2026-11-05"), columns=["ds"]).rows
    assert kept["ds"].dt.day.tolist() == [3, 4, 5]


def test_a_version_without_a_file_is_named_as_such(store):
    with pytest.raises(FileNotFoundError):
        store.read(3)


def test_days_that_nobody_can_ask_for_go(store):
    store.write(3, rows(), FACTS)
    store.trim(3, pd.Timestamp("2026-11-04"))
    assert len(store.read(3).rows) == 4
    store.trim(3, pd.Timestamp("2026-12-04"))
    assert len(store.read(3).rows) == 4
    store.trim(3, pd.Timestamp("2026-10-31"))
    assert store.numbers() == []
    store.trim(3, pd.Timestamp("2026-10-31"))


def test_files_of_some_versions_go(store):
    for number in (1, 2, 3):
        store.write(number, rows(), FACTS)
    store.discard(lambda number: number < 3)
    assert store.numbers() == [3]
