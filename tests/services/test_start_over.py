"""A shop is started over: everything is in a backup first, nothing is half done, and no number is given twice."""

from __future__ import annotations

import zipfile

import pytest
import shop_workspaces as shops

from forecasting.core.errors import DiskFull, InputError, JobRunning, TryAgain
from forecasting.entrypoints.cli.verbs import main
from forecasting.jobs.runner import Jobs
from forecasting.services import backup, sales, saved_sales, start_over, versions
from forecasting.services.verification import verify
from forecasting.storage.published import Published
from forecasting.storage.sales import parts
from forecasting.storage.sales.table import Dataset
from forecasting.storage.stock_states import StockStore
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace

STOCK = "product_id,region,on_hand\nBread,North,60\n"


class Killed(BaseException):
    """Ends a process where it is raised."""


@pytest.fixture
def full_shop(shop):
    shops.count(shop, STOCK)
    return shop


def seen(ws):
    """What people see of a shop."""
    saved = StockStore(ws).load()
    return versions.serving(ws).version, sales.sales_version(ws), len(sales.uploads(ws)), None if saved is None else len(saved.frame)


EMPTY = (None, None, 0, None)


def test_the_shop_is_empty_and_its_backup_brings_it_back(full_shop, tmp_path):
    before, rows = seen(full_shop), len(Dataset(full_shop).read())
    assert Published(full_shop.published).numbers() == [1]
    saved = start_over.start_over(full_shop)
    assert Published(full_shop.published).numbers() == []
    assert saved.file.parent == full_shop.backups
    assert seen(full_shop) == EMPTY
    assert not saved_sales.saved(full_shop).is_sample
    assert verify.verify(full_shop).findings == ()
    backup.restore(saved.file, tmp_path / "again")
    again = Workspace(tmp_path / "again")
    assert Published(again.published).numbers() == [1]
    assert (seen(again), len(Dataset(again).read())) == (before, rows)


def test_numbers_go_on_where_they_were_and_the_old_uploads_cannot_be_taken_back(full_shop):
    start_over.start_over(full_shop)
    with pytest.raises(InputError, match="There is no upload to take back"):
        sales.undo(full_shop)
    shops.merge(full_shop, shops.sales(30))
    assert [(upload.name, upload.version) for upload in sales.uploads(full_shop)] == [("sales.csv", 3)]
    assert StockStore(full_shop).numbers() == [1, 2]
    assert Versions(full_shop.versions).publish(lambda folder: (folder / "file").write_text("x") and {}) == 2
    assert Versions(full_shop.versions).live() == 2


def test_a_running_retrain_is_not_pulled_away_from_under(full_shop, monkeypatch):
    monkeypatch.setattr(Jobs, "running", lambda _: 7)
    before = seen(full_shop)
    with pytest.raises(JobRunning, match=r"A retraining is running \(job 7\).*Nothing was changed"):
        start_over.start_over(full_shop)
    assert (seen(full_shop), full_shop.backups.exists()) == (before, False)


def test_what_others_save_during_the_backup_is_not_lost(full_shop, monkeypatch):
    real = backup.backup

    def busy(ws, file):
        saved = real(ws, file)
        shops.count(ws, STOCK.replace("60", "70"))
        return saved

    monkeypatch.setattr(backup, "backup", busy)
    with pytest.raises(TryAgain, match="Somebody else changed the shop meanwhile"):
        start_over.start_over(full_shop)
    assert seen(full_shop)[0] == 1
    assert StockStore(full_shop).load().frame["on_hand"].max() == 70


def test_a_full_disk_leaves_everything_as_it_was(full_shop, monkeypatch):
    before = seen(full_shop)

    def full(*_):
        raise OSError(28, "No space left on device")

    for where, name in ((backup.archive, "write"), (start_over.sealed_json, "write"), (parts, "commit")):
        with monkeypatch.context() as patch:
            patch.setattr(where, name, full)
            with pytest.raises(DiskFull):
                start_over.start_over(full_shop)
        assert (seen(full_shop), full_shop.unfinished_start.exists()) == (before, False)


@pytest.mark.parametrize("where", [(Dataset, "clear"), (StockStore, "clear"), (Versions, "discard_retired")])
def test_what_a_crash_interrupts_is_finished_at_the_next_start(full_shop, monkeypatch, where):
    def killed(*_, **__):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(*where, killed)
        with pytest.raises(Killed):
            start_over.start_over(full_shop)
    start_over.finish(full_shop)
    assert (seen(full_shop), full_shop.unfinished_start.exists()) == (EMPTY, False)
    start_over.finish(full_shop)


def test_what_was_saved_after_a_crash_stays(full_shop, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(StockStore, "clear", lambda _: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            start_over.start_over(full_shop)
    shops.merge(full_shop, shops.sales(30))
    start_over.finish(full_shop)
    assert seen(full_shop) == (None, 3, 1, None)


def test_an_empty_workspace_has_nothing_to_start_over_from(home):
    with pytest.raises(InputError, match="There is no shop"):
        start_over.start_over(home)


def test_the_command_line_asks_before_it_starts_over(full_shop, tmp_path, capsys):
    assert main(["start-over"]) == 2
    assert "Add --yes to do it" in capsys.readouterr().err
    assert seen(full_shop)[0] == 1
    assert main(["start-over", "--yes", "--backup", str(tmp_path / "old.zip")]) == 0
    assert "The shop is empty now. To bring the old one back: restore" in capsys.readouterr().out
    assert zipfile.is_zipfile(tmp_path / "old.zip")
    assert seen(full_shop) == EMPTY
