"""What is plausible as a file and absurd as sales is found, and what is usual for the shop is not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small_tables import sales

from forecasting.core import row_keys
from forecasting.core.plausibility.findings import NewCategory, findings
from forecasting.core.plausibility.large_values import large_values
from forecasting.core.plausibility.level_shift import level_shift
from forecasting.core.plausibility.near_names import near_names
from forecasting.core.plausibility.past import Past
from forecasting.core.plausibility.rows import Rows
from forecasting.storage.sales.saved import Saved

DAYS = np.arange(20_000, 20_070)


def rows(units, days=DAYS, series=None):
    units = np.asarray(units, dtype=float)
    return Rows(units, np.zeros(len(units), dtype=int) if series is None else np.asarray(series), np.asarray(days)[: len(units)])


def steady(count=70, seed=0):
    return np.random.default_rng(seed).poisson(20, count).astype(float)


def tonight(*units):
    return rows(units, days=DAYS[-1] + 1 + np.arange(len(units)))


@pytest.mark.parametrize(
    ("history", "given", "places"),
    [
        pytest.param(steady(), [600], [0], id="far beyond"),
        pytest.param(steady(), [60], [], id="a good day"),
        pytest.param(steady(), [0, -400, np.nan], [], id="nothing, a return and an unknown day"),
        pytest.param(steady(), [600] * 20, [], id="what it sells from now on"),
        pytest.param(steady(), [20] * 30 + [700, 900], [30, 31], id="two slips in a month"),
        pytest.param(np.random.default_rng(1).pareto(0.8, 70) + 1, [400], [], id="a heavy tail"),
        pytest.param(np.where(np.arange(70) % 9, 0, 1 + np.arange(70) % 4), [9], [], id="now and then"),
        pytest.param([20, 21, 22], [600], [], id="hardly any history"),
        pytest.param([], [*[20.0] * 29, 900], [29], id="the file alone"),
    ],
)
def test_values_are_too_large_beside_what_their_series_ever_sold(history, given, places):
    assert large_values(Past.of(rows(history)), tonight(*given)).places.tolist() == places


def test_a_large_value_is_told_beside_the_usual_of_its_weekday():
    weekly = np.where(DAYS % 7 == 0, 40.0, 10.0) + np.arange(70) % 3
    [usual] = large_values(Past.of(rows(weekly)), rows([4000], days=[20_076 - 20_076 % 7 + 7])).usual
    assert 40 <= usual <= 42


@pytest.mark.parametrize(("times", "asked"), [(100, True), (7, True), (0.01, True), (1.4, False), (0.7, False)])
def test_a_shift_of_everything_is_seen_in_a_day_and_in_a_month(times, asked):
    past = rows(np.concatenate([steady(seed=each) for each in range(9)]), np.tile(DAYS, 9), np.repeat(np.arange(9), 70))
    for count in (1, 30):
        days = np.tile(DAYS[-1] + 1 + np.arange(count), 9)
        units = times * np.concatenate([steady(count, 50 + each) for each in range(9)])
        shift = level_shift(Past.of(past), rows(units, days, np.repeat(np.arange(9), count)))
        assert (shift is not None) == asked
        assert shift is None or 0.8 < shift.times / times < 1.25


def test_a_season_that_was_there_before_shifts_nothing_and_one_product_is_not_everything():
    season = np.tile(np.where(np.arange(70) < 10, 200.0, 20.0), 1)
    assert level_shift(Past.of(rows(season)), tonight(*[210.0] * 10)) is None
    past = rows(np.tile(steady(), 9), np.tile(DAYS, 9), np.repeat(np.arange(9), 70))
    one_of_them = np.where(np.arange(9) == 0, 2000.0, 20.0)
    assert level_shift(Past.of(past), rows(one_of_them, np.full(9, DAYS[-1] + 1), np.arange(9))) is None


def test_a_shift_says_what_would_look_like_it():
    past = rows(steady())
    shifts = [
        str(level_shift(Past.of(past), tonight(*(times * steady(20, 3))), lambda price=price: price))
        for times, price in ((100, np.nan), (7, np.nan), (4.2, 4.0))
    ]
    assert ["cents" in shifts[0], "weeks in place of days" in shifts[1], "money in place of units" in shifts[2]] == [True, True, True]


NEAR = [
    ("Croisant", "Croissant"),
    ("CROISSANT", "Croissant"),
    ("Croissants", "Croissant"),
    ("Crosisant", "Croissant"),
    ("Crème brulée", "Creme Brulee"),
    ("\uff23\uff4f\uff4c\uff41", "Cola"),
    ("Vollkornbort", "Vollkornbrot"),
    ("Ice cream", "Icecream"),
    ("7", "007"),
    ("SKU1002", None),
    ("Cola 1.5 l", None),
    ("Shirt M", None),
    ("Shirt XXL", None),
    ("Mutter", None),
    ("Green tea", None),
    ("Teas", None),
]


@pytest.mark.parametrize(("new", "old"), NEAR)
def test_a_name_is_near_by_one_slip_and_never_by_a_number_or_a_size(new, old):
    bakery = ["Croissant", "Creme Brulee", "Cola", "Vollkornbrot", "Icecream", "Butter", "Black tea", "Tea"]
    saved = [*bakery, "007", "SKU1001", "Cola 0.5 l", "Shirt S", "Shirt XL"]
    assert near_names([new, *saved], saved) == ({new: old} if old else {})


def beside(saved, upload):
    """What is found in an upload beside saved sales."""
    saved = Saved.of(saved)
    known, given = row_keys.series_codes([saved.summary.keys, upload])
    return findings(saved.known(known), upload, given)


def test_findings_are_told_in_one_sentence_a_kind():
    days = pd.date_range("2026-01-01", periods=60).strftime("%Y-%m-%d")
    columns = ("date", "product_id", "category", "sales")
    saved = sales(*((day, name, "Bakery", 20 + at % 4) for at, day in enumerate(days) for name in ("Croissant", "Tea")), columns=columns)
    given = (("Croissant", "Bakery", 7600), ("Croisant", "Bakery", 3), ("Tea", "Drinks", 20))
    night = row_keys.in_order(sales(*(("2026-03-04", *each) for each in given), columns=columns))
    found = beside(saved, night)
    assert found.level is None
    assert found.categories == (NewCategory("Tea", "Bakery", "Drinks"),)
    assert found.notes == (
        "1 value far beyond what was ever sold: 7,600 on 4 Mar 2026, 353 times the usual Wednesday of Croissant. Correct what is a mistake.",
        '1 new name nearly as a saved one: "Croisant": did you mean "Croissant"? Each has forecasts of its own.',
        "1 product in another category than before: Tea from Bakery to Drinks. The new one counts.",
    )
    again = pd.concat([saved, night], ignore_index=True).pipe(row_keys.in_order)
    assert len(beside(again, night)) == 0
