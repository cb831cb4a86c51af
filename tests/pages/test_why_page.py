"""The page that says why a forecast changed."""

from __future__ import annotations

import pytest
from app_driver import chart, opened, texts
from version_pairs import again, publish_again, with_trend

from forecasting.services import versions


@pytest.fixture
def two(shop, fresh_caches):
    """A workspace with a second version, of which only the curves are others."""
    first = versions.load(shop, 1)
    publish_again(shop, again(first, models=with_trend(first, 1.1)))
    return shop


def table(at):
    return at.dataframe[-1].value.fillna(0)


def test_the_page_says_why_in_a_sentence_bars_and_a_table_that_add_up(two):
    at = opened("why")
    assert "instead of" in texts(at)
    assert "The parts add up exactly." in texts(at)
    bars = chart(at)["data"][0]
    assert (bars["base"][0], bars["x"][0] + bars["base"][0]) == (bars["base"][-1], table(at)["before"].iloc[-1])
    rows = table(at)
    parts = [name for name in rows if name not in ("name", "before", "after", "change")]
    assert (rows[parts].sum(axis=1) == rows["change"]).all()
    assert (rows[["before", "after", "change", *parts]].iloc[:-1].sum() == rows[["before", "after", "change", *parts]].iloc[-1]).all()
    assert rows["name"].iloc[-1].startswith("All ")


def test_links_bring_their_versions_and_filters(two):
    at = opened("forecast")
    assert "in_before=v1" in at.get("page_link")[0].proto.query_string
    at = opened("why", in_before="v2", in_after="v1", in_product_id="Tea")
    assert [at.selectbox(key=key).value for key in ("before", "after", "product_id")] == ["v2", "v1", "Tea"]
    assert "Next 14 days of v2 and of v1, Tea" in texts(at)


def test_a_version_twice_changed_nothing_and_same_days_are_asked_for(two):
    at = opened("why", session={"why_days": "Same days only"})
    assert "that v1 and v2 both forecast" in texts(at)
    at.selectbox(key="before").set_value("v2").run()
    assert "Nothing changed" in texts(at)
    assert not at.get("plotly_chart")


def test_one_version_alone_and_a_damaged_one_are_said(shop, two):
    (two.versions / "0001" / "backtest.parquet").write_bytes(b"no")
    assert "These versions cannot be compared." in texts(opened("why"))


def test_a_shop_with_one_version_is_told_when_there_is_something_to_see(shop, fresh_caches):
    assert "There is one version only." in texts(opened("why"))
