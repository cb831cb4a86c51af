"""Two versions compared, as the command line and the API have it; and the table of all."""

from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd
import pytest
import shop_workspaces as shops
import version_copies
from starlette.testclient import TestClient

from forecasting.core.errors import InputError, NotFound
from forecasting.entrypoints.api.app import make_app
from forecasting.entrypoints.cli.verbs import main
from forecasting.entrypoints.server.server_settings import ServerSettings
from forecasting.services import cache, version_comparison, version_errors, version_table, versions
from forecasting.storage.versions.store import Versions


@pytest.fixture
def saved(home):
    """A saved shop with a second version, which expects a tenth more, and was trained to look further ahead."""
    version_copies.saved_shop(home)
    settings = versions.manifest(home, 1)["settings"]
    version_copies.copied(home, factor=1.1, by="schedule", settings={**settings, "horizon": 14})
    version_errors.forget()
    cache.forget()
    return home


def test_errors_units_and_settings_stand_side_by_side(saved):
    answer = version_comparison.compare(saved, 1, 2)
    assert (answer["reason"], len(answer["cutoffs"]), answer["errors"][0]["name"]) == ("", 3, "blend")
    assert answer["errors"][0]["a"] == pytest.approx(versions.manifest(saved, 1)["metrics"]["wape"])
    assert answer["total"]["b"] == pytest.approx(1.1 * answer["total"]["a"])
    assert sum(each["difference"] for each in answer["series"]) == pytest.approx(answer["total"]["difference"])
    assert [(each["label"], each["a"], each["b"]) for each in answer["settings"] if each["differs"]] == [("Days ahead", "7", "14")]


def test_a_version_is_not_compared_with_itself_nor_with_none(saved):
    with pytest.raises(InputError, match="cannot be compared with itself"):
        version_comparison.compare(saved, 1, 1)
    with pytest.raises(NotFound, match="no version 9"):
        version_comparison.compare(saved, 1, 9)


def test_versions_that_share_no_series_say_so_in_one_sentence_without_numbers(saved, monkeypatch):
    real = versions.load

    def other(ws, number):
        ensemble = real(ws, number)
        series = ensemble.panel.series.assign(unique_id=[f"sample {name}" for name in ensemble.panel.unique_ids])
        return replace(ensemble, panel=replace(ensemble.panel, series=series)) if number == 2 else ensemble

    monkeypatch.setattr(versions, "load", other)
    answer = version_comparison.compare(saved, 1, 2)
    assert answer["reason"] == "Versions 1 and 2 share no series, as the sample and sales of one's own, so that they are never compared."
    assert not any(answer[name] for name in ("cutoffs", "errors", "categories", "series", "total", "settings"))


def test_weekly_and_daily_versions_are_not_compared(saved):
    version_copies.copied(saved, period="week")
    assert version_comparison.compare(saved, 1, 3)["reason"] == "Version 1 has daily sales and version 3 weekly ones, so that they are not compared."


def test_of_a_pruned_version_the_settings_and_its_own_errors_are_left(saved):
    version_copies.copied(saved, cutoffs=["2026-01-01"])
    Versions(saved.versions).prune(2)
    answer = version_comparison.compare(saved, 1, 2)
    assert answer["reason"] == "Version 1 was pruned: its settings are known, but not its forecast."
    assert (answer["errors"][0]["name"], answer["total"], len(answer["settings"]) > 10) == ("blend", None, True)
    apart = version_comparison.compare(saved, 1, 3)
    assert apart["reason"].endswith("v1 and v3 were tested on different days.")
    assert apart["errors"] == []


def test_the_command_line_and_http_compare(saved, capsys):
    assert main(["compare", "1", "2"]) == 0
    told = capsys.readouterr().out
    assert "Error on single days, versions 1 and 2, at 3 past dates:" in told
    assert "Settings that differ: Days ahead: 7, 14." in told
    assert main(["compare", "1", "2", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    client = TestClient(make_app(saved, ServerSettings()), base_url="http://localhost")
    assert client.get("/versions/1/compare/2").json() == answer
    assert [client.get(f"/versions/1/compare/{number}").status_code for number in (1, 9)] == [422, 404]


def test_the_table_has_what_each_version_promised_and_why_it_was_trained(saved):
    newest, first = version_table.rows(saved)
    assert (newest.number, newest.state, newest.trigger, newest.by) == (2, "live", "schedule", "")
    assert newest.changed == ("Days ahead: 14",)
    assert (first.state, first.changed, first.trigger) == ("shadow", None, "")
    assert first.promised == pytest.approx(0.1406450782342752)
    assert first.size == sum(file["size"] for file in first.facts["files"].values())
    assert version_table.before_live(saved) == 1
    version_copies.copied(saved, trigger={"kind": "upload", "by": "Ada"})
    assert (version_table.rows(saved)[0].trigger, version_table.rows(saved)[0].by) == ("upload", "Ada")


def test_since_it_was_trained_only_days_count_that_it_forecast_and_that_were_sold_since(saved):
    assert version_table.rows(saved)[0].since is None
    forecast = pd.read_parquet(Versions(saved.versions).folder(1) / "forecast.parquet")
    first = forecast["ds"].min()
    sold = forecast[forecast["ds"] < first + pd.Timedelta(days=2)].copy()
    names = versions.load(saved, 1).panel.series.set_index("unique_id")
    keys = names.loc[sold["unique_id"].astype(str)].reset_index(drop=True)
    late = pd.concat([keys, sold[["ds"]].reset_index(drop=True)], axis=1).rename(columns={"ds": "date"}).assign(sales=10.0)
    shops.merge(saved, late, "late.csv")
    expected = (sold["blend"] - 10.0).abs().sum() / (10.0 * len(sold))
    one = version_table.rows(saved)[-1].since
    assert (one.steps, one.wape) == (2, pytest.approx(expected))


def test_old_and_damaged_versions_have_what_they_have(saved):
    version_copies.copied(saved, metrics={}, settings={}, cutoffs=None)
    (saved.versions / "0002" / "manifest.json").write_text("{")
    old, damaged, _ = version_table.rows(saved)
    assert (old.promised, old.trigger, old.state) == (None, "", "live")
    assert (damaged.state, damaged.promised, damaged.since, damaged.changed) == ("damaged", None, None, None)
    assert damaged.size > 0
