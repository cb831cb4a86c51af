"""A file that cannot be read for a moment is not damaged: the reason is named, nothing is remembered, and nobody is told to destroy anything."""

from __future__ import annotations

import errno
from datetime import UTC, datetime

import pandas as pd
import pytest
from refusals import refused
from small_tables import BOTH, ONE, TWO, merged, upload

from forecasting.core.errors import OutOfMemory, StorageUnavailable, VersionUnavailable
from forecasting.jobs import schedule_state
from forecasting.jobs.runner import Jobs
from forecasting.services import versions as versions_service
from forecasting.storage.sales import log
from forecasting.storage.sales.table import Dataset
from forecasting.storage.stock_states import StockStore
from forecasting.storage.versions import serving
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace

CODES = [errno.EACCES, errno.EMFILE, errno.EIO, errno.ESTALE]
KINDS = (StorageUnavailable, OutOfMemory)


@pytest.fixture
def ws(tmp_path):
    serving.forget()
    return Workspace(tmp_path / "shop")


def unavailable(act, path, code):
    with refused(path, code), pytest.raises(KINDS) as told:
        act()
    text = str(told.value).lower()
    for word in ("damaged.", "is missing", "delete", "take uploads back", "away"):
        assert word not in text.replace("nothing is lost or damaged", ""), text
    if code:
        assert str(path.name) in text
    return told.value


# Sales


def acts(dataset):
    return {
        "version": lambda: dataset.version,
        "read": dataset.read,
        "history": dataset.history,
        "preview": lambda: dataset.preview(TWO),
        "merge": lambda: dataset.merge(TWO, upload("two.csv")),
        "undo": dataset.undo,
    }


@pytest.mark.parametrize("code", [*CODES, 0], ids=lambda code: errno.errorcode.get(code, "MemoryError"))
def test_sales_of_which_a_log_entry_cannot_be_read_now(ws, code):
    dataset = merged(Dataset(ws), ONE)
    path = log.path(ws.sales, 1)
    path.write_bytes(path.read_bytes())  # so that no state of it is known yet
    for act in acts(dataset).values():
        unavailable(act, path, code)
    pd.testing.assert_frame_equal(dataset.read(), ONE)


@pytest.mark.parametrize("name", ["read", "preview", "merge"])
def test_sales_of_which_a_data_file_cannot_be_read_now(ws, name):
    dataset = merged(Dataset(ws), ONE)
    [path] = ws.sales.glob("*.parquet")
    for code in CODES:
        unavailable(acts(dataset)[name], path, code)
    pd.testing.assert_frame_equal(dataset.read(), ONE)
    merged(dataset, ONE, TWO)
    pd.testing.assert_frame_equal(dataset.read(), BOTH)


@pytest.mark.parametrize("folder", ["sales/_delta_log", "sales"])
def test_a_folder_that_may_not_be_listed_does_not_count_as_no_sales(ws, folder):
    dataset = merged(Dataset(ws), ONE)
    for act in acts(dataset).values():
        unavailable(act, ws.home / "data" / folder, errno.EACCES)
    assert dataset.version == 1


def test_an_error_of_a_library_that_is_the_system_s_is_named(ws, monkeypatch):
    dataset = merged(Dataset(ws), ONE)

    def fail(*_):
        raise RuntimeError("Generic LocalFileSystem error: Too many open files (os error 24)")

    monkeypatch.setattr("forecasting.storage.sales.table._read", fail)
    with pytest.raises(StorageUnavailable, match="Too many open files"):
        dataset.read()


# Versions


def publish(ws, count):
    for _ in range(count):
        Versions(ws.versions).publish(lambda draft: (draft / "lstm.npz").write_bytes(b"weights") and {})


@pytest.mark.parametrize("name", ["lstm.npz", "manifest.json", ""])
@pytest.mark.parametrize("code", [errno.EACCES, errno.EIO, 0], ids=lambda code: errno.errorcode.get(code, "MemoryError"))
def test_a_version_that_cannot_be_read_now_is_passed_over_and_serves_again_afterwards(ws, name, code):
    publish(ws, 3)
    with refused(ws.versions / "0003" / name, code):
        now = serving.serving_version(ws.versions)
        assert (now.version, [type(fault) for fault in now.refused]) == (2, [VersionUnavailable])
        for act in (lambda: Versions(ws.versions).folder(3), lambda: Versions(ws.versions).set_live(3), lambda: versions_service.load(ws, 3)):
            with pytest.raises(VersionUnavailable, match="Version 3 cannot be read now"):
                act()
        listed = versions_service.versions(ws)
        assert [version["version"] for version in listed] == [3, 2, 1]
    again = serving.serving_version(ws.versions)
    assert (again.version, again.refused) == (3, ())


def test_damage_is_remembered_and_a_refusal_is_not(ws):
    publish(ws, 2)
    (ws.versions / "0002" / "lstm.npz").write_bytes(b"weightS")
    for _ in range(2):
        assert [fault.file for fault in serving.serving_version(ws.versions).refused] == ["lstm.npz"]
    with refused(ws.versions / "0001", errno.EMFILE):
        assert serving.serving_version(ws.versions).version is None
    assert serving.serving_version(ws.versions).version == 1


def test_a_version_that_is_pruned_while_versions_are_listed_is_left_out(ws, monkeypatch):
    publish(ws, 2)
    numbers = Versions.numbers
    monkeypatch.setattr(Versions, "numbers", lambda self: [*numbers(self), 7])
    assert [version["version"] for version in versions_service.versions(ws)] == [2, 1]
    assert serving.serving_version(ws.versions).refused == ()


def test_a_version_that_was_live_and_is_pruned_meanwhile_is_no_damage(ws, monkeypatch):
    publish(ws, 2)
    store = Versions(ws.versions)
    pointed = iter([1, 2, 2, 2])
    monkeypatch.setattr(type(store._numbered), "pointed", lambda *_: next(pointed))
    (ws.versions / "0001").rename(ws.versions / ".tmp-gone")
    assert store.serving().refused == ()


# Stock, jobs, schedule


def test_stock_that_cannot_be_read_now(ws):
    store = StockStore(ws)
    store.save(pd.DataFrame({"store": ["a"], "on_hand": [4.0]}), "a.csv")
    path = ws.stock / "0001.parquet"
    for code in CODES:
        for act in (store.load, store.history, store.undo):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("pyarrow.parquet.ParquetFile", _refusing(code, path))
                with pytest.raises(StorageUnavailable, match="cannot be used now"):
                    act()
    assert store.load().frame["on_hand"].tolist() == [4.0]


def _refusing(code, path):
    def refuse(*_, **__):
        raise OSError(code, "no", str(path))

    return refuse


def test_a_job_that_cannot_be_read_now_is_not_one_that_failed(ws):
    folder = ws.jobs / "0001"
    folder.mkdir(parents=True)
    (folder / "result.json").write_text('{"status": "success", "meta": {}}')
    jobs = Jobs(ws.jobs)
    for code in CODES:
        for act in (lambda: jobs.status(1), jobs.running):
            unavailable(act, folder / "result.json", code)
    assert jobs.status(1).state == "done"


def test_a_schedule_that_cannot_be_read_now_does_not_begin_anew(tmp_path):
    moment, path = datetime(2026, 11, 22, tzinfo=UTC), tmp_path / "schedule.json"
    schedule_state.write(path, schedule_state.ScheduleState(expression="0 3 * * *", due=moment, outcome="started", job=1, at=moment))
    for code in CODES:
        unavailable(lambda: schedule_state.read(path), path, code)
    assert schedule_state.read(path).job == 1
