"""The gate in front of the live version: what holds a new one, what does not, and the sentences."""

from __future__ import annotations

from dataclasses import replace

import champions
import numpy as np
import pytest

from forecasting.analysis.champion import broken, decision, paired, recipe, soundness
from forecasting.analysis.champion.paired import compared
from forecasting.core import schema
from forecasting.training.backtest import Backtest

SOUTH = np.array([store == "South" for store in champions.version().labels[schema.STORE]])[:, None]


def decided(pair, rule="if-not-worse", *, same_recipe=True, **options):
    days = decision.common_cutoffs(pair, same_recipe=same_recipe)
    return decision.decide(pair, rule, days, None, same_recipe=same_recipe, **options)


def held(pair):
    """(check, name) of what is held, by all checks."""
    return {(check.check, check.name) for check in (*broken.checks(pair), *soundness.checks(pair)) if check.held}


def with_past(ensemble, f):
    past = ensemble.past
    return replace(ensemble, past=Backtest(past.cutoffs, past.y, {**past.yhat, schema.BLEND: f}))


# Broken?


def test_five_retrains_of_one_recipe_in_a_row_go_live():
    live = champions.version()
    for seed in range(1, 6):
        new = champions.version(seed=seed, later=7 * seed)
        found = decided(champions.pair(live, champions.bent(new, 1 + 0.02 * np.random.default_rng(seed).normal(size=(18, 1)))))
        assert (found.held, found.recipe) == (False, None), found.reason
        assert found.reason == "Goes live: same recipe, 7 more days of sales. Nothing speaks against it."
        live = new


@pytest.mark.parametrize("factor", [1.3, 0.7, 2.0])
def test_a_total_far_from_the_champions_is_held(factor):
    found = decided(champions.pair(challenger=champions.bent(champions.version(later=7), factor)))
    assert found.held
    direction = f"{abs(factor - 1):.0%}".replace("%", "\u00a0% ") + ("higher" if factor > 1 else "lower")
    assert found.reason.startswith(
        f"Held: all products together are forecast {direction} than by version 7 on the same 21 days, while the latest sales "
    )


@pytest.mark.parametrize("factor", [3.0, 10.0])
def test_a_store_that_is_too_high_is_named(factor):
    pair = champions.pair(challenger=champions.bent(champions.version(later=7), np.where(SOUTH, factor, 1.0)))
    assert ("store", "South") in held(pair)
    assert "; store South is forecast " in decided(pair).reason


def test_a_store_that_is_forecast_to_sell_nothing_is_named():
    pair = champions.pair(challenger=champions.bent(champions.version(later=7), np.where(SOUTH, 0.0, 1.0)))
    assert ("store", "South") in held(pair)
    assert "store South is forecast to sell nothing on the same 21 days of which version 7 expects sales" in decided(pair).reason


def test_a_store_that_is_not_there_any_more_is_named_unless_somebody_took_it_out():
    new = champions.version(later=7)
    rest = ~SOUTH[:, 0]
    health, past = new.health[rest].reset_index(drop=True), new.past.select(rest)
    without = replace(
        new, panel=new.panel.select(rest), yhat={k: v[rest] for k, v in new.yhat.items()}, bands=new.bands[rest], past=past, health=health
    )
    pair = champions.pair(challenger=without, rows=(1000, 680))
    assert {("store", "South"), ("dead series", "s6"), ("sales", "")} <= held(pair)
    assert not held(champions.pair(challenger=without, rows=(1000, 680), is_explained=True))


def test_sales_that_moved_as_much_explain_the_forecast():
    new = champions.version(later=7)
    doubled = replace(new, panel=replace(new.panel, sales=np.concatenate([new.panel.sales[:, :-28], 2 * new.panel.sales[:, -28:]], axis=1)))
    assert held(champions.pair(challenger=champions.bent(new, 2.0)))
    assert not held(champions.pair(challenger=champions.bent(doubled, 2.0)))


def test_a_week_without_its_shape_is_held_and_its_day_named():
    new = champions.version(later=7)
    flat = champions.ahead(new, np.broadcast_to(new.line.mean(axis=1, keepdims=True), new.line.shape).copy())
    assert held(champions.pair(challenger=flat)) == {("weekdays", "Saturday")}
    assert (
        "the week has another shape: Saturdays are forecast to have 14\u00a0% of a week's sales, and version 7 expects 21"
        in decided(champions.pair(challenger=flat)).reason
    )


