"""A backup is a workspace at one moment, taken while others change it; restored elsewhere it answers the same, and a hostile one changes nothing."""

from __future__ import annotations

import json
import os
import random
import shutil
import struct
import threading
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest
from full_disk import mounted
from saved_shops import unpacked
from small_tables import ONE, TWO, merged, sales, upload
from vanishing import gone_before

from forecasting.core.errors import DiskFull, InputError, SalesDamaged, TryAgain
from forecasting.entrypoints.cli.verbs import main
from forecasting.jobs.runner import Jobs
from forecasting.services import backup as service
from forecasting.services import ordering, snapshot, versions
from forecasting.storage import archive
from forecasting.storage.locks import exclusive, take
from forecasting.storage.sales.table import Dataset
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import VARIABLE, Workspace

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="Only root may mount a disk.")


def publish(ws, weights=b"weights"):
    return Versions(ws.versions).publish(lambda draft: {"size": (draft / "model.npz").write_bytes(weights)})


def job(ws, number):
    folder = ws.jobs / f"{number:04d}"
    folder.mkdir(parents=True)
    for name in ("alive", "request.json", "events.jsonl", "result.json"):
        (folder / name).write_text("{}\n")
    return folder


@contextmanager
def in_use(home):
    """A workspace with two uploads, two versions, a job that has ended and one that runs, and what a backup leaves out."""
    merged(Dataset(home), ONE, TWO)
    for _ in range(2):
        publish(home)
    Versions(home.versions).set_live(1)
    job(home, 1)
    running = os.open(job(home, 2) / "alive", os.O_RDONLY)
    take(running)
    (home.jobs / "last").write_text("2\n")
    (home.uploads / ("0" * 64 + ".csv")).write_text("named by nobody")
    (home.versions / ".tmp-1-draft").mkdir()
    (home.reading / "1").mkdir(parents=True)
    (home.reading / "1" / "file").write_text("being read")
    (home.versions / "notes.jsonl").write_text('{"note": 1}\n{"no')
    (home.home / "artifacts" / "schedule.json").write_text("{}\n")
    (home.home / "data" / "settings").mkdir()
    (home.home / "data" / "settings" / "0001.json").write_text("{}\n")
    yield home
    os.close(running)


@pytest.fixture
def busy(home):
    with in_use(home):
        yield home


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """A backup of such a workspace, to be copied."""
    folder = tmp_path_factory.mktemp("packed")
    with in_use(Workspace(folder / "home")) as ws:
        service.backup(ws, folder / "shop.zip")
    return folder / "shop.zip"


@pytest.fixture
def saved(packed, tmp_path):
    return Path(shutil.copy(packed, tmp_path))


def files(ws):
    return {path.relative_to(ws.home).as_posix(): path.read_bytes() for path in ws.home.rglob("*") if path.is_file()}


def test_a_backup_has_everything_but_locks_drafts_and_what_runs(busy, tmp_path):
    before = files(busy)
    saved = service.backup(busy, tmp_path / "shop.zip")
    assert {name for name in files(busy) if name not in before} == {"artifacts/backup.lock"}
    elsewhere = Workspace(tmp_path / "new" / "shop")
    restored = service.restore(tmp_path / "shop.zip", elsewhere.home)
    assert (restored.of, restored.files) == (saved.of, saved.files)
    gone = {name for name in before if name not in files(elsewhere)}
    running = {f"artifacts/jobs/0002/{name}" for name in ("alive", "request.json", "events.jsonl", "result.json")}
    locks = {"artifacts/reading/1/file", "data/sales.lock", "artifacts/versions/.lock", "artifacts/jobs/0001/alive"}
    assert gone == {*running, *locks, f"data/uploads/{'0' * 64}.csv"}
    assert {name for name, content in files(elsewhere).items() if content != before[name]} == {"artifacts/versions/notes.jsonl"}
    assert files(elsewhere)["artifacts/versions/notes.jsonl"] == b'{"note": 1}\n'
    assert (versions.serving(elsewhere).version, Jobs(elsewhere.jobs).numbers(), Dataset(elsewhere).version) == (1, [1], 2)
    assert Dataset(elsewhere).undo().name == "1.csv"
    assert publish(elsewhere) == 3
    assert not list(busy.home.glob(".*"))
    assert str(saved).startswith("Saved the sales of 2 uploads, 2 versions (1 live) and 1 job to ")
    assert "makes it the workspace" in str(restored)


