"""Notes and pins on disk: lines that are only ever added, and what a pin means for publishing and pruning."""

from __future__ import annotations

import os
import signal

import pytest

from forecasting.storage.versions.remarks import Remark, Remarks
from forecasting.storage.versions.store import Versions


@pytest.fixture
def versions(tmp_path):
    store = Versions(tmp_path / "versions")
    for _ in range(3):
        store.publish(write)
    return store


@pytest.fixture
def remarks(tmp_path, versions):
    return Remarks(tmp_path / "versions")


def write(folder):
    (folder / "model").write_text("model")
    return {}


def test_what_is_said_is_read_back_in_order(remarks):
    remarks.add(2, "note", "Großer Markt ☂", "Ada")
    remarks.add(1, "acknowledge", "North sells less")
    remarks.add(2, "note", "again")
    assert [(each.text, each.by) for each in remarks.of(2)] == [("Großer Markt ☂", "Ada"), ("again", "local")]
    assert [each.kind for each in remarks.every()] == ["note", "acknowledge", "note"]


def test_the_last_word_on_a_pin_counts(remarks):
    for kind, version in (("pin", 1), ("pin", 3), ("unpin", 1), ("pin", 2), ("unpin", 2), ("pin", 2)):
        remarks.add(version, kind)
    assert remarks.pinned() == {2, 3}


def test_a_damaged_line_costs_only_itself_and_a_torn_one_goes_at_the_next_note(remarks):
    for text in ("one", "two", "three"):
        remarks.add(1, "note", text)
    lines = remarks.path.read_bytes().splitlines(keepends=True)
    remarks.path.write_bytes(lines[0] + lines[1].replace(b"two", b"too") + lines[2] + b'{"when": "20')
    assert [each and each.text for each in remarks.every()] == ["one", None, "three"]
    remarks.add(1, "note", "four")
    assert [each and each.text for each in remarks.every()] == ["one", None, "three", "four"]


@pytest.mark.parametrize("line", [b"", b"null", b"[1]", b"{", b'{"kind": "note"}', b'{"checksum": 1}', b"\xff\xfe", b"[" * 5000])
def test_what_is_no_remark_is_none(line):
    assert Remark.from_line(line) is None


def test_a_kill_within_the_write_leaves_the_earlier_lines(remarks):
    remarks.add(1, "pin")
    child = os.fork()
    if not child:
        real = os.write

        def dying(file, content):
            real(file, content[: len(content) // 2])
            os.kill(os.getpid(), signal.SIGKILL)

        os.write = dying
        remarks.add(1, "unpin")
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    assert remarks.pinned() == {1}
    remarks.add(2, "pin")
    assert remarks.pinned() == {1, 2}


def test_a_pinned_live_version_stays_live_and_new_ones_wait(versions, remarks):
    remarks.add(3, "pin")
    assert versions.publish(write) == 4
    assert versions.live() == 3
    gate = versions.manifest(4)["gate"]
    assert gate["held"]
    assert gate["reason"].startswith("Version 3 is pinned: it stays live")
    versions.set_live(4)
    assert versions.publish(write) == versions.live() == 5


def test_a_version_that_is_held_for_another_reason_says_both(versions, remarks):
    remarks.add(3, "pin")
    number = versions.publish(lambda folder: write(folder) | {"gate": {"held": True, "reason": "Sales of North are missing.", "rule": "x"}})
    assert versions.manifest(number)["gate"]["reason"].startswith("Sales of North are missing. Version 3 is pinned:")
    assert versions.manifest(number)["gate"]["rule"] == "x"


def test_a_version_that_is_held_does_not_go_live(versions):
    number = versions.publish(lambda folder: write(folder) | {"gate": {"held": True, "reason": "Sales of North are missing."}})
    assert (number, versions.live(), len(versions.moves())) == (4, 3, 3)


def test_a_pin_on_a_version_that_cannot_serve_holds_nothing(versions, remarks):
    remarks.add(3, "pin")
    (versions.path(3) / "model").write_text("other")
    assert versions.publish(write) == versions.live() == 4


def test_a_pinned_version_is_never_pruned(versions, remarks):
    remarks.add(1, "pin")
    for _ in range(3):
        versions.publish(write)
    assert set(versions.prune(2)) == {2, 3, 4}
    remarks.add(1, "unpin")
    assert set(versions.prune(2)) == {1}
