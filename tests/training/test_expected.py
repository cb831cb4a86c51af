"""What may be sold on average, beside the line of medians, and how a version keeps it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import past_ensembles
import pytest

from forecasting.core import schema
from forecasting.training import ensemble_files


@pytest.fixture
def sparse():
    """Two series, of which the second sells on few days: its line is 0, and 0.4 a day are expected."""
    random = np.random.default_rng(0)
    sold = np.stack([random.poisson(10.0, (4, 14)), random.binomial(1, 0.4, (4, 14))], axis=1).astype(float)
    line = np.stack([np.full((4, 14), 10.0), np.zeros((4, 14))], axis=1)
    made = past_ensembles.ensemble(sold, line)
    expected = np.where(np.arange(2)[:, None] == 1, 0.4, made.line)
    past = replace(made.past, yhat={**made.past.yhat, schema.EXPECTED: np.where(np.arange(2)[:, None] == 1, 0.4, line)})
    return replace(made, yhat={**made.yhat, schema.EXPECTED: expected}, past=past)


def test_without_an_expectation_of_its_own_the_line_is_expected(sparse):
    dense = replace(sparse, yhat={name: values for name, values in sparse.yhat.items() if name != schema.EXPECTED})
    np.testing.assert_array_equal(dense.expected, dense.line)
    assert not dense.apart.any()
    np.testing.assert_array_equal(sparse.apart, [False, True])


def test_sums_have_the_errors_of_what_was_expected(sparse):
    assert sparse.errors.f[:, 1].max() == 0
    np.testing.assert_allclose(sparse.expected_errors.f[:, 1], 0.4)
    np.testing.assert_allclose(sparse.cumulated.f[:, 1, -1], 0.4 * 14)
    np.testing.assert_array_equal(sparse.expected_errors_of(np.array([1])).f, sparse.expected_errors.f[:, [1]])


def test_a_version_keeps_what_is_expected_beside_the_line(sparse, tmp_path):
    saved = ensemble_files.forecast_frame(sparse)[schema.EXPECTED].to_numpy().reshape(2, -1)
    np.testing.assert_array_equal(saved, sparse.expected)
    sparse.past.frame(sparse.panel.unique_ids).to_parquet(tmp_path / "past.parquet", index=False)
    past = ensemble_files.past_of(tmp_path / "past.parquet", 2)
    np.testing.assert_array_equal(past.yhat[schema.EXPECTED], sparse.expected_errors.f)
