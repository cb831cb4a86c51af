"""CSV that is safe to open."""

from __future__ import annotations

import pandas as pd
import pytest

from forecasting import export


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert export.neutralised(pd.Series([text, "Bread", "a=b"], dtype="str")).tolist() == [f"'{text}", "Bread", "a=b"]


def test_numbers_below_zero_stay_numbers_and_days_are_iso():
    table = pd.DataFrame({"date": [pd.Timestamp(2026, 1, 2)], "product_id": pd.Series(["=x"], dtype="str"), "change": [-1.5]})
    assert export.to_csv(table) == b"date,product_id,change\n2026-01-02,'=x,-1.5\n"
