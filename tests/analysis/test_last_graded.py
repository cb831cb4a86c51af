"""What products sold in their newest days, held against what was forecast before them."""

from __future__ import annotations

import numpy as np
import past_ensembles
import pytest

from forecasting.analysis import last_graded, product_groups
from forecasting.core import schema

PRODUCTS = ["Bun", "Bun", *(f"Other {number:02}" for number in range(18))]


def graded(y, f, *, steps=7, names=PRODUCTS):
    series = {schema.PRODUCT: names, schema.STORE: [str(place) for place in range(len(names))]}
    ensemble = past_ensembles.ensemble(y, f, series=series)
    return last_graded.last_graded(ensemble, product_groups.groups(ensemble.panel, np.arange(len(names))), steps)


def sold_and_forecast(cutoffs=6):
    return past_ensembles.noisy(20, 14, cutoffs)


def test_a_product_is_judged_by_the_sum_of_its_shelves_over_the_newest_days():
    y, f = sold_and_forecast()
    newest = graded(y, f)
    assert newest.sold[0] == pytest.approx(y[-1, :2, -7:].sum())
    assert newest.expected[0] == pytest.approx(f[-1, :2, -7:].sum())
    assert (newest.lower < newest.expected).all()
    assert (newest.expected < newest.upper).all()


@pytest.mark.parametrize("names", [PRODUCTS, [f"P{place:02}" for place in range(20)]])
def test_one_that_sold_clearly_less_is_below_and_one_that_sold_more_is_above(names):
    y, f = sold_and_forecast()
    y[-1, :2, -7:] -= 15
    y[-1, 5, -7:] += 15
    newest = graded(y, f, names=names)
    shift = 0 if names is not PRODUCTS else 1
    assert newest.below[0]
    assert newest.above[5 - shift]
    assert (newest.below | newest.above).mean() < 0.5


def test_about_one_in_five_is_outside_by_chance():
    y, f = past_ensembles.noisy(400, 14, 8)
    newest = graded(y, f, names=[f"P{place:03}" for place in range(400)])
    assert 0.1 < (newest.below | newest.above).mean() < 0.3


def test_what_happened_in_the_newest_days_does_not_widen_their_own_range():
    y, f = sold_and_forecast()
    worse = y.copy()
    worse[-1, :, -7:] = 0.0
    assert graded(worse, f).lower == pytest.approx(graded(y, f).lower)


@pytest.mark.parametrize("cutoffs", [0, 1])
def test_without_an_earlier_cutoff_nothing_is_below_or_above(cutoffs):
    newest = graded(*sold_and_forecast(cutoffs))
    assert not (newest.below | newest.above).any()
    assert np.isnan(newest.lower).all()


def test_days_closed_on_all_shelves_count_as_nothing_and_too_few_known_days_as_unknown():
    y, f = sold_and_forecast()
    y[-1, :2, -1], f[-1, :2, -1] = np.nan, 0.0
    y[-1, 6, -5:] = np.nan
    newest = graded(y, f)
    assert newest.sold[0] == pytest.approx(y[-1, :2, -7:-1].sum())
    assert np.isnan(newest.sold[5])
    assert not newest.below[5]


def test_a_range_is_told_in_one_sentence_where_there_is_one():
    assert last_graded.in_words("4 weeks", 600.0, 530.0, 470.0, 590.0).startswith("The last 4 weeks sold 600, above the forecast")
    assert "within the range" in last_graded.in_words("4 weeks", 500.0, 530.0, 470.0, 590.0)
    assert last_graded.in_words("4 weeks", 500.0, 530.0, np.nan, np.nan) == ""