def test_the_same_answers_elsewhere(tmp_path, monkeypatch, capsys):
    shop, elsewhere = unpacked("shop_2", tmp_path), Workspace(tmp_path / "elsewhere")
    loaded = versions.load(shop, 1)
    counted = loaded.panel.series.head(1).assign(on_hand=4)
    ordering.save_stock(shop, ordering.check_typed_stock(counted, loaded), loaded, "typed")
    answers = []
    for ws in (shop, elsewhere):
        monkeypatch.setenv(VARIABLE, str(ws.home))
        assert main(["forecast", "--days", "7"]) == main(["recommend"]) == main(["versions", "--json"]) == 0
        answers.append(capsys.readouterr().out)
        if ws == shop:
            assert main(["backup", str(tmp_path / "shop.zip"), "--json"]) == 0
            assert json.loads(capsys.readouterr().out)["of"] == {"sales_version": 1, "uploads": 1, "versions": 1, "live": 1, "jobs": 0, "damaged": []}
            assert main(["restore", str(tmp_path / "shop.zip"), "--home", str(elsewhere.home), "--json"]) == 0
            assert json.loads(capsys.readouterr().out)["home"] == str(elsewhere.home)
    assert answers[0] == answers[1]
    assert "on_hand" in answers[0]


def merge_days(ws, stop):
    for day in pd.date_range("2025-01-01", periods=500).strftime("%Y-%m-%d"):
        if stop.is_set():
            break
        Dataset(ws).merge(sales((day, "a", 1)), upload(f"{day}.csv"))


def publish_and_prune(ws, stop):
    while not stop.is_set():
        publish(ws, os.urandom(200_000))
        Versions(ws.versions).prune(2)


@contextmanager
def going_on(ws, *acts):
    """Others change a workspace all the while."""
    stop = threading.Event()
    threads = [threading.Thread(target=act, args=(ws, stop)) for act in acts]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_one_moment_while_others_merge_publish_and_prune(home, tmp_path):
    """Every upload that a backup lists is whole, and its live version is there."""
    merged(Dataset(home), ONE)
    publish(home)
    with going_on(home, merge_days, publish_and_prune):
        moments = [service.backup(home, tmp_path / f"{number}.zip").of for number in range(4)]
    for number, of in enumerate(moments):
        ws = Workspace(tmp_path / str(number))
        service.restore(tmp_path / f"{number}.zip", ws.home)
        dataset, serving = Dataset(ws), Versions(ws.versions).serving()
        assert (dataset.version, len(dataset.history()), len(dataset.read())) == (of.sales_version, of.sales_version, len(ONE) + of.sales_version - 1)
        assert all((ws.uploads / f"{each.sha256}.csv").is_file() for each in dataset.history())
        assert (serving.version, serving.refused) == (of.live, ())
    assert moments[-1].sales_version > moments[0].sales_version


def test_a_job_that_is_pruned_while_it_is_copied_is_in_no_backup(home, tmp_path, monkeypatch):
    pruned, other = job(home, 1), job(home, 2)
    gone_before(monkeypatch, pruned, "link", at=pruned / "request.json")
    assert snapshot._jobs(home, tmp_path / "copy") == 1
    assert not pruned.exists()
    assert [path.name for path in Workspace(tmp_path / "copy").jobs.iterdir()] == [other.name]


# Where it is saved


def test_a_backup_replaces_an_earlier_one_only_when_it_is_whole(busy, tmp_path, monkeypatch):
    file = tmp_path / "shop.zip"
    service.backup(busy, file)
    before = file.read_bytes()
    for left in (busy.home / service.STAGE / "data", tmp_path / ".shop.zip.draft"):
        left.mkdir(parents=True) if left.suffix == "" else left.write_bytes(b"of a backup that was killed")
    monkeypatch.setattr(archive, "_check_all", lambda _: (_ for _ in ()).throw(InputError("it is not as it was packed.")))
    with pytest.raises(InputError, match=r"shop\.zip cannot be restored: it is not as it was packed"):
        service.backup(busy, file)
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    assert not (busy.home / service.STAGE).exists()