def test_series_that_died_are_held_from_one_in_a_hundred_sales_on():
    new = champions.version(later=7)
    for dead, is_held in (([0], True), ([5], False)):  # 40 of 360 units, and 5
        factor = np.ones((18, 1))
        factor[dead] = 0.01
        small = replace(new, panel=replace(new.panel, sales=np.where(np.arange(18)[:, None] == 5, 0.2, 1) * new.panel.sales))
        found = held(champions.pair(challenger=champions.bent(small, factor)))
        assert (("dead series", f"s{dead[0]}") in found) == is_held


def test_what_stopped_selling_may_be_forecast_to_sell_nothing():
    new = champions.version(later=7)
    stopped = replace(new, panel=replace(new.panel, sales=np.concatenate([new.panel.sales[:, :-28], new.panel.sales[:, -28:] * (~SOUTH)], axis=1)))
    assert not held(champions.pair(challenger=champions.bent(stopped, np.where(SOUTH, 0.0, 1.0))))


@pytest.mark.parametrize(("value", "where"), [(np.nan, "s4"), (-3.0, "s4"), (np.inf, "s4"), (1e4, "s4")])
def test_numbers_that_no_forecast_has_are_held(value, where):
    new = champions.version(later=7)
    line = new.line.copy()
    line[4, 3] = value
    assert ("numbers", where) in held(champions.pair(challenger=champions.ahead(new, line)))


def test_bands_that_got_lost_or_too_narrow_are_held_unless_the_champions_were():
    new = champions.version(later=7)
    narrow = replace(new, bands=new.line[:, None] + 0.2 * (new.bands - new.line[:, None]))
    assert held(champions.pair(challenger=narrow)) == {("bands", "")}
    without = replace(new, bands=np.where(np.arange(18)[:, None, None] == 0, np.nan, new.bands))
    assert held(champions.pair(challenger=without)) == {("bands", "s0")}
    assert not held(champions.pair(champion=without, challenger=without))


def test_worse_than_repeating_sales_is_held_unless_the_champion_was():
    new = champions.version(later=7)
    bad = with_past(new, new.errors.f * 1.9)
    assert ("naive", "") in held(champions.pair(challenger=bad))
    assert ("naive", "") not in held(champions.pair(champion=bad, challenger=bad))


@pytest.mark.parametrize("later", [-3, 0, 1, 20, 27, 28, 60])
def test_versions_are_compared_on_the_days_that_both_forecast(later):
    champion, challenger = champions.version(), champions.version(seed=1, later=max(later, 0))
    if later < 0:
        champion, challenger = champions.version(later=-later), champions.version(seed=1)
    pair = champions.pair(champion, challenger)
    steps = {-3: 21, 0: 21, 1: 21, 20: 7, 27: 1}.get(later, 0)
    assert [of.shape for of in pair.ahead] == [(18, steps)] * 2
    np.testing.assert_array_equal(*pair.ahead)
    found = decided(pair)
    assert (found.held, any("not compared" in note for note in found.notes)) == (False, steps == 0)


# Worse?


def test_a_recipe_that_is_worse_at_every_cutoff_is_held_with_its_figures():
    champion = champions.version()
    challenger = with_past(champion, champion.errors.f * np.array([1.3, 1.35, 1.3, 1.35, 1.3, 1.35])[:, None, None])
    found = decided(champions.pair(champion, challenger), same_recipe=False)
    assert found.held
    assert found.reason.startswith("Held: at 6 of 6 past forecasts ")
    assert (found.recipe.measure, len(found.recipe.cutoffs), found.recipe.worse_at) == ("wape", 6, 6)
    assert found.recipe.lower < found.recipe.mean < found.recipe.upper
    assert not decided(champions.pair(challenger, champion), same_recipe=False).held


def test_one_recipe_is_not_judged_by_its_cutoffs():
    champion = champions.version()
    challenger = with_past(champion, champion.errors.f * 1.2)
    assert not decided(champions.pair(champion, challenger), same_recipe=True).held


def test_fewer_than_four_common_cutoffs_say_nothing():
    champion = champions.version()
    worse = with_past(champion, champion.errors.f * np.linspace(1.3, 1.35, 6)[:, None, None])
    for count, is_judged in ((3, False), (4, True)):
        past = worse.past
        few = Backtest(past.cutoffs[-count:], past.y[-count:], {name: values[-count:] for name, values in past.yhat.items()})
        found = decided(champions.pair(champion, replace(worse, past=few)), same_recipe=False)
        assert (found.recipe is not None, found.held) == (is_judged, is_judged)
        assert is_judged or "fewer than 4 past forecasts" in found.notes[0]


