"""What was counted of the past when a version was published stands for counting it again, on the same terms and on no others."""

from __future__ import annotations

import numpy as np
import pandas as pd
import past_ensembles as pasts
import pytest

from forecasting.inventory.levels import lost_sales
from forecasting.inventory.orders import recommend as orders
from forecasting.inventory.policy import Policy
from forecasting.inventory.simulation import counted_past, policy_check
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import GivenStock
from forecasting.services import past_checks

N = 12
ROWS, NOTHING = np.arange(N), GivenStock.nothing(N)
WEEKLY = Policy(lead_time=3, review_period=4)


@pytest.fixture(scope="module")
def made():
    """Twelve series of about 40 a day, forecast for 28 days at four cutoffs."""
    y, blend = pasts.noisy(n=N, h=28, cutoffs=4)
    return pasts.ensemble(np.round(y), blend, before=np.full((N, 70), 40.0), health={"wape": 0.1})


def counted(made, folder, given=NOTHING):
    """What is read of what was counted on the usual terms."""
    counted_past.write(past_checks.count(made, state.complete(given, Policy(), made.panel, made.horizon)), folder)
    return counted_past.read(folder)


def same(one, other):
    pd.testing.assert_frame_equal(one.table, other.table, check_exact=True)
    pd.testing.assert_frame_equal(one.past_check.series, other.past_check.series, check_exact=True)


def test_on_the_same_terms_nothing_is_counted_again_and_every_number_is_the_same(made, tmp_path, monkeypatch):
    kept = counted(made, tmp_path)
    wanted = [
        orders.recommend_orders(made, given, Policy(start=start), ROWS) for given, start in ((NOTHING, 0), (NOTHING.changed(state.ON_HAND, 9.0), 2))
    ]
    monkeypatch.setattr(policy_check, "past_sums", lambda *_, **__: pytest.fail("counted again"))
    monkeypatch.setattr(lost_sales, "covering_quantiles", lambda *_: pytest.fail("worked out again"))
    same(orders.recommend_orders(made, NOTHING, Policy(), ROWS, counted=kept), wanted[0])
    same(orders.recommend_orders(made, NOTHING.changed(state.ON_HAND, 9.0), Policy(start=2), ROWS, counted=kept), wanted[1])


OTHERS = {
    "another policy": (NOTHING, WEEKLY, ROWS),
    "another rule": (NOTHING, Policy(rule="min_max"), ROWS),
    "another target": (NOTHING, Policy(target="fill"), ROWS),
    "packs": (NOTHING.changed(state.PACK_SIZE, 6.0, ROWS[:1]), Policy(), ROWS),
    "a minimum": (NOTHING.changed(state.MINIMUM_ORDER, 50.0, ROWS[1:2]), Policy(), ROWS),
    "a promise of its own": (NOTHING.changed(state.SERVICE_LEVEL, 0.8, ROWS[2:3]), Policy(), ROWS),
    "goods that spoil": (NOTHING.changed(state.SHELF_LIFE, 3.0, ROWS[3:4]), Policy(), ROWS),
    "varying lead times": (NOTHING, Policy(lead_time=3, lead_time_sd=2.0), ROWS),
    "some of the series": (NOTHING, Policy(), ROWS[3:9]),
    "another order": (NOTHING, Policy(), ROWS[::-1]),
}


@pytest.mark.parametrize("asked", OTHERS.values(), ids=OTHERS)
def test_on_other_terms_the_past_is_counted_anew(made, tmp_path, asked):
    given, policy, rows = asked
    kept = counted(made, tmp_path)
    same(orders.recommend_orders(made, given, policy, rows, counted=kept), orders.recommend_orders(made, given, policy, rows))


def test_the_terms_of_the_shop_count_when_a_version_is_published(made, tmp_path, monkeypatch):
    packs = NOTHING.changed(state.PACK_SIZE, 6.0)
    kept, wanted = counted(made, tmp_path, packs), orders.recommend_orders(made, packs, Policy(), ROWS)
    monkeypatch.setattr(policy_check, "past_sums", lambda *_, **__: pytest.fail("counted again"))
    same(orders.recommend_orders(made, packs, Policy(), ROWS, counted=kept), wanted)


def test_the_sums_that_orders_ask_for_are_those_of_lead_times_alone_and_with_a_review_period(made):
    given = NOTHING.changed(state.LEAD_TIME, 2.0, ROWS[:1]).changed(state.SHELF_LIFE, 3.0, ROWS[1:2])
    shelves = state.complete(given, Policy(), made.panel, made.horizon)
    assert past_checks.order_windows(shelves, 28) == {2, 2 + 7, 7, 7 + 7, 7 + 3}
    assert past_checks.order_windows(shelves, 9) == {2, 7, 9}


def test_a_version_of_before_counted_nothing(tmp_path):
    assert counted_past.read(tmp_path) is None
