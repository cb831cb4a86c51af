"""Errors are held against each other only where two versions were tested on the same."""

from __future__ import annotations

import pytest

from forecasting.analysis.version_comparison import difference, series_digest

SEVEN = {"version": 7, "cutoffs": ["2026-10-01"], "judged_days": 28, "period": "day", "series": 3, "series_sha256": series_digest("abc")}


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({}, ""),
        ({"series_sha256": series_digest("cba")}, ""),
        ({"cutoffs": ["2026-09-24"]}, "v3 and v7 were tested on different days."),
        ({"judged_days": 14}, "v3 and v7 were tested on different days."),
        ({"series_sha256": series_digest("abd")}, "v3 and v7 were tested on different products."),
    ],
)
def test_only_the_same_days_of_the_same_products_are_compared(other, says):
    assert difference(SEVEN, SEVEN | {"version": 3} | other) == difference(SEVEN | {"version": 3} | other, SEVEN) == says


def test_versions_that_have_no_digest_yet_are_told_apart_by_the_number_of_their_series():
    early = {name: value for name, value in SEVEN.items() if name != "series_sha256"} | {"version": 3}
    assert difference(SEVEN, early) == ""
    assert difference(SEVEN, early | {"series": 4}) == "v3 and v7 were tested on different products."
