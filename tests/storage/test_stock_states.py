"""Saved stock: whole or not at all, never changed, and kept by its keys."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from stocked_panels import panel

from forecasting.core.errors import InputError, StockDamaged, TryAgain
from forecasting.inventory.stock import file, state
from forecasting.inventory.stock.state import GivenStock
from forecasting.storage import locks
from forecasting.storage.stock_states import StockStore


def table(*on_hand, names=("bread", "cake", "pie")):
    """Stock of so many products of one store."""
    at = panel([(name, "east") for name in names[: len(on_hand)]])
    return file.stock_frame(GivenStock.nothing(len(on_hand)).changed(state.ON_HAND, np.array(on_hand, dtype=float)), at)


@pytest.fixture
def shelves(home):
    return StockStore(home)


def damage(home, number, at=-200):
    path = home.stock / f"{number:04d}.parquet"
    content = bytearray(path.read_bytes())
    content[at] ^= 0xFF
    path.write_bytes(content)


def test_an_empty_workspace_has_no_stock_and_stays_empty(shelves, home):
    assert (shelves.load(), shelves.history(), home.home.exists()) == (None, [], False)


def test_saved_stock_comes_back_as_it_was(shelves):
    before = datetime.now(UTC)
    rich = table(5, 6).assign(lead_times=pd.Series(["6;7", ""], dtype="str"))
    rich.loc[0, ["on_order", "due"]] = 3.0, pd.Timestamp("2026-01-12")
    assert shelves.save(rich, "count.csv") == 1
    saved = shelves.load()
    pd.testing.assert_frame_equal(saved.frame, rich)
    assert (saved.name, saved.number) == ("count.csv", 1)
    assert before <= saved.moment <= datetime.now(UTC)


def test_the_last_state_counts_and_all_stay(shelves, home):
    shelves.save(table(5, 6), "monday.csv")
    first = (home.stock / "0001.parquet").read_bytes()
    assert shelves.save(table(7, 8), "tuesday.csv") == 2
    assert shelves.load().frame["on_hand"].tolist() == [7, 8]
    assert [(state.number, state.name, state.rows, state.undone) for state in shelves.history()] == [
        (2, "tuesday.csv", 2, 0),
        (1, "monday.csv", 2, 0),
    ]
    assert (home.stock / "0001.parquet").read_bytes() == first


def test_an_undo_goes_back_state_by_state_as_a_state_of_its_own(shelves):
    for units, name in ((1, "a"), (2, "b"), (3, "c")):
        shelves.save(table(units), name)
    assert shelves.undo().name == "c"
    assert (shelves.load().name, shelves.load().number, shelves.load().frame["on_hand"].tolist()) == ("b", 4, [2])
    assert (shelves.undo().name, shelves.load().name, shelves.load().number) == ("b", "a", 5)
    assert (shelves.undo().name, shelves.load()) == ("a", None)
    with pytest.raises(InputError, match="no saved stock to take back"):
        shelves.undo()
    assert [state.undone for state in shelves.history()] == [5, 4, 3, 0, 0, 0]


def test_what_is_saved_after_an_undo_goes_back_to_what_stood_then(shelves):
    shelves.save(table(1), "a")
    shelves.save(table(2), "b")
    shelves.undo()
    shelves.save(table(3), "c")
    assert (shelves.undo().name, shelves.load().name) == ("c", "a")
    assert (shelves.undo().name, shelves.load()) == ("a", None)
    shelves.save(table(4), "d")
    assert (shelves.undo().name, shelves.load()) == ("d", None)


def test_nothing_can_be_taken_back_before_anything_was_saved(shelves):
    with pytest.raises(InputError, match="no saved stock"):
        shelves.undo()


def test_stock_of_series_that_left_is_kept_until_they_come_back(shelves):
    shelves.save(table(5, 6, 7), "a")
    fewer, all_ = panel([("bread", "east"), ("pie", "east")]), panel([(name, "east") for name in ("bread", "cake", "pie")])
    now = file.from_frame(shelves.load().frame, fewer)
    assert (now.given.table["on_hand"].tolist(), now.unknown) == ([5, 7], 1)
    shelves.save(file.stock_frame(now.given.changed(state.ON_HAND, 1.0), fewer), "typing")
    assert file.from_frame(shelves.load().frame, all_).given.table["on_hand"].tolist() == [1, 6, 1]


def test_stock_by_other_keys_is_not_mixed(shelves):
    shelves.save(table(5, 6), "a")
    by_product = file.stock_frame(GivenStock.nothing(1), panel([("bread",)], ["product_id"]))
    shelves.save(by_product, "b")
    pd.testing.assert_frame_equal(shelves.load().frame, by_product)


def test_a_series_without_keys_is_saved_too(shelves):
    alone = file.stock_frame(GivenStock.nothing(1).changed(state.ON_HAND, 5.0), panel([()], []))
    shelves.save(alone, "a")
    shelves.save(alone, "b")
    pd.testing.assert_frame_equal(shelves.load().frame, alone)


@pytest.mark.parametrize("at", [10, 1000, -1])
def test_a_damaged_state_is_named_and_logged(shelves, home, caplog, at):
    shelves.save(table(5, 6), "a")
    damage(home, 1, at)
    with caplog.at_level(logging.WARNING), pytest.raises(StockDamaged, match=r"The saved stock \(state 1\) is damaged"):
        shelves.load()
    assert "Saved stock 1 cannot be read" in caplog.text


def test_damage_is_named_or_changes_nothing_wherever_it_is(shelves, home):
    # The footer has no checksum of its own, but nothing that it says may change what was saved unseen.
    shelves.save(table(5, 6), "a")
    before, path = shelves.load().frame, home.stock / "0001.parquet"
    whole = path.read_bytes()
    for at in range(0, len(whole), 29):
        path.write_bytes(whole)
        damage(home, 1, at)
        try:
            found = shelves.load().frame
        except StockDamaged:
            continue
        pd.testing.assert_frame_equal(found, before)


def test_stock_saved_after_damage_counts(shelves, home):
    shelves.save(table(5, 6), "a")
    (home.stock / "0001.parquet").write_bytes(b"")
    assert shelves.save(table(7, 8), "b") == 2
    assert (shelves.load().frame["on_hand"].tolist(), [state.number for state in shelves.history()]) == ([7, 8], [2])
    assert (shelves.undo().name, shelves.load()) == ("b", None)


def test_other_files_in_the_folder_do_not_matter(shelves, home):
    shelves.save(table(5), "a")
    for name in ("notes.txt", "old.parquet", ".0002.parquet-1-ab", "0002.csv"):
        (home.stock / name).write_bytes(b"x")
    assert (shelves.load().number, shelves.save(table(6), "b")) == (1, 2)


def test_a_save_that_fails_leaves_everything_as_it_was(shelves, home, monkeypatch):
    shelves.save(table(5), "a")

    def full(path, content):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("forecasting.storage.stock_states.write_bytes", full)
    with pytest.raises(OSError, match="Input"):
        shelves.save(table(6), "b")
    assert (shelves.load().name, sorted(path.name for path in home.stock.iterdir())) == ("a", [".lock", "0001.parquet"])


def test_somebody_elses_change_is_waited_for_and_then_named(home):
    with locks.exclusive(home.stock / ".lock"), pytest.raises(TryAgain):
        StockStore(home, timeout=0.05).save(table(5), "a")


def test_states_saved_at_once_all_get_a_number(home):
    def save(units):
        StockStore(home).save(table(units), f"{units}")

    threads = [threading.Thread(target=save, args=(units,)) for units in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(state.name for state in StockStore(home).history()) == [str(units) for units in range(8)]
    assert StockStore(home).numbers() == list(range(1, 9))


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\nb", "", "é 🍞"])
def test_a_name_is_only_text(shelves, home, name):
    shelves.save(table(5), name)
    assert shelves.load().name == name
    assert sorted(path.name for path in home.stock.iterdir()) == [".lock", "0001.parquet"]


def test_what_was_saved_meanwhile_is_not_written_over_unseen(shelves):
    first = shelves.save(table(5), "typing", after=0)
    assert shelves.save(table(6), "typing", after=first) == 2
    with pytest.raises(TryAgain, match="Somebody else saved stock meanwhile"):
        shelves.save(table(7), "typing", after=first)
    assert shelves.numbers() == [1, 2]
