"""New days are graded by what was forecast for them, and what differs is said everywhere alike."""

from __future__ import annotations

import json
from datetime import UTC

import numpy as np
import pandas as pd
import pytest
import shop_workspaces as shops
from starlette.testclient import TestClient

from forecasting.core import schema
from forecasting.core.errors import NotFound, NothingPublished
from forecasting.entrypoints.api.app import make_app
from forecasting.entrypoints.cli.verbs import main
from forecasting.entrypoints.server.server_settings import ServerSettings
from forecasting.services import cache, graded_days, monitoring, versions
from forecasting.storage.published import Published
from forecasting.storage.versions.moves import Move
from forecasting.storage.versions.store import Versions

DAYS = 12
LOST = "group:rows:region=North"


@pytest.fixture
def later(shop):
    """The shop twelve days after its training: every day sold what was expected, but the rows of North are lost on the last five."""
    ensemble = cache.live(shop).ensemble
    labels = ensemble.panel.series.drop(columns=schema.UNIQUE_ID)
    rows = [labels.assign(date=day, sales=ensemble.expected[:, at].round()) for at, day in enumerate(ensemble.panel.ahead(DAYS))]
    sold = pd.concat(rows)
    shops.merge(shop, sold[(sold["region"] != "North") | (sold["date"] < ensemble.panel.ahead(DAYS)[-5])], "later.csv")
    yield shop
    monitoring.forget()


def test_before_a_version_there_is_nothing_to_grade(home):
    with pytest.raises(NothingPublished):
        monitoring.monitor(home)


def test_a_version_whose_days_are_still_to_come(published):
    found = monitoring.monitor(published)
    assert (found.days, found.findings) == (0, ())
    assert found.sentence.startswith("No day has been graded yet")
    assert found.to_json()["wape"] is None


def test_new_days_are_graded_and_told_everywhere_alike(later, capsys):
    found = monitoring.monitor(later)
    assert found.days == DAYS
    assert found.forecast == pytest.approx(found.sold, rel=0.05)
    assert 0 < found.wape < 0.5
    assert [(each.id, each.loudness) for each in found.findings if each.what == "rows"] == [(LOST, "alarm")]
    assert len(found.daily) == DAYS
    told = found.to_json()
    assert {"days", "wape", "promised_wape", "coverage_80", "findings"} <= set(told)
    assert main(["monitor", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == told
    client = TestClient(make_app(later, ServerSettings()), base_url="http://localhost")
    assert client.get("/monitor").json() == told
    assert main(["monitor"]) == 0
    assert "Region North has had no row since" in capsys.readouterr().out


def test_a_finding_that_somebody_knows_of_is_silent(later):
    client = TestClient(make_app(later, ServerSettings()), base_url="http://localhost")
    answer = client.post("/monitor/acknowledge", json={"id": LOST}, params={"by": "Ada"})
    assert [each["acknowledged"] for each in answer.json()["findings"] if each["id"] == LOST] == [True]
    assert LOST not in {each.id for each in monitoring.monitor(later).alarms}
    assert client.post("/monitor/acknowledge", json={"id": "group:level:store=Nowhere:up"}).status_code == 404
    with pytest.raises(NotFound, match="monitor --json"):
        monitoring.acknowledge(later, "file:level:up")


def test_the_version_that_was_live_when_a_day_began_grades_it(later, monkeypatch):
    dates = cache.live(later).ensemble.panel.ahead(DAYS)
    began = [day.to_pydatetime().replace(hour=3, tzinfo=UTC) for day in (dates[0] - pd.Timedelta(days=3), dates[6])]
    facts = versions.manifest(later, 1)
    store = Versions(later.versions)
    store.publish(lambda _: {name: value for name, value in facts.items() if name not in ("version", "published", "files", "sha256")})
    kept = Published(later.published)
    first = kept.read(1)
    kept.write(2, first.rows.assign(version=2, line=first.rows["line"] + 1), first.facts)
    monkeypatch.setattr(Versions, "moves", lambda _: (Move(began[0], None, 1, "retrain"), Move(began[1], 1, 2, "retrain")))
    ensemble = versions.load(later, 1)
    graded = graded_days.graded(later, ensemble, graded_days.sales_now(later, ensemble, facts))
    by = pd.Series(graded.version, index=graded.dates)
    assert set(by[dates[:7]]) == {1}
    assert set(by[dates[7:]]) == {2}
    difference = graded.line[:, graded.version == 2] - ensemble.line[:, 7:DAYS]
    np.testing.assert_allclose(difference[np.isfinite(difference)], 1, atol=1e-3)
