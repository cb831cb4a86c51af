"""First days of earlier series, and what they say of the weeks after."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import panels
import pytest

from forecasting.core.panel import Panel
from forecasting.training.cold_start import credibility, launches, newcomers, untested
from forecasting.training.cold_start.credibility import Beginnings, Credibility, learn_credibility
from forecasting.training.cold_start.launches import History

DAYS = 200


def beginnings(count: int, *, fades: float = 1.0, weight: float = 1.0) -> Beginnings:
    """Five days of series whose levels are gamma with mean 1 and variance 1/2, and 28 days after them; a group's mean sells 2 a day."""
    rng = np.random.default_rng(4)
    level = rng.gamma(2.0, 0.5, count)
    own, later = rng.poisson(10.0 * level).astype(float), rng.poisson(fades * 56.0 * level).astype(float)
    ones = np.ones(count)
    return Beginnings(own, 10.0 * ones, later, 56.0 * ones, ones, weight * ones)


def shop(fades: float = 0.25, *, own: np.ndarray | None = None) -> Panel:
    """Eight products that sell 20 a day, twelve launches that sold 20 on their first three days and then `fades` of it, and a new one."""
    rng = np.random.default_rng(1)
    rows = {f"old {i}": rng.poisson(20.0, DAYS).astype(float) for i in range(8)}
    for i in range(12):
        rate = np.where(np.arange(DAYS) < 23 + 9 * i, 20.0, 20.0 * fades)
        rows[f"launch {i:02}"] = np.where(np.arange(DAYS) >= 20 + 9 * i, np.maximum(rng.poisson(rate), 1.0), np.nan)
    rows["new"] = panels.only_last(np.full(DAYS, 20.0), 2) if own is None else own
    return panels.panel(rows)


def learned(panel: Panel) -> newcomers.Newcomer:
    (new,) = newcomers.learn_cold_start(panel, np.array([not name.startswith("new") for name in panel.unique_ids]))
    return new


def test_a_level_against_the_worked_example_of_a_gamma_prior():
    # Poisson sales with mean 10 lambda, lambda gamma with mean 1 and variance 1/2: after S units its mean is (S + 2) / (10 + 2).
    found = learn_credibility(beginnings(4000))
    assert found is not None
    for own in (0.0, 5.0, 30.0):
        assert found.level(own, 10.0) == pytest.approx((own + 2.0) / 12.0, abs=0.12)


def test_what_fades_after_the_first_days_is_expected_to_fade():
    plain, faded = (learn_credibility(beginnings(2000, fades=fades)) for fades in (1.0, 0.3))
    assert plain is not None
    assert faded is not None
    assert faded.level(20.0, 10.0) == pytest.approx(0.3 * plain.level(20.0, 10.0), rel=0.05)


def test_units_do_not_matter():
    made = beginnings(500)
    scaled = Beginnings(*(1000.0 * values for values in (made.own, made.expected, made.later, made.later_expected, made.noise)), made.weight)
    first, second = learn_credibility(made), learn_credibility(scaled)
    assert first is not None
    assert second is not None
    assert second.level(5000.0, 10000.0) == pytest.approx(first.level(5.0, 10.0))


def test_what_weighs_nothing_says_nothing():
    two = beginnings(300).and_others(beginnings(300, fades=9.0).weighing_at_most(1e-9))
    alone, both = learn_credibility(beginnings(300)), learn_credibility(two)
    assert alone is not None
    assert both is not None
    assert both.level(20.0, 10.0) == pytest.approx(alone.level(20.0, 10.0), rel=1e-3)


@pytest.mark.parametrize("seed", range(4))
def test_of_all_usual_levels_and_strengths_the_one_with_the_smallest_error_is_chosen(seed):
    rng = np.random.default_rng(seed)
    own, expected, later, later_expected, noise, weight = rng.gamma(2.0, 5.0, (6, 90)) + 0.1
    found = learn_credibility(Beginnings(own, expected, later, later_expected, noise, weight))
    size, level = (weight * expected).sum() / weight.sum(), (weight * own).sum() / (weight * expected).sum()
    errors = {}
    for usual, strength in product(credibility._USUAL * level, credibility._STRENGTHS * size):
        plain = (own + usual * strength) / (expected + strength) * later_expected
        exact = weight / noise**2
        closest = (plain * exact * later).sum() / (plain**2 * exact).sum()
        curve = closest**0.25 * ((weight * later).sum() / (weight * plain).sum()) ** 0.75
        errors[usual, strength, curve] = (exact * (later - curve * plain) ** 2).sum()
    assert (found.usual, found.strength, found.curve) == pytest.approx(min(errors, key=errors.__getitem__))


def test_nothing_is_learned_from_nothing():
    assert learn_credibility(beginnings(0)) is None
    assert Credibility(0.5, np.inf, 1.0).level(9.0, 1.0) == 0.5


