"""Everything on disk is checked in one look; what is repaired is what it was, and nothing is thrown away."""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
from datetime import UTC, datetime

import pandas as pd
import pytest
from refusals import refused
from saved_shops import unpacked
from small_tables import BOTH, sales
from vanishing import gone_before

from forecasting.core import spreadsheets
from forecasting.core.errors import ShelfcastError
from forecasting.entrypoints.cli.verbs import main
from forecasting.jobs import schedule_state
from forecasting.services import sales as sales_service
from forecasting.services.verification import derived_files, records
from forecasting.services.verification import verify as verify_module
from forecasting.services.verification.checking import Check
from forecasting.services.verification.verify import verify
from forecasting.storage import reading
from forecasting.storage.sales import log, log_copies, summary_files
from forecasting.storage.sales.table import Dataset
from forecasting.storage.stock_states import StockStore
from forecasting.storage.versions import panel_file, sales_snapshot, serving
from forecasting.storage.versions.store import Versions

FIRST = sales(("2024-01-01", "a", 5), ("2024-01-02", "a", 6), ("2024-01-01", "b", 7))
SECOND = sales(("2024-01-02", "a", 8), ("2024-01-03", "a", 9))


@pytest.fixture
def ws(home):
    """Two uploads, three versions of which the last two know their sales, stock, and a schedule."""
    serving.forget()
    for number, frame in enumerate((FIRST, SECOND)):
        send(home, frame, f"{number}.csv")
    for learned in (1, 1, 2):
        publish(home, learned)
    StockStore(home).save(pd.DataFrame({"store": ["a"], "on_hand": [4.0]}), "a.csv")
    at = datetime(2026, 1, 1, 3, tzinfo=UTC)
    schedule_state.write(home.schedule, schedule_state.ScheduleState(expression="0 3 * * *", due=at, outcome="set", at=at))
    return home


def send(ws, frame, name):
    content = spreadsheets.to_csv(frame)
    table = sales_service.inspect(content, name)
    sales_service.merge(ws, content, name, sales_service.check(table, sales_service.guess(table)))


def publish(ws, learned):
    def write(draft):
        (draft / "lstm.npz").write_bytes(b"weights")
        sales_snapshot.write(Dataset(ws).read(learned), draft)
        return {"sales_version": learned, "rows": 3}

    return Versions(ws.versions).publish(write)


