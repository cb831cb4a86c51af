"""The Versions page: what waits and why, all versions, and what a person does with one."""

from __future__ import annotations

import pytest
import version_copies
from app_driver import numbers, opened, texts

from forecasting.core import formatting
from forecasting.services import serving_record, shadow, version_comparison, version_notes, version_table, versions
from forecasting.services.shadow import Grade
from forecasting.services.version_table import VersionRow
from forecasting.storage.versions.store import Versions
from pages.components.shared import markdown
from pages.components.versions import wording

pytestmark = pytest.mark.usefixtures("fresh_caches")

CHECK = {"check": "store", "name": "North", "value": 0.4, "limit": 0.3, "held": True, "text": "store North is forecast 35 % lower"}
CUTOFFS = [{"cutoff": f"2026-0{month}-01", "champion": 0.19, "challenger": 0.2, "difference": 0.05} for month in range(1, 7)]
RECIPE = {"measure": "wape", "cutoffs": CUTOFFS, "mean": 0.051, "lower": 0.029, "upper": 0.074, "held": True}
GATE = {"held": True, "reason": "Held: at 6 of 6 past forecasts 5.1 % worse (2.9 to 7.4).", "champion": 2, "recipe": RECIPE, "checks": [CHECK]}


@pytest.fixture
def saved(home):
    """A saved shop with a second version."""
    version_copies.saved_shop(home)
    version_copies.copied(home, factor=1.1, by="Ada", gate={"held": False, "reason": "Goes live: same recipe, 7 more days of sales."})
    return home


@pytest.fixture
def held(saved):
    """A third one, which waits."""
    version_copies.copied(saved, gate=GATE)
    return saved


def said(at):
    """What the page says, without what keeps Markdown from reading it."""
    return texts(at).replace("\\", "").replace(markdown.JOINER, "")


def keys(at):
    return {button.key for button in at.button}


def test_all_versions_stand_in_a_table_and_the_way_back_is_one_press(saved):
    at = opened("versions")
    assert "v2 is live since" in texts(at)
    assert "v2: Goes live: same recipe, 7 more days of sales" in said(at)
    table = at.dataframe[0].value
    assert table["Version"].tolist() == ["v2", "v1"]
    assert table["State"].tolist() == [["Live"], ["Graded beside"]]
    assert table["Because of"].tolist() == ["Ada", "-"]
    assert "held_serve" not in keys(at)
    at.button(key="versions_go_back").click().run()
    assert serving_record.served(saved)["why"] == "went_back"
    assert at.button(key="versions_go_back").label == "Go back to v2"


def test_going_back_is_advised_and_is_one_press(saved, monkeypatch):
    found = Grade(
        2, 1, "shadow", 28, 31.0, 31.0, 0.24, "Going back to version 1 is better beyond doubt: on the same 28 days version 2 missed by 24 % more."
    )
    monkeypatch.setattr(shadow, "grades", lambda _: (found,))
    at = opened("versions")
    assert "Going back to version 1 is better beyond doubt" in said(at)
    at.button(key="advised_serve_1").click().run()
    assert serving_record.served(saved)["version"] == 1


def test_a_version_that_is_held_says_why_and_is_served_only_after_a_second_press(held):
    at = opened("versions")
    assert "v3 is not served" in said(at)
    assert "at 6 of 6 past forecasts 5.1 % worse (2.9 to 7.4)" in said(at)
    assert "v2 goes on serving; nothing is lost." in said(at)
    assert "store North is forecast 35 % lower" in said(at)
    at.button(key="held_serve").click().run()
    assert versions.serving(held).version == 2
    at.button(key="held_confirm").click().run()
    assert (versions.serving(held).version, serving_record.served(held)["why"]) == (3, "served_anyway")
    assert "held_serve" not in keys(at)


def test_the_overview_leads_to_a_version_that_is_held(held):
    at = opened()
    assert "**New forecast v3 is not served**" in texts(at)
    versions.set_live(held, 3)
    assert "is not served" not in texts(opened())


def test_not_now_leaves_everything_as_it_is(held):
    at = opened("versions")
    at.button(key="held_serve").click().run()
    at.button(key="held_not_now").click().run()
    assert versions.serving(held).version == 2
    assert "held_confirm" not in keys(at)


def test_a_version_is_noted_pinned_and_unpinned(saved):
    at = opened("versions")
    at.selectbox(key="versions_one").set_value(1).run()
    at.text_input(key="version_note_text").input("First *with* all stores")
    next(button for button in at.button if button.label == "Save").click().run()
    at.button(key="version_pin").click().run()
    assert version_notes.pinned(saved) == [1]
    row = at.dataframe[0].value.iloc[1]
    assert (list(row["State"]), row["Note"]) == (["Graded beside", "Pinned"], "First *with* all stores")
    assert at.button(key="version_pin").label == "Take the pin off"
    at.button(key="version_pin").click().run()
    assert version_notes.pinned(saved) == []


def test_two_versions_of_the_url_are_compared(saved):
    at = opened("versions", a="1", b="2")
    assert numbers(at)["Miss, v2"] == formatting.percent(version_comparison.compare(saved, 1, 2)["errors"][0]["b"])
    assert [each.value.columns[0] for each in at.dataframe[1:]][:1] == ["name"]
    at = opened("versions", a="1", b="1")
    assert "cannot be compared with itself" in texts(at)


def test_one_version_has_nothing_to_go_back_to_nor_to_compare_with(home):
    version_copies.saved_shop(home)
    at = opened("versions")
    assert "versions_go_back" not in keys(at)
    assert "There is one version so far" in texts(at)


def test_pruned_and_damaged_versions_are_shown_and_cannot_be_served(saved):
    for _ in range(2):
        version_copies.copied(saved)
    Versions(saved.versions).prune(3)
    (saved.versions / "0003" / "manifest.json").write_text("{")
    at = opened("versions")
    assert at.dataframe[0].value["State"].tolist() == [["Live"], ["Damaged"], ["Kept"], ["Pruned"]]
    for number in (1, 3, 4):
        at.selectbox(key="versions_one").set_value(number).run()
        assert at.button(key="version_live").disabled


@pytest.mark.parametrize(
    ("spans", "says"),
    [
        ([], "-"),
        ([["2026-11-15T06:10:00+00:00", "2026-11-22T06:10:00+00:00"]], "15 Nov to 22 Nov"),
        ([["2026-11-15T06:10:00+00:00", None]], "since 15 Nov"),
    ],
)
def test_when_a_version_served_is_said_in_words(spans, says):
    row = VersionRow({"version": 1, "served": spans}, None, None, None, "", "", None)
    assert wording.served(row).startswith(says)


def test_errors_since_a_version_was_trained_are_counted_in_its_steps():
    since = version_table.SinceTrained(0.143, 12)
    for period, says in (("day", "12 days"), ("week", "12 weeks"), ("month", "12 months")):
        row = VersionRow({"version": 1, "period": period}, None, since, None, "", "", None)
        assert wording.since(row) == f"14.3\u00a0% in {says}"
