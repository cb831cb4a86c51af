"""The benchmark of seeds measures what it says."""

from __future__ import annotations

import numpy as np
import past_ensembles
import pytest

from benchmarks import seeds
from benchmarks.seeds import Told


def test_versions_that_agree_are_not_apart_and_others_by_their_share():
    one = Told(np.full((3, 5), 10.0), np.full((3, 5), 10.0), np.array([20.0, 40.0, np.nan]))
    other = one._replace(expected=np.full((3, 5), 12.0), level=np.array([22.0, 44.0, 7.0]))
    assert set(seeds.differences([one, one]).values()) == {0.0}
    apart = seeds.differences([one, other])
    assert apart["line, a day"] == 0
    assert apart["expected, a day"] == apart["total of a series"] == apart["total of all"] == pytest.approx(2 / 11)
    assert apart["order-up-to level"] == pytest.approx(3 / 31.5)


def test_a_level_covers_lead_time_and_review_period_with_the_promise():
    y, forecast = past_ensembles.noisy(h=14)
    made = past_ensembles.ensemble(y, forecast)
    level = seeds.told_by(made).level
    assert (level > made.expected.sum(axis=1)).all()


@pytest.mark.filterwarnings("error")
def test_a_horizon_too_short_for_the_level_has_a_dash():
    y, forecast = past_ensembles.noisy(h=7)
    told = seeds.told_by(past_ensembles.ensemble(y, forecast))
    apart = seeds.differences([told, told])
    assert seeds.shown(apart["order-up-to level"]) == "-"
    assert seeds.shown(apart["total of all"]) == "0.00"
