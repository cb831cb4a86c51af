"""Why a forecast changed, as the command line, the API and the pages ask it."""

from __future__ import annotations

import io
import json
import shutil

import pandas as pd
import pytest
from api_client import client, problem
from version_pairs import again, publish_again, with_trend

from forecasting.core.errors import NotFound, VersionDamaged
from forecasting.entrypoints.cli.verbs import main
from forecasting.services import change_explanation, versions
from forecasting.storage.versions.store import Versions


@pytest.fixture
def two(shop, fresh_caches):
    """A workspace with a second version, of which only the curves are others."""
    first = versions.load(shop, 1)
    publish_again(shop, again(first, models=with_trend(first, 1.1)))
    return shop


def parts(told):
    return {part["name"]: part["amount"] for part in told["parts"]}


def test_the_command_line_says_why(two, capsys):
    assert main(["why", "1", "2", "--days", "7", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["change"] == pytest.approx(told["after"] - told["before"])
    assert sum(parts(told).values()) == pytest.approx(told["change"])
    assert parts(told)["trend"] > 0
    assert told["certain"] == ["No earlier sales, settings or libraries changed: what the models add comes from new sales and from training anew."]
    assert main(["why", "1", "2", "--days", "7", "--product-id", "Tea"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "instead of" in lines[0]
    assert any(line.endswith("Level") for line in lines[1:])


def test_the_csv_has_a_row_a_series_with_amounts_that_are_not_rounded(two, tmp_path):
    assert main(["why", "1", "2", "--region", "North", "--out", str(tmp_path / "why.csv")]) == 0
    table = pd.read_csv(tmp_path / "why.csv")
    assert set(table["region"]) == {"North"}
    amounts = table.drop(columns=["product_id", "region", "category", "before", "after", "change"])
    assert amounts.sum(axis=1).tolist() == pytest.approx((table["after"] - table["before"]).tolist())


def test_http_says_the_same_and_filters_add_up(two):
    asked = client(two)
    whole = asked.get("/api/versions/2/why", params={"against": 1}).json()
    regions = [asked.get("/api/versions/2/why", params={"against": 1, "region": region}).json() for region in ("North", "South")]
    for name, units in parts(whole).items():
        assert sum(parts(told).get(name, 0.0) for told in regions) == pytest.approx(units)
    back = asked.get("/api/versions/1/why", params={"against": 2, "same_days": True}).json()
    assert back["change"] == pytest.approx(-whole["change"])
    answer = asked.get("/api/versions/2/why", params={"against": 1}, headers={"Accept": "application/json;q=0.5, text/csv"})
    assert len(pd.read_csv(io.StringIO(answer.text))) == 10
    assert answer.headers["content-disposition"].endswith('"why-v1-v2.csv"')
    assert asked.get("/api/versions/2/why", params={"against": 1}, headers={"Accept": "text/csv;q=0"}).json() == whole


def test_questions_that_cannot_be_answered_are_refused_in_one_sentence(two):
    asked = client(two)
    problem(asked.get("/api/versions/2/why", params={"against": 7}), 404, "not-found")
    problem(asked.get("/api/versions/2/why", params={"against": 1, "product_id": "Nothing"}), 404, "not-found")
    assert "not 99" in asked.get("/api/versions/2/why", params={"against": 1, "days": 99}).json()["detail"]
    assert asked.get("/api/versions/2/why").status_code == 422
    assert main(["why", "1", "7"]) == 2


def test_versions_that_are_gone_or_damaged_say_so(two):
    assert change_explanation.earlier(two, 2) == 1
    assert change_explanation.earlier(two, 1) is None
    (two.versions / "0001" / "forecast.parquet").write_bytes(b"no")
    with pytest.raises(VersionDamaged):
        change_explanation.why(two, 1, 2)
    store = Versions(two.versions)
    store.set_live(2)
    assert list(store.prune(1)) == [1]
    with pytest.raises(NotFound, match="v1 was pruned: its forecast is gone"):
        change_explanation.why(two, 1, 2)


def test_a_version_twice_changed_nothing(two):
    shutil.rmtree(two.versions / "0002")
    told = change_explanation.answer(change_explanation.why(two, 1, 1), {})
    assert (told["parts"], told["change"]) == ([], 0)
    assert told["text"].startswith("Nothing changed: ")
