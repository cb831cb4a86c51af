"""A nightly file is answered by what is remembered, and that is listed and forgotten, on the command line and over HTTP."""

from __future__ import annotations

import json

from api_client import client, problem, sales_file

from forecasting.entrypoints.cli.verbs import main

MAY = "Datum;Artikel;Menge\n04/05/2026;Tee;3\n05/05/2026;Tee;4\n"
JUNE, JULY = (MAY.replace("/05/", f"/0{month}/") for month in (6, 7))


def test_a_nightly_file_needs_no_answers_until_they_are_forgotten(home, tmp_path, capsys):
    path, api = tmp_path / "may.csv", client(home)
    path.write_text(MAY)
    assert main(["upload", str(path)]) == 2
    assert main(["upload", str(path), "--day-first"]) == 0
    capsys.readouterr()
    answer = api.post("/api/upload", files=sales_file(JUNE.encode())).json()
    assert (answer["new"], answer["understood"]["first"]) == (2, "2026-06-04")
    assert [note for note in answer["understood"]["notes"] if "Read as may.csv of" in note]
    path.write_text(JULY)
    assert main(["upload", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["first"] == "2026-07-04"

    [known] = api.get("/api/profiles").json()
    assert (known["name"], known["mapping"]["sales"], known["fields"]) == ("may.csv", "Menge", {"day_first": True})
    assert main(["profiles"]) == 0
    assert known["id"] in (listed := capsys.readouterr().out)
    assert "--day-first" in listed
    assert api.delete(f"/api/profiles/{known['id']}").json() == known
    problem(api.delete(f"/api/profiles/{known['id']}"), 404, "not-found")
    assert api.get("/api/profiles").json() == []
    path.write_text(MAY.replace("/05/", "/08/"))
    assert main(["upload", str(path)]) == 2
    assert main(["upload", str(path), "--day-first"]) == 0
    assert main(["profiles", "--forget", known["id"], "--json"]) == 0
    assert main(["profiles", "--forget", known["id"]]) == 2
    assert "Nothing is remembered" in capsys.readouterr().err
