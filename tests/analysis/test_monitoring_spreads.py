"""How far weeks usually lie from their forecast: each group by its size, and not by what one of its series does."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecasting.analysis.monitoring import spreads, weekly
from forecasting.analysis.monitoring.grading import Past
from forecasting.analysis.monitoring.groups import groups_of
from forecasting.analysis.monitoring.spreads import Spreads
from forecasting.analysis.monitoring.week_sums import Sums


def test_how_far_weeks_reach_against_a_worked_example():
    # the mean of 2 weeks varies by 4 + 12 / 2 = 10; 5 % of a t distribution with 9 degrees of freedom lie beyond 2.262, both sides together
    learned = Spreads(np.array([4.0]), np.array([12.0]), np.array([1.0]), 9.0)
    assert learned.deviation(2) == pytest.approx([np.sqrt(10)])
    assert learned.reach(0.025, 2) == pytest.approx([2.262 * np.sqrt(10)], rel=1e-3)


def test_a_small_group_is_not_taken_for_as_wild_as_a_large_one():
    random = np.random.default_rng(0)
    f = np.repeat([10.0, 10.0, 400.0, 400.0], 4)[:, None] * np.ones(56)
    together = np.repeat(random.normal(0, 0.1, (6, 4, 8, 1)) * np.ones(7), 4, axis=1).reshape(6, 16, 56)
    y, expected = f * (1 + together), np.broadcast_to(f, (6, 16, 56))
    ordinary = np.ones((6, 56), dtype=bool)
    past = Past(y, expected, expected, np.zeros(y.shape, dtype=np.int8), ordinary, pd.date_range("2026-01-01", periods=6))
    groups = groups_of({"store": np.repeat(list("ABCD"), 4)}, 16)
    small, _, large, _ = spreads.learn_spreads(past, groups, 7)[1].week
    assert large > 5 * small


@pytest.mark.parametrize("members", [2, 3, 12])
def test_one_series_is_no_shift_of_its_group(members):
    member, others = np.arange(30) < members, np.arange(30) >= members
    expected = np.full((30, 4), 100.0)
    one, each = expected.copy(), expected.copy()
    one[0] *= 3
    each[member] *= 1.3
    assert weekly._is_one_series(Sums(one, expected), member, others)
    assert not weekly._is_one_series(Sums(each, expected), member, others)
    less = expected.copy()
    less[1] *= 0.2
    assert weekly._is_one_series(Sums(less, expected), member, others)
