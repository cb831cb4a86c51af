"""What was sold last week, held against what was forecast before any of it was known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shop_workspaces as shops
from small_tables import sales, upload

from forecasting.core import schema
from forecasting.services import last_week, versions
from forecasting.storage.sales.table import Dataset
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace
from forecasting.training.ensemble_files import FORECAST_FILE

pytestmark = pytest.mark.usefixtures("fresh_caches")


def july(ws, days, name="july.csv", price=None):
    """Sells 5 loaves a day in the first days of July."""
    frame = pd.DataFrame({"date": pd.date_range("2026-07-01", periods=days), "product_id": "Bread", "region": "North", "sales": 5})
    shops.merge(ws, frame if price is None else frame.assign(price=price), name)


def test_a_week_that_was_forecast_is_held_against_its_forecast(shop):
    july(shop, 7)
    week = last_week.last_week(shop, versions.manifest(shop, 1))
    ahead = versions.load(shop, 1).expected[:, :7].sum()
    assert (week.first, week.last, week.steps, week.sold, week.version) == (pd.Timestamp(2026, 7, 1), pd.Timestamp(2026, 7, 7), 7, 35, 1)
    assert week.forecast == pytest.approx(ahead)
    assert np.isnan(week.money)


@pytest.mark.parametrize(("columns", "units"), [({"blend": [0.0, 1.0]}, 1.0), ({"blend": [0.0, 1.0], "expected": [0.4, 1.4]}, 1.8)])
def test_what_was_expected_counts_where_a_version_knows_it(home, columns, units):
    day = pd.Timestamp(2026, 7, 1)

    def write(folder):
        pd.DataFrame({schema.DS: [day, day], **columns}).to_parquet(folder / FORECAST_FILE)
        return {}

    assert last_week._units_ahead(home, Versions(home.versions).publish(write))[day] == pytest.approx(units)


def test_a_week_that_a_version_knew_in_part_is_not_compared_and_says_from_when(shop):
    july(shop, 3)
    week = last_week.last_week(shop, versions.manifest(shop, 1))
    assert (week.first, week.version, week.from_) == (pd.Timestamp(2026, 6, 27), None, pd.Timestamp(2026, 7, 7))
    assert week.sold > 35
    assert np.isnan(week.forecast)


def test_days_beyond_the_forecast_are_not_compared(shop):
    july(shop, 20)
    assert last_week.last_week(shop, versions.manifest(shop, 1)).version is None


def test_ones_own_first_week_is_never_held_against_the_sample(shop, monkeypatch):
    [first] = Dataset(shop).history()
    july(shop, 7)
    monkeypatch.setattr("forecasting.intake.sample_sales.SHA256", first.sha256)
    monkeypatch.setattr("forecasting.storage.sales.lineage.Lineage.seen_in", lambda self, version: self.of(version)[-1:])
    assert last_week.last_week(shop, versions.manifest(shop, 1)).version is None


def test_sales_by_day_have_their_money_where_the_price_is_known(tmp_path):
    dataset = Dataset(Workspace(tmp_path / "shop"))
    assert dataset.daily().empty
    rows = (("2024-01-02", "a", 2.5, 4), ("2024-01-01", "a", 2.0, 3), ("2024-01-01", "b", float("nan"), 5), ("2024-01-03", "b", 1.0, float("nan")))
    dataset.merge(sales(*rows, columns=("date", "store", "price", "sales")), upload())
    expected = pd.DataFrame({"sales": [8.0, 4.0], "money": [6.0, 10.0], "unpriced": [5.0, 0.0]}, index=pd.to_datetime(["2024-01-01", "2024-01-02"]))
    pd.testing.assert_frame_equal(dataset.daily(), expected, check_names=False, check_index_type=False, check_freq=False)
