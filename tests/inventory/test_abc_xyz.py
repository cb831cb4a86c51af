"""Classes of value and of error."""

from __future__ import annotations

import doctest

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from forecasting.inventory.orders import abc_xyz


def test_the_examples_are_right():
    assert doctest.testmod(abc_xyz).failed == 0


def test_the_few_that_make_up_most_are_a():
    value = np.array([1.0, 500.0, 300.0, 120.0, 60.0, 19.0])
    assert abc_xyz.abc(value).tolist() == ["C", "A", "A", "B", "B", "C"]


def test_what_is_worth_nothing_is_c_even_where_nothing_is_worth_anything():
    assert abc_xyz.abc(np.zeros(3)).tolist() == ["C", "C", "C"]
    assert abc_xyz.abc(np.array([5.0, 0.0])).tolist() == ["A", "C"]
    assert abc_xyz.abc(np.array([])).tolist() == []
    assert abc_xyz.abc(np.array([5.0, -3.0, np.nan])).tolist() == ["A", "C", "C"]


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30))
def test_nobody_is_worth_more_than_somebody_of_a_better_class(value):
    value = np.array(value)
    found = abc_xyz.abc(value)
    for better, worse in (("A", "B"), ("B", "C"), ("A", "C")):
        if (found == better).any() and (found == worse).any():
            assert value[found == better].min() >= value[found == worse].max()


def test_errors_are_in_three_classes_and_an_unknown_one_is_the_worst():
    assert abc_xyz.xyz(np.array([0.1, 0.25, 0.4, 0.9, np.nan])).tolist() == ["X", "X", "Y", "Z", "Z"]


def test_what_reaches_a_share_belongs_to_it_and_of_equals_the_first_come_first():
    assert abc_xyz.abc(np.array([80.0, 15.0, 5.0])).tolist() == ["A", "B", "C"]
    assert abc_xyz.abc(np.full(10, 1.0)).tolist() == ["A"] * 8 + ["B"] * 2
    assert abc_xyz.abc(np.full(4, 1.0), shares=(0.25, 0.5)).tolist() == ["A", "B", "C", "C"]


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=30), st.floats(0.01, 100))
def test_classes_do_not_depend_on_the_currency(value, rate):
    assert abc_xyz.abc(np.array(value, dtype=float)).tolist() == abc_xyz.abc(np.array(value, dtype=float) * rate).tolist()
