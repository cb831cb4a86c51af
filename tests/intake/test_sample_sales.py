"""The sample looks like a shop."""

from __future__ import annotations

import hashlib

import pandas as pd
import pytest
from repository import ROOT

from forecasting.intake import sample_sales
from forecasting.services import sales as sales_service


@pytest.fixture(scope="module")
def sales():
    return sample_sales.make_sample_sales()


def test_the_sample_of_a_seed_is_always_the_same_and_is_the_one_in_the_repository(sales):
    pd.testing.assert_frame_equal(sales, sample_sales.make_sample_sales())
    content = sales_service.sample_csv()
    assert content == (ROOT / "data" / "sample.csv").read_bytes()
    assert hashlib.sha256(content).hexdigest() == sample_sales.SHA256


def test_it_has_what_a_real_shop_has(sales):
    assert sales.groupby(["product_id", "region"]).ngroups == 36
    per_product = sales.groupby("product_id").agg(first=("date", "min"), last=("date", "max"), mean=("sales", "mean"))
    assert (per_product["last"].max() - per_product["first"].min()).days == 1097
    assert per_product["first"][sample_sales.NEW] > per_product["first"].min() + pd.Timedelta(days=900)
    assert per_product["last"][sample_sales.DISCONTINUED] < per_product["last"].max() - pd.Timedelta(days=190)
    assert per_product["mean"].min() < 0.5
    assert set(sales.date[sales.region == sample_sales.CLOSED_SUNDAYS].dt.day_of_week) == set(range(6))
    weekday = sales.groupby(sales.date.dt.day_of_week).sales.mean()
    assert weekday[5] > 1.3 * weekday[0]
    on, off = (sales[sales.promo == value].sales.mean() for value in (1, 0))
    assert on > 1.2 * off
    days = sales[(sales.product_id == "Baguette") & (sales.region == "South")].date
    assert 0 < 1098 - len(days) < 10