def flip(path, at=None):
    content = bytearray(path.read_bytes())
    content[len(content) // 2 if at is None else at] ^= 1
    path.write_bytes(content)


def parts(ws):
    return [ws.sales / path for version in (1, 2) for path in log.entry(ws.sales, version).hashes]


def faults(report):
    return {(finding.path, finding.fault) for finding in report.findings}


def in_home(ws, path):
    return path.relative_to(ws.home).as_posix()


def everything(ws):
    return {in_home(ws, path): path.read_bytes() for path in ws.home.rglob("*") if path.is_file() and not path.is_relative_to(ws.damaged)}


def mended(ws, before):
    """A repair makes every file what it was; what was damaged is kept beside."""
    report = verify(ws, repair=True)
    assert report.is_whole, str(report)
    assert everything(ws) == before
    return report


# A look


def test_a_whole_workspace(ws, capsys):
    assert main(["verify"]) == 0
    assert capsys.readouterr().out.endswith("Everything is whole.\n")
    assert main(["verify", "--repair", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["whole"], told["findings"], told["repaired"], told["notes"]) == (True, [], [], [])
    assert told["checked"]["the sales"] == 2
    assert not ws.damaged.exists()


def test_a_workspace_with_nothing_in_it(home):
    assert str(verify(home, repair=True)) == "There is nothing to check yet.\nEverything is whole."
    assert not home.home.exists()


def test_every_file_is_looked_at(ws):
    for path in [path for path in ws.home.rglob("*") if path.is_file() and path.name != ".lock" and path.suffix != ".lock"]:
        whole = path.read_bytes()
        path.write_bytes(b"\xff not what it was")
        assert in_home(ws, path) in {finding.path for finding in verify(ws).findings}, path
        path.write_bytes(whole)
    assert verify(ws).is_whole


def test_what_is_not_whole_is_named_with_what_to_do(ws, capsys):
    flip(ws.versions / "0003" / "lstm.npz")
    assert main(["verify"]) == 1
    told = capsys.readouterr().out
    assert "artifacts/versions/0003/lstm.npz is damaged. Put it back from a backup." in told
    assert told.endswith("2 files are not whole.\n")  # the pointer names it


def test_a_file_that_cannot_be_read_now_is_neither_damaged_nor_touched(ws):
    path, before = parts(ws)[1], everything(ws)
    with refused(path, errno.EACCES):
        report = verify(ws, repair=True)
        assert faults(report) == {(in_home(ws, path), "unavailable")}
        assert "Permission denied" in str(report)
    assert everything(ws) == before


def test_a_workspace_of_an_earlier_release(tmp_path):
    ws = unpacked("shop_2", tmp_path)
    report = verify(ws)
    assert report.is_whole
    assert "no copy" in report.notes[0]
    assert "saved no hash" in report.notes[1]
    assert verify(ws, repair=True).repaired == ("Copied 2 files of the sales' log that had no copy.",)
    assert "no copy" not in str(verify(ws).notes)


# Repairs


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("harm", [flip, lambda path: path.write_bytes(b""), lambda path: path.unlink()], ids=["flipped", "empty", "gone"])
def test_a_file_of_the_log_is_put_back_from_its_copy(ws, number, harm):
    before = everything(ws)
    harm(log.path(ws.sales, number))
    assert f"{number:020}.json was put back from its copy." in mended(ws, before).repaired[0]
    pd.testing.assert_frame_equal(Dataset(ws).read(), BOTH)


def test_a_whole_log_is_put_back(ws):
    before = everything(ws)
    shutil.rmtree(ws.sales / log.FOLDER)
    assert len(mended(ws, before).repaired) == 3


def test_a_copy_is_copied_again(ws):
    before = everything(ws)
    flip(log_copies.copy_of(ws.sales, log.path(ws.sales, 1).name))
    assert "was copied again" in mended(ws, before).repaired[0]


@pytest.mark.parametrize("position", [0, 1])
def test_a_file_of_the_sales_is_written_anew_from_a_version_that_learned_it(ws, position):
    before, path = everything(ws), parts(ws)[position]
    flip(path)
    assert "from the sales of version" in mended(ws, before).repaired[0]
    assert hashlib.sha256((ws.damaged / in_home(ws, path)).read_bytes()).hexdigest() != hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("position", [0, 1])
def test_a_file_of_the_sales_is_written_anew_from_its_upload(ws, position):
    shutil.rmtree(ws.versions)
    before = everything(ws)
    parts(ws)[position].unlink()
    assert f"from the upload {position}.csv" in mended(ws, before).repaired[0]


def test_a_file_of_which_nothing_tells_the_rows_stays_damaged_and_where_it_is(ws):
    shutil.rmtree(ws.versions)
    shutil.rmtree(ws.uploads)
    flip(parts(ws)[1])
    before = everything(ws)
    report = verify(ws, repair=True)
    assert faults(report) == {(in_home(ws, parts(ws)[1]), "damaged")}
    assert everything(ws) == before


def test_the_sales_of_a_version_are_written_anew_from_the_table(ws):
    before = everything(ws)
    flip(ws.versions / "0002" / "sales.parquet")
    assert "written anew from sales version 1" in mended(ws, before).repaired[0]


def test_log_then_file_then_version(ws):
    before, part = everything(ws), parts(ws)[1]
    flip(log.path(ws.sales, 2))
    flip(part)
    flip(ws.versions / "0002" / "sales.parquet")
    assert len(mended(ws, before).repaired) == 3


def test_the_pointer_goes_to_the_last_whole_version(ws):
    flip(ws.versions / "0003" / "lstm.npz")
    report = verify(ws, repair=True)
    assert report.repaired == ("Version 2 is live now.",)
    assert faults(report) == {("artifacts/versions/0003/lstm.npz", "damaged")}
    (ws.versions / "live").write_text("?")
    assert verify(ws, repair=True).repaired == ("Version 2 is live now.",)


def test_what_others_change_between_two_looks_is_no_fault(ws, monkeypatch):
    seen, summaries = [], ws.sales / summary_files.FOLDER
    draft, gone = summaries / ".part-1-abcd", summaries / "part-of-a-commit-that-did-not-land.arrow"
    for path in (draft, gone):
        path.write_bytes(b"half")

    def look(check):
        seen.append(check)
        if len(seen) == 2:
            gone.unlink()  # as its writer does
        yield from sales_checks(check)

    sales_checks = verify_module.sales.findings
    monkeypatch.setattr(verify_module.sales, "findings", look)
    assert verify(ws).is_whole
    assert len(seen) == 2
    (ws.versions / "last").write_text("2\n2\n")
    assert faults(verify(ws)) == {("artifacts/versions/last", "damaged")}
    assert verify(ws, repair=True).repaired == ("versions/last says 3 again.",)
    assert draft.exists()


def test_a_pointer_that_a_publish_moved_meanwhile_stays(ws):
    store = Versions(ws.versions)
    (ws.versions / "live").write_text("?")
    [finding] = verify(ws).findings
    publish(ws, 2)
    with pytest.raises(ShelfcastError, match="names the version that serves"):
        finding.repair()
    assert store.live() == 4


def test_a_folder_that_is_deleted_while_it_is_listed_is_left_out(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.json").write_text("{}")
    found = reading.files(tmp_path)
    first = next(found)
    shutil.rmtree(tmp_path / ("b" if first.parent.name == "a" else "a"))
    assert [*found] == []


def test_a_damaged_note_of_the_last_checkpoint_goes_aside(ws):
    hint = ws.sales / log.FOLDER / log.HINT
    hint.write_text('{"version": 7}')
    assert "was put aside as damaged/data/sales" in verify(ws, repair=True).repaired[0]
    assert not hint.exists()
    pd.testing.assert_frame_equal(Dataset(ws).read(), BOTH)


def test_a_training_between_versions_that_is_deleted_meanwhile_is_passed_over(home, monkeypatch):
    for number in (1, 2):
        (home.splits / f"{number:04d}" / "new-sales").mkdir(parents=True)
        (home.splits / f"{number:04d}" / "new-sales" / "manifest.json").write_text("{}")
    gone_before(monkeypatch, home.splits / "0001", "listdir", "scandir")
    assert [finding.path for finding in records.findings(Check(home))] == ["artifacts/splits/0002/new-sales/manifest.json"]
    assert not (home.splits / "0001").exists()


def test_what_a_version_forecast_is_made_anew_from_it(quick_shop):
    path = quick_shop.published / "0001.parquet"
    before = path.read_bytes()
    flip(path)
    assert faults(verify(quick_shop)) == {("artifacts/published/0001.parquet", "damaged")}
    assert verify(quick_shop, repair=True).is_whole
    assert path.read_bytes() == before


def test_a_broken_schedule_goes_aside(ws):
    ws.schedule.write_text("{")
    assert verify(ws, repair=True).is_whole
    assert (ws.damaged / "artifacts" / "schedule.json").read_text() == "{"


def test_damaged_files_of_one_name_lie_beside_each_other(ws):
    for text in ("{", "["):
        ws.schedule.write_text(text)
        verify(ws, repair=True)
    assert {path.read_text() for path in (ws.damaged / "artifacts").iterdir()} == {"{", "["}


def test_files_of_a_version_that_follow_from_its_others_are_made_anew_byte_for_byte(published, home):
    shutil.copytree(published.home, home.home, dirs_exist_ok=True, ignore=shutil.ignore_patterns("reading"))
    folder, whole = home.versions / "0001", everything(home)
    assert {path.name for path in folder.iterdir()} >= set(derived_files.NAMES)
    for name in derived_files.NAMES:
        flip(folder / name) if name != panel_file.SERIES_NAME else (folder / name).unlink()
    assert {path for path, _ in faults(verify(home))} >= {in_home(home, folder / name) for name in derived_files.NAMES}
    mended(home, whole)
    flip(folder / panel_file.NAME)
    flip(folder / "backtest.parquet")
    told = str(verify(home, repair=True))
    assert "panel.parquet was made anew" not in told
    assert "backtest.parquet is damaged. Put it back from a backup." in told
