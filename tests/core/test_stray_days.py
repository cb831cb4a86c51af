"""Days years from all others are told from old histories and from shops that were closed."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.core.stray_days import stray


def days(*parts: str) -> np.ndarray:
    """Days, and spans of them: "2020-01-01", "2020-01-01..2020-02-01"."""
    spans = [part.split("..") for part in parts]
    listed = [np.arange(span[0], np.datetime64(span[-1], "D") + 1, dtype="datetime64[D]") for span in spans]
    return np.unique(np.concatenate(listed))


@pytest.mark.parametrize(
    "others",
    [
        ["1970-01-01"],
        ["2199-12-31"],
        ["0001-01-01", "1900-01-01", "1970-01-01"],
        ["2006-03-01", "2016-03-02"],
        ["2012-01-01", "2012-06-01", "2013-01-01"],
    ],
)
@pytest.mark.parametrize("history", ["2026-01-01..2026-01-30", "2020-01-01..2026-06-30", "2022-12-31..2026-06-30"])
def test_a_few_days_years_from_all_others_are_strays(history, others):
    every = days(history, *others)
    assert every[stray(every)].tolist() == days(*others).tolist()


@pytest.mark.parametrize(
    "history",
    [
        ["1995-01-01..2026-06-30"],
        ["1995-01-01..1995-03-01", "2010-01-01..2026-06-30"],  # an old history
        ["2010-01-01", "2011-07-01", "2012-09-01", "2012-12-24", "2020-01-01..2026-06-30"],  # a product that sold rarely
        ["2022-01-01", "2024-12-31..2026-06-30"],  # closed for almost three years
        ["2024-01-01..2024-01-09", "2028-01-01"],  # too little to say what is usual
        ["2026-01-01"],
        ["1970-01-01", "2026-01-01"],
    ],
)
def test_old_histories_and_closed_shops_are_none(history):
    assert not stray(days(*history)).any()


def test_weeks_and_months_have_strays_too():
    weeks = np.append(np.datetime64("1970-01-01"), days("2024-01-01..2026-06-30")[::7])
    assert stray(weeks).nonzero()[0].tolist() == [0]


def test_no_days_are_no_strays():
    assert stray(np.empty(0, "datetime64[D]")).tolist() == []
