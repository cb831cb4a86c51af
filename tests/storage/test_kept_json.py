"""Small files that are read often are read again once they have changed, and only then."""

from __future__ import annotations

import json
import os
import time

import pytest

from forecasting.core.errors import StorageUnavailable
from forecasting.storage import kept_json, sealed_json


def settled(monkeypatch):
    """A clock by which every file has been as it is for long."""
    monkeypatch.setattr(time, "time_ns", lambda now=time.time_ns: now() + 10 * kept_json.SETTLED_NS)


def test_a_file_is_read_once_until_it_changes_and_nobody_gets_what_another_changed(tmp_path, monkeypatch):
    settled(monkeypatch)
    path, reads = tmp_path / "state.json", []

    def read(path):
        reads.append(path)
        return sealed_json.read(path)

    sealed_json.write(path, {"values": [1, 2.0, None, "é"]})
    first = kept_json.again(path, read)
    first["values"].append("mine")
    assert [kept_json.again(path, read) for _ in range(2)] == [{"values": [1, 2.0, None, "é"]}] * 2
    assert len(reads) == 1
    sealed_json.write(path, {"values": [7, 2.0, None, "é"]})
    assert kept_json.again(path, read) == {"values": [7, 2.0, None, "é"]}
    text = path.read_bytes()
    facts = path.stat()
    path.write_bytes(text.replace(b"7", b"8"))
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    with pytest.raises(ValueError, match="not as it was written"):
        kept_json.again(path, read)
    path.unlink()
    with pytest.raises(FileNotFoundError):
        kept_json.again(path, read)


def test_a_file_that_changed_a_moment_ago_is_read_each_time(tmp_path):
    path, reads = tmp_path / "state.json", []
    path.write_text("{}")
    for _ in range(3):
        kept_json.again(path, lambda path: reads.append(path) or {})
    assert len(reads) == 3


@pytest.mark.parametrize(
    "text", ['{"a": NaN}', f'{{"a": {2**70}}}', '{"a": "\\ud800"}', '{"a": 1e400, "b": -0.0, "c": 2.0}', '{"b": 1, "a": {"c": 2}}']
)
def test_what_a_quick_reader_would_read_otherwise_is_read_as_before(tmp_path, monkeypatch, text):
    settled(monkeypatch)
    path = tmp_path / "state.json"
    path.write_text(text)
    for _ in range(2):
        assert repr(kept_json.again(path, sealed_json.read)) == repr(json.loads(text))


def test_what_the_system_refuses_is_named(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied", "state.json")

    monkeypatch.setattr("pathlib.Path.stat", refuse)
    with pytest.raises(StorageUnavailable):
        kept_json.again(tmp_path / "state.json", sealed_json.read)
