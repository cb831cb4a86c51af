"""The benchmark of hostile files: a few of them, of every kind, and what it says."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import fuzz_reading
from benchmarks.support import bombs
from forecasting.services import reading_processes
from forecasting.services.reading_limits import READING_MB, READING_SECONDS, ReadingLimits


@pytest.fixture
def limited(monkeypatch):
    for name in (READING_MB, READING_SECONDS):
        monkeypatch.setenv(name, "")
    yield
    reading_processes.pool(ReadingLimits(memory_mb=fuzz_reading.MEMORY_MB, seconds=fuzz_reading.SECONDS)).end()


def test_hostile_files_are_read_or_refused_and_the_server_stays_as_it_is(limited):
    figures = fuzz_reading.fuzz(100.0, first=1_000, most=25)
    assert figures["files"] == 25
    assert figures["read"] + figures["refused"] + figures.get("asked about", 0) + figures.get("ended: memory", 0) == 25
    assert figures["grew_mb"] < fuzz_reading.GROWTH_MB


@pytest.mark.parametrize("make", bombs.BOMBS)
def test_a_bomb_is_the_same_for_the_same_number_and_small(make):
    assert make(np.random.default_rng(7)) == make(np.random.default_rng(7))
    assert len(make(np.random.default_rng(7))[0]) < 2**25