def test_damaged_sales_do_not_replace_a_good_backup_and_a_damaged_version_is_named(busy, tmp_path):
    file = tmp_path / "shop.zip"
    (busy.versions / "0001" / "model.npz").write_bytes(b"other")
    assert "Version 1 is damaged" in str(service.backup(busy, file))
    before = file.read_bytes()
    for part in busy.sales.glob("*.parquet"):
        part.write_bytes(part.read_bytes()[:-1] + b"?")
    with pytest.raises(SalesDamaged):
        service.backup(busy, file)
    assert file.read_bytes() == before


def test_where_no_backup_can_be_saved(busy, tmp_path):
    inside = busy.home / "data" / "shop.zip"
    for file, reason in ((tmp_path, "is a folder"), (tmp_path / "no" / "shop.zip", "there is no folder"), (inside, "lies inside the workspace")):
        with pytest.raises(InputError, match=reason):
            service.backup(busy, file)
    with pytest.raises(InputError, match="There is no shop in"):
        service.backup(Workspace(tmp_path / "nowhere"), tmp_path / "shop.zip")
    assert not (tmp_path / "nowhere").exists()
    with exclusive(busy.home / "artifacts" / "backup.lock"), pytest.MonkeyPatch.context() as patched:
        patched.setattr(service, "exclusive", lambda path: exclusive(path, timeout=0))
        with pytest.raises(TryAgain):
            service.backup(busy, tmp_path / "shop.zip")


@ROOT_ONLY
def test_a_read_only_workspace_is_saved_too(busy, tmp_path):
    with mounted(tmp_path / "disk", 4_000_000) as disk:
        shutil.copytree(busy.home, disk.path, dirs_exist_ok=True)
        os.system(f"mount -o remount,ro '{disk.path}'")
        of = service.backup(Workspace(disk.path), tmp_path / "shop.zip").of
    assert (of.sales_version, of.versions) == (2, 2)
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


# Where it is restored


@contextmanager
def nothing_changes(folder):
    def there():
        return {path.relative_to(folder) for path in folder.rglob("*")}

    before = there()
    yield
    assert there() == before


def test_only_a_new_or_empty_folder_is_restored_into(saved, tmp_path):
    for name in ("data", ".hidden"):
        (tmp_path / "used" / name).mkdir(parents=True)
        with nothing_changes(tmp_path), pytest.raises(InputError, match=r"used is not empty\. A backup is restored into a new or empty folder only"):
            service.restore(saved, tmp_path / "used")
        (tmp_path / "used" / name).rmdir()
    (tmp_path / "used").chmod(0o750)
    service.restore(saved, tmp_path / "used")
    assert (Dataset(Workspace(tmp_path / "used")).version, (tmp_path / "used").stat().st_mode & 0o777) == (2, 0o750)
    with nothing_changes(tmp_path), pytest.raises(InputError, match="there is no such file"):
        service.restore(tmp_path / "none.zip", tmp_path / "new")


def test_two_restores_at_once_do_not_mix(saved, tmp_path):
    held = os.open(tmp_path, os.O_RDONLY)
    take(held)
    with nothing_changes(tmp_path), pytest.raises(TryAgain, match="Somebody else is restoring into"):
        service.restore(saved, tmp_path / "new")
    os.close(held)


@ROOT_ONLY
def test_a_disk_of_its_own_is_filled_from_inside_or_not_at_all(saved, tmp_path):
    with mounted(tmp_path / "disk", 400_000) as disk:
        for left in ("lost+found", ".restore"):
            (disk.path / left).mkdir()
        assert service.restore(saved, disk.path).of.versions == 2
        assert Dataset(Workspace(disk.path)).version == 2
        assert {path.name for path in disk.path.iterdir()} == {"lost+found", "data", "artifacts"}
    with mounted(tmp_path / "small", 16_384) as disk:
        with pytest.raises(DiskFull):
            service.restore(saved, disk.path)
        assert not list(disk.path.iterdir())


# Archives that others made


