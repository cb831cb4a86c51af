"""The record of what served and the pointer to the live version: they agree, whatever was killed, damaged or lost."""

from __future__ import annotations

import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from repository import ROOT

from forecasting.core.errors import DiskFull, RecordDamaged
from forecasting.storage.versions import moves
from forecasting.storage.versions.live_pointer import LivePointer
from forecasting.storage.versions.moves import Move, Record
from forecasting.storage.versions.serving import serving_version
from forecasting.storage.versions.spans import last_span, span_at, spans
from forecasting.storage.versions.store import Versions

KILLS = """
import os, shutil, signal, sys
from pathlib import Path
from forecasting.storage.versions.store import Versions

CALLS = ("write", "fsync", "rename", "replace", "link", "mkdir", "unlink", "truncate", "ftruncate")

def armed(moment):
    passed = 0
    def dying(name, real):
        def call(*arguments, **options):
            nonlocal passed
            passed += 1
            if passed == moment:
                if name == "write":
                    real(arguments[0], arguments[1][: len(arguments[1]) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **options)
        return call
    for name in CALLS:
        setattr(os, name, dying(name, getattr(os, name)))

def write(folder):
    (folder / "model").write_text("model")
    return {}

def held(folder):
    return {**write(folder), "gate": {"held": True}}

ACTS = {
    "publish": lambda versions: versions.publish(write),
    "hold": lambda versions: versions.publish(held),
    "live": lambda versions: versions.set_live(1),
    "serve anyway": lambda versions: versions.set_live(4),
    "prune": lambda versions: versions.prune(2),
    "start over": lambda versions: versions.retire_all(),
}
base, into = Path(sys.argv[1]), Path(sys.argv[2])
for name, act in ACTS.items():
    for moment in range(1, 100):
        folder = into / f"{name}-{moment}"
        shutil.copytree(base, folder)
        child = os.fork()
        if not child:
            armed(moment)
            act(Versions(folder))
            os._exit(0)
        if os.waitpid(child, 0)[1] == 0:
            break
"""
"""Ends a process at each call of the system that changes something, for each kind of change; a write is half done by then."""


@pytest.fixture
def versions(tmp_path):
    return Versions(tmp_path / "versions")


@pytest.fixture
def record(tmp_path):
    return Record(tmp_path / "versions")


def write(folder):
    (folder / "model").write_text("model")
    return {}


def held(folder):
    return {**write(folder), "gate": {"held": True, "reason": "Held: it forecasts twice as much."}}


def challenger(folder):
    return {**write(folder), "gate": {"held": False, "challenger": True}}


def publish(versions, times=1):
    for _ in range(times):
        versions.publish(write)


def told(versions):
    """Each move as (from, to, why)."""
    return [(move.before, move.to, move.why) for move in versions.moves()]


def spoil(path):
    path.write_bytes(path.read_bytes()[:-1] + b"!")


def check_agreement(folder):
    """The record is whole, each of its moves begins where the one before ended, and it ends with what is live."""
    found = Record(folder).moves()
    assert None not in found
    assert not found or Record(folder).path.read_bytes().count(b"\n") == len(found)
    assert [move.before for move in found] == [None, *(move.to for move in found[:-1])]
    assert (found[-1].to if found else None) == Versions(folder).live()


def test_every_move_is_recorded_with_its_why_and_who(versions):
    publish(versions, 3)
    versions.set_live(1, by="Ada")
    versions.set_live(1, by="Bob")
    versions.set_live("2", by="Bob")
    assert told(versions) == [(None, 1, "retrain"), (1, 2, "retrain"), (2, 3, "retrain"), (3, 1, "went_back"), (1, 2, "person")]
    assert [move.by for move in versions.moves()] == ["local", "local", "local", "Ada", "Bob"]


def test_a_held_version_and_a_challenger_serve_once_somebody_says_so(versions):
    versions.publish(held)  # there is none before it
    versions.publish(held)
    versions.publish(challenger)
    assert (versions.live(), versions.numbers()) == (1, [1, 2, 3])
    versions.set_live(2, by="Ada")
    versions.set_live(3)
    versions.set_live(2)
    assert told(versions) == [(None, 1, "retrain"), (1, 2, "served_anyway"), (2, 3, "person"), (3, 2, "went_back")]


def test_what_nobody_chose_serves_in_no_others_place(versions, tmp_path):
    publish(versions)
    versions.publish(held)
    publish(versions)
    versions.publish(challenger)
    spoil(versions.folder(3) / "model")
    assert serving_version(tmp_path / "versions").version == 1
    spoil(versions.folder(1) / "model")
    serving = serving_version(tmp_path / "versions")
    assert (serving.version, [fault.version for fault in serving.refused]) == (None, [3, 1])
    versions.set_live(2)
    publish(versions)
    spoil(versions.folder(5) / "model")
    assert serving_version(tmp_path / "versions").version == 2


