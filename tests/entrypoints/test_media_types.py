"""The format of an answer is the one that the client wants most."""

from __future__ import annotations

import pytest

from forecasting.entrypoints.api.media_types import preferred

JSON, CSV, LINES = "application/json", "text/csv", "application/x-ndjson"


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("", JSON),
        ("*/*", JSON),
        (CSV, CSV),
        ("Text/CSV; charset=utf-8, */*;q=0.1", CSV),
        (f"{CSV}, {JSON}", JSON),
        (f"{JSON};q=0.9, {CSV}", CSV),
        (f"{CSV};q=0.2, {LINES};q=0.8", LINES),
        (f"{CSV} ; q=0", JSON),
        (f"{CSV};q=0, {JSON};q=0", JSON),
        (f"{CSV};q=nonsense, ,;q=1", CSV),
    ],
)
def test_the_largest_weight_counts(accept, wanted):
    assert preferred(accept, [JSON, CSV, LINES]) == wanted
