"""A recommendation in words: every number of the sum, as it is shown, adds up."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import past_ensembles as pasts
import pytest
from hypothesis import given
from hypothesis import strategies as some

from forecasting.inventory.orders import recommend as orders
from forecasting.inventory.orders import wording
from forecasting.inventory.policy import Policy
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import GivenStock

N = 12
WEEKLY = Policy(lead_time=3, review_period=4)


def build():
    """Twelve series of 40 a day, sold in whole units and forecast well for 28 days at six cutoffs; 40.3 a day ahead."""
    y, blend = pasts.noisy(h=28, cutoffs=6)
    made = pasts.ensemble(np.round(y), blend, before=np.full((N, 70), 40.0))
    return replace(made, health=made.health.assign(wape=0.1), yhat={name: np.full((N, 28), 40.3) for name in made.yhat})


MADE = build()


def recommend(policy=WEEKLY, **columns):
    stated = GivenStock.nothing(N)
    for name, value in columns.items():
        stated = stated.changed(name, float(value))
    if "on_order" in columns:
        due = pd.DataFrame({"row": np.arange(N), "day": pd.NaT, "units": float(columns["on_order"])})
        stated = replace(stated, due=due.astype({"day": "datetime64[us]"}))
    return orders.recommend_orders(MADE, stated, policy, np.arange(N))


def figures(text):
    """The numbers of a sentence, in order."""
    return [int(found.replace(",", "")) for found in re.findall(r"\d[\d,]*", text)]


def test_the_sum_of_an_empty_shelf():
    found = recommend()
    level = int(found.table["order_up_to"].iloc[0])
    said = wording.sum_of(found, 0)
    assert said == f"Order {level}: 282 expected in 7 days plus {level - 282} safety stock, minus 0 on the shelf."


def test_packs_and_minimum_are_named_where_they_matter():
    said = wording.sum_of(recommend(on_hand=5, pack_size=12, minimum_order=400), 0)
    assert ". With packs of 12 and a minimum of 400, that makes 408." in said
    assert "packs" not in wording.sum_of(recommend(on_hand=5), 0)


def test_enough_is_said_with_what_it_covers():
    said = wording.sum_of(recommend(on_hand=900, on_order=40, backorders=3), 0)
    assert said.startswith("Nothing to order: 900 on the shelf plus 40 on the way minus 3 owed covers 282 expected in 7 days plus ")


@pytest.mark.parametrize(("rule", "how"), [("reorder_point", "in lots of 162"), ("min_max", "up to ")])
def test_rules_with_a_reorder_point_name_it(rule, how):
    found = recommend(replace(WEEKLY, rule=rule), on_hand=20)
    said = wording.sum_of(found, 0)
    assert f"the reorder point of {found.table['reorder_point'].iloc[0]:.0f} (161 expected in 4 days plus " in said
    assert how in said
    assert "5,000 on the shelf is above the reorder point" in wording.sum_of(recommend(replace(WEEKLY, rule=rule), on_hand=5000), 0)


def test_a_series_without_advice_says_why():
    assert "28 days" in wording.sum_of(recommend(Policy(lead_time=20, review_period=14)), 0)


def test_a_lead_time_that_varies_is_about_so_many_days():
    assert "expected in about 7 days" in wording.sum_of(recommend(replace(WEEKLY, lead_time_sd=1.0)), 0)


@pytest.mark.slow
@given(
    on_hand=some.integers(0, 700),
    on_order=some.integers(0, 200),
    backorders=some.integers(0, 50),
    pack_size=some.integers(1, 30),
    minimum_order=some.integers(0, 200),
)
def test_the_numbers_as_shown_add_up(on_hand, on_order, backorders, pack_size, minimum_order):
    found = recommend(on_hand=on_hand, on_order=on_order, backorders=backorders, pack_size=pack_size, minimum_order=minimum_order)
    said, quantity = wording.sum_of(found, 0), found.table["order_quantity"].iloc[0]
    if not quantity:
        assert said.startswith("Nothing to order")
        return
    before, _, packed = said.partition(". ")
    told, expected, _, safety, *rest = figures(before)
    assert told == quantity
    amounts = [on_hand, *([on_order] if on_order else []), *([-backorders] if backorders else [])]
    short = expected + safety - sum(amounts)
    assert rest[: len(amounts)] == [abs(amount) for amount in amounts]
    if packed:
        assert rest[-1] == short
        assert figures(packed)[-1] == quantity
    else:
        assert short == quantity


def test_the_proof_holds_promise_and_past_side_by_side():
    row = {"service_level": 0.95, "promise": "kept", "cycles": 72.0, "achieved": 0.958, "achieved_fill": 0.992, "achieved_textbook": 0.861}
    assert (
        wording.proof(row).replace("\u00a0", " ")
        == "Promised 95 %. Past check: no stockout in 95.8 % of 72 cycles, 99.2 % of demand served. Textbook: 86.1 %."
    )
    assert "Promise a share served" in wording.proof({**row, "achieved_fill": 0.83})
    assert "Too little history" in wording.proof({**row, "promise": "not judged", "cycles": 0.0})


def test_what_was_assumed_is_named():
    assert wording.assumed(recommend(on_hand=5).table.iloc[0]).replace("\u00a0", " ") == (
        "Assumed: lead time 3 days, review every 4 days, single units, no unit cost, 95 % service"
    )
    assert wording.assumed({"defaults": "on_hand, review_period", "review_period": 1.0}) == "Assumed: nothing in stock, review every day"
    assert wording.assumed({"defaults": ""}) == ""


def test_every_state_and_column_has_a_name():
    assert list(wording.STATES) == list(orders.STATES)
    assert set(wording.STOCK) == set(state.COLUMNS)


def test_totals_follow_what_a_person_changed():
    found = recommend(on_hand=0, unit_cost=2)
    names, quantity = found.table["unique_id"], found.table["order_quantity"]
    told = wording.order_totals(found, {names.iloc[0]: 0.0, names.iloc[1]: 5.0})
    assert told["units"] == quantity.iloc[2:].sum() + 5
    assert told["value"] == 2 * told["units"]
    assert told["without_cost"] == 0
    assert wording.order_totals(recommend(on_hand=0), {})["without_cost"] == N
    assert told["missed"] > found.table["expected_lost"].sum()
    assert told["surplus"] == 0
    over = recommend(on_hand=5000)
    assert wording.order_totals(over, {})["surplus"] == (5000 - over.table["order_up_to"]).sum()
    assert np.isnan(wording.order_totals(over, {})["value"])
