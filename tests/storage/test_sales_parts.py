"""Files of the sales table: a correction writes again what is near it, and leaves all older rows where they are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from deltalake import DeltaTable
from small_tables import merged, upload

from forecasting.core import schema
from forecasting.storage.sales import parts, swaps
from forecasting.storage.sales.table import Dataset

SERIES, DAYS = 40, 300


@pytest.fixture
def history():
    """Daily sales of many series."""
    days = pd.date_range("2025-01-01", periods=DAYS).astype("datetime64[us]")
    names = pd.Series([f"P{number:03}" for number in range(SERIES)], dtype="str")
    return pd.DataFrame({schema.DATE: np.tile(days, SERIES), schema.PRODUCT: names.repeat(DAYS).array, schema.SALES: np.arange(float(SERIES * DAYS))})


def correction(history, days, more=0.5):
    """Other values of the last days."""
    last = history[history[schema.DATE] > history[schema.DATE].max() - pd.Timedelta(days=days)].reset_index(drop=True)
    return last.assign(sales=last[schema.SALES] + more)


def files(dataset):
    """Name of an active file -> its rows."""
    return {part["path"]: part["num_records"] for part in parts.active(DeltaTable(str(dataset.workspace.sales)))}


def test_a_correction_of_the_last_days_writes_older_rows_once(home, history):
    dataset = merged(Dataset(home), history, correction(history, 7))
    [settled, recent] = sorted(files(dataset).items(), key=lambda file: -file[1])
    assert (settled[1], recent[1]) == (SERIES * (DAYS - 7 - swaps.OPEN_DAYS), SERIES * (7 + swaps.OPEN_DAYS))
    again = correction(history, 5, more=1.5)
    dataset.merge(again, upload("again.csv"))
    assert files(dataset)[settled[0]] == settled[1]
    assert recent[0] not in files(dataset)
    expected = pd.concat([history, correction(history, 7), again]).drop_duplicates([schema.DATE, schema.PRODUCT], keep="last")
    assert dataset.read().equals(expected.sort_values([schema.PRODUCT, schema.DATE], ignore_index=True))


def test_few_rows_stay_in_one_file(home, history):
    few = history[history[schema.PRODUCT] < "P010"].reset_index(drop=True)
    assert list(files(merged(Dataset(home), few, correction(few, 7))).values()) == [len(few)]


def test_a_correction_of_the_first_days_finds_them_wherever_they_are(home, history):
    dataset = merged(Dataset(home), history, correction(history, 7))
    first = history[history[schema.DATE] == history[schema.DATE].min()].assign(sales=-1.0).reset_index(drop=True)
    dataset.merge(first, upload("first.csv"))
    assert (dataset.read()[schema.SALES] == -1).sum() == SERIES
    assert dataset.rows() == len(history)


def test_a_file_that_does_not_say_which_days_it_has_may_have_any():
    day = pd.Timestamp("2025-01-01")
    assert swaps._has_days({"path": "x", "min": None, "max": {}}, day, day)
