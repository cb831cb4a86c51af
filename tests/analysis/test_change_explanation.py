"""Why a forecast changed between two versions: amounts that add up to the change, whatever is asked."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pandas as pd
import past_ensembles
import pytest
import version_pairs
from version_pairs import again

from forecasting.analysis import forecast_view
from forecasting.analysis.change_explanation import names
from forecasting.analysis.change_explanation.explain import Version, explain
from forecasting.analysis.change_explanation.products import Factor, split
from forecasting.analysis.change_explanation.split_causes import split_causes
from forecasting.analysis.change_explanation.window import window
from forecasting.core import schema
from forecasting.core.errors import InputError, NotFound
from forecasting.core.period import MONTH, WEEK
from forecasting.models.prophet.model import ProphetModel
from forecasting.services import versions
from forecasting.training.expectation import FLAT, MeanBlend


@pytest.fixture(scope="module")
def trained(published):
    return versions.load(published, 1)


@pytest.fixture(scope="module")
def later(trained):
    """The version as a retrain a week later would be: other sales, shares, curves and weights, and scaled to totals."""
    random = np.random.default_rng(0)
    share = trained.share * random.uniform(0.5, 1.5, trained.share.shape)
    share = np.divide(share, share.sum(axis=1, keepdims=True), out=np.zeros_like(share), where=share.sum(axis=1, keepdims=True) > 0)
    models = {**version_pairs.with_trend(trained, 1.05), "lstm": version_pairs.with_network(trained, 1.02)["lstm"]}
    scaling = np.broadcast_to(random.uniform(0.9, 1.1, trained.horizon), trained.line.shape)
    return again(trained, models=models, share=share, scaling=scaling, panel=version_pairs.with_promotions(trained, days=9))


@pytest.fixture(scope="module")
def earlier(trained):
    return again(trained, without_last=3)


def why(before, after, steps=7, *, same_days=False):
    return explain(Version(1, before), Version(2, after), window(before, after, steps, same_days=same_days))


def by_all_orders(before, after):
    """Each factor's mean step over all orders in which they could change."""
    amounts, orders = [0.0] * len(before), list(permutations(range(len(before))))
    for order in orders:
        now = list(before)
        for place in order:
            then = np.prod(now, axis=0)
            now[place] = after[place]
            amounts[place] = amounts[place] + (np.prod(now, axis=0) - then) / len(orders)
    return amounts


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_the_closed_form_is_the_mean_over_all_orders(count):
    before, after = np.random.default_rng(count).uniform(0, 3, (2, count, 8, 5))
    told = split([Factor(*two, {str(place): two[1] - two[0]}) for place, two in enumerate(zip(before, after, strict=True))])
    np.testing.assert_allclose([told[str(place)] for place in range(count)], by_all_orders(list(before), list(after)), atol=1e-12)


@pytest.mark.parametrize("same_days", [False, True])
def test_the_parts_of_every_series_add_up_to_its_change(earlier, later, same_days):
    told = why(earlier, later, same_days=same_days)
    np.testing.assert_allclose(told.amounts.sum(axis=1), told.units["after"] - told.units["before"], atol=1e-9)
    expected = {names.RECENT, names.TREND, names.SHARES, names.SCALING, names.AHEAD[schema.PROMO], "network"}
    assert expected | ({names.DAYS} if not same_days else set()) <= set(told.parts)
    assert abs(told.parts.get(names.LIMITS, 0.0)) < 1


@pytest.mark.parametrize("filters", [{}, {"product_id": "Bread"}, {"region": "North"}, {"category": "Food", "region": "South"}])
def test_the_ends_are_what_totals_show_and_the_parts_of_a_filter_are_those_of_its_series(earlier, later, filters):
    whole = why(earlier, later)
    told = whole.of(filters)
    for version, units in ((earlier, told.before), (later, told.after)):
        rows = forecast_view.chosen_rows(version, filters, 7)
        assert forecast_view.total_range(version, rows, 7).expected == pytest.approx(units)
    rows = whole.series["unique_id"].isin(told.series["unique_id"])
    assert told.parts == pytest.approx({name: units for name, units in whole.amounts[rows].sum().items() if name in told.parts})
    assert sum(told.parts.values()) == pytest.approx(told.change, abs=1e-9)
    assert told.left + told.came == pytest.approx(told.parts[names.DAYS])


