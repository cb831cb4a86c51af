"""Bands that were learned when a version was published are those that its past errors give."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import past_ensembles as pasts
import pyarrow as pa
import pytest
from pyarrow import parquet

from forecasting.training import learned_bands
from forecasting.training.bands import quantiles

N, CUTS, WINDOWS, THEN = 12, 5, (1, 7, 14), (7,)


def made():
    return pasts.ensemble(*pasts.noisy(n=N, cutoffs=CUTS))


def same(one, other):
    """Whether two bands are the same bit for bit."""
    if one is None or other is None:
        return one is other
    numbers = [
        [*(np.float64(value) for value in of.law), np.float64(of.shift), np.float64(of.freedom), of.own, of.levels, of.rest] for of in (one, other)
    ]
    return one.window == other.window and all(a.tobytes() == b.tobytes() for a, b in zip(*numbers, strict=True))


@pytest.fixture
def published(tmp_path):
    """An ensemble whose bands were written, and the same as it is loaded."""
    written = made()
    learned_bands.write(written, WINDOWS, THEN, tmp_path)
    return written, replace(written, learned=learned_bands.read(tmp_path, written.past, N))


def test_bands_that_were_kept_are_those_that_are_learned(published, monkeypatch):
    written, loaded = published
    wanted = {window: (written.calibrated(window), written.calibrated_past(window)) for window in (*WINDOWS, 3)}
    assert [same(loaded.calibrated(3), wanted[3][0]), all(map(same, loaded.calibrated_past(14), wanted[14][1]))] == [True, True]
    monkeypatch.setattr(quantiles, "learn_bands", lambda *_: pytest.fail("learned again"))
    assert all(same(loaded.calibrated(window), wanted[window][0]) for window in WINDOWS)
    assert all(map(same, loaded.calibrated_past(7), wanted[7][1]))


def test_bands_of_another_past_are_learned_from_it(published):
    _, loaded = published
    other = pasts.ensemble(*pasts.noisy(n=N, cutoffs=CUTS, seed=1))
    assert same(replace(loaded, past=other.past).calibrated(7), other.calibrated(7))


def test_a_version_without_past_errors_or_of_before_or_of_another_form_has_none(tmp_path):
    empty = pasts.ensemble(np.empty((0, N, 14)), np.empty((0, N, 14)))
    learned_bands.write(empty, WINDOWS, THEN, tmp_path)
    assert learned_bands.read(tmp_path, empty.past, N) is None
    learned_bands.write(made(), WINDOWS, THEN, tmp_path)
    table = parquet.read_table(tmp_path / learned_bands.NAME)
    facts = {**json.loads(table.schema.metadata[b"shelfcast"]), "form": learned_bands.FORM + 1}
    parquet.write_table(table.replace_schema_metadata({b"shelfcast": json.dumps(facts)}), tmp_path / learned_bands.NAME)
    assert pa.table(table).num_rows == N
    assert learned_bands.read(tmp_path, made().past, N) is None
