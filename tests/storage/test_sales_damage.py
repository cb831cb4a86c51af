"""A damaged file of the sales is named with what to do, never read as if it were whole; and what it says to do works."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from deltalake import DeltaTable
from small_tables import BOTH, ONE, TWO, merged, sales, upload

from forecasting.core.errors import NotFound, SalesDamaged
from forecasting.storage.sales import damage, log_copies
from forecasting.storage.sales import log as sales_log
from forecasting.storage.sales.table import Dataset
from forecasting.storage.workspace import Workspace

LATER = sales(("2024-02-01", "c", 1), ("2024-02-02", "c", 2))
CHECKPOINT = 9
MORE = sales(("2024-03-01", "a", 1), ("2024-01-01", "a", 50))


@pytest.fixture
def dataset(tmp_path):
    """Versions 1 and 2 are an upload and a merge into it, 3 appends; without copies of the log, as earlier releases saved sales."""
    return without_copies(merged(Dataset(Workspace(tmp_path / "shop")), ONE, TWO, LATER))


def without_copies(dataset):
    shutil.rmtree(dataset.workspace.sales / log_copies.FOLDER)
    return dataset


@pytest.fixture(scope="module")
def long_past(tmp_path_factory):
    """A log with a checkpoint, as Delta makes one after every 100 uploads."""
    dataset = merged(Dataset(Workspace(tmp_path_factory.mktemp("long"))), ONE, TWO, LATER)
    for day in range(4, 13):
        dataset.merge(sales((f"2025-01-{day:02}", "a", day)), upload(f"{day}.csv"))
        if day == CHECKPOINT:
            DeltaTable(str(dataset.workspace.sales)).create_checkpoint()
    return without_copies(dataset).workspace


@pytest.fixture
def long(long_past, tmp_path):
    shutil.copytree(long_past.home, tmp_path / "long")
    return Dataset(Workspace(tmp_path / "long"))


def log(dataset, name):
    return dataset.workspace.sales / "_delta_log" / (f"{name:020}.json" if isinstance(name, int) else name)


def parts(dataset):
    """The data files in the order in which they were written, by the versions that added them."""
    named = []
    for version in range(sales_log.newest(dataset.workspace.sales) + 1):
        for line in log(dataset, version).read_text().splitlines():
            if "add" in json.loads(line):
                named.append(dataset.workspace.sales / json.loads(line)["add"]["path"])
    return named


def cut(path, size=-30):
    path.write_bytes(path.read_bytes()[:size])


def garble(path):
    path.write_bytes(b"\xff\xfe not what it was")


def invert(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :] = bytes(byte ^ 0xFF for byte in content[len(content) // 2 :])
    path.write_bytes(content)


def empty(path):
    path.write_bytes(b"")


def refused(act, path):
    with pytest.raises(SalesDamaged) as told:
        act()
    assert path.name in str(told.value)
    assert told.value.file.endswith(path.name)
    return str(told.value)


def acts(dataset):
    return [
        lambda: dataset.version,
        dataset.rows,
        dataset.read,
        dataset.history,
        lambda: dataset.preview(MORE),
        lambda: dataset.merge(MORE, upload("more.csv")),
        dataset.undo,
    ]


def works_again(dataset, before):
    """Reading, merging, undoing and the history, from these sales on."""
    pd.testing.assert_frame_equal(dataset.read(), before)
    version = dataset.version
    assert dataset.merge(MORE, upload("more.csv")).version == version + 1
    assert dataset.history()[0].name == "more.csv"
    dataset.undo()
    pd.testing.assert_frame_equal(dataset.read(), before)


# The log


HARMS = [(number, harm) for number in range(4) for harm in (cut, garble, empty, Path.unlink)]


@pytest.mark.parametrize("harm", [shutil.rmtree, lambda folder: [path.unlink() for path in folder.iterdir()]])
def test_sales_whose_whole_log_is_gone_do_not_count_as_none_and_can_be_uploaded_again(dataset, tmp_path, harm):
    before = dataset.read()
    harm(dataset.workspace.sales / sales_log.FOLDER)
    for act in acts(dataset):
        text = refused(act, Path(sales_log.FOLDER))
    assert "move data/sales away and upload the files again" in text
    begun_anew(dataset, tmp_path, before)


def begun_anew(dataset, tmp_path, before):
    """With the sales moved away and the files uploaded again everything is as it was."""
    dataset.workspace.sales.rename(tmp_path / "away")
    assert (dataset.version, len(dataset.read())) == (None, 0)
    for frame in (ONE, TWO, LATER):
        dataset.merge(frame, upload("again.csv"))
    works_again(dataset, before)


@pytest.mark.parametrize(("number", "harm"), HARMS[:-1])  # without its newest entry a log is as it was before
def test_a_damaged_log_entry_ends_every_step_with_its_name(dataset, number, harm):
    harm(log(dataset, number))
    for act in acts(dataset):
        text = refused(act, log(dataset, number))
    assert f"is {'missing' if harm is Path.unlink else 'damaged'}. Put it back from a backup." in text


@pytest.mark.parametrize("harm", [cut, garble, empty])
def test_without_its_newest_entry_the_sales_are_as_before_that_upload_and_it_can_be_uploaded_again(dataset, harm):
    harm(log(dataset, 3))
    assert "Without one, move it away: the sales are then as they were before that upload." in refused(dataset.read, log(dataset, 3))
    log(dataset, 3).unlink()
    works_again(dataset, BOTH)
    assert dataset.merge(LATER, upload("later.csv")).new == 2


def test_without_the_first_entry_the_sales_begin_anew(dataset, tmp_path):
    before = dataset.read()
    garble(log(dataset, 0))
    assert "is damaged. Put it back from a backup. Without one, move data/sales away" in refused(dataset.read, log(dataset, 0))
    begun_anew(dataset, tmp_path, before)


@pytest.mark.parametrize("number", [1, 2])
def test_without_an_older_entry_and_all_after_it_the_sales_are_as_before_that_upload(dataset, number):
    garble(log(dataset, number))
    assert "move it, _last_checkpoint and every file with the same or a higher number beside it away" in refused(dataset.read, log(dataset, number))
    for path in log(dataset, number).parent.iterdir():
        if int(path.name[:20]) >= number:
            path.unlink()
    if number == 2:
        works_again(dataset, ONE)
    assert dataset.merge(TWO, upload("two.csv")).new == (3 if number < 2 else 1)


def test_put_back_from_a_backup_everything_is_as_it_was(dataset):
    kept = log(dataset, 2).read_bytes()
    garble(log(dataset, 2))
    refused(dataset.read, log(dataset, 2))
    log(dataset, 2).write_bytes(kept)
    works_again(dataset, pd.concat([BOTH, LATER]).sort_values(["store", "date"], ignore_index=True))


@pytest.mark.parametrize("harm", [cut, garble, empty, Path.unlink])
def test_versions_before_the_damage_are_read(dataset, harm):
    harm(log(dataset, 2))
    pd.testing.assert_frame_equal(dataset.read(1), ONE)
    refused(lambda: dataset.read(2), log(dataset, 2))
    with pytest.raises(NotFound):
        dataset.read(4)


@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_an_entry_cut_anywhere_is_never_read_as_if_it_were_whole(dataset, number):
    content = log(dataset, number).read_bytes()
    for size in (*range(0, len(content) - 1, 37), *(at for at, byte in enumerate(content) if byte == ord("\n")), len(content) - 1):
        log(dataset, number).write_bytes(content[:size])
        with pytest.raises(SalesDamaged):
            dataset.read()


def test_entries_of_other_writers_and_of_restores_are_whole(dataset):
    dataset.undo()
    without_copies(dataset)
    path = log(dataset, 4)
    assert damage.find_damage(dataset.workspace.sales, None) is None
    path.write_text(path.read_text().replace("delta-rs", "Apache-Spark").replace('"numRemovedFile":1', '"numRemovedFile":"7"'))
    assert damage.find_damage(dataset.workspace.sales, None) is None
    pd.testing.assert_frame_equal(dataset.read(), BOTH)


# Checkpoints


@pytest.mark.parametrize("harm", [cut, garble, empty, Path.unlink])
def test_a_damaged_checkpoint_is_named_and_nothing_is_lost_without_it(long, harm):
    before, history = long.read(), long.history()
    checkpoint, hint = log(long, f"{CHECKPOINT:020}.checkpoint.parquet"), log(long, "_last_checkpoint")
    harm(checkpoint)
    text = refused(long.read, hint if harm is Path.unlink else checkpoint)
    assert "nothing is lost" in text
    checkpoint.unlink(missing_ok=True)
    hint.unlink()
    assert long.history() == history
    works_again(long, before)


def test_an_entry_before_a_checkpoint_hinders_only_what_needs_it(long):
    before = long.read()
    garble(log(long, 6))
    pd.testing.assert_frame_equal(long.read(), before)
    pd.testing.assert_frame_equal(long.read(2), BOTH)
    for act in (long.history, long.undo, lambda: long.read(7)):
        refused(act, log(long, 6))


def test_back_to_before_an_entry_that_a_checkpoint_was_made_after(long):
    log(long, 6).unlink()
    assert "missing" in refused(long.history, log(long, 6))
    for path in log(long, 6).parent.iterdir():
        if path.name == "_last_checkpoint" or int(path.name[:20]) >= 6:
            path.unlink()
    assert long.version == 5
    works_again(long, long.read())


# Data files


@pytest.mark.parametrize("harm", [cut, garble, empty, invert, Path.unlink])
def test_a_damaged_data_file_is_named(dataset, harm):
    for path in parts(dataset)[1:]:
        kept = path.read_bytes()
        harm(path)
        for act in (dataset.read, lambda: dataset.preview(MORE), lambda: dataset.merge(MORE, upload("more.csv"))):
            text = refused(act, path)
        assert "Else put it back from a backup. Without one, take uploads back" in text
        path.write_bytes(kept)
    assert dataset.merge(MORE, upload("more.csv")).new == 1


@pytest.mark.parametrize("harm", [cut, garble, Path.unlink])
def test_taking_the_upload_back_whose_data_file_is_damaged_makes_the_sales_whole(dataset, harm):
    harm(parts(dataset)[2])
    assert dataset.undo().name == "2.csv"
    works_again(dataset, BOTH)


def test_a_data_file_that_no_undo_can_do_without_is_named_and_a_fresh_table_takes_the_uploads(dataset):
    parts(dataset)[0].unlink()
    dataset.undo()
    pd.testing.assert_frame_equal(dataset.read(), BOTH)
    assert "if none can be taken back, move data/sales away" in refused(dataset.undo, parts(dataset)[0])
    pd.testing.assert_frame_equal(dataset.read(), BOTH)
    dataset.workspace.sales.rename(dataset.workspace.home / "aside")
    merged(dataset, ONE, TWO)
    pd.testing.assert_frame_equal(dataset.read(), BOTH)
    assert {path.read_bytes() for path in dataset.workspace.uploads.iterdir()} == {b"0.csv", b"1.csv", b"2.csv"}


def test_an_error_without_a_damaged_file_stays_what_it_is(dataset, monkeypatch):
    def fail(*_):
        raise ValueError("a fault of Shelfcast")

    monkeypatch.setattr("forecasting.storage.sales.table._read", fail)
    with pytest.raises(ValueError, match="a fault of Shelfcast"):
        dataset.read()


# Hashes


def flip(path, at):
    content = bytearray(path.read_bytes())
    content[at // 8] ^= 1 << at % 8
    path.write_bytes(content)


def test_a_bit_that_flips_in_a_data_file_is_never_read_as_other_sales(dataset):
    for path in parts(dataset)[1:]:
        whole = path.read_bytes()
        for at in range(0, 8 * len(whole), 8 * len(whole) // 40):
            flip(path, at)
            assert "is damaged" in refused(dataset.read, path)
            path.write_bytes(whole)
    assert len(dataset.read()) == 6


def test_a_file_is_hashed_once_for_each_state_of_it(dataset, monkeypatch):
    hashed = []
    digest = hashlib.file_digest
    monkeypatch.setattr("forecasting.storage.sales.damage.hashlib.file_digest", lambda file, kind: hashed.append(file.name) or digest(file, kind))
    for _ in range(3):
        dataset.read()
    assert len(hashed) == len(set(hashed)) <= 2
    path = parts(dataset)[2]
    path.write_bytes(path.read_bytes())
    dataset.read()
    assert hashed.count(str(path)) == 2


def test_commits_carry_the_hashes_of_their_files(dataset):
    for version in (1, 2, 3):
        hashes = sales_log.entry(dataset.workspace.sales, version).hashes
        assert {hashlib.sha256((dataset.workspace.sales / path).read_bytes()).hexdigest() for path in hashes} == set(hashes.values())
        assert len(hashes) == 1


def test_a_file_that_an_undo_brings_back_keeps_its_hash(dataset):
    dataset.undo()
    path = parts(dataset)[1]
    flip(path, 8 * 100)
    assert "is damaged" in refused(dataset.read, path)


def test_other_rows_of_a_file_are_written_anew_and_other_files_stay(dataset):
    before = set(dataset.workspace.sales.glob("*.parquet"))
    dataset.merge(sales(("2024-02-01", "c", 5)), upload("correction.csv"))
    names = {Path(uri).name for uri in DeltaTable(str(dataset.workspace.sales)).file_uris()}
    assert len(names - {path.name for path in before}) == 1
    assert len(names) == 2
    assert dataset.read()["sales"].tolist() == [5, 8, 9, 7, 5, 2]


# Copies of the log


@pytest.fixture
def copied(tmp_path):
    """The same sales as releases save them now."""
    return merged(Dataset(Workspace(tmp_path / "copied")), ONE, TWO, LATER)


def flips(path, count):
    """The file with one bit after the other the other way round, as many as asked for, spread over it; whole again at the end."""
    whole = path.read_bytes()
    for at in range(0, 8 * len(whole), max(1, 8 * len(whole) // count)):
        flip(path, at)
        yield at
        path.write_bytes(whole)


@pytest.mark.parametrize("number", range(4))
def test_a_bit_that_flips_in_the_log_is_found_and_its_copy_says_what_it_was(copied, number):
    whole = log(copied, number).read_bytes()
    for _ in flips(log(copied, number), 30):
        for act in (copied.read, copied.history):
            assert "puts the file back from its copy, and nothing is lost" in refused(act, log(copied, number))
        assert log_copies.content(copied.workspace.sales, log(copied, number).name) == whole


def test_an_entry_that_is_gone_is_missed_even_the_newest(copied):
    log(copied, 3).unlink()
    for act in acts(copied):
        assert "is missing. Run python -m forecasting verify --repair" in refused(act, log(copied, 3))


def test_a_copy_that_is_damaged_hinders_nothing(copied):
    before = copied.read()
    for path in (copied.workspace.sales / log_copies.FOLDER).iterdir():
        garble(path)
    works_again(copied, before)
    garble(log(copied, 1))
    assert "Put it back from a backup" in refused(copied.read, log(copied, 1))


def test_a_checkpoint_of_other_sales_is_found(long):
    DeltaTable(str(long.workspace.sales)).create_checkpoint()
    [old] = [path for path in log(long, 0).parent.glob("*.checkpoint.parquet") if int(path.name[:20]) == CHECKPOINT]
    shutil.copy(old, old.with_name(f"{12:020}.checkpoint.parquet"))
    assert "It only saves time" in refused(long.read, old.with_name(f"{12:020}.checkpoint.parquet"))


def test_every_flipped_bit_of_an_entry_of_before_copies_is_found_or_changes_no_sales(dataset):
    before, uploads = dataset.read(), [(entry.name, entry.version, entry.undone) for entry in dataset.history()]
    for number in range(4):
        for _ in flips(log(dataset, number), 60):
            try:
                assert len(dataset.read()) == len(before)
                assert [(entry.version, entry.undone) for entry in dataset.history()] == [facts[1:] for facts in uploads]
            except SalesDamaged:
                continue


# Uploads


@pytest.mark.parametrize("harm", [cut, garble, invert, Path.unlink])
@pytest.mark.parametrize("changes", [True, False], ids=["a merge", "nothing new"])
def test_a_damaged_upload_is_put_right_by_sending_the_file_again(copied, harm, changes):
    again = upload("0.csv")
    path = copied.workspace.uploads / f"{again.sha256}.csv"
    harm(path)
    assert copied.merge(sales(("2025-01-01", "z", 1)) if changes else ONE.iloc[:1], again).new == changes
    assert path.read_bytes() == b"0.csv"


def test_a_file_that_changes_nothing_and_was_never_merged_is_not_kept(copied):
    assert copied.merge(ONE.iloc[:1], upload("other.csv")).new == 0
    assert len(list(copied.workspace.uploads.iterdir())) == 3
