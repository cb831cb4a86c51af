"""Why the line of a product and what is expected of it differ, said once and only where they do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import past_ensembles
import pytest

from forecasting.analysis import two_numbers
from forecasting.core import schema
from forecasting.core.period import DAY, MONTH, WEEK

SCREW, STEPS = np.array([1]), 14


@pytest.fixture(scope="module")
def ensemble():
    return past_ensembles.sparse()


def sold(ensemble, days, *, period=DAY, line=0.0, expected=0.4):
    """The ensemble in which the screw sold on so many of its last hundred days, one here and one there."""
    sales = np.tile((np.arange(100) * 37 % 100 < days).astype(float), (3, 1))
    dates = ensemble.panel.dates[-1:].append(ensemble.panel.ahead(99))
    panel = replace(ensemble.panel, sales=sales, dates=dates, period=period)
    numbers = {schema.BLEND: line, schema.EXPECTED: expected}
    return replace(ensemble, panel=panel, yhat={**ensemble.yhat, **{name: np.full((3, STEPS), units) for name, units in numbers.items()}})


def test_a_product_that_sells_on_few_days_says_on_how_many(ensemble):
    words = [two_numbers.in_words(sold(ensemble, days), SCREW, STEPS) for days in (30, 50, 4, 1)]
    assert words == [
        f"Sold on {often} days: most single days sell nothing, a week sells 2.8." for often in ("3 of 10", "5 of 10", "4 of 100", "1 of 100")
    ]


def test_weeks_and_months_are_told_in_their_own_words(ensemble):
    weekly, monthly = (two_numbers.in_words(sold(ensemble, 30, period=period), SCREW, STEPS) for period in (WEEK, MONTH))
    assert weekly == "Sold in 3 of 10 weeks: most single weeks sell nothing, four weeks sell 1.6."
    assert monthly == "Sold in 2 of 10 months: most single months sell nothing, three months sell 1.2."


def test_a_product_that_sells_often_but_unevenly_is_not_called_rare(ensemble):
    words = two_numbers.in_words(sold(ensemble, 90, line=1.0, expected=2.0), SCREW, STEPS)
    assert words == "Single days differ much: each is drawn at its median, a week sells 14."


def test_a_total_says_of_how_many_series(ensemble):
    words = two_numbers.in_words(ensemble, np.arange(3), STEPS)
    assert words == "2 of 3 series sell unevenly: totals add up their means, the models' lines lie close to their medians."


@pytest.mark.parametrize("expected", [10.0, 10.1])
def test_nothing_is_said_where_both_are_as_good_as_the_same(ensemble, expected):
    assert two_numbers.in_words(sold(ensemble, 100, line=10.0, expected=expected), SCREW, STEPS) == ""
    assert two_numbers.in_words(ensemble, np.array([0]), STEPS) == ""


def test_a_product_that_sells_nothing_says_nothing(ensemble):
    assert two_numbers.in_words(sold(ensemble, 0, expected=0.0), SCREW, STEPS) == ""
