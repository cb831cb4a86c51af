"""Notes and pins, as the command line and the API have them."""

from __future__ import annotations

import json

import pytest
from starlette.testclient import TestClient

from forecasting.core.errors import InputError, NotFound
from forecasting.entrypoints.api.app import make_app
from forecasting.entrypoints.cli.verbs import main
from forecasting.entrypoints.server.server_settings import ServerSettings
from forecasting.services import backup, serving_record, version_notes, versions
from forecasting.services.verification.verify import verify
from forecasting.storage.versions.remarks import Remarks
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace

FACTS = {"trained": "2026-01-01", "sales_to": "2026-01-01", "series": 1, "metrics": {"wape": 0.1}}


@pytest.fixture
def store(home):
    """Four versions of an empty model, the first of which was pruned."""
    store = Versions(home.versions)
    for _ in range(4):
        store.publish(lambda _: FACTS)
    store.prune(3)
    return store


@pytest.fixture
def client(home, store):
    return TestClient(make_app(home, ServerSettings()), base_url="http://localhost")


def entry(ws, number):
    return next(each for each in serving_record.listed(ws) if each["version"] == number)


def test_notes_and_pins_stand_in_the_list(home, store):
    version_notes.note(home, 2, "  First with\nall stores ", "Ada")
    version_notes.note(home, 1, "pruned, and still noted")
    version_notes.pin(home, 2)
    version_notes.pin(home, 2)
    assert [(each["text"], each["by"]) for each in entry(home, 2)["notes"]] == [("First with all stores", "Ada")]
    assert (entry(home, 2)["pinned"], entry(home, 3)["pinned"], entry(home, 3)["notes"]) == (True, False, [])
    assert entry(home, 1)["notes"][0]["text"] == "pruned, and still noted"
    assert len(Remarks(home.versions).every()) == 3, "a second pin says nothing new"


def test_a_version_that_waits_is_held_until_somebody_makes_it_live(home, store):
    version_notes.pin(home, 4)
    store.publish(lambda _: FACTS)
    assert (entry(home, 5)["state"], entry(home, 4)["state"]) == ("held", "live")
    versions.set_live(home, 5)
    versions.set_live(home, 4)
    assert entry(home, 5)["state"] == "shadow"


@pytest.mark.parametrize("text", ["", " \n", "x" * 501, "a\x07b", "a\u202eb"])
def test_a_note_that_cannot_be_read_is_refused(home, store, text):
    with pytest.raises(InputError, match="1 to 500 characters"):
        version_notes.note(home, 2, text)


def test_versions_that_are_not_there_can_be_neither_noted_nor_pinned(home, store):
    with pytest.raises(NotFound, match="no version 9"):
        version_notes.note(home, 9, "x")
    with pytest.raises(NotFound, match="it was pruned"):
        version_notes.pin(home, 1)


def test_unpin_needs_a_number_only_where_several_are_pinned(home, store):
    with pytest.raises(NotFound, match="No version is pinned"):
        version_notes.unpin(home)
    for number in (2, 3):
        version_notes.pin(home, number)
    with pytest.raises(InputError, match=r"^Versions 2 and 3 are pinned\. Say which one, e\.g\. 2\.$"):
        version_notes.unpin(home)
    assert version_notes.unpin(home, 3) == 3
    assert version_notes.unpin(home) == 2
    with pytest.raises(NotFound, match="Version 3 is not pinned"):
        version_notes.unpin(home, 3)


def test_the_command_line_notes_pins_and_unpins(home, store, capsys):
    assert main(["note", "3", "Holiday", "week", "off", "--by", "Ada"]) == 0
    assert main(["pin", "3"]) == 0
    assert "Version 3 is pinned. A pinned version is never deleted." in capsys.readouterr().out
    assert main(["versions", "--json"]) == 0
    listed = {each["version"]: each for each in json.loads(capsys.readouterr().out)}
    assert (listed[3]["notes"][0]["text"], listed[3]["notes"][0]["by"], listed[3]["pinned"]) == ("Holiday week off", "Ada", True)
    assert main(["unpin"]) == 0
    assert capsys.readouterr().out == "Version 3 is not pinned any more.\n"
    assert main(["pin", "9"]) == 2


def test_http_notes_pins_and_unpins(client):
    noted = client.post("/versions/2/note?by=Ada", json={"text": "Holiday"}).json()
    assert (noted["version"], noted["pinned"], [(note["text"], note["by"]) for note in noted["notes"]]) == (2, False, [("Holiday", "Ada")])
    assert client.post("/versions/2/pin").json()["pinned"]
    assert client.get("/versions").json()[-2]["pinned"]
    assert not client.delete("/versions/2/pin").json()["pinned"]
    assert [client.delete("/versions/2/pin").status_code, client.post("/versions/9/pin").status_code] == [404, 404]
    assert client.post("/versions/2/note", json={"text": " "}).status_code == 422


def test_a_backup_has_the_notes_and_verify_names_a_damaged_line(home, store, tmp_path):
    version_notes.note(home, 2, "one")
    version_notes.pin(home, 3)
    backup.backup(home, tmp_path / "shop.zip")
    backup.restore(tmp_path / "shop.zip", tmp_path / "again")
    again = Workspace(tmp_path / "again")
    assert (version_notes.pinned(again), entry(again, 2)["notes"][0]["text"]) == ([3], "one")
    path = Remarks(home.versions).path
    path.write_bytes(path.read_bytes().replace(b"one", b"two"))
    found = next(each for each in verify(home).findings if each.path.endswith("notes.jsonl"))
    assert found.text.startswith("Not as written: line 1. What was said there is not known.")