def test_the_same_version_twice_has_no_parts(later):
    told = why(later, later)
    assert told.parts == {}
    assert told.change == 0


def test_swapped_versions_turn_all_signs(earlier, later):
    there, back = why(earlier, later, same_days=True).parts, why(later, earlier, same_days=True).parts
    assert back == pytest.approx({name: -units for name, units in there.items()}, abs=1e-9)


def test_only_a_plan_that_changed_is_one_part(trained):
    before, after = (again(trained, panel=version_pairs.with_promotions(trained, days=days)) for days in (0, 5))
    assert list(why(before, after).parts) == [names.AHEAD[schema.PROMO]]
    assert why(before, after).parts[names.AHEAD[schema.PROMO]] > 0


def test_only_a_network_of_another_seed_is_one_part(trained):
    assert list(why(again(trained), again(trained, models=version_pairs.with_network(trained, 1.01))).parts) == ["network"]


def test_only_new_sales_are_other_days_and_recent_sales(trained, earlier):
    parts = set(why(earlier, again(trained), same_days=True).parts)
    assert names.RECENT in parts
    assert not parts & {"network", "trees", names.SHARES, names.SCALING, names.TREND, names.WEEKDAY}


def test_only_shares_that_changed_are_one_part(trained):
    share = trained.share.copy()
    share[:, :2] = share[:, 1::-1]
    assert list(why(again(trained), again(trained, share=share)).parts) == [names.SHARES]


def test_a_driver_that_acts_otherwise_is_told_apart_from_its_plan(trained):
    model = trained.models[ProphetModel.name]
    if not (np.nan_to_num(model.curves_.of.effects) != 0).any():
        pytest.fail("The shop's promotions must have an effect.")
    models = version_pairs.with_trend(trained, 1.0)
    curves = models[ProphetModel.name].curves_
    models[ProphetModel.name].curves_ = replace(curves, of=replace(curves.of, effects=curves.of.effects * 2))
    panel = version_pairs.with_promotions(trained, days=5)
    assert list(why(again(trained, panel=panel), again(trained, panel=panel, models=models)).parts) == [names.EFFECT[schema.PROMO]]


def test_larger_files_are_split_without_asking_the_models_again(earlier, later, monkeypatch):
    monkeypatch.setattr("forecasting.analysis.change_explanation.reruns.MOST_SERIES", 2)
    told = why(earlier, later)
    assert names.RECENT not in told.parts
    assert sum(told.parts.values()) == pytest.approx(told.change, abs=1e-9)


def test_series_that_are_split_in_several_goes_have_the_same_parts(earlier, later, monkeypatch):
    monkeypatch.setattr("forecasting.analysis.change_explanation.reruns.MOST_SERIES", 0)
    whole = why(earlier, later).amounts
    monkeypatch.setattr("forecasting.analysis.change_explanation.explain._SERIES_AT_ONCE", 2)
    pd.testing.assert_frame_equal(why(earlier, later).amounts, whole)


def test_a_model_that_had_no_forecast_before_is_a_change_of_shares(trained):
    yhat = {name: np.full_like(values, np.nan) if name == "trees" else values for name, values in trained.yhat.items()}
    share = trained.share.copy()
    share[:, 0], share[:, 2] = share[:, 0] + share[:, 2], 0.0
    before = again(trained, share=share)
    before = replace(before, yhat={**before.yhat, "trees": yhat["trees"]})
    assert list(why(before, again(trained)).parts) == [names.SHARES]


def test_a_product_that_became_old_enough_for_models_is_new(trained):
    row = trained.panel.series.index[trained.panel.series[schema.PRODUCT] == "New bun"][0]
    after = replace(trained, health=version_pairs.with_shares(trained, trained.share), yhat=dict(trained.yhat))
    after.yhat[schema.BLEND] = trained.line.copy()
    after.yhat[schema.BLEND][row] += 1.0
    told = why(trained, after)
    assert told.parts == {names.NEWCOMERS: pytest.approx(7.0)}