def test_a_kill_at_any_call_leaves_record_and_pointer_in_agreement(versions, tmp_path):
    publish(versions, 3)
    versions.publish(held)
    killed = tmp_path / "killed"
    killed.mkdir()
    subprocess.run([sys.executable, "-c", KILLS, tmp_path / "versions", killed], cwd=ROOT, check=True)
    folders = sorted(killed.iterdir())
    assert len(folders) > 60
    for folder in folders:
        after = Versions(folder)
        live, before = after.live(), told(after)
        assert live in (3, {"publish": 5, "live": 1, "serve anyway": 4}.get(folder.name.split("-")[0])), folder.name
        assert (before[-1][1], last_span(after.moves()).version, serving_version(folder).version) == (live, live, live), folder.name
        assert told(after) == before
        publish(after)
        check_agreement(folder)
        assert (told(after)[:-1], after.live()) == (before, after.numbers()[-1]), folder.name


def test_a_move_that_fails_is_not_recorded(versions, record, monkeypatch):
    publish(versions, 2)
    before = record.path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    for place in ("versions.live_pointer.LivePointer.point", "line_file._write"):
        with monkeypatch.context() as patched:
            patched.setattr(f"forecasting.storage.{place}", full)
            for act in (lambda: versions.set_live(1), lambda: versions.publish(write)):
                with pytest.raises(DiskFull):
                    act()
        assert (record.path.read_bytes(), versions.live(), versions.numbers()) == (before, 2, [1, 2])


@pytest.mark.parametrize("text", [None, "", "?", "\0\0\0\0"])
def test_a_lost_pointer_is_rebuilt_from_the_record(versions, tmp_path, text):
    publish(versions, 3)
    versions.set_live(2)
    pointer = tmp_path / "versions" / "live"
    pointer.unlink()
    if text is not None:
        pointer.write_text(text)
    assert (versions.live(), versions.serving().version) == (2, 2)
    publish(versions)
    assert told(versions)[-2:] == [(3, 2, "went_back"), (2, 4, "retrain")]


@pytest.mark.parametrize("rest", [b"", b"{", b'{"when": "2026-01-01T00:00:00+00:00", "from": 2, "to"', b"\0" * 4096])
def test_a_torn_last_line_is_mended(versions, record, rest):
    publish(versions, 2)
    whole = record.path.read_bytes()
    record.path.write_bytes(whole + rest)
    assert told(versions) == [(None, 1, "retrain"), (1, 2, "retrain")]
    versions.set_live(1)
    assert record.path.read_bytes().startswith(whole)
    check_agreement(record.path.parent)


def test_a_line_whose_move_never_happened_does_not_count_and_goes(versions, record):
    publish(versions, 2)
    record.append(Move(datetime.now(UTC), 2, 1, "went_back"))
    assert told(versions)[-1] == (1, 2, "retrain")
    assert serving_version(record.path.parent).version == 2
    assert len(record.moves()) == 2


