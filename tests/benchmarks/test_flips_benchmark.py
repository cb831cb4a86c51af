"""A few flipped bits in every kind of file; the benchmark tries hundreds."""

from __future__ import annotations

import numpy as np

from benchmarks import flips
from forecasting.storage.workspace import Workspace


def test_no_flipped_bit_of_sales_or_versions_is_silent(tmp_path):
    ws = flips.workspace(tmp_path / "shop")
    flips.with_hashes(ws)
    outcomes = flips.measured(ws, 4, np.random.default_rng(7), old=False)
    assert outcomes.keys() >= flips.STRICT
    assert {kind: counts["silent"] for kind, counts in outcomes.items() if kind in flips.STRICT} == dict.fromkeys(flips.STRICT, 0)
    assert all(counts.total() == 4 for counts in outcomes.values())


def test_sales_of_an_earlier_release_are_tried_too(tmp_path):
    outcomes = flips.measured(flips.workspace(tmp_path / "shop"), 2, np.random.default_rng(0), old=True)
    assert list(outcomes) == ["data file of an earlier release", "log entry of an earlier release"]


def test_the_workspace_has_every_kind_of_file(tmp_path):
    ws = flips.workspace(tmp_path / "shop")
    flips.with_hashes(ws)
    tried = {path for _, path, _, _ in flips.files(ws, old=False)}
    there = {path for path in Workspace(ws.home).home.rglob("*") if path.is_file() and not path.name.endswith(".lock")}
    assert {path.name for path in there - tried} == {"forecast.csv"}
