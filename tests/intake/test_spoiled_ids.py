"""Article numbers that a spreadsheet turned into other numbers."""

from __future__ import annotations

import pyarrow as pa

from forecasting.intake.spoiled_ids import spoiled_ids


def test_article_numbers_that_a_spreadsheet_spoiled_are_named():
    assert 'EAN has numbers such as "4.00638E+12"' in spoiled_ids(pa.array(["A1", "4.00638E+12"]), "EAN")
    assert spoiled_ids(pa.array(["4006381333931", "12E5", "E+12", ""]), "EAN") == ""
