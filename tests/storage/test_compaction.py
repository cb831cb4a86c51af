"""The sales table stays small: what undo and old versions need stays, all else goes, and no row changes."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from deltalake import DeltaTable
from small_tables import sales, upload
from vanishing import gone_before

from forecasting.core.errors import InputError, NotFound, SalesDamaged
from forecasting.storage.sales import compaction, kept_versions, parts
from forecasting.storage.sales.compaction import Keep, Spare, compact, is_due, spare
from forecasting.storage.sales.table import Dataset
from forecasting.storage.workspace import Workspace

DAYS = 24


def day(number):
    return sales((f"2025-{number // 28 + 1:02}-{number % 28 + 1:02}", "a", number))


@pytest.fixture
def at_once(monkeypatch):
    """Nobody is reading or writing."""
    monkeypatch.setattr(compaction, "GRACE_SECONDS", 0.0)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A table of a day's sales an upload; for reading only."""
    dataset = Dataset(Workspace(tmp_path_factory.mktemp("pushed") / "home"))
    for number in range(DAYS):
        dataset.merge(day(number), upload(f"day {number}.csv"))
    return dataset


@pytest.fixture
def pushed(template, home):
    shutil.copytree(template.workspace.home, home.home)
    return Dataset(home)


def on_disk(dataset):
    return {path.name for path in dataset.workspace.sales.glob("*.parquet")}


def active(dataset):
    return {part["path"] for part in parts.active(DeltaTable(str(dataset.workspace.sales)))}


def test_many_small_files_become_one_and_no_row_changes(pushed):
    before, history, version = pushed.read(), pushed.history(), pushed.version
    assert is_due(pushed.workspace.sales)
    assert compact(pushed.workspace, Keep(uploads=0)) == Spare()
    assert not is_due(pushed.workspace.sales)
    assert len(active(pushed)) == 1
    assert (pushed.read().equals(before), pushed.history(), pushed.version, pushed.rows()) == (True, history, version, DAYS)
    assert all(pushed.read(number).equals(before.head(number)) for number in (version, 3, 1))
    assert compact(pushed.workspace, Keep(uploads=0)) == Spare()
    assert len(active(pushed)) == 1
    merged = pushed.merge(day(DAYS), upload("next.csv"))
    assert (merged.version, pushed.version, pushed.rows()) == (version + 2, version + 2, DAYS + 1)
    assert pushed.undo().name == "next.csv"
    assert pushed.undo().name == f"day {DAYS - 1}.csv"
    assert pushed.read().equals(before.head(DAYS - 1))


@pytest.mark.usefixtures("at_once")
def test_what_undo_needs_stays_and_what_is_older_goes(pushed):
    compact(pushed.workspace, Keep(uploads=5))
    for number in range(DAYS, DAYS + 8):
        pushed.merge(day(number), upload(f"day {number}.csv"))
    first, keep = on_disk(pushed), Keep(uploads=5)
    going = spare(pushed.workspace, keep)
    assert on_disk(pushed) == first
    assert compact(pushed.workspace, keep) == going
    assert len(going.files) >= DAYS
    assert on_disk(pushed) == first - {path.name for path in going.files} | active(pushed)
    assert len(on_disk(pushed)) <= 10
    newest = pushed.read()
    for number in reversed(range(DAYS + 3, DAYS + 8)):
        assert pushed.undo().name == f"day {number}.csv"
        assert pushed.read().equals(newest.head(number))
    with pytest.raises(InputError, match=rf"day {DAYS + 2}\.csv was uploaded too long ago to be taken back.*FORECASTING_KEEP_UPLOADS"):
        pushed.undo()
    assert pushed.rows() == DAYS + 3
    assert [each.undone for each in pushed.history()] == [True] * 5 + [False] * (DAYS + 3)
    pushed.merge(day(DAYS + 3), upload("again.csv"))
    assert pushed.read().equals(newest.head(DAYS + 4))


@pytest.mark.usefixtures("at_once")
def test_what_somebody_else_deletes_while_one_looks_what_could_go_is_left_out(pushed, monkeypatch):
    keep = Keep(uploads=2)
    compact(pushed.workspace, keep)
    before = spare(pushed.workspace, keep)
    first, size = before.files[0], before.files[0].stat().st_size
    gone_before(monkeypatch, first, "stat")
    assert spare(pushed.workspace, keep) == replace(before, files=before.files[1:], size=before.size - size)
    assert not first.exists()


