"""The accuracy page as a person meets it."""

from __future__ import annotations

import io
from dataclasses import replace

import pandas as pd
import pytest
from app_driver import chart, curves, numbers, opened, texts

from forecasting.analysis import accuracy
from forecasting.analysis.monitoring.findings import Finding
from forecasting.core import formatting
from forecasting.services import accuracy as accuracy_service
from forecasting.services import monitoring, versions
from pages.components.accuracy import backtest, measures, since_served
from pages.components.accuracy import numbers as accuracy_numbers
from pages.components.shared import markdown

pytestmark = pytest.mark.usefixtures("fresh_caches")


def shop(ws):
    """What the page shows without filters."""
    return accuracy.accuracy(accuracy_service.judged(ws, 1, versions.load(ws, 1)), {})


def test_an_empty_workspace_has_nothing_to_judge():
    at = opened("accuracy")
    assert at.title[0].value == "Accuracy"
    assert "Upload your first sales file." in texts(at)
    assert not at.metric


def test_the_page_answers_in_four_numbers_that_agree_with_the_manifest(watching):
    at = opened("accuracy")
    metrics = versions.manifest(watching, 1)["metrics"]
    assert list(numbers(at)) == ["Miss by product", "Better than naive", "Bias", "In the 80 % band"]
    assert numbers(at)["Miss by product"] == formatting.percent(metrics["wape"])
    assert numbers(at)["In the 80 % band"] == formatting.percent(metrics["coverage_80"])
    assert "3 cutoffs, 14 days each" in texts(at)


def test_a_large_file_says_that_each_series_is_judged_at_some_cutoffs_only():
    facts = {"version": 7, "cutoffs": ["2026-08-01", "2026-08-15"], "judged_days": 14, "sales_to": "2026-08-29"}
    assert ": 2 cutoffs, 14 days each, 1" in backtest.context(facts).replace(formatting.NBSP, " ")
    facts["left_out"] = {"cutoffs": 3, "share": 0.25}
    assert ": 2 cutoffs, 14 days each, each series at 3 of them, 1" in backtest.context(facts).replace(formatting.NBSP, " ")


def test_a_retraining_keeps_what_was_judged(watching):
    folder = watching.versions / "0001"
    assert (folder / "judged.parquet").exists()
    assert "judged.parquet" in versions.manifest(watching, 1)["files"]


def test_every_chart_is_there(watching):
    at = opened("accuracy")
    assert set(curves(at)) == {"Prophet", "LSTM", "Trees", "Seasonal naive", "Blend"}
    assert [trace["name"] for trace in chart(at, 1)["data"]] == ["Promised", "Single days", "Sums of 7 days", "Their total"]
    at.selectbox(key="cutoff").set_value("All cutoffs").run()
    assert [trace["name"] for trace in chart(at, 2)["data"]] == ["Sold", "Blend"]


def test_the_measure_stands_in_the_url(watching):
    at = opened("accuracy", measure="MASE")
    assert "##### MASE by days ahead" in texts(at)
    found = shop(watching)
    table = at.dataframe[0].value
    assert table["cutoff"].tolist()[-1] == "All"
    assert table["blend"].tolist()[-1] == pytest.approx(found.overall.set_index("model").loc["blend", "mase"])
    at.segmented_control(key="measure").set_value("Bias").run()
    assert "##### Bias by days ahead" in texts(at)


@pytest.mark.parametrize("measure", measures.MEASURES)
def test_every_measure_can_be_shown(watching, measure):
    assert f"##### {measures.MEASURES[measure].title} by days ahead" in texts(opened("accuracy", measure=measure))


def test_one_cutoff_can_be_looked_at_the_last_one_first(watching):
    at = opened("accuracy")
    last = formatting.date(versions.load(watching, 1).past.cutoffs[-1])
    assert at.selectbox(key="cutoff").value == last
    assert "With the bands known at this cutoff" in texts(at)
    day = at.selectbox(key="cutoff").options[1]
    at.selectbox(key="cutoff").set_value(day).run()
    assert not at.exception
    assert {trace["name"] for trace in chart(at, 2)["data"]} >= {"Sold", "Sales", "Prophet", "LSTM", "Blend", "80\u00a0% range"}
    assert day == formatting.date(versions.load(watching, 1).past.cutoffs[1])


def test_the_series_table_is_worst_first_and_names_every_judged_series(watching):
    table = opened("accuracy").dataframe[-1].value
    assert table["wape"].dropna().is_monotonic_decreasing
    assert "Bread, North" in table["series"].tolist()
    assert table.columns[:3].tolist() == ["series", "wape", "better"]


def test_who_needs_a_person_is_named_with_the_reason(watching):
    at = opened("accuracy", gone="true")
    assert "Old pie, North" in product_names(at)
    assert ":orange-badge[No longer sold]" in texts(at)
    assert "No rows since" in texts(at)
    assert "Old pie, North" not in product_names(opened("accuracy"))


def product_names(at):
    """The products that the page links to."""
    return [link.proto.label for link in at.get("page_link") if link.proto.page == "product"]


def test_a_filter_changes_every_number(watching):
    at = opened("accuracy", product_id="Bread")
    found = accuracy.accuracy(accuracy_service.judged(watching, 1, versions.load(watching, 1)), {"product_id": "Bread"})
    assert numbers(at)["Miss by product"] == formatting.percent(found.overall["wape"].iloc[0])
    assert at.dataframe[-1].value["series"].tolist() == [f"Bread, {region}" for region in accuracy.by_series(found)["region"]]


