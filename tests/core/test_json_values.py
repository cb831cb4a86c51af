"""Tables as JSON rows say the same as the table, and nothing that JSON does not know."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from forecasting.core import json_values

TABLE = pd.DataFrame(
    {
        "day": pd.to_datetime(["2026-11-25", None]),
        "units": [1.5, np.nan],
        "cover": [np.inf, 2.0],
        "count": [1, 2],
        "open": [True, False],
        "name": pd.Series(['Tëa "1"\n', None], dtype="str"),
        "any": pd.Series([np.float64(0.5), np.float64("nan")], dtype=object),
    }
)
PLAIN = [
    {"day": "2026-11-25", "units": 1.5, "cover": None, "count": 1, "open": True, "name": 'Tëa "1"\n', "any": 0.5},
    {"day": None, "units": None, "cover": 2.0, "count": 2, "open": False, "name": None, "any": None},
]


def test_a_table_and_its_columns_give_the_same_rows():
    assert json.loads(json_values.array(json_values.of_table(TABLE))) == PLAIN
    assert json.loads(json_values.of_columns({str(name): TABLE[name].to_numpy() for name in TABLE})) == PLAIN


def test_no_rows_are_an_empty_array():
    assert json_values.array(json_values.of_table(TABLE.iloc[:0])) == json_values.of_columns({"units": np.array([])}) == b"[]"


def test_members_and_arrays_make_one_object():
    assert json.loads(json_values.joined({"version": 3, "last": None, "sum": {"expected": np.float64("nan")}}, forecast=b"[1]", orders=b"[]")) == {
        "version": 3,
        "last": None,
        "sum": {"expected": None},
        "forecast": [1],
        "orders": [],
    }


def test_rows_that_are_written_when_they_are_asked_for_are_those_of_the_table(monkeypatch):
    monkeypatch.setattr(json_values, "_ROWS_AT_A_TIME", 2)
    table = pd.DataFrame({"units": np.arange(5.0), "cover": [np.inf, 1.0, np.nan, 2.0, 3.0]})
    rows, whole = json_values.TableRows(table), json_values.of_table(table)
    assert (rows[3], rows[-1], rows[1:4], list(rows), len(rows)) == (whole[3], whole[-1], whole[1:4], whole, 5)
    with pytest.raises(IndexError):
        rows[5]
