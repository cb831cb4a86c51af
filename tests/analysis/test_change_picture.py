"""Why a forecast changed as it is shown: units that add up in bars, rows and columns, and a sentence."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.analysis.change_explanation import names, noise, picture
from forecasting.analysis.change_explanation.explanation import Explanation
from forecasting.analysis.change_explanation.whole_units import rounded
from forecasting.analysis.change_explanation.window import Window
from forecasting.core import formatting, schema
from forecasting.core.period import DAY

UNITS = st.floats(-300, 300)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.floats(0, 900), UNITS, UNITS, UNITS), min_size=1, max_size=9), st.integers(0, 2))
def test_rounded_rows_columns_and_totals_add_up_and_no_number_moves_a_whole_unit(rows, digits):
    before, amounts = np.array([row[0] for row in rows]), np.array([row[1:] for row in rows])
    low, cells, high = rounded(before, amounts, digits)
    unit = 10.0**-digits
    np.testing.assert_allclose(low + cells.sum(axis=1), high, atol=1e-6)
    np.testing.assert_allclose(cells[:-1].sum(axis=0), cells[-1], atol=1e-6)
    np.testing.assert_allclose([low[:-1].sum(), high[:-1].sum()], [low[-1], high[-1]], atol=1e-6)
    for shown, exact in ((low[:-1], before), (cells[:-1], amounts), (high[:-1], before + amounts.sum(axis=1))):
        assert np.abs(shown - exact).max() < unit * 1.001
    assert abs(low[-1] - before.sum()) <= unit * 0.501


def told(products, parts, *, days=None, left=0, seed=0):
    """An explanation of so many products with these parts."""
    random = np.random.default_rng(seed)
    amounts = pd.DataFrame({name: random.uniform(0.2, 1, products) * units for name, units in parts.items()})
    before = pd.Series(random.uniform(50, 90, products))
    dates = pd.date_range("2026-11-01", periods=28 + left)
    return Explanation(
        Window(dates[:28], dates[left : 28 + left], DAY),
        pd.DataFrame({"unique_id": [f"p{row}" for row in range(products)], "product_id": [f"p{row}" for row in range(products)]}),
        pd.DataFrame({"before": before, "after": before + amounts.sum(axis=1)}),
        amounts,
        days if days is not None else pd.DataFrame({"left": np.zeros(products), "came": np.zeros(products)}),
    )


def test_at_most_seven_parts_have_a_bar_and_the_rest_is_never_hidden():
    parts = {f"part {place}": float(size) for place, size in enumerate([90, -80, 70, -60, 50, -40, 30, 8, -6, 4])} | {names.DAYS: 75.0}
    shown = picture.picture(told(60, parts))
    assert next(iter(shown.bars)) == names.DAYS
    assert list(shown.bars)[-1] == picture.OTHER
    assert len(shown.bars) == picture.MOST_BARS + 1
    assert shown.before + sum(shown.bars.values()) == pytest.approx(shown.after)
    assert sum(shown.rest.values()) == pytest.approx(shown.bars[picture.OTHER])
    middle = [shown.bars[name] for name in list(shown.bars)[1:-1]]
    assert middle == sorted(middle, reverse=True)


def test_columns_add_up_to_the_bars_and_rows_to_the_change():
    shown = picture.picture(told(60, {"trend": 3.0, "weekday": -2.0, "network": 1.4}))
    table, bars = shown.table, list(shown.bars)
    assert table["name"].tolist()[-2:] == ["10 others", "All 60"]
    np.testing.assert_allclose(table[bars].sum(axis=1), table["change"])
    np.testing.assert_allclose(table[["before", "after", "change", *bars]].iloc[:-1].sum(), table[["before", "after", "change", *bars]].iloc[-1])
    assert table.iloc[-1][bars].to_dict() == shown.bars
    exact = told(60, {"trend": 3.0, "weekday": -2.0, "network": 1.4})
    changes = (exact.units["after"] - exact.units["before"]).abs()
    assert table["name"][0] == exact.series["product_id"][changes.idxmax()]


def test_one_product_is_shown_by_its_shops_or_by_itself():
    one = told(1, {"trend": 3.0})
    assert picture.picture(one).table["name"].tolist() == ["p0"]
    shops = one.series.loc[[0, 0]].assign(store=["N", "S"]).reset_index(drop=True)
    twice = Explanation(one.window, shops, *(table.loc[[0, 0]].reset_index(drop=True) for table in (one.units, one.amounts, one.days)))
    assert picture.picture(twice).table["name"].tolist() == ["N", "S", "All 2"]


def test_the_sentence_names_the_largest_parts_and_the_days():
    days = pd.DataFrame({"left": [-41.6], "came": [43.1]})
    one = told(1, {names.DAYS: 0.0, "trend": 4.0}, days=days, left=7)
    one.amounts[names.DAYS], one.amounts["trend"] = 1.5, 30.2
    one.units["before"], one.units["after"] = 100.0, 131.7
    text = picture.sentence(one, picture.picture(one))
    assert text == f"132 instead of 100 (+32): level +30, days that left and came +2. 7 days left ({formatting.MINUS}42) and 7 came (+44)."


def test_nothing_changed_is_said():
    one = told(1, {"trend": 0.0})
    one.units["before"], one.units["after"] = 40.0, 40.0
    assert picture.sentence(one, picture.picture(one)) == "Nothing changed: 40 both times."


@pytest.mark.parametrize(("size", "text"), [(2.0, "2.3 instead of 2.0 (+0.3): level +0.3."), (0.2, "0.50 instead of 0.20 (+0.30): level +0.30.")])
def test_few_units_have_decimals(size, text):
    one = told(1, {"trend": 1.0})
    one.amounts["trend"], one.units["before"], one.units["after"] = 0.3, size, size + 0.3
    assert picture.sentence(one, picture.picture(one)) == text


def test_a_part_that_rounds_to_nothing_everywhere_has_no_bar():
    one = told(1, {"trend": 4.0, "weekday": 0.0})
    one.amounts["trend"], one.amounts["weekday"] = 30.0, 0.1
    one.units["before"], one.units["after"] = 400.0, 430.1
    shown = picture.picture(one)
    assert shown.bars == {"trend": 30.0}
    assert list(shown.table) == ["name", "before", "after", "change", "trend"]


# Chance


def test_a_single_series_moves_by_more_than_many_and_by_more_the_worse_it_is_foreseen():
    assert noise.share(1, 0.43) > noise.share(1, 0.10) == pytest.approx(0.011)
    assert noise.share(1, 0.43) > noise.share(10, 0.43) > noise.share(1000, 0.43)
    assert noise.share(1e9, 0.43) == pytest.approx(0.011, rel=1e-3)


@pytest.mark.parametrize("wape", [None, math.nan])
def test_a_version_that_does_not_know_its_error_says_nothing_of_chance(wape):
    of = told(3, {"trend": 1.0})
    assert noise.spread(of, wape) is None
    assert picture.chance(of, picture.picture(of), wape) == ""


def exact(parts):
    """One product of 1,000 units with exactly these parts."""
    of = told(1, parts)
    for name, units in parts.items():
        of.amounts[name] = units
    of.units["before"], of.units["after"] = 1000.0 - sum(parts.values()), 1000.0
    return of


def test_learned_parts_within_chance_are_named_and_plans_and_days_never():
    of = exact({names.DAYS: 3.0, names.AHEAD[schema.PROMO]: 4.0, "trend": 90.0, "weekday": -5.0, "network": 6.0})
    assert picture.chance(of, picture.picture(of), 0.1) == (
        "Training alone moves such a total by about ±11: “Weekdays” and “Network trained anew” are no more than that."
    )


def test_one_part_and_none_read_as_sentences():
    one, none = exact({"trend": 90.0, "weekday": -5.0}), exact({"trend": 90.0})
    assert picture.chance(one, picture.picture(one), 0.1).endswith("±11: “Weekdays” is no more than that.")
    assert picture.chance(none, picture.picture(none), 0.1) == "Training alone moves such a total by about ±11."


def test_where_nothing_was_trained_anew_nothing_is_chance():
    of = exact({names.DAYS: 30.0, names.PRODUCTS: -9.0})
    assert picture.chance(of, picture.picture(of), 0.1) == ""


def test_every_part_has_one_name_and_one_label():
    table = pd.DataFrame(names.PARTS)
    assert not table["name"].duplicated().any()
    assert not table["label"].duplicated().any()