def test_one_series_has_no_table_of_series(watching):
    at = opened("accuracy", product_id="Bread", region="South")
    assert "By series" not in texts(at)
    assert "One series." in texts(at)
    assert [trace["name"] for trace in chart(at, 1)["data"]] == ["Promised", "Single days", "Sums of 7 days"]


def test_a_series_too_young_to_judge_says_so(watching):
    at = opened("accuracy", product_id="New bun")
    assert "Too new to judge." in texts(at)
    assert not at.metric
    at.selectbox(key="product_id").set_value(None).run()
    assert at.metric


def test_filters_that_exclude_each_other_can_be_cleared(watching):
    at = opened("accuracy", product_id="New bun", region="South")
    assert "Nothing matches these filters." in texts(at)
    at.button(key="clear").click().run()
    assert at.metric


def test_a_file_too_short_for_a_backtest_says_so(watching, monkeypatch):
    manifest = versions.manifest(watching, 1)
    monkeypatch.setattr(versions, "manifest", lambda *_: {**manifest, "cutoffs": []})
    at = opened("accuracy")
    assert "No backtest yet." in texts(at)
    assert not at.metric


def test_the_numbers_are_held_against_the_version_before(watching, monkeypatch):
    was = versions.manifest(watching, 1)
    metrics = was["metrics"] | {"wape": was["metrics"]["wape"] + 0.05, "coverage_80": 0.5}
    monkeypatch.setattr(accuracy_numbers, "before", lambda _: {**was, "version": 7, "metrics": metrics})
    at = opened("accuracy")
    assert at.metric[0].delta == "5.0 points"
    assert at.metric[0].proto.color == at.metric[1].proto.color
    assert "v7: 50.0" in at.metric[3].help
    assert "vs v7" not in str(opened("accuracy", product_id="Bread").metric[0].proto)


def test_the_downloads_hold_the_numbers_of_the_page(watching):
    at = opened("accuracy")
    found = shop(watching)
    page = at.dataframe[-1].value
    table = pd.read_csv(io.BytesIO(accuracy_service.series_csv(found))).query("product_id != 'Old pie'")
    assert (100 * table["wape"]).tolist() == pytest.approx(page["wape"].tolist(), abs=1e-3, nan_ok=True)
    past = pd.read_csv(io.BytesIO(accuracy_service.backtest_csv(found)))
    judged = past.dropna(subset=["sales", "forecast"])
    wape = (judged["forecast"] - judged["sales"]).abs().sum() / judged["sales"].sum()
    assert formatting.percent(wape) == numbers(at)["Miss by product"]
    inside = judged[judged["lower_80"].notna()].eval("lower_80 <= sales <= upper_80").mean()
    assert inside == pytest.approx(found.overall["coverage_80"].iloc[0], abs=0.01)
    assert "Old pie" in accuracy_service.attention_csv(found).decode()


def test_names_from_a_file_read_as_they_were_written(watching, monkeypatch):
    odd = "<img src=x onerror=alert(1)> **x** :red[x] $x$ :tada:"

    def renamed(ws, version, load=versions.load):
        ensemble = load(ws, version)
        return replace(ensemble, panel=replace(ensemble.panel, series=ensemble.panel.series.replace("Old pie", odd)))

    monkeypatch.setattr(versions, "load", renamed)
    at = opened("accuracy", gone="true")
    assert f"{markdown.plain(odd)}, North" in product_names(at)
    assert odd not in texts(at)


def test_the_same_question_is_answered_once(watching, monkeypatch):
    asked = []
    real = accuracy.accuracy
    monkeypatch.setattr(accuracy, "accuracy", lambda judged, filters: asked.append(filters) or real(judged, filters))
    at = opened("accuracy")
    at.segmented_control(key="measure").set_value("Bias").run()
    assert asked == [{}]


def test_lean_says_which_way():
    said = [accuracy_numbers.lean(bias) for bias in (0.005, 0.03, -0.03, 0.2, -0.2, float("nan"))]
    assert said == ["balanced", "a little high", "a little low", "too high", "too low", formatting.UNKNOWN]


def test_a_version_whose_days_are_still_to_come_says_when_it_is_looked_at(watching):
    at = opened("accuracy")
    at.session_state[since_served.VIEW] = since_served.SINCE_SERVED
    at.run()
    assert not at.exception
    assert "No day to grade yet" in texts(at)
    assert not at.metric


def test_what_differs_is_said_with_what_to_do(watching, monkeypatch):
    calm = monitoring.monitor(watching)
    graded = replace(calm.graded, y=calm.graded.y[:, -7:], dates=calm.graded.dates[-7:])
    days = {name: getattr(calm.graded, name)[..., -7:] for name in ("version", "ordinary", "bins")}
    fields = ("line", "expected", "lower", "upper", "scale")
    graded = replace(graded, **days, **{name: graded.y.copy() for name in fields})
    finding = Finding("group", "level", {"region": "North"}, graded.dates[0], -0.2, "alarm", "Region North sells 20 % less", advice="Train again.")
    found = replace(calm, graded=graded, findings=(finding,))
    monkeypatch.setattr(monitoring, "monitor", lambda _: found)
    at = opened("accuracy")
    at.session_state[since_served.VIEW] = since_served.SINCE_SERVED
    at.run()
    assert not at.exception
    assert list(numbers(at)) == ["Error promised", "Error met", "Inside the 80 % range", "Forecast and sold"]
    assert "Region North sells 20 % less" in texts(at)
    assert [button.label for button in at.button if button.label == "We know"]