def test_days_closed_in_one_version_only_are_one_part(trained):
    ahead = np.ones((len(trained.panel), trained.horizon))
    ahead[:, 2] = 0.0
    opened = np.hstack([np.ones(trained.panel.sales.shape), ahead])
    after = again(trained, panel=replace(trained.panel, drivers={**trained.panel.drivers, schema.OPEN: opened}))
    told = why(again(trained), after)
    assert told.parts[names.CLOSED] == pytest.approx(-again(trained).expected[trained.share.sum(axis=1) > 0, 2].sum())


def test_products_of_one_version_only_come_or_leave(trained):
    rows = np.arange(len(trained.panel) - 3)
    fewer = replace(
        trained,
        panel=trained.panel.select(rows),
        yhat={name: values[rows] for name, values in trained.yhat.items()},
        bands=trained.bands[rows],
        health=trained.health.iloc[rows],
    )
    assert why(fewer, trained).parts == {names.PRODUCTS: pytest.approx(trained.expected[-3:, :7].sum())}
    assert why(trained, fewer).change == pytest.approx(-trained.expected[-3:, :7].sum())


def test_versions_without_a_product_in_common_are_not_compared(trained):
    one, other = (
        replace(
            trained,
            panel=trained.panel.select(rows),
            yhat={name: values[rows] for name, values in trained.yhat.items()},
            bands=trained.bands[rows],
            health=trained.health.iloc[rows],
        )
        for rows in (np.array([0, 1]), np.array([2, 3]))
    )
    with pytest.raises(InputError, match="v1 and v2 have no products in common"):
        why(one, other)


def test_what_cannot_be_asked_is_said(trained, earlier):
    weekly = replace(trained, panel=replace(trained.panel, period=WEEK))
    with pytest.raises(InputError, match="One version forecasts days and the other weeks"):
        why(trained, weekly)
    with pytest.raises(InputError, match="Both versions forecast 1 to 14 days, not 15"):
        why(trained, earlier, 15)
    long_ago = replace(trained, panel=replace(trained.panel, dates=trained.panel.dates - np.timedelta64(700, "D")))
    with pytest.raises(InputError, match="no day ahead in common"):
        why(long_ago, trained, same_days=True)
    apart = why(long_ago, trained)
    assert (apart.left, apart.came) == pytest.approx((-apart.before, apart.after))
    with pytest.raises(NotFound, match="No series fits"):
        why(earlier, trained).of({"product_id": "Nothing"})
    with pytest.raises(InputError, match="no store to filter by"):
        why(earlier, trained).of({"store": "N"})


# Means of sparse series


def with_means(ensemble, share, means):
    """The ensemble with what its expected mean is blended of, for its second and third series: a model and the flat mean."""
    rows = np.array([1, 2])
    told = MeanBlend(rows, ("prophet", FLAT), share, means)
    yhat = {**ensemble.yhat, schema.EXPECTED: ensemble.line.copy()}
    yhat[schema.EXPECTED][rows] = told.ahead
    return replace(ensemble, yhat=yhat, means=told)


def test_the_mean_of_a_sparse_series_is_split_as_it_is_blended():
    ensemble, h = past_ensembles.sparse(), 14
    share, means = np.array([[0.5, 0.5], [1.0, 0.0]]), np.full((2, 2, h), 0.4)
    before = with_means(ensemble, share, means)
    flat = means.copy()
    flat[1] = 0.6
    assert why(before, with_means(ensemble, share, flat)).parts == {names.RECENT: pytest.approx(7 * 0.5 * 0.2)}
    moved = with_means(ensemble, share[::-1], flat)
    assert why(with_means(ensemble, share, flat), moved).parts == {names.SHARES: 0.0}, "what one series gains the other loses"
    told = why(with_means(ensemble, share, flat), moved).of({"store": "N"})
    assert told.parts == {names.SHARES: pytest.approx(-7 * 0.5 * 0.2)}


def test_what_an_earlier_release_did_not_keep_is_one_part():
    old = past_ensembles.sparse()
    new = with_means(old, np.full((2, 2), 0.5), np.full((2, 2, 14), 0.7))
    assert why(old, new).parts == {"not kept by v1": pytest.approx(2 * 7 * 0.3)}
    assert why(new, old).parts == {"not kept by v2": pytest.approx(-2 * 7 * 0.3)}
    assert names.told_of_not_kept(why(new, old).parts)[0].startswith("v2 was trained by an earlier release")