def test_a_flipped_bit_hides_its_line_and_nothing_else(versions, record):
    publish(versions, 3)
    whole, seeded = record.path.read_bytes(), random.Random(3)
    lines = versions.moves()
    for at in seeded.sample(range(8 * (len(whole) - 1)), 200):
        content = bytearray(whole)
        content[at // 8] ^= 1 << at % 8
        record.path.unlink()
        record.path.write_bytes(content)
        assert versions.live() == 3
        left = [move for move in versions.moves() if move]
        assert all(move in lines or move.why == "unrecorded" for move in left)
        assert len(left) >= len(lines) - 2


def test_damage_and_its_end_are_recorded_and_move_no_pointer(versions, tmp_path):
    publish(versions, 3)
    model = versions.folder(3) / "model"
    whole = model.read_bytes()
    spoil(model)
    assert [serving_version(tmp_path / "versions").version for _ in range(3)] == [2, 2, 2]
    spoil(versions.folder(2) / "model")
    assert serving_version(tmp_path / "versions").version == 1
    assert versions.live() == 3
    model.write_bytes(whole)
    assert serving_version(tmp_path / "versions").version == 3
    publish(versions)
    assert told(versions)[3:] == [(3, 2, "damaged"), (2, 1, "damaged"), (1, 3, "mended"), (3, 4, "retrain")]
    check_agreement(tmp_path / "versions")


def test_a_shop_started_over_serves_nothing_until_the_next_version(versions, tmp_path):
    publish(versions, 3)
    versions.prune(2)
    versions.retire_all()()
    assert told(versions)[3:] == [(3, None, "started_over"), (None, 3, "kept")]
    versions.retire_all(by="Ada")
    versions.discard_retired()
    assert (versions.live(), last_span(versions.moves()).by, versions.pruned()) == (None, "Ada", [])
    publish(versions)
    assert told(versions)[5:] == [(3, None, "started_over"), (None, 4, "retrain")]
    check_agreement(tmp_path / "versions")


def test_the_record_of_an_old_workspace_begins_with_its_pointer(versions, record):
    publish(versions, 3)
    for live, since in ((3, datetime.fromisoformat(versions.manifest(3)["published"])), (2, None)):
        versions.set_live(live)
        record.path.unlink()
        assert (told(versions), record.path.exists()) == ([(None, live, "recorded")], False)
        assert since in (None, versions.moves()[0].when)
        assert serving_version(record.path.parent).version == live
        check_agreement(record.path.parent)


def test_a_move_by_a_release_without_a_record_is_found(versions, record):
    publish(versions, 3)
    (record.path.parent / "live").write_text("1\n1\n")
    assert told(versions)[-1] == (3, 1, "unrecorded")
    versions.set_live(2)
    assert told(versions)[-2:] == [(3, 1, "unrecorded"), (1, 2, "person")]
    check_agreement(record.path.parent)


def test_a_shop_that_cannot_be_written_serves_all_the_same(versions, record, monkeypatch):
    publish(versions, 2)
    record.path.unlink()
    for name in ("line_file._write", "versions.moves.Record.append"):
        with monkeypatch.context() as patched:
            patched.setattr(f"forecasting.storage.{name}", lambda *_: (_ for _ in ()).throw(OSError(30, "Read-only file system")))
            assert serving_version(record.path.parent).version == 2
    assert versions.moves()[-1].to == 2


# Spans


def at(day):
    return datetime(2026, 1, day, tzinfo=UTC)


def chain(*days, hidden=()):
    """Versions 1, 2, ... that were published on these days, with the lines of some of them damaged."""
    return tuple(None if n in hidden else Move(at(day), n - 1 or None, n, "retrain") for n, day in enumerate(days, 1))


def test_a_moment_is_in_the_last_span_that_began_by_then():
    record = chain(2, 5, 9)
    assert [getattr(span_at(record, at(day)), "version", None) for day in (1, 2, 4, 5, 8, 9, 30)] == [None, 1, 1, 2, 2, 3, 3]
    assert (span_at(record, at(6)).since, span_at(record, at(6)).until, span_at(record, at(9)).until) == (at(5), at(9), None)
    assert [(span.version, span.until) for span in spans(record)] == [(1, at(5)), (2, at(9)), (3, None)]


def test_a_damaged_line_hides_what_served_until_the_next_one():
    record = chain(2, 5, 9, hidden=[2])
    for day in (2, 5, 8):
        with pytest.raises(RecordDamaged, match=r"Line 2 of artifacts/versions/served\.jsonl"):
            span_at(record, at(day))
    assert (span_at(record, at(1)), span_at(record, at(9)).version, [span.version for span in spans(record)]) == (None, 3, [3])
    with pytest.raises(RecordDamaged, match="Line 3"):
        last_span(chain(2, 5, 9, hidden=[3]))


def test_a_clock_that_was_set_back_leaves_one_answer_to_each_moment():
    record = chain(2, 20, 5, 9)
    assert [span_at(record, at(day)).version for day in (2, 4, 5, 8, 9, 21)] == [1, 1, 3, 3, 4, 4]
    assert [span.version for span in spans(record)] == [1, 3, 4]


def test_moments_of_a_year_with_everything_that_happens(versions, record, monkeypatch):
    seeded, now, truth = random.Random(18), datetime(2025, 1, 1, tzinfo=UTC), []

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return now.astimezone(tz)

    monkeypatch.setattr("forecasting.storage.versions.live_pointer.datetime", Clock)
    folder = record.path.parent

    def model(number):
        return folder / f"{number:04d}" / "model"

    def others():
        return [number for number in versions.numbers() if number != versions.live()]

    def kill():
        LivePointer(folder).settle()
        record.append(Move(now, versions.live(), seeded.choice(others()), "person"))

    acts = {
        "retrain": lambda: publish(versions),
        "choose": lambda: versions.set_live(seeded.choice([n for n in versions.numbers() if model(n).read_text() == "model"])),
        "damage": lambda: spoil(model(versions.live())),
        "mend": lambda: model(versions.live()).write_text("model"),
        "kill": kill,
        "tear": lambda: record.path.write_bytes(record.path.read_bytes() + b'{"when": "2025'),
        "prune": lambda: versions.prune(8),
        "lose": lambda: (folder / "live").write_text("?"),
    }
    publish(versions, 2)
    for _ in range(120):
        now += timedelta(seconds=seeded.randint(1, 5 * 86_400))
        acts[seeded.choice(list(acts))]()
        truth.append((now, serving_version(folder).version))
    assert len({move.why for move in versions.moves()}) >= 5
    for _ in range(200):
        moment = truth[0][0] + seeded.random() * (now - truth[0][0])
        assert span_at(versions.moves(), moment).version == [version for when, version in truth if when <= moment][-1]
    check_line_format(record)


def check_line_format(record):
    """Each line reads back as the move that wrote it."""
    lines = record.path.read_bytes().splitlines(keepends=True)
    assert [move.line() for move in record.moves()] == lines
    assert moves.Move.from_line(lines[0].replace(b"retrain", b"person")) is None
