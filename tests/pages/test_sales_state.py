"""No page contradicts another about the sales: what is saved, what the forecast knows of it, and whether it is the sample."""

from __future__ import annotations

import hashlib

import pytest
from app_driver import opened, texts

from forecasting.services import sales as sales_service
from forecasting.services import saved_sales, versions
from forecasting.storage.versions.served_in_place import Serving
from pages.components.training.banner import SeenJob

pytestmark = pytest.mark.usefixtures("fresh_caches")

WITH_A_FORECAST = ("overview", "forecast", "orders", "accuracy")
LATER = "date,product_id,region,category,promo,sales\n2026-07-01,Bread,North,Food,0,5\n2026-07-04,Bread,North,Food,0,7\n"


def merge(ws, text=LATER, name="july.csv"):
    table = sales_service.inspect(text.encode(), name)
    return sales_service.merge(ws, text.encode(), name, sales_service.check(table, sales_service.guess(table)))


@pytest.fixture
def trained(monkeypatch):
    """Makes the live version one that learned from the sales as they are, without a training."""

    def prepare(ws, number=2):
        known = versions.manifest(ws, 1) | {"version": number, "sales_version": sales_service.sales_version(ws)}
        ensemble = versions.load(ws, 1)
        monkeypatch.setattr(versions, "manifest", lambda *_: known)
        monkeypatch.setattr(versions, "load", lambda *_: ensemble)

    return prepare


def link_to_retrain(at):
    return [link for link in at.get("page_link") if link.proto.label == "Retrain"]


def test_a_version_that_knows_all_sales_is_said_to_be_live_and_nothing_asks_for_a_retrain(shop, trained):
    merged = merge(shop)
    trained(shop)
    at = opened("upload", session={"saved": merged})
    assert "**v1 is live:** 5 products, next 14 days" in texts(at)
    assert "Retrain to" not in texts(at)
    assert "not in the forecast yet" not in texts(at)
    assert [link.proto.label for link in at.get("page_link")] == ["See forecast", "See orders"]
    assert not at.expander[0].proto.expanded


@pytest.mark.parametrize("page", WITH_A_FORECAST)
def test_every_page_says_that_saved_sales_are_not_in_the_forecast_yet(shop, page):
    merge(shop)
    at = opened(page)
    assert "Saved to 4 Jul, not in the forecast yet" in texts(at)
    assert "days old" not in texts(at).split("Saved to 4 Jul")[0]
    assert link_to_retrain(at) or any(button.label == "Retrain" for button in at.button)


def test_the_upload_page_asks_for_a_retrain_while_saved_sales_are_not_in_the_forecast(shop):
    at = opened("upload", session={"saved": merge(shop)})
    assert "Saved to 4 Jul, not in the forecast yet" in texts(at)
    assert "2 new rows" in texts(at)
    assert at.expander[0].proto.expanded


def test_a_version_that_knows_all_sales_needs_no_retrain(shop, trained):
    merge(shop)
    trained(shop)
    assert "not in the forecast" not in texts(opened("overview"))


def test_an_upload_that_was_taken_back_leaves_nothing_to_retrain_for(shop):
    merge(shop)
    sales_service.undo(shop)
    assert saved_sales.unused(shop, versions.manifest(shop, 1)) is None
    sales_service.undo(shop)
    assert "taken back, but is still in the forecast" in texts(opened("forecast"))


def test_corrected_days_are_named_by_their_file(shop):
    merge(shop, LATER.replace("2026-07-", "2026-06-"), "june.csv")
    assert "june\\.csv is saved, not in the forecast yet" in texts(opened("forecast"))


def test_what_is_saved_is_read_once_for_each_change(shop, monkeypatch):
    read, real = [], saved_sales.Dataset.daily
    monkeypatch.setattr(saved_sales.Dataset, "daily", lambda *asked: read.append(asked) or real(*asked))
    for page in ("forecast", "upload"):
        opened(page)
    assert len(read) == 1


# The sample


@pytest.fixture
def sample_shop(shop, monkeypatch):
    """A shop whose sales count as the sample."""
    [upload] = sales_service.uploads(shop)
    monkeypatch.setattr(sales_service.sample_sales, "SHA256", upload.sha256)
    return shop


@pytest.mark.parametrize("page", [*WITH_A_FORECAST, "upload"])
def test_every_page_says_that_it_shows_the_sample(sample_shop, page):
    assert "Sample bakery" in texts(opened(page))


def test_a_new_owner_is_led_from_the_sample_to_orders_of_his_own_in_three_steps(sample_shop):
    at = opened("overview")
    links = [link.proto.label for link in at.get("page_link")]
    assert "Welcome to Shelfcast" in texts(at)
    assert [link for link in links if link in ("See the forecast", "Upload a file", "See the orders")] == [
        "See the forecast",
        "Upload a file",
        "See the orders",
    ]
    merge(sample_shop, LATER.replace("Bread", "Mine"), "mine.csv")
    at = opened("overview")
    assert "Your sales are saved" in texts(at)
    at.button(key="overview_hide_welcome").click().run()
    assert "Welcome to Shelfcast" not in texts(at)


def test_the_welcome_ends_with_the_first_forecast_of_ones_own_sales(watching):
    assert "Welcome to Shelfcast" not in texts(opened("overview"))


@pytest.mark.parametrize("page", ["overview", "upload"])
def test_no_page_calls_a_persons_own_sales_the_sample(watching, page):
    assert "Sample bakery" not in texts(opened(page))


def test_the_sample_is_the_sample_whoever_uploads_it(home):
    content = b"date,product_id,sales\n2026-01-01,Bread,5\n2026-01-02,Bread,6\n"
    table = sales_service.inspect(content, "mine.csv")
    checked = sales_service.check(table, sales_service.guess(table))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sales_service.sample_sales, "SHA256", hashlib.sha256(content).hexdigest())
        sales_service.merge(home, content, "mine.csv", checked)
    assert sales_service.uploads(home)[0].kind == "sample"
    assert merge(home).replaced_sample
    assert not saved_sales.saved(home).is_sample
    assert saved_sales.saved(home).was_sample(1)
    sales_service.undo(home)
    assert saved_sales.saved(home).is_sample


def test_a_first_version_of_ones_own_sales_is_not_held_against_the_sample(shop, monkeypatch):
    """The error of other products on other days would read as "34.5 points worse"."""
    sample = versions.manifest(shop, 1)
    mine = sample | {"version": 2, "series_sha256": "another", "cutoffs": ["2026-05-01"], "metrics": sample["metrics"] | {"wape": 0.9}}
    monkeypatch.setattr(versions, "versions", lambda _: [mine, sample])
    monkeypatch.setattr(versions, "manifest", lambda _, number: mine if number == 2 else sample)
    monkeypatch.setattr(versions, "load", lambda *_, load=versions.load: load(shop, 1))
    monkeypatch.setattr(versions, "serving", lambda _: Serving(2))
    overview, accuracy = opened("overview", session={"seen": SeenJob(1, 0, None, "")}), opened("accuracy")
    assert [toast.value for toast in overview.toast] == ["**v2 is live**: miss by product 90.0\u00a0%"]
    assert "points" not in str([metric.proto for metric in (*overview.metric, *accuracy.metric)])
