"""Sums and means of what is known, against NumPy's own where those are defined; Student's t against printed tables."""

from __future__ import annotations

import doctest

import numpy as np
import pytest

from forecasting.core import arrays

AXES = [None, 0, 1, 2, (0, 2), (0, 1, 2)]


@pytest.fixture
def values():
    """Some of them not known; nothing is known of the first row, nor of the last day."""
    random = np.random.default_rng(0)
    values = np.where(random.random((4, 5, 6)) < 0.3, np.nan, random.gamma(2.0, 10.0, (4, 5, 6)))
    values[0], values[..., -1] = np.nan, np.nan
    return values


def test_the_examples_hold():
    assert doctest.testmod(arrays) == (0, 3)


@pytest.mark.parametrize("axis", AXES)
def test_a_mean_is_of_what_is_known(values, axis):
    known = np.isfinite(values).any(axis=axis)
    expected = np.full(known.shape, np.nan)
    expected[known] = np.nansum(values, axis=axis)[known] / np.isfinite(values).sum(axis=axis)[known]
    np.testing.assert_array_equal(arrays.nanmean(values, axis=axis), expected, strict=True)


@pytest.mark.parametrize("axis", AXES)
def test_a_sum_is_not_known_where_nothing_is(values, axis):
    known = np.isfinite(values).any(axis=axis)
    np.testing.assert_array_equal(arrays.known_sum(values, axis=axis), np.where(known, np.nansum(values, axis=axis), np.nan))


def test_a_mean_of_some_leaves_the_others_out():
    values, counts = np.array([[1.0, np.nan, 3.0], [5.0, 6.0, 7.0]]), np.array([[True, False, True], [False, False, False]])
    np.testing.assert_array_equal(arrays.mean_where(values, counts, axis=1), [2.0, np.nan])
    np.testing.assert_array_equal(arrays.mean_where(values, counts, axis=None), 2.0)


def test_a_share_of_nothing_is_not_known():
    np.testing.assert_array_equal(arrays.share(np.array([1, 0, 3]), np.array([2, 0, 0])), [0.5, np.nan, np.nan])


def test_quantiles_of_student_t_are_those_of_printed_tables():
    freedom = np.arange(2, 10)
    np.testing.assert_array_equal(arrays.t_quantile(0.95, freedom).round(3), [2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833])
    np.testing.assert_array_equal(arrays.t_quantile(0.975, freedom).round(2), [4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26])


def test_sums_from_the_start_begin_with_nothing():
    np.testing.assert_array_equal(arrays.added_up(np.array([[1.0, 2.0], [0.5, 0.0]])), [[0.0, 1.0, 3.0], [0.0, 0.5, 0.5]])
    np.testing.assert_array_equal(arrays.added_up(np.array([True, False, True]), np.int32), np.array([0, 1, 1, 2], dtype=np.int32), strict=True)
    np.testing.assert_array_equal(arrays.moving_sum(np.array([1.0, 2.0, 3.0]), 2), [3.0, 5.0])
