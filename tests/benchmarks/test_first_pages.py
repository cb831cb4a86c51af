"""The comparison of two checkouts' first pages."""

from __future__ import annotations

import doctest
import os
import time
from pathlib import Path

import pytest

from benchmarks.support import first_pages, page_costs
from benchmarks.support.first_pages import FirstPage


def test_the_tables_are_as_their_examples_say():
    assert doctest.testmod(first_pages) == doctest.testmod(page_costs) == (0, 1)


def test_medians_are_compared_whatever_one_start_took():
    slow, usual = FirstPage(9, 9, 9, 9, 9), FirstPage(2, 2, 2, 2, 2)
    lines = first_pages.table([usual, slow, usual], [FirstPage(1, 1, 1, 1, 1)]).splitlines()
    assert [line.split()[1:] for line in lines[1:]] == [["2.00", "1.00", "0.50"]] * 5


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="This system has no /proc.")
def test_the_cost_of_a_process_is_its_own_on_the_processor():
    assert first_pages.processor_seconds(os.getpid()) == pytest.approx(time.process_time(), abs=0.5)