@pytest.mark.usefixtures("at_once")
def test_what_a_version_learned_from_stays(pushed):
    learned = pushed.read(7)
    for more in range(2):
        compact(pushed.workspace, Keep(uploads=2, versions=frozenset({7, 9999})))
        assert pushed.read(7).equals(learned)
        pushed.merge(day(DAYS + more), upload(f"{more}.csv"))
    with pytest.raises(NotFound, match="Sales version 6 is no longer kept"):
        pushed.read(6)
    compact(pushed.workspace, Keep(uploads=2))
    with pytest.raises(NotFound, match="Sales version 7 is no longer kept"):
        pushed.read(7)


def test_files_stay_as_long_as_somebody_may_be_reading_them(pushed):
    before = on_disk(pushed)
    reader = DeltaTable(str(pushed.workspace.sales))
    assert compact(pushed.workspace, Keep(uploads=1)) == Spare()
    assert on_disk(pushed) > before
    assert reader.to_pyarrow_table().num_rows == DAYS


@pytest.mark.usefixtures("at_once")
def test_files_that_killed_writers_left_go_too(pushed):
    left = pushed.workspace.sales / "part-00000-left-c000.zstd.parquet"
    left.write_bytes(b"half")
    assert compact(pushed.workspace, Keep(uploads=0)).files == (left,)
    assert not left.exists()


@pytest.mark.usefixtures("at_once")
def test_a_flipped_bit_is_not_given_a_hash_of_its_own(pushed):
    part = pushed.workspace.sales / min(active(pushed))
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.write_bytes(content)
    before = on_disk(pushed)
    with pytest.raises(SalesDamaged):
        compact(pushed.workspace, Keep(uploads=3))
    assert on_disk(pushed) == before


def test_a_large_file_is_not_written_again_with_every_small_one():
    def sizes(*of):
        return [{"path": str(number), "size_bytes": size} for number, size in enumerate(of)]

    small = [5_000] * 8
    assert [part["size_bytes"] for part in compaction._small(sizes(6_000_000, *small))] == small
    assert [part["size_bytes"] for part in compaction._small(sizes(70_000, *small))] == [*small, 70_000]
    assert compaction._small(sizes(*small[:-1])) == []


# Bytes of uploads


def test_bytes_of_old_uploads_go_by_number_age_or_size(pushed, monkeypatch):
    folder, compacting = pushed.workspace.uploads, partial(spare, pushed.workspace)

    def going(**limits):
        return len(compacting(Keep(**limits)).uploads)

    assert going(uploads=0, megabytes=1e-6, days=1e-9) == 0
    assert going(uploads=3) == 0
    assert going(uploads=3, megabytes=1) == 0
    assert going(uploads=3, megabytes=1e-9) == DAYS - 3
    assert going(uploads=3, days=1e-9) == DAYS - 3
    ten = sum(sorted(path.stat().st_size for path in folder.iterdir())[-10:]) / 1e6
    assert going(uploads=3, megabytes=ten) == DAYS - 10
    old = [replace(each, when=each.when - timedelta(days=400)) if each.version < 5 else each for each in pushed.history()]
    monkeypatch.setattr(compaction, "uploads_in", lambda _: old)
    assert going(uploads=3, days=365 * 50) == 0


def test_the_log_says_whose_bytes_are_kept_and_the_same_file_again_brings_them_back(pushed):
    folder = pushed.workspace.uploads
    gone = compact(pushed.workspace, Keep(uploads=3, megabytes=1e-9)).uploads
    assert len(gone) == DAYS - 3
    assert len(list(folder.iterdir())) == 3
    assert kept_versions.with_uploads_from(pushed.workspace.sales) == DAYS - 2
    assert len(pushed.history()) == DAYS
    pushed.undo()
    assert pushed.merge(day(0).assign(sales=5.0), upload("day 0.csv")).changed == 1
    assert len(list(folder.iterdir())) == 4


def test_an_empty_workspace_has_nothing_to_compact(home):
    assert spare(home, Keep(uploads=1)) == compact(home, Keep(uploads=1)) == Spare()
    assert not is_due(home.sales)
    assert not home.home.exists()
