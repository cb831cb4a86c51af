"""What served at a moment, and the state of each version, as the command line and the API say it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from saved_shops import unpacked
from starlette.testclient import TestClient

from forecasting.core.errors import InputError, NotFound
from forecasting.entrypoints.api.app import make_app
from forecasting.entrypoints.cli.verbs import main
from forecasting.entrypoints.server.server_settings import ServerSettings
from forecasting.services import serving_record, versions
from forecasting.services.verification.verify import verify
from forecasting.storage.versions.moves import Record
from forecasting.storage.versions.store import Versions

FACTS = {"trained": "2026-01-01", "sales_to": "2026-01-01", "series": 1, "metrics": {"wape": 0.1}}


@pytest.fixture
def store(home):
    """Three versions of an empty model, the second of which is live."""
    store = Versions(home.versions)
    for _ in range(3):
        store.publish(lambda _: FACTS, "schedule")
    versions.set_live(home, 2, "Ada")
    return store


@pytest.fixture
def client(home, store):
    return TestClient(make_app(home, ServerSettings()), base_url="http://localhost")


def damage(record, line):
    """Spoils one line of a record."""
    lines = record.path.read_bytes().splitlines(keepends=True)
    lines[line - 1] = lines[line - 1].replace(b'"why"', b'"whi"')
    record.path.unlink()
    record.path.write_bytes(b"".join(lines))


def test_the_answer_has_times_of_this_machine(home, store):
    now, first = serving_record.served(home), store.moves()[0]
    assert (now["version"], now["until"], now["why"], now["by"]) == (2, None, "went_back", "Ada")
    then = serving_record.served(home, first.when.isoformat())
    assert (then["version"], then["why"], then["by"]) == (1, "retrain", "schedule")
    assert datetime.fromisoformat(then["since"]) == first.when
    assert datetime.fromisoformat(then["since"]).utcoffset() == first.when.astimezone().utcoffset()


@pytest.mark.parametrize(("zone", "text", "hour"), [("Europe/Berlin", "2025-11-20 14:05", 13), ("America/New_York", "2025-11-20 14:05", 19)])
def test_a_moment_is_local_unless_it_says_its_offset(monkeypatch, zone, text, hour):
    import time

    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert serving_record.moment(text) == datetime(2025, 11, 20, hour, 5, tzinfo=UTC)
        assert serving_record.moment(f"{text}+02:00") == datetime(2025, 11, 20, 12, 5, tzinfo=UTC)
        assert serving_record.moment("2025-11-20").hour == hour - 14 + (24 if hour < 14 else 0)
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("text", ["", "now", "2026-13-01", "14:05", "0001-01-01", "9999-12-31T23:59:59-23:00", "\x1b[2J", "2026-01-01" * 99])
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(InputError, match=r"is no moment|lies ahead"):
        serving_record.moment(text)


def test_times_without_a_version_are_said_in_a_sentence(home):
    with pytest.raises(NotFound, match=r"^No version has been published yet, so that none has served\.$"):
        serving_record.served(home)
    store = Versions(home.versions)
    store.publish(lambda _: FACTS)
    with pytest.raises(NotFound, match=r"^It is not known that a version served at 2025-.*: the record begins at .*, with version 1\.$"):
        serving_record.served(home, "2025-01-01")
    with pytest.raises(InputError, match="lies ahead"):
        serving_record.served(home, (datetime.now(UTC) + timedelta(days=2)).isoformat())
    store.retire_all()
    with pytest.raises(NotFound, match=r"^No version served now: the shop was started over from .* on\.$"):
        serving_record.served(home)


def test_each_version_has_its_state_and_its_times(home, store):
    for _ in range(2):
        store.publish(lambda _: FACTS)
    assert list(store.prune(2)) == [1, 2, 3]
    listed, spans = serving_record.listed(home), [move.when.isoformat(timespec="milliseconds") for move in store.moves()]
    assert [(each["version"], each["state"], each["live"]) for each in listed] == [
        (5, "live", True),
        (4, "served", False),
        (3, "pruned", False),
        (2, "pruned", False),
        (1, "pruned", False),
    ]
    assert listed[0]["served"] == [[spans[5], None]]
    assert listed[3]["served"] == [pair for pair in ([spans[1], spans[2]], [spans[3], spans[4]]) if pair[0] != pair[1]]
    assert listed[4]["sales_to"] == "2026-01-01"
    assert [each["version"] for each in versions.versions(home)] == [5, 4]


def test_a_held_version_and_a_challenger_say_so_until_they_served(home, store):
    for gate in ({"held": True}, {"held": True}, {"held": False, "challenger": True}):
        store.publish(lambda _, gate=gate: FACTS | {"gate": gate})
    live, chosen = store.live(), store.numbers()[-2]
    store.set_live(chosen)
    store.set_live(live)
    assert [each["state"] for each in serving_record.listed(home)[:3]] == ["challenger", "shadow", "held"]
    assert [each["state"] for each in serving_record.listed(home) if each["live"]] == ["live"]


@pytest.mark.parametrize("by", ["", "  ", "x" * 101, "a\x1bb"])
def test_a_name_can_be_seen(by):
    with pytest.raises(InputError, match="1 to 100 characters"):
        serving_record.named(by)


@pytest.mark.parametrize("name", ["shop_1", "shop_2", "shop_3"])
def test_a_saved_workspace_gets_a_record_on_first_use(name, tmp_path):
    ws = unpacked(name, tmp_path)
    assert not Record(ws.versions).path.exists()
    assert versions.serving(ws).version == 1
    [first] = Record(ws.versions).moves()
    assert (first.before, first.to, first.why, first.by) == (None, 1, "recorded", "local")
    assert serving_record.served(ws)["version"] == 1
    with pytest.raises(NotFound, match="the record begins at"):
        serving_record.served(ws, "2001-01-01")


# Verify


def test_verify_names_the_damaged_lines_of_the_record(home, store):
    assert verify(home).is_whole
    record = Record(home.versions)
    damage(record, 2)
    damage(record, 3)
    [finding] = verify(home, repair=True).findings
    assert (finding.path, finding.fault, finding.repair) == ("artifacts/versions/served.jsonl", "damaged", None)
    assert "lines 2 and 3." in finding.text
    assert serving_record.served(home)["version"] == 2


def test_verify_checks_the_manifests_of_pruned_versions(home, store):
    store.publish(lambda _: FACTS)
    store.prune(2)
    assert verify(home).is_whole
    path = home.versions / "pruned" / "0001.json"
    path.write_text(path.read_text().replace("0.1", "0.2"))
    assert [finding.path for finding in verify(home).findings] == ["artifacts/versions/pruned/0001.json"]
    assert "damaged" in serving_record.listed(home)[-1]


def test_a_repair_of_a_lost_pointer_asks_the_record(home, store):
    (home.versions / "live").write_text("?")
    report = verify(home, repair=True)
    assert (report.is_whole, store.live(), len(store.moves())) == (True, 2, 4)


def test_a_repair_that_moves_the_pointer_is_recorded(home):
    store = Versions(home.versions)
    for _ in range(2):
        store.publish(lambda folder: {**FACTS, "files": (folder / "model").write_text("model")})
    (store.path(2) / "model").write_text("other")
    verify(home, repair=True)
    assert (store.live(), store.moves()[-1].why) == (1, "repaired")


# Command line and API


def test_the_command_line_says_what_served(home, store, capsys):
    assert main(["live", "1", "--by", "Bob"]) == 0
    capsys.readouterr()
    assert (main(["served", "--json"]), json.loads(capsys.readouterr().out)["version"]) == (0, 1)
    assert (main(["served"]), main(["served", "--at", "2001-01-01 10:00"]), main(["served", "--at", "soon"])) == (0, 2, 2)
    out, err = capsys.readouterr()
    assert out.startswith("Version 1: since ")
    assert out.endswith("(went back, by Bob), and serves still.\n")
    assert err.count("\n") == 2
    assert main(["live", "2", "--by", " "]) == 2
    assert (main(["versions", "--json"]), json.loads(capsys.readouterr().out)[-1]["state"]) == (0, "live")


def test_the_api_says_what_served(home, store, client):
    assert client.post("/versions/1/live", params={"by": "till"}).json() == {"live": 1}
    served = client.get("/served").json()
    assert (served["version"], served["why"], served["by"], served["until"]) == (1, "went_back", "till", None)
    asked = client.get("/served", params={"at": store.moves()[0].when.isoformat()})
    assert (asked.status_code, asked.json()["version"], asked.json()["why"]) == (200, 1, "retrain")
    assert [client.get("/served", params={"at": at}).status_code for at in ("2001-01-01", "soon", "9" * 41)] == [404, 422, 422]
    assert client.post("/versions/1/live", params={"by": " "}).status_code == 422
    assert {each["state"] for each in client.get("/versions").json()} == {"live", "served", "shadow"}


def test_a_pruned_version_cannot_be_made_live(home, store, client, capsys):
    store.prune(2)
    answer = client.post("/versions/1/live")
    assert (answer.status_code, main(["live", "1"])) == (404, 2)
    assert (
        answer.json()["detail"]
        == capsys.readouterr().err.strip()
        == "There is no version 1 any more: it was pruned, and its manifest, which is kept, cannot serve."
    )
