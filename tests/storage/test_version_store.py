"""Versions: whole or not at all, never changed, and always one to serve if any is good."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import threading
from datetime import datetime, timedelta

import numpy as np
import pytest
from repository import ROOT
from vanishing import gone_before

from forecasting.core.errors import NotFound, VersionDamaged
from forecasting.storage.versions import manifest
from forecasting.storage.versions.served_in_place import Serving
from forecasting.storage.versions.store import Versions

PUBLISH = """
import sys, time
from pathlib import Path
from forecasting.storage.versions.store import Versions
def write(folder):
    for part in range(5):
        (folder / f"part{part}").write_bytes(b"x" * 200_000)
    print("written", flush=True)
    return {"mark": sys.argv[2]}
while True:
    Versions(Path(sys.argv[1])).publish(write)
"""


@pytest.fixture
def versions(tmp_path):
    return Versions(tmp_path / "versions")


def writer(text="weights", **facts):
    def write(folder):
        (folder / "lstm").mkdir()
        (folder / "lstm" / "weights.npz").write_text(text)
        (folder / "prophet.json").write_text("{}")
        return facts

    return write


def damage(path):
    path.write_bytes(path.read_bytes()[:-1] + b"!")


def refusals(serving):
    return [(one.version, one.file) for one in serving.refused]


def test_a_published_version_is_live_and_says_what_it_is(versions):
    assert versions.publish(writer(seed=3, wape=np.float64(0.25), mase=float("nan"))) == 1
    manifest = versions.manifest(1)
    assert (manifest["version"], manifest["seed"], manifest["wape"], manifest["mase"]) == (1, 3, 0.25, None)
    assert manifest["files"]["lstm/weights.npz"]["size"] == 7
    assert sorted(manifest["files"]) == ["lstm/weights.npz", "prophet.json"]
    assert (versions.live(), versions.numbers(), versions.serving()) == (1, [1], Serving(1))
    assert (versions.folder(1) / "lstm" / "weights.npz").read_text() == "weights"


def test_an_empty_workspace_serves_nothing(versions, tmp_path):
    assert (versions.live(), versions.numbers(), versions.serving()) == (None, [], Serving(None))
    assert list(tmp_path.iterdir()) == []


def test_a_publish_that_fails_leaves_everything_as_it_was(versions, tmp_path):
    versions.publish(writer())

    def fail(folder):
        (folder / "half").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        versions.publish(fail)
    assert (versions.live(), versions.numbers()) == (1, [1])
    assert list((tmp_path / "versions").glob(".tmp*")) == []


def test_a_version_is_not_seen_before_it_is_whole(versions):
    def write(folder):
        (folder / "part").write_text("part")
        assert (versions.numbers(), versions.live()) == ([], None)
        return {}

    versions.publish(write)
    assert versions.numbers() == [1]


def test_numbers_are_never_used_twice(versions, tmp_path):
    versions.publish(writer())
    versions.publish(writer())
    for path in (versions.folder(2) / "lstm" / "weights.npz", versions.folder(2) / "prophet.json"):
        path.unlink()
    (tmp_path / "versions" / "0002" / "lstm").rmdir()
    (tmp_path / "versions" / "0002" / "manifest.json").unlink()
    (tmp_path / "versions" / "0002").rmdir()
    (tmp_path / "versions" / "live").unlink()
    assert versions.publish(writer()) == 3


def test_publishers_at_once_get_a_number_each(versions):
    numbers = []
    threads = [threading.Thread(target=lambda: numbers.append(versions.publish(writer()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == versions.numbers() == list(range(1, 9))
    assert versions.serving() == Serving(8)


def test_a_damaged_file_is_refused_by_name_and_the_last_good_version_serves(versions):
    for _ in range(3):
        versions.publish(writer())
    damage(versions.folder(3) / "lstm" / "weights.npz")
    (versions.folder(2) / "prophet.json").unlink()
    serving = versions.serving()
    assert serving.version == 1
    assert refusals(serving) == [(3, "lstm/weights.npz"), (2, "prophet.json")]
    with pytest.raises(VersionDamaged, match=r"Version 3 is damaged: lstm/weights.npz"):
        versions.folder(3)


def test_a_newer_version_serves_when_none_before_the_live_one_is_good(versions):
    for _ in range(4):
        versions.publish(writer())
    versions.set_live(2)
    damage(versions.folder(1) / "prophet.json")
    damage(versions.folder(2) / "prophet.json")
    assert versions.serving().version == 4
    assert refusals(versions.serving()) == [(2, "prophet.json"), (1, "prophet.json")]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{}", '{"files": {}}', '{"checksum": 1, "files": 2}', "\udcff"])
def test_a_broken_manifest_is_a_damaged_version(versions, text):
    versions.publish(writer())
    (versions.folder(1) / "manifest.json").write_text(text, errors="surrogateescape")
    assert (versions.serving().version, refusals(versions.serving())) == (None, [(1, "manifest.json")])
    with pytest.raises(VersionDamaged, match=r"manifest\.json"):
        versions.manifest(1)


def test_a_changed_fact_is_a_damaged_version(versions):
    versions.publish(writer(prophet_weight=0.6))
    path = versions.folder(1) / "manifest.json"
    path.write_text(path.read_text().replace("0.6", "0.9"))
    assert versions.serving().version is None


@pytest.mark.parametrize("text", ["", "x", "-1", "99999999999999", "../1", "7", "\udcff", None])
def test_a_pointer_that_cannot_be_read_gives_the_newest_good_version(versions, tmp_path, text):
    for _ in range(3):
        versions.publish(writer())
    damage(versions.folder(3) / "prophet.json")
    pointer = tmp_path / "versions" / "live"
    pointer.unlink()
    if text is not None:
        pointer.write_text(text, errors="surrogateescape")
    assert (versions.serving().version, refusals(versions.serving())[-1]) == (2, (3, "prophet.json"))
    (tmp_path / "versions" / "served.jsonl").unlink()
    assert (versions.live(), versions.serving().version) == (2, 2)


def test_a_live_version_whose_folder_is_gone_is_refused_by_name(versions, tmp_path):
    versions.publish(writer())
    versions.publish(writer())
    versions.folder(2).rename(tmp_path / "elsewhere")
    assert (versions.live(), versions.serving().version, refusals(versions.serving())) == (1, 1, [(2, "manifest.json")])


def test_live_moves_only_to_a_good_version(versions):
    for _ in range(3):
        versions.publish(writer())
    versions.set_live("1")
    assert versions.live() == 1
    damage(versions.folder(2) / "prophet.json")
    with pytest.raises(VersionDamaged):
        versions.set_live(2)
    with pytest.raises(NotFound, match=r"no version 9\. The last one is 3"):
        versions.set_live(9)
    assert versions.live() == 1


@pytest.mark.parametrize("number", ["../0001", "", "1/..", "one", "-1", "٣", "1\n", -1, 1.0])
def test_a_number_from_outside_is_digits(versions, number):
    versions.publish(writer())
    with pytest.raises(NotFound, match="digits only"):
        versions.folder(number)


def test_what_is_killed_while_publishing_leaves_only_whole_versions(versions, tmp_path):
    seeded = random.Random(5)
    folder = tmp_path / "versions"
    for run in range(6):
        process = subprocess.Popen([sys.executable, "-c", PUBLISH, folder, str(run)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(seeded.randint(1, 4)):
            assert process.stdout.readline() == "written\n"
        threading.Event().wait(seeded.random() * 0.01)
        process.kill()
        process.wait()
        process.stdout.close()
        for number in versions.numbers():
            assert versions.manifest(number)["version"] == number
            versions.folder(number)
        assert versions.serving().refused == ()
    number = versions.publish(writer())
    assert (versions.live(), versions.numbers()[-1]) == (number, number)
    assert list(folder.glob(".tmp*")) == []


def test_a_publish_under_way_is_not_swept(versions):
    def write(folder):
        versions.publish(writer("other"))
        (folder / "late").write_text("late")
        return {}

    assert versions.publish(write) == 2
    assert (versions.folder(2) / "late").read_text() == "late"


def test_the_manifest_is_json_that_any_program_reads(versions):
    versions.publish(writer(names=("é", "ü"), nested={"inf": float("inf")}))
    text = (versions.folder(1) / "manifest.json").read_text(encoding="utf-8")
    facts = json.loads(text, parse_constant=lambda name: pytest.fail(name))
    assert (facts["names"], facts["nested"]) == (["é", "ü"], {"inf": None})


@pytest.mark.parametrize("years", [1, -1])
def test_versions_follow_each_other_by_number_whatever_the_clock_says(versions, monkeypatch, years):
    versions.publish(writer())

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(days=365 * years)

    monkeypatch.setattr("forecasting.storage.versions.store.datetime", Clock)
    versions.publish(writer())
    monkeypatch.undo()
    assert versions.publish(writer()) == 3
    assert (versions.serving(), list(versions.prune(2)), versions.numbers()) == (Serving(3), [1], [2, 3])


# Pruning


def test_the_oldest_versions_are_pruned(versions, tmp_path):
    for _ in range(6):
        versions.publish(writer())
    assert list(versions.spare(4)) == [1, 2]
    assert list(versions.prune(4)) == [1, 2]
    assert (versions.numbers(), versions.live(), list(versions.prune(4))) == ([3, 4, 5, 6], 6, [])
    assert list((tmp_path / "versions").glob(".tmp*")) == []
    with pytest.raises(NotFound, match=r"^There is no version 1 any more: it was pruned, and its manifest, which is kept, cannot serve\.$"):
        versions.set_live(1)
    assert (versions.pruned(), versions.pruned_manifest(2)["version"]) == ([1, 2], 2)


def test_the_live_version_is_never_pruned_nor_the_one_that_serves_in_its_place(versions):
    for _ in range(6):
        versions.publish(writer())
    versions.set_live(3)
    damage(versions.folder(3) / "prophet.json")
    assert versions.serving().version == 2
    assert list(versions.prune(1)) == [1, 4, 5]
    assert (versions.numbers(), versions.serving().version) == ([2, 3, 6], 2)


def test_of_versions_that_are_all_damaged_the_good_one_before_them_is_kept(versions):
    for _ in range(5):
        versions.publish(writer())
    for number in (3, 4, 5):
        damage(versions.folder(number) / "prophet.json")
    versions.prune(2)
    assert (versions.numbers(), versions.serving().version) == ([2, 4, 5], 2)


def test_without_a_readable_pointer_the_version_that_serves_is_kept(versions, tmp_path):
    for _ in range(4):
        versions.publish(writer())
    (tmp_path / "versions" / "live").write_text("?")
    damage(versions.folder(4) / "prophet.json")
    assert list(versions.prune(1)) == [1, 2]
    assert versions.serving().version == 3


def test_a_pruned_number_is_never_given_again(versions, tmp_path):
    for _ in range(3):
        versions.publish(writer())
    versions.set_live(1)
    for number in (2, 3):
        shutil.rmtree(tmp_path / "versions" / f"{number:04d}")
    assert versions.publish(writer()) == 4


def test_a_version_pruned_while_it_is_verified_is_not_found_and_not_damaged(versions, monkeypatch):
    versions.publish(writer())

    def verify(path, number, _=None):
        path.rename(path.with_name(".going"))
        raise VersionDamaged(number, "model.npz")

    monkeypatch.setattr(manifest, "verify", verify)
    with pytest.raises(NotFound):
        versions.folder(1)


def test_a_version_made_live_while_it_is_pruned_is_live_or_not_found(versions):
    for _ in range(12):
        versions.publish(writer())
    refused = []

    def choose(number):
        try:
            versions.set_live(number)
        except NotFound:
            refused.append(number)
        assert versions.live() in versions.numbers()
        assert versions.serving().refused == ()

    def choose_many():
        for number in range(1, 13):
            choose(number)

    threads = [threading.Thread(target=choose_many), *(threading.Thread(target=versions.prune, args=(keep,)) for keep in (10, 7, 4, 2))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert versions.live() == 12
    assert versions.numbers()[-2:] == [11, 12]


def test_a_version_pruned_between_the_check_and_the_lock_is_not_found(versions, monkeypatch):
    for _ in range(4):
        versions.publish(writer())
    verified = versions.folder

    def then_pruned(number):
        path = verified(number)
        versions.prune(2)
        return path

    monkeypatch.setattr(versions, "folder", then_pruned)
    with pytest.raises(NotFound):
        versions.set_live(1)
    assert versions.live() == 4


PRUNE = """
import sys, time
from pathlib import Path
from forecasting.storage.versions.store import Versions
versions = Versions(Path(sys.argv[1]))
print("ready", flush=True)
while True:
    versions.prune(2)
    time.sleep(0.02)
