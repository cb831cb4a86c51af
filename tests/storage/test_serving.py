"""What serves is verified once, and again as soon as a file changes under the running server."""

from __future__ import annotations

import os
import time

import pytest

from forecasting.core.errors import VersionDamaged
from forecasting.storage.versions import manifest, serving
from forecasting.storage.versions.store import Versions


@pytest.fixture
def folder(tmp_path):
    serving.forget()
    return tmp_path / "versions"


@pytest.fixture
def verified(monkeypatch):
    """The numbers of the versions that were verified."""
    seen = []
    monkeypatch.setattr(manifest, "verify", lambda path, number, verify=manifest.verify: seen.append(number) or verify(path, number))
    return seen


def publish(folder, content=b"weights"):
    def write(draft):
        (draft / "part").mkdir()
        (draft / "part" / "lstm.npz").write_bytes(content)
        return {}

    return Versions(folder).publish(write)


def truncate(folder, number):
    path = folder / f"{number:04d}" / "part" / "lstm.npz"
    path.write_bytes(path.read_bytes()[:-1])


def test_a_version_is_verified_once(folder, verified):
    publish(folder)
    assert [serving.serving_version(folder).version for _ in range(5)] == [1] * 5
    assert verified == [1]


def test_a_file_truncated_under_the_running_server_brings_the_last_good_version(folder):
    for _ in range(3):
        publish(folder)
    assert serving.serving_version(folder).version == 3
    truncate(folder, 3)
    assert (serving.serving_version(folder).version, len(serving.serving_version(folder).refused)) == (2, 1)
    truncate(folder, 2)
    assert (serving.serving_version(folder).version, len(serving.serving_version(folder).refused)) == (1, 2)


def test_a_file_that_is_gone_is_damage_too_and_put_back_it_serves_again(folder):
    publish(folder), publish(folder)
    path = folder / "0002" / "part" / "lstm.npz"
    assert serving.serving_version(folder).version == 2
    path.rename(folder / "aside")
    assert serving.serving_version(folder).version == 1
    (folder / "aside").rename(path)
    assert serving.serving_version(folder).version == 2


def test_damage_that_no_stamp_shows_is_found_once_it_is_told_to_forget(folder):
    publish(folder), publish(folder)
    path = folder / "0002" / "part" / "lstm.npz"
    assert serving.serving_version(folder).version == 2
    times = path.stat()
    with path.open("r+b") as file:
        file.write(b"W")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert serving.serving_version(folder).version == 2
    serving.forget()
    assert serving.serving_version(folder).version == 1


def test_who_loads_a_version_hashes_its_files_once_more_but_for_one_that_was_just_hashed(folder, verified, monkeypatch):
    publish(folder), publish(folder)
    monkeypatch.setattr(serving, "FRESH_SECONDS", 1000)
    serving.serving_version(folder)
    serving.check(folder / "0002", 2)
    assert verified == [2]
    monkeypatch.setattr(serving, "FRESH_SECONDS", -1)
    serving.check(folder / "0002", 2)
    assert verified == [2, 2]
    truncate(folder, 2)
    with pytest.raises(VersionDamaged):
        serving.check(folder / "0002", 2)


def test_a_look_is_cheap(folder):
    for _ in range(40):
        publish(folder)
    serving.serving_version(folder)
    start = time.process_time()
    for _ in range(100):
        serving.serving_version(folder)
    assert time.process_time() - start < 1


def test_nothing_serves_in_an_empty_folder(folder):
    assert serving.serving_version(folder).version is None
    assert not folder.exists()
