"""Packs that bring an order to the supplier's minimum."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from forecasting.inventory.suppliers.top_up import Candidates, top_up


def lines(**changes: object) -> Candidates:
    """Three products: sold 10, 5 and 1 a step, in packs of 5, each at 2 money."""
    rates = np.array([10.0, 5.0, 1.0])
    values: dict[str, object] = {
        "quantity": np.array([20.0, 10.0, 0.0]),
        "pack_size": np.full(3, 5.0),
        "position": np.zeros(3),
        "values": np.full((3, 4), np.nan),
        "sold_by": rates[:, None] * np.arange(1, 29),
        "arrives": np.array([1, 1, 1]),
        "life": np.full(3, np.inf),
        "margin": np.full(3, 1.0),
        "holding": np.full(3, 0.01),
        "measures": np.array([[2.0] * 3, [1.0] * 3, [np.nan] * 3]),
    }
    return Candidates(**{**values, **changes})  # type: ignore[arg-type]


def test_nothing_is_added_to_an_order_that_reaches_its_minimum() -> None:
    result = top_up(lines(), np.array([60.0, 0.0, 0.0]))
    assert result.is_enough
    assert not result.units.any()
    assert np.isnan(result.sold_in).all()


def test_what_sells_soonest_fills_the_order_and_its_last_day_is_named() -> None:
    result = top_up(lines(), np.array([80.0, 0.0, 0.0]))
    assert result.is_enough
    assert result.units.tolist() == [10, 0, 0]
    assert result.sold_in[0] == 3
    assert result.worth < 0


def test_a_pack_that_spares_lost_sales_comes_before_one_that_only_lies() -> None:
    demand = np.array([[20.0, 20, 20, 20], [10.0, 10, 10, 50], [0.0, 0, 0, 0]])
    result = top_up(lines(values=demand), np.array([0.0, 35.0, 0.0]))
    assert result.units.tolist() == [0, 5, 0]
    assert result.worth > 0


def test_what_would_spoil_or_never_sell_is_not_added_and_the_order_says_so() -> None:
    result = top_up(lines(life=np.array([2.0, 2.0, 2.0])), np.array([500.0, 0.0, 0.0]))
    assert not result.is_enough
    assert not result.units.any()
    assert result.lacks[0] == 440


def test_a_minimum_in_a_measure_that_nothing_has_cannot_be_reached() -> None:
    result = top_up(lines(), np.array([0.0, 0.0, 10.0]))
    assert (result.is_enough, result.units.any()) == (False, False)


@given(value=st.integers(0, 600), units=st.integers(0, 300), seed=st.integers(0, 50))
def test_an_order_reaches_its_minimum_or_says_what_it_lacks(value: int, units: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    some = lines(values=np.sort(rng.gamma(2.0, 10.0, (3, 20)), axis=1), life=rng.choice([3.0, 9.0, np.inf], 3), position=rng.integers(0, 40, 3) * 1.0)
    wanted = np.array([value, units, 0.0])
    result = top_up(some, wanted)
    whole = some.quantity + result.units
    assert np.allclose(result.units % some.pack_size, 0)
    assert np.allclose(result.lacks, np.maximum(wanted - np.nan_to_num(some.measures) @ whole, 0))
    added = result.units > 0
    assert (result.sold_in[added] <= np.minimum(some.life, 28)[added]).all()
    if not result.is_enough:
        more = top_up(some, np.array([1e6, 0.0, 0.0]))
        assert np.allclose(more.units, result.units)