"""


def test_what_is_killed_while_pruning_leaves_only_whole_versions(versions, tmp_path):
    seeded, folder = random.Random(9), tmp_path / "versions"

    def write(draft):
        for part in range(12):
            (draft / f"part{part}").write_bytes(b"x" * 100)
        return {}

    for _ in range(4):
        process = subprocess.Popen([sys.executable, "-c", PRUNE, folder], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "ready\n"
        for _ in range(5):
            versions.publish(write)
        threading.Event().wait(seeded.random() * 0.01)
        process.kill()
        process.wait()
        process.stdout.close()
        for number in versions.numbers():
            versions.folder(number)
    number = versions.publish(write)
    assert versions.live() == number
    assert list(folder.glob(".tmp*")) == []


def test_a_flipped_bit_of_the_pointer_never_points_to_another_version(versions, tmp_path):
    for _ in range(7):
        versions.publish(writer())
    versions.set_live(5)
    pointer = tmp_path / "versions" / "live"
    whole = pointer.read_bytes()
    for at in range(8 * len(whole)):
        content = bytearray(whole)
        content[at // 8] ^= 1 << at % 8
        pointer.write_bytes(content)
        assert versions.live() == 5, content  # as the record says where the pointer cannot be read
    pointer.write_text("5\n")  # as earlier releases wrote it
    assert versions.live() == 5


def test_a_draft_that_its_owner_removes_at_this_moment_ends_no_publish_of_others(versions, tmp_path, monkeypatch):
    draft = tmp_path / "versions" / ".tmp-1-done"
    draft.mkdir(parents=True)
    gone_before(monkeypatch, draft, "open")
    assert versions.publish(writer()) == 1
    assert not draft.exists()
