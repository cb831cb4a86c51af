"""A disk that fills up at any moment: each step is done or refused, nothing is half-saved, and with space the same step works."""

from __future__ import annotations

import hashlib
import shutil
import time

import full_disk
import numpy as np
import pandas as pd
import pytest
import shop_workspaces as shops
from deltalake import DeltaTable
from fake_jobs import TOIL, quiet
from repository import DATA
from small_tables import merged, sales, upload
from stocked_panels import panel

from forecasting.core.errors import DiskFull, TrainingFailed
from forecasting.core.settings import LstmSettings, Settings, TreesSettings
from forecasting.inventory.stock import file, state
from forecasting.inventory.stock.state import GivenStock
from forecasting.jobs.runner import Jobs
from forecasting.services import versions
from forecasting.storage.sales.table import Dataset
from forecasting.storage.stock_states import StockStore
from forecasting.storage.versions.served_in_place import Serving
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace


@pytest.fixture
def disk(tmp_path):
    with full_disk.mounted(tmp_path / "disk", 2_000_000) as disk:
        yield disk


@pytest.fixture
def ws(disk):
    return Workspace(disk.path / "shop")


def many(store="a", first="2024-01-01", factor=1.0):
    days = pd.date_range(first, periods=1500, freq="D")
    return sales(*[(str(day.date()), store, factor * (day.day_of_year % 97 + 0.37 * (day.day_of_year % 11))) for day in days])


def seen(dataset):
    """The sales, how they came about, and the uploaded bytes."""
    frame = dataset.read()
    digest = hashlib.sha256(pd.util.hash_pandas_object(frame).to_numpy().tobytes()).hexdigest()
    kept = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in dataset.workspace.uploads.glob("*.csv")}
    assert all(name == f"{digest}.csv" for name, digest in kept.items())
    return dataset.version, len(frame), digest, [(entry.name, entry.undone) for entry in dataset.history()], kept


SOLD = many().iloc[:700]


@pytest.mark.parametrize(
    "frame",
    [many("b"), pd.concat([many(factor=2.0), many("c")]), many("z").assign(price=2.5)],
    ids=["an append", "a merge", "another column"],
)
def test_an_upload_to_a_full_disk_is_merged_or_refused(disk, ws, frame):
    dataset = merged(Dataset(ws), SOLD)
    big = upload("big.csv", b"date,sales\n" * 2_000)
    assert disk.at_every_level(lambda: dataset.merge(frame, big), (DiskFull,), lambda: seen(dataset)) >= 8
    assert dataset.history()[0].name == "big.csv"
    assert (ws.uploads / f"{big.sha256}.csv").read_bytes() == big.content
    assert dataset.merge(many("d"), upload("later.csv")).new == 1500


def test_the_first_upload_to_a_full_disk_is_merged_or_refused(disk, ws):
    dataset = Dataset(ws)
    for level in range(100):
        disk.leave(level)
        try:
            dataset.merge(SOLD, upload("first.csv", b"x" * 20_000))
        except DiskFull:
            assert (dataset.version, len(dataset.read()), dataset.history()) == (None, 0, [])
            assert [path for path in disk.files() if path.suffix in (".csv", ".parquet") or path.name.startswith(".")] == []
        else:
            break
    assert level >= 8
    disk.free()
    pd.testing.assert_frame_equal(dataset.read(), SOLD)


def test_an_undo_on_a_full_disk_is_done_or_refused(disk, ws):
    dataset = merged(Dataset(ws), SOLD, many("b"))
    assert disk.at_every_level(dataset.undo, (DiskFull,), lambda: seen(dataset)) >= 1
    pd.testing.assert_frame_equal(dataset.read(), SOLD)
    assert dataset.merge(many("b"), upload("again.csv")).new == 1500


def test_the_same_file_again_needs_no_space(disk, ws):
    dataset = merged(Dataset(ws), SOLD)
    disk.leave(0)
    assert dataset.merge(SOLD, upload("again.csv")).unchanged == 700