def rewritten(saved, change, kind=zipfile.ZIP_STORED):
    """A backup with another manifest or other entries: `change` gets both, names to bytes, and alters them."""
    with zipfile.ZipFile(saved) as zipped:
        entries = {name: zipped.read(name) for name in zipped.namelist()}
    manifest = json.loads(entries.pop(archive.MANIFEST))
    more = change(manifest, entries) or ()
    with zipfile.ZipFile(saved, "w", kind) as zipped:
        for name, content in [*entries.items(), (archive.MANIFEST, json.dumps(manifest)), *more]:
            zipped.writestr(name, content)


def renamed(to):
    def change(manifest, entries):
        for of in (manifest["files"], entries):
            of[to] = of.pop("artifacts/versions/live")

    return change


def resized(size):
    return lambda manifest, _: manifest["files"]["artifacts/versions/live"].update(size=size)


def grown(manifest, entries):
    """A small entry that unpacks to 100 MB."""
    entries["artifacts/versions/live"] = bytes(100_000_000)


HOSTILE = {
    "climbs": renamed("data/../../evil"),
    "absolute": renamed("/tmp/evil"),
    "at the top": renamed("evil"),
    "another top": renamed("etc/evil"),
    "backslash": renamed("data/..\\evil"),
    "empty part": renamed("data//evil"),
    "line break": renamed("data/a\nb"),
    "too long": renamed("data/" + "x" * 300),
    "under a file": renamed("artifacts/versions/last/live"),
    "not named": lambda _, entries: entries.update({"data/more": b"?"}),
    "not there": lambda _, entries: entries.pop("artifacts/versions/live") and None,
    "twice": lambda *_: [("artifacts/versions/last", b"9")],
    "other bytes": lambda _, entries: entries.update({"artifacts/versions/live": b"7\n"}),
    "more bytes than said": grown,
    "unbelievable size": resized(10**15),
    "negative size": resized(-1),
    "size in words": resized("2"),
    "no sha256": lambda manifest, _: manifest["files"]["artifacts/versions/live"].update(sha256=None),
    "no files": lambda manifest, _: manifest.update(files=[]),
    "a newer format": lambda manifest, _: manifest.update(format=2),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("kind", HOSTILE)
def test_an_archive_that_is_not_what_it_says_changes_nothing(kind, saved, tmp_path):
    rewritten(saved, HOSTILE[kind], zipfile.ZIP_DEFLATED)
    with nothing_changes(tmp_path), pytest.raises(InputError, match=r"shop\.zip cannot be restored: .* Nothing was restored\."):
        service.restore(saved, tmp_path / "new")


@pytest.mark.parametrize("kind", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_packing_that_nobody_uses_is_refused(kind, saved, tmp_path):
    rewritten(saved, lambda *_: None, kind)
    with nothing_changes(tmp_path), pytest.raises(InputError, match="packed in a way that Shelfcast does not use"):
        service.restore(saved, tmp_path / "new")


def test_a_list_of_files_that_is_too_long_is_not_even_read(saved, tmp_path, monkeypatch):
    content = bytearray(saved.read_bytes())
    content[-10:-6] = struct.pack("<L", archive.MAX_DIRECTORY + 1)
    saved.write_bytes(content)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with nothing_changes(tmp_path), pytest.raises(InputError, match="too many files"):
        service.restore(saved, tmp_path / "new")


def test_what_is_no_backup_at_all_is_refused(tmp_path):
    file = tmp_path / "x.zip"
    for content in (b"", b"date,sales\n", os.urandom(5000), b"PK\5\6" + bytes(18)):
        file.write_bytes(content)
        with nothing_changes(tmp_path), pytest.raises(InputError, match=r"x\.zip cannot be restored"):
            service.restore(file, tmp_path / "new")


def test_a_flipped_bit_or_a_cut_is_refused_or_harmless(saved, tmp_path):
    """Some bytes of a zip say nothing of its files; all others are found out."""
    whole, chance, refused = saved.read_bytes(), random.Random(0), 0
    service.restore(saved, tmp_path / "whole")
    expected = files(Workspace(tmp_path / "whole"))
    for number in range(60):
        content = bytearray(whole)
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        saved.write_bytes(content if number % 6 else whole[: chance.randrange(len(whole))])
        home = tmp_path / f"home {number}"
        try:
            service.restore(saved, home)
        except InputError:
            refused += 1
            assert not home.exists()
        else:
            assert files(Workspace(home)) == expected
    assert refused > 40
    assert not list(tmp_path.glob(".*"))