def test_a_new_product_goes_on_as_earlier_launches_did():
    mean = 20.0 * (8 + 12 * 0.25) / 20
    faded, stayed = learned(shop()), learned(shop(fades=1.0))
    assert faded.scale * mean == pytest.approx(5.0, rel=0.3)
    assert stayed.scale * 20.0 == pytest.approx(20.0, rel=0.2)
    assert faded.launches == 12
    assert "as 12 earlier launches went on" in newcomers.reasons(shop(), [faded], 42)["new"]


def test_rows_that_begin_without_a_sale_are_no_launch():
    own = panels.only_last(np.full(DAYS, 20.0), 3)
    own[-3] = 0.0
    sales = shop(own=own)
    assert not History(sales).launched[sales.unique_ids.index("new")]
    assert learned(sales).launches == 0
    assert learned(sales).scale > 1.5 * learned(shop()).scale


def test_a_store_that_is_new_in_the_file_is_no_launch():
    rows = {f"{store}{i}": np.full(DAYS, 20.0) for store in "ab" for i in range(5)} | {
        f"c{i}": panels.only_last(np.full(DAYS, 20.0), 4) for i in range(4)
    }
    rows["b9"] = panels.only_last(np.full(DAYS, 20.0), 4)
    sales = panels.panel(rows)
    sales = replace(sales, series=sales.series.assign(store=[name[0] for name in sales.unique_ids]))
    assert [name for name, launched in zip(sales.unique_ids, History(sales).launched, strict=True) if launched and name[0] != "a"][-1] == "b9"
    assert not any(launched for name, launched in zip(sales.unique_ids, History(sales).launched, strict=True) if name[0] == "c")


def test_days_without_a_row_sold_nothing():
    own = np.full(DAYS, np.nan)
    own[-12] = 20.0
    assert learned(shop(own=own)).scale < 0.4 * learned(shop()).scale


def test_later_sales_of_launches_that_ended_count_as_none():
    sales = shop()
    gone = sales.sales.copy()
    rows = [row for row, name in enumerate(sales.unique_ids) if name.startswith("launch")]
    for row in rows:
        gone[row, np.isfinite(gone[row]).argmax() + 3 :] = np.nan
    assert learned(replace(sales, sales=gone)).scale < 0.35 * learned(sales).scale


def test_a_launch_is_known_once_enough_days_followed():
    history = History(shop())
    assert launches.count(history, 2) == 12
    assert launches.count(History(shop().cut(55)), 2) == 1


def once(ago: int, units: float = 7.0, *, also: int | None = None) -> Panel:
    """A shop whose new product sold so many units some days ago, and perhaps once more."""
    own = np.full(DAYS, np.nan)
    own[-ago] = units
    if also is not None:
        own[-also] = units
    return shop(own=own)


def test_what_sold_once_a_month_ago_is_near_zero_and_for_a_person_to_check():
    sales = once(30)
    row = sales.unique_ids.index("new")
    assert np.flatnonzero(untested.untested(sales)).tolist() == [row]
    ahead = untested.forecast(sales, 28)
    assert 0 < ahead[row].sum() < 2
    assert np.isnan(np.delete(ahead, row, axis=0)).all()
    assert newcomers.learn_cold_start(sales, ~untested.untested(sales)) == []
    (text,) = untested.reasons(sales, untested.untested(sales)).values()
    assert text == f"Too new, check by hand: sold 7 on 1 day, the last on {_day(sales, 30)}. It is not ordered until you have checked it."


def _day(panel: Panel, ago: int) -> str:
    day = panel.dates[-ago]
    return f"{day.day} {day:%b %Y}"


@pytest.mark.parametrize(("ago", "also", "expected"), [(14, None, False), (15, None, True), (40, 16, True), (40, 2, False)])
def test_who_is_too_new_to_say_anything_of(ago: int, also: int | None, expected: bool):
    assert untested.untested(once(ago, also=also)).any() == expected


def test_three_days_with_sales_are_enough_to_follow_others():
    sales = once(40, also=35)
    sales.sales[sales.unique_ids.index("new"), -30] = 7.0
    assert not untested.untested(sales).any()


def test_what_newcomers_of_a_group_and_age_share_is_learned_once(monkeypatch):
    calls = {name: 0 for name in ("_launches_seen", "of", "mean_where")}

    def counting(owner, name):
        function = getattr(owner, name)

        def counted(*arguments, **options):
            calls[name] += 1
            return function(*arguments, **options)

        monkeypatch.setattr(owner, name, counted)

    panel = shop()
    row = panel.unique_ids.index("new")
    rows = {name: sales for name, sales in zip(panel.unique_ids, panel.sales, strict=True)}
    many = panels.panel(rows | {f"new {i:02}": panel.sales[row] * (1 + i % 3) for i in range(40)})
    served = np.array([not name.startswith("new") for name in many.unique_ids])
    counting(launches, "_launches_seen")
    counting(newcomers.Variation, "of")
    new = newcomers.learn_cold_start(many, served)
    counting(newcomers, "mean_where")
    newcomers.forecast(many, new, np.ones((len(many), 7)), served)
    assert len(new) == 41
    assert calls == {"_launches_seen": 1, "of": 1, "mean_where": 1}
    assert [each.scale for each in new[:2]] == [learned(panel).scale] * 2