@pytest.mark.parametrize(("period", "days"), [(WEEK, "2024-06-03"), (MONTH, "2024-06-30")])
def test_causes_of_weeks_and_months_add_up_too(period, days):
    ensemble = past_ensembles.ensemble(*past_ensembles.noisy(n=3, h=6, cutoffs=3))
    dates = period.ahead(pd.Timestamp(days), len(ensemble.panel.dates) + 1, start=0)
    before = replace(ensemble, panel=replace(ensemble.panel, period=period, dates=dates[:-1]))
    between, after = (
        replace(before, panel=replace(before.panel, dates=dates[1:]), yhat={name: values + more for name, values in ensemble.yhat.items()})
        for more in (2.0, 3.0)
    )
    causes = split_causes(why(before, after, 4), Version(1, before), [(names.NEW_SALES, between), (names.CORRECTED, after)])
    assert sum(causes.told.parts.values()) == pytest.approx(3 * 4 * 3.0)
    assert causes.told.parts[names.CORRECTED] == pytest.approx(3 * 3 * 1.0)


@pytest.mark.parametrize(("period", "days"), [(WEEK, "2024-06-03"), (MONTH, "2024-06-30")])
def test_weeks_and_months_are_explained_in_steps(period, days):
    ensemble = past_ensembles.ensemble(*past_ensembles.noisy(n=3, h=6, cutoffs=3))
    dates = period.ahead(pd.Timestamp(days), len(ensemble.panel.dates) + 1, start=0)
    before = replace(ensemble, panel=replace(ensemble.panel, period=period, dates=dates[:-1]))
    yhat = {name: values + 2.0 for name, values in ensemble.yhat.items()}
    after = replace(before, panel=replace(before.panel, dates=dates[1:]), yhat=yhat)
    told = why(before, after, 4)
    assert (told.window.left, told.window.came) == (1, 1)
    assert told.change == pytest.approx(3 * 4 * 2.0)
    assert sum(told.parts.values()) == pytest.approx(told.change)
    assert told.parts[names.DAYS] == pytest.approx(3 * 2.0)


# Causes


@pytest.mark.parametrize("same_days", [False, True])
@pytest.mark.parametrize("filters", [{}, {"product_id": "Bread"}, {"region": "North"}])
def test_causes_add_up_to_the_change_and_days_and_plans_stay_their_own(trained, earlier, later, filters, same_days):
    told = why(earlier, later, same_days=same_days)
    between = again(trained, models=version_pairs.with_trend(trained, 1.02))
    causes = split_causes(told, Version(1, earlier), [(names.NEW_SALES, between), (names.CORRECTED, later)]).of(filters)
    parts = causes.told.parts
    assert sum(parts.values()) == pytest.approx(told.of(filters).change, abs=1e-9)
    assert {names.NEW_SALES, names.CORRECTED, names.AHEAD[schema.PROMO]} <= set(parts)
    assert parts.get(names.DAYS, 0.0) == pytest.approx(told.of(filters).parts.get(names.DAYS, 0.0))
    for cause in (names.NEW_SALES, names.CORRECTED):
        assert sum(causes.within(cause).values()) == pytest.approx(parts[cause])
    assert names.TREND in causes.within(names.NEW_SALES)


def test_what_only_the_corrections_moved_is_theirs(trained):
    before = again(trained)
    after = again(trained, models=version_pairs.with_trend(trained, 1.1))
    causes = split_causes(why(before, after), Version(1, before), [(names.NEW_SALES, before), (names.CORRECTED, after)])
    assert causes.told.parts == {names.CORRECTED: pytest.approx(why(before, after).change)}
    assert list(causes.within(names.CORRECTED)) == [names.TREND]


def test_versions_without_a_day_in_common_have_no_causes_but_their_days(trained):
    long_ago = replace(trained, panel=replace(trained.panel, dates=trained.panel.dates - np.timedelta64(700, "D")))
    causes = split_causes(why(long_ago, trained), Version(1, long_ago), [(names.CORRECTED, trained)])
    assert causes.told.parts == why(long_ago, trained).parts