@pytest.mark.parametrize(("later", "cutoffs"), [(0, 6), (3, 6), (4, 0), (7, 0), (28, 5)])
def test_cutoffs_up_to_three_days_apart_are_common(later, cutoffs):
    pair = champions.pair(challenger=champions.version(later=later))
    days = recipe.common_days(pair.champion, pair.challenger, pair.shared)
    assert len(days) == cutoffs
    for at in days:  # the same days of both
        assert at.y.shape[1] == 28 - (later % 28)
        ratio = at.champion[0].mean(axis=0) / at.challenger[0].mean(axis=0)
        assert np.ptp(ratio) < 0.05


def test_a_forecast_of_zeros_does_not_win_where_products_seldom_sell():
    random = np.random.default_rng(0)
    champion = champions.version()
    y = random.binomial(1, 0.3, champion.past.y.shape).astype(float)
    sales = random.binomial(1, 0.3, champion.panel.sales.shape).astype(float)

    def seldom(level):
        yhat = {**champion.past.yhat, schema.BLEND: np.zeros_like(y), schema.EXPECTED: np.full_like(y, level)}
        return replace(champion, panel=replace(champion.panel, sales=sales), past=Backtest(champion.past.cutoffs, y, yhat))

    found = decided(champions.pair(seldom(0.3), seldom(0.0)), same_recipe=False)
    assert (found.recipe.measure, found.recipe.held) == ("rmsse", True)
    assert not decided(champions.pair(seldom(0.0), seldom(0.3)), same_recipe=False).recipe.held


def test_money_holds_only_where_errors_lean_the_same_way():
    champion = champions.version()
    money = compared("money", list("abcd"), np.ones(4), np.array([1.3, 1.31, 1.29, 1.3]))
    assert money.held
    for factor, is_held in ((np.linspace(0.95, 1.06, 6), True), (1.0, False)):
        pair = champions.pair(champion, with_past(champion, champion.errors.f * np.reshape(factor, (-1, 1, 1))))
        days = decision.common_cutoffs(pair, same_recipe=False)
        found = decision.decide(pair, "if-not-worse", days, money, same_recipe=False)
        assert (found.held, "in money" in found.reason) == (is_held, is_held)


@pytest.mark.parametrize(
    ("before", "now", "same"),
    [
        ({"seed": 1}, {"seed": 2}, True),
        ({"cutoffs": 6}, {"cutoffs": 5}, False),
    ],
)
def test_a_recipe_is_its_settings_without_the_seed_and_the_code(before, now, same):
    facts = [{"settings": settings, "code": "1", "libraries": {"numpy": "2"}} for settings in (before, now)]
    assert recipe.is_same(*facts) == same
    assert not recipe.is_same(facts[0], {**facts[0], "code": "2"})


# Who decides


def test_the_rule_decides_and_the_findings_stay():
    pair = champions.pair(challenger=champions.bent(champions.version(later=7), 2.0))
    always, ask, shadow = decided(pair, "always"), decided(pair, "ask"), decided(pair, challenger=True)
    assert [(found.held, found.challenger) for found in (always, ask, shadow)] == [(False, False), (True, False), (False, True)]
    assert always.reason.startswith("Goes live, as every new version does here. Against it: all products")
    assert ask.reason.startswith("Held: new versions wait until somebody says so. Against it: all products")
    assert shadow.reason.startswith("A challenger: it is graded in the shadow, and serves once somebody says so. Against it:")
    assert decided(champions.pair(), "ask").reason == "Held: new versions wait until somebody says so. Nothing speaks against it."
    assert {tuple(check.held for check in found.checks) for found in (always, ask, shadow)} == {tuple(check.held for check in always.checks)}


def test_the_paired_test_against_a_worked_example():
    # mean 2.0, sd 1.5811, se .7071: t = 2.828, t(4; .975) = 2.776, t(4; .992) = 4.010
    found = compared("wape", list("abcde"), np.ones(5), 1 + np.array([0.0, 1.0, 2.0, 3.0, 4.0]))
    figures = [found.mean, found.lower, found.upper, found.t, found.limit]
    np.testing.assert_allclose(figures, [2.0, 2.0 - 1.963, 2.0 + 1.963, 2.828, 4.010], atol=1e-3)
    assert not found.held


def test_equal_challengers_are_held_once_in_a_hundred_times_at_most():
    random = np.random.default_rng(7)
    for spread in (0.01, 0.03, 0.06):
        assert paired.worse(random.normal(0, spread, (20_000, 6)), "wape").mean() <= 0.01
    assert paired.worse(random.normal(0.2, 0.06, (20_000, 6)), "wape").mean() > 0.97