def test_sales_are_read_from_a_full_disk(disk, ws):
    dataset = merged(Dataset(ws), SOLD)
    disk.leave(0)
    pd.testing.assert_frame_equal(dataset.read(), SOLD)
    assert (dataset.rows(), len(dataset.history()), dataset.preview(many("b")).counts()["new"]) == (700, 1, 1500)


def test_an_upload_whose_checkpoint_found_no_space_is_saved_all_the_same(disk, ws, caplog):
    """Delta makes a checkpoint after the hundredth commit: it only saves time, so an upload never fails for it."""
    dataset = merged(Dataset(ws), SOLD.iloc[:5])
    table = DeltaTable(str(ws.sales))
    table.alter.set_table_properties({"delta.checkpointInterval": "4"})
    small = [sales((f"2030-01-{day:02}", "a", day)) for day in range(1, 9)]
    refused = disk.at_every_level(lambda: dataset.merge(small[0], upload("x" * 5000)), (DiskFull,), lambda: seen(dataset))
    assert refused >= 2
    assert "something after it failed" in caplog.text
    assert dataset.history()[0].name == "x" * 5000
    assert len(dataset.read()) == 6
    for number, frame in enumerate(small[1:]):
        dataset.merge(frame, upload(f"later {number}"))
    assert len(dataset.read()) == 13
    assert list(ws.sales.glob("_delta_log/*.checkpoint.parquet"))


# Stock


def shelf(seed):
    """Stock of 800 products."""
    at = panel([(f"p{number}", "east") for number in range(800)])
    return file.stock_frame(GivenStock.nothing(800).changed(state.ON_HAND, np.random.default_rng(seed).integers(0, 999, 800).astype(float)), at)


def test_stock_saved_to_a_full_disk_is_saved_or_refused(disk, ws):
    shelves = StockStore(ws)
    shelves.save(shelf(0), "first.csv")

    def look():
        return shelves.load().frame.to_csv(), shelves.numbers(), len(shelves.history())

    assert disk.at_every_level(lambda: shelves.save(shelf(1), "second.csv"), (DiskFull,), look) >= 3
    pd.testing.assert_frame_equal(shelves.load().frame, shelf(1))
    assert disk.at_every_level(shelves.undo, (DiskFull,), look) >= 3
    pd.testing.assert_frame_equal(shelves.load().frame, shelf(0))
    assert shelves.save(shelf(2), "third.csv") == 4


# Versions


def write(draft):
    (draft / "lstm").mkdir()
    (draft / "lstm" / "weights.npz").write_bytes(bytes(range(256)) * 64)
    (draft / "prophet.json").write_text("prophet" * 3000)
    return {"wape": 0.25}


def test_a_version_published_to_a_full_disk_is_live_or_refused(disk, ws):
    versions = Versions(ws.versions)
    versions.publish(write)

    def look():
        return versions.live(), versions.numbers(), versions.serving()

    assert disk.at_every_level(lambda: versions.publish(write), (DiskFull,), look) >= 10
    live = versions.live()
    assert (live > 1, versions.numbers(), versions.serving()) == (True, [1, live], Serving(live))
    assert versions.publish(write) == live + 1


def test_a_version_is_made_live_on_a_full_disk_or_the_other_one_stays_live(disk, ws):
    versions = Versions(ws.versions)
    versions.publish(write), versions.publish(write)
    assert disk.at_every_level(lambda: versions.set_live(1), (DiskFull,), versions.live) >= 1
    assert versions.live() == 1


def test_old_versions_are_pruned_on_a_full_disk(disk, ws):
    versions = Versions(ws.versions)
    for _ in range(4):
        versions.publish(write)
    disk.leave(0)
    assert list(versions.prune(2)) == [1, 2]
    assert versions.publish(write) == 5


# Jobs


TEXT = "Training stopped: the disk is full. Free some space"


def ended(jobs, number):
    """How a job ended, once nothing writes to the disk any more."""
    jobs.follow(number, lambda _: None, poll=0.02)
    quiet()
    return jobs.status(number)


