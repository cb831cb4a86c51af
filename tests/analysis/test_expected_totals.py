"""Sums over days and series are of what is expected, on every page and in every file; single days of one series are the line."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import past_ensembles
import pytest

from forecasting.analysis import (
    backtest_bands,
    by_span,
    forecast_table,
    forecast_view,
    last_graded,
    movers,
    product_groups,
    product_story,
    products,
)
from forecasting.analysis.accuracy import accuracy, backtest_table
from forecasting.analysis.baseline import Baseline
from forecasting.analysis.contributions import FEW_DAYS, contributions
from forecasting.analysis.forecast_table import Layout, rounded
from forecasting.analysis.what_if import WhatIf
from forecasting.core import schema
from forecasting.core.period import WEEK
from forecasting.inventory.orders.sales_value import sales_value
from forecasting.inventory.stock.state import GivenStock
from forecasting.training import metrics
from forecasting.training.bands import quantiles
from forecasting.training.ensemble import summary

STEPS, SCREW = 14, {schema.PRODUCT: "Screw", schema.STORE: "N"}
ALL, SCREWS = np.arange(3), np.array([1, 2])
BREAD_A_DAY, SCREWS_A_DAY = 10.0, 0.4


@pytest.fixture(scope="module")
def ensemble():
    return past_ensembles.sparse()


@pytest.fixture(scope="module")
def judged(ensemble):
    return backtest_bands.bands_of_past(ensemble)


def dense(ensemble):
    """The same without an expectation of its own."""
    yhat, past = ({name: values for name, values in of.items() if name != schema.EXPECTED} for of in (ensemble.yhat, ensemble.past.yhat))
    return replace(ensemble, yhat=yhat, past=replace(ensemble.past, yhat=past))


def test_the_same_total_stands_everywhere(ensemble):
    units = STEPS * (BREAD_A_DAY + 2 * SCREWS_A_DAY)
    view = forecast_view.view(ensemble, {}, STEPS)
    of = product_groups.groups(ensemble.panel, ALL)
    rows = forecast_table.forecast_table(ensemble, {}, STEPS)
    totals = forecast_table.forecast_table(ensemble, {}, STEPS, Layout(total=True))
    gaining, losing = movers.movers(ensemble, STEPS, 10)
    sums = {
        "headline": view.total.expected,
        "chart": view.forecast[schema.BLEND].sum(),
        "expected of the chart": view.forecast[schema.EXPECTED].sum(),
        "products": products.products(ensemble, of, STEPS, np.ones(3))["next"].sum(),
        "revenue at a price of 1": products.products(ensemble, of, STEPS, np.ones(3))["revenue"].sum(),
        "movers": gaining["units"].sum() + losing["units"].sum(),
        "rows": rows["expected"].sum(),
        "totals": totals["forecast"].sum(),
        "expected of totals": totals["expected"].sum(),
        "what moves it": contributions(ensemble, ensemble.panel, ALL).forecast.sum(),
    }
    assert sums == pytest.approx(dict.fromkeys(sums, units))
    assert rows["forecast"].sum() == pytest.approx(STEPS * BREAD_A_DAY)


def test_days_of_one_series_are_the_line_in_its_own_bands_and_their_sum_is_expected(ensemble):
    view = forecast_view.view(ensemble, SCREW, STEPS)
    assert view.forecast[schema.BLEND].eq(0).all()
    np.testing.assert_allclose(view.forecast[schema.EXPECTED], SCREWS_A_DAY)
    np.testing.assert_array_equal(view.forecast[list(schema.BANDS)].T, ensemble.bands[1])
    assert view.total.expected == pytest.approx(STEPS * SCREWS_A_DAY)
    assert view.total.lower_80 < view.total.expected < view.total.upper_80
    assert view.wape == pytest.approx(1.0)
    assert view.busiest[1] == pytest.approx(SCREWS_A_DAY)
    assert view.weights == {name: pytest.approx(1 / len(view.weights)) for name in view.weights}
    assert view.two_numbers == "Sold on 4 of 10 days: most single days sell nothing, a week sells 2.8."


def test_weeks_are_expected_and_their_models_are_sums_of_lines(ensemble):
    for rows in (SCREWS, SCREWS[:1]):
        _, ahead = by_span.split(ensemble, rows, STEPS, WEEK)
        week = by_span.total(ensemble, rows, ahead)
        to_come = ahead.stop - np.maximum(ahead.first, len(ensemble.panel.dates))
        np.testing.assert_allclose(week[schema.BLEND] - week[by_span.SOLD], to_come * len(rows) * SCREWS_A_DAY)
        np.testing.assert_array_equal(week[schema.BLEND], week[schema.EXPECTED])
        np.testing.assert_array_equal(week["prophet"], week[by_span.SOLD])
        assert (week["lower_80"] <= week[schema.BLEND]).all()
        assert (week[schema.BLEND] <= week["upper_80"]).all()


def test_a_week_in_whose_rest_the_line_is_0_is_not_over(ensemble):
    _, ahead = by_span.split(ensemble, SCREWS, STEPS, WEEK)
    assert len(ensemble.panel.dates) in range(int(ahead.first[0]), int(ahead.stop[0]))


def test_bands_of_a_total_are_of_the_errors_of_what_was_expected(ensemble):
    view = forecast_view.view(ensemble, {schema.PRODUCT: "Screw"}, STEPS)
    errors, ahead = ensemble.expected_errors_of(SCREWS), ensemble.expected[SCREWS]
    np.testing.assert_array_equal(view.forecast[list(schema.BANDS)].T, quantiles.total_quantiles(errors, ahead, schema.QUANTILES))
    assert view.wape == pytest.approx(float(metrics.wape(*quantiles.total_errors(errors))))
    assert view.total.upper_80 == pytest.approx(quantiles.total_quantiles(errors, ahead, schema.QUANTILES, window=STEPS)[1, 0])


def test_without_an_expectation_of_its_own_nothing_changes(ensemble):
    plain = dense(ensemble)
    same = replace(ensemble, yhat={**plain.yhat, schema.EXPECTED: plain.line}, past=plain.past)
    for filters in ({}, SCREW):
        one, other = (forecast_view.view(each, filters, STEPS) for each in (plain, same))
        pd.testing.assert_frame_equal(one.forecast, other.forecast)
        assert (one.total, one.wape, one.two_numbers) == (other.total, other.wape, "")
    assert (FEW_DAYS, "") not in contributions(plain, plain.panel, ALL).parts


def test_the_table_has_what_is_expected_after_the_forecast(ensemble):
    columns = forecast_table.forecast_table(ensemble, SCREW, STEPS).columns.tolist()
    assert columns[columns.index("forecast") :][:3] == ["forecast", "expected", "lower_80"]
    layouts = (Layout(total=True), Layout(level=WEEK), Layout(total=True, level=WEEK))
    for layout, filters in itertools.product(layouts, ({schema.PRODUCT: "Screw"}, SCREW)):
        table = forecast_table.forecast_table(ensemble, filters, STEPS, layout)
        np.testing.assert_array_equal(table["forecast"], table["expected"])
        assert (table["forecast"] > 0).all()
        assert ((table["lower_80"] <= table["forecast"]) & (table["forecast"] <= table["upper_80"])).all()
    assert "sold" not in forecast_table.forecast_table(ensemble, SCREW, STEPS, Layout(total=True))


def test_fractions_of_a_unit_are_not_rounded_to_nothing(ensemble):
    scarce = replace(ensemble, yhat={**ensemble.yhat, schema.EXPECTED: np.where(ALL[:, None] > 0, 0.0004, ensemble.line)})
    table = forecast_table.forecast_table(scarce, SCREW, STEPS)
    assert table["expected"].sum() == pytest.approx(STEPS * 0.0004)
    np.testing.assert_array_equal(rounded(np.array([12.34567, 0.0, 0.00042, np.nan])), [12.346, 0.0, 0.00042, np.nan])


@pytest.mark.parametrize("rows", [SCREWS, SCREWS[:1]], ids=["two stores", "one store"])
def test_the_newest_days_are_held_against_what_was_expected_of_them(ensemble, rows):
    graded = last_graded.last_graded(ensemble, product_groups.groups(ensemble.panel, rows), STEPS)
    assert graded.expected == pytest.approx([len(rows) * STEPS * SCREWS_A_DAY])
    assert graded.lower < graded.expected < graded.upper


def test_money_counts_what_is_expected(ensemble):
    prices = np.full((3, ensemble.panel.sales.shape[1] + STEPS), 2.0)
    priced = replace(ensemble, panel=replace(ensemble.panel, drivers={schema.PRICE: prices}))
    worth = sales_value(priced, GivenStock.nothing(3), SCREWS, STEPS)
    assert worth.revenue == pytest.approx(2 * 2 * STEPS * SCREWS_A_DAY)
    assert (worth.units, worth.unpriced) == (pytest.approx(2 * STEPS * SCREWS_A_DAY), 0.0)


def test_parts_add_up_to_what_is_expected_with_one_for_few_days(ensemble):
    of = contributions(ensemble, ensemble.panel, SCREWS)
    np.testing.assert_allclose(of.average + sum(of.parts.values()), of.forecast)
    np.testing.assert_allclose(of.parts[FEW_DAYS, ""], 2 * SCREWS_A_DAY)
    table = of.between(0, STEPS)
    assert table["label"].iloc[-1] == "Sales on few days"


def test_a_closed_day_ahead_expects_nothing(ensemble):
    day = ensemble.panel.ahead(3)[2]
    baseline = Baseline(ensemble, SCREWS)
    after = baseline.apply(change := WhatIf(closed=frozenset({day.date()})))
    np.testing.assert_allclose(after.expected[SCREWS].sum(axis=0), np.where(np.arange(STEPS) == 2, 0.0, 2 * SCREWS_A_DAY))
    effect = baseline.effect(after, change, STEPS)
    assert (effect.before, effect.after) == pytest.approx((2 * STEPS * SCREWS_A_DAY, 2 * (STEPS - 1) * SCREWS_A_DAY))


def test_what_is_expected_moves_with_the_line(ensemble):
    line, expected = (np.tile(np.array([units]).T, STEPS) for units in ([2.0, 0.0, 0.01], [3.0, 0.4, 0.4]))
    standing = Baseline(replace(ensemble, yhat={**ensemble.yhat, schema.BLEND: line, schema.EXPECTED: expected}), ALL)
    up, down = (standing._expected(np.maximum(line + change, 0.0))[:, 0] for change in (0.5, -5.0))
    np.testing.assert_allclose(up, [3.75, 0.9, 2.9])  # in proportion; as many units; a line near 0 counts five times at most
    np.testing.assert_allclose(down, [0.0, 0.4, 0.35])


def test_where_both_agree_they_stay_the_same_to_the_last_digit(ensemble):
    after = np.random.default_rng(0).random((3, STEPS))
    np.testing.assert_array_equal(Baseline(ensemble, ALL)._expected(after)[0], after[0])


def test_the_story_of_a_sparse_product_tells_its_mean(ensemble):
    view = forecast_view.view(ensemble, SCREW, STEPS)
    level, *_, trust = product_story.product_story(ensemble, view)
    assert "we expect 0.4 units a day" in level
    assert "100" in trust
    assert trust.count("%") == 2


def test_errors_of_days_are_the_lines_and_of_sums_of_what_was_expected(ensemble, judged):
    screws = accuracy(judged, {schema.PRODUCT: "Screw"})
    blend = screws.overall.set_index(schema.MODEL).loc[schema.BLEND]
    assert blend["wape"] == pytest.approx(1.0)
    bias = float(metrics.bias_share(*ensemble.expected_errors_of(SCREWS)))
    assert blend["bias"] == pytest.approx(bias)
    assert abs(bias) < 0.3
    assert screws.overall.set_index(schema.MODEL).loc["prophet", "bias"] == pytest.approx(-1.0)
    assert screws.of_total == pytest.approx(float(metrics.wape(*quantiles.total_errors(ensemble.expected_errors_of(SCREWS)))))
    np.testing.assert_allclose(screws.total[schema.BLEND], 2 * SCREWS_A_DAY)
    assert accuracy(judged, SCREW).total[schema.BLEND].eq(0).all()
    assert summary(ensemble)["bias"] == pytest.approx(float(metrics.bias_share(*ensemble.expected_errors)))


def test_bands_of_sums_are_judged_by_what_was_expected(ensemble, judged):
    plain = backtest_bands.bands_of_past(dense(ensemble))
    np.testing.assert_array_equal(judged.missed, plain.missed)
    for name in schema.BANDS:
        np.testing.assert_array_equal(judged.limit(name), plain.limit(name))
    sums = backtest_bands._missed_sums(ensemble.expected_errors, judged.window)
    np.testing.assert_array_equal(judged.missed_sums, sums)


def test_the_backtest_table_has_both_numbers(judged):
    table = backtest_table(accuracy(judged, SCREW))
    assert table["forecast"].eq(0).all()
    np.testing.assert_allclose(table["expected"], SCREWS_A_DAY)
