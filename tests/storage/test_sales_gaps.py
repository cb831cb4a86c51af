"""Days without sales are those that a file adds, on weekdays on which the shop is open."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small_tables import merged, sales, upload

from forecasting.storage.sales.table import Dataset
from forecasting.storage.workspace import Workspace


@pytest.fixture
def dataset(tmp_path):
    return Dataset(Workspace(tmp_path / "shop"))


def daily(store, days, *, closed=(6,), without=()):
    """A store's sales, a row a day, but for closed weekdays and some other days."""
    dates = pd.DatetimeIndex(days)
    dates = dates[~dates.day_of_week.isin(list(closed)) & ~dates.isin([pd.Timestamp(day) for day in without])]
    return sales(*[(f"{day:%Y-%m-%d}", store, 5) for day in dates])


JANUARY, FEBRUARY = pd.date_range("2024-01-01", "2024-01-31"), pd.date_range("2024-02-01", "2024-02-29")


def test_closed_sundays_are_no_days_without_sales(dataset):
    change = dataset.preview(pd.concat([daily(store, [*JANUARY, *FEBRUARY]) for store in "ab"], ignore_index=True))
    assert change.gap_days == 0
    assert change.gaps.empty
    assert "without sales" not in str(change)


def test_a_missing_day_beside_closed_sundays_counts_alone(dataset):
    change = dataset.preview(daily("a", [*JANUARY, *FEBRUARY], without=["2024-02-05", "2024-02-14"]))  # a Monday after a Sunday, a Wednesday
    assert change.gap_days == 2
    assert change.gaps[["first", "last", "days"]].to_numpy().tolist() == [
        [pd.Timestamp("2024-02-04"), pd.Timestamp("2024-02-05"), 1],
        [pd.Timestamp("2024-02-14"), pd.Timestamp("2024-02-14"), 1],
    ]


def test_days_that_were_missing_before_are_not_of_this_file(dataset):
    merged(dataset, daily("a", JANUARY, closed=(), without=["2024-01-10", "2024-01-11"]))
    assert dataset.preview(daily("a", FEBRUARY, closed=(), without=["2024-02-20"])).gap_days == 1
    assert dataset.preview(daily("a", ["2024-01-10"], closed=())).gap_days == 0
    dataset.merge(daily("a", FEBRUARY[2:], closed=()), upload("two.csv"))
    assert dataset.preview(daily("b", JANUARY[:9], closed=())).gap_days == 0


def test_days_between_the_saved_sales_and_the_file_are_of_this_file(dataset):
    merged(dataset, daily("a", JANUARY, closed=()))
    change = dataset.preview(daily("a", FEBRUARY[3:], closed=()))
    assert (change.gap_days, change.gaps["days"].tolist()) == (3, [3])


def test_a_new_product_closes_when_the_shop_does(dataset):
    old, new = daily("a", [*JANUARY, *FEBRUARY]), daily("b", FEBRUARY[-10:])
    assert dataset.preview(pd.concat([old, new], ignore_index=True)).gap_days == 0


def test_a_product_that_seldom_sells_says_nothing_of_weekdays(dataset):
    random = np.random.default_rng(0)
    days = pd.date_range("2024-01-01", periods=200)
    seldom = daily("a", days[random.random(200) < 0.2], closed=(6,))
    often = daily("b", days, closed=())
    span = (seldom["date"].max() - seldom["date"].min()).days + 1
    assert dataset.preview(pd.concat([seldom, often], ignore_index=True)).gap_days == span - len(seldom)


def test_a_shop_that_opened_on_a_few_sundays_is_closed_on_the_others(dataset):
    change = dataset.preview(pd.concat([daily("a", pd.date_range("2024-01-01", "2024-12-22")), daily("a", ["2024-12-08"], closed=())]))
    assert change.gap_days == 0