def test_a_job_started_on_a_full_disk_runs_or_says_why_not(disk, ws):
    jobs, known = Jobs(ws.jobs, command=TOIL), []
    outcomes = []
    for level in (0, 2, 4, 6, 8, 9, 10, 11, 12, 14, 18, 60):
        disk.leave(level)
        try:
            number = jobs.start({"task": "steps", "steps": 150}, home=ws.home)
        except DiskFull as error:
            outcomes.append(str(error).partition(".")[0])
            assert jobs.numbers() == known
        else:
            status = ended(jobs, number)
            outcomes.append(status.reason.partition(". ")[0] or status.state)
            ids = [event.id for event in jobs.events(number)]
            assert ids == list(range(1, len(ids) + 1))
            known.append(number)
        disk.free()
    refused, failed = "The disk is full: the request to retrain was not saved, and everything is as it was before", TEXT.partition(". ")[0]
    assert set(outcomes) == {refused, failed, "done"}
    assert outcomes == sorted(outcomes, key=[refused, failed, "done"].index)
    assert [outcomes.count(outcome) >= 2 for outcome in (refused, failed)] == [True, True]
    assert ended(jobs, jobs.start({"task": "steps", "steps": 3}, home=ws.home)).state == "done"
    assert [path for path in disk.files() if path.name.startswith(".")] == []


def test_a_job_whose_disk_fills_up_while_it_runs_says_so_to_the_last_byte(disk, ws):
    jobs = Jobs(ws.jobs, command=TOIL)
    number = jobs.start({"task": "steps", "steps": 100_000, "pause": 0.001}, home=ws.home)
    while not jobs.events(number):
        time.sleep(0.01)
    disk.fill()
    status = ended(jobs, number)
    assert (status.state, status.error, status.reason[: len(TEXT)]) == ("failed", "OSError", TEXT)
    assert jobs.events(number)[-1].type == "result"


def test_a_job_is_cancelled_on_a_full_disk(disk, ws):
    jobs = Jobs(ws.jobs, command=TOIL)
    number = jobs.start({"task": "sleep"}, home=ws.home)
    while jobs.status(number).event is None:
        time.sleep(0.01)
    disk.fill()
    jobs.cancel(number)
    assert jobs.status(number).state == "cancelled"


def test_old_jobs_are_pruned_on_a_full_disk_and_make_room_for_a_new_one(disk, ws):
    jobs = Jobs(ws.jobs, command=TOIL)
    for _ in range(3):
        ended(jobs, jobs.start({"task": "steps", "steps": 100}, home=ws.home))
    disk.leave(0)
    with pytest.raises(DiskFull):
        jobs.start({"task": "steps", "steps": 3}, home=ws.home)
    assert list(jobs.prune(1)) == [1, 2]
    assert ended(jobs, jobs.start({"task": "steps", "steps": 3}, home=ws.home)).number == 4


# A whole retrain


def test_a_retrain_that_finds_no_space_to_publish_fails_by_name_and_with_space_the_next_one_works(disk):
    shutil.unpack_archive(DATA / "shop_2.zip", disk.path / "shop")
    ws = Workspace(disk.path / "shop")
    quick = Settings(
        horizon=7, cutoffs=2, lstm=LstmSettings(epochs=1, lookback=7, units=1, windows_per_epoch=64), trees=TreesSettings(trees=3, rows=500)
    )
    before, sold = versions.serving(ws), seen(Dataset(ws))
    versions.load(ws, 1)
    disk.leave(45)  # less than its network takes
    with pytest.raises(TrainingFailed, match=r"[Tt]he disk is full"):
        shops.retrain(ws, quick)
    quiet()
    disk.leave(0)
    assert (versions.serving(ws), seen(Dataset(ws))) == (before, sold)
    versions.load(ws, 1)
    assert list(ws.versions.glob(".tmp*")) == []
    disk.free()
    assert shops.retrain(ws, quick)["version"] > 1
