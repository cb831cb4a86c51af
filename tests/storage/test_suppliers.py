"""The states of the suppliers on disk."""

from __future__ import annotations

import pytest

from forecasting.core.errors import ChangedMeanwhile, StateDamaged
from forecasting.storage.suppliers import supplier_store
from forecasting.storage.workspace import Workspace

VALUES = {"suppliers": [{"name": "Hansen"}], "sources": []}


def test_the_last_state_counts_and_earlier_ones_stay(home: Workspace) -> None:
    store = supplier_store(home)
    assert store.load().number == 0
    assert store.save(VALUES, "Anna").number == 1
    store.save({}, "Anna", after=1)
    assert (store.load().number, dict(store.load().values), store.numbers()) == (2, {}, [1, 2])
    assert (dict(store.read(1).values), store.read(1).by) == (VALUES, "Anna")


def test_nobody_overwrites_what_somebody_else_saved(home: Workspace) -> None:
    store = supplier_store(home)
    store.save(VALUES, "Anna")
    with pytest.raises(ChangedMeanwhile):
        store.save({}, "Ben", after=0)
    assert store.numbers() == [1]


def test_a_damaged_state_is_named(home: Workspace) -> None:
    store = supplier_store(home)
    store.save(VALUES, "Anna")
    text = store.path(1).read_text().replace("Hansen", "Hanson")
    store.path(1).write_text(text)
    with pytest.raises(StateDamaged, match="data/suppliers/0001"):
        store.load()


def test_clearing_leaves_a_state_without_suppliers(home: Workspace) -> None:
    store = supplier_store(home)
    store.clear()
    assert store.numbers() == []
    store.save(VALUES, "Anna")
    store.clear()
    assert (dict(store.load().values), store.numbers()) == ({}, [1, 2])
