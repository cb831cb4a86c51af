"""The simulations of gate and shadow: what they must show, with fewer draws."""

from __future__ import annotations

import numpy as np

from benchmarks import champion
from benchmarks.support import broken_versions


def test_equal_recipes_go_live_and_far_worse_ones_do_not():
    live = champion.recipes(4000, 0)
    assert live["+0%"].min() >= 0.985
    assert live["+20%"].max() <= 0.005
    assert (live.to_numpy()[:, :-1] >= live.to_numpy()[:, 1:]).all()


def test_a_fifth_worse_is_found_within_28_days_and_equal_ones_stay():
    advised = champion.shadows(2000, 0).set_index(["lag", "worse"])
    assert advised.loc[(0.5, "+20%"), "28 days"] >= 0.9
    assert advised.loc[(0.5, "+0%"), "84 days"] <= 0.05


def test_good_versions_pass_and_every_kind_of_broken_ones_is_held():
    shop = broken_versions.shop(np.random.default_rng(1), 60, days=420)
    held = champion.versions({"shop": shop}, 2)["shop"]
    assert held.pop("good") == 0
    assert (held == 1).all(), held
