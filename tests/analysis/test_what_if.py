"""Other prices, promotions and closed days: what was planted in the sales comes out of the forecast."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import panels
import pytest

from forecasting.analysis.baseline import Baseline
from forecasting.analysis.forecast_view import view
from forecasting.analysis.what_if import EVERY_DAY, WhatIf
from forecasting.core.errors import InputError
from forecasting.core.panel import Panel
from forecasting.core.settings import LstmSettings, ProphetSettings
from forecasting.models.lstm.model import LstmModel
from forecasting.models.prophet.model import ProphetModel
from forecasting.models.seasonal_naive import SeasonalNaive
from forecasting.training.backtest import Backtest
from forecasting.training.bands import quantiles
from forecasting.training.bands.days import day_bands
from forecasting.training.ensemble import Ensemble

DAYS, HORIZON = 800, 14
UPLIFT, ELASTICITY = 0.5, -1.2
NAMES = ["a", "b", "c", "steady"]
MODELS = ("prophet", "lstm", "seasonal_naive")


def planted() -> Panel:
    """Series whose sales rise by half on promotion and fall by 1.2 % for each percent of price; one with neither promotions nor other prices."""
    random = np.random.default_rng(4)
    promo, price = np.zeros((4, DAYS)), np.full((4, DAYS), 2.0)
    promo[:3] = random.random((3, DAYS)) < 0.15
    price[:3] = np.repeat(random.choice([1.6, 1.8, 2.0, 2.2], (3, DAYS // 10)), 10, axis=1)
    factor = (1 + UPLIFT * promo) * (price / 2.0) ** ELASTICITY
    sold = [panels.regular(DAYS, level=40 + 10 * row, growth=0.0, seed=row) * factor[row] for row in range(4)]
    return panels.panel(dict(zip(NAMES, sold, strict=True)), drivers={"promo": promo, "price": price})


def served(panel: Panel, models, share=(0.6, 0.4, 0.0)) -> Ensemble:
    """An ensemble of fitted models with these shares, and errors of a tenth."""
    n = len(panel)
    yhat = {model.name: model.predict(panel, HORIZON) for model in models}
    shares = np.where(np.isfinite([yhat[name][:, 0] for name in MODELS]).T, share, 0.0)
    shares /= shares.sum(axis=1, keepdims=True)
    yhat["blend"] = sum(np.nan_to_num(yhat[name]) * shares[:, [column]] for column, name in enumerate(MODELS))
    y = np.stack([panel.sales[:, -back * HORIZON :][:, :HORIZON] for back in (4, 3, 2)])
    past = {name: y * (1 + 0.1 * np.random.default_rng(7).normal(size=y.shape)) for name in (*MODELS, "blend")}
    health = pd.DataFrame({"unique_id": panel.unique_ids, "model": "blend", "reason": ""})
    health = health.assign(**{f"{name}_share": shares[:, column] for column, name in enumerate(MODELS)})
    errors = quantiles.Errors(y, past["blend"])
    made = day_bands(errors, yhat["blend"], silent=np.zeros(n, dtype=bool))
    cutoffs = panel.dates[[-4 * HORIZON - 1, -3 * HORIZON - 1, -2 * HORIZON - 1]]
    return Ensemble(panel, yhat, made, Backtest(cutoffs, y, past), health, {model.name: model for model in models})


@pytest.fixture(scope="module")
def prophet():
    return ProphetModel(ProphetSettings()).fit(planted(), horizon=HORIZON)


@pytest.fixture(scope="module")
def made(prophet):
    """Prophet and the naive forecast; a network that has not learned anything."""
    panel = planted()
    blind = LstmModel(LstmSettings(), 0).fit(panel.cut(20), horizon=HORIZON)
    return served(panel, [prophet, blind, SeasonalNaive().fit(panel, horizon=HORIZON)])


def days(made, *ahead):
    """The days so far ahead, from 0."""
    dates = made.panel.ahead(HORIZON).date
    return frozenset(dates[day] for day in ahead)


def ratio(made, change, row=0, name="blend"):
    """Of sales with the what-if to those without, over the days ahead."""
    after = whatif_of(made, change, row)
    return float(after.yhat[name][row].sum() / made.yhat[name][row].sum())


def whatif_of(made, change, *rows):
    return Baseline(made, np.array(rows)).apply(change)


def test_promotions_lift_the_forecast_by_what_was_planted(made):
    none, every = (whatif_of(made, WhatIf(promo=promo), 0, 1, 2).yhat["blend"][:3].sum(axis=1) for promo in (frozenset(), EVERY_DAY))
    np.testing.assert_allclose(every / none, 1 + UPLIFT, rtol=0.12)


def test_a_promotion_lifts_its_own_days_alone(made):
    day = whatif_of(made, WhatIf(promo=days(made, 3)), 0).yhat["blend"][0]
    none = whatif_of(made, WhatIf(promo=frozenset()), 0).yhat["blend"][0]
    assert day[3] > 1.2 * none[3]
    np.testing.assert_array_equal(np.delete(day, 3), np.delete(none, 3))


def test_a_price_moves_the_forecast_by_the_elasticity_that_was_planted(made):
    cheaper, dearer = ratio(made, WhatIf(price_change=-0.1)), ratio(made, WhatIf(price_change=0.1))
    assert cheaper == pytest.approx(0.9**ELASTICITY, abs=0.05)
    assert dearer == pytest.approx(1.1**ELASTICITY, abs=0.05)


def test_a_closed_day_sells_exactly_nothing(made):
    after = whatif_of(made, WhatIf(closed=days(made, 0, 5)), 0, 3)
    for values in after.yhat.values():
        known = values[[0, 3]][np.isfinite(values[[0, 3], 0])]
        assert not known[:, [0, 5]].any()
    assert not after.bands[[0, 3]][:, :, [0, 5]].any()
    np.testing.assert_array_equal(np.delete(after.yhat["blend"], [0, 5], axis=1), np.delete(made.yhat["blend"], [0, 5], axis=1))
    assert after.yhat["blend"][1, 0] > 0


def test_two_changes_work_together(made):
    both, price, promo = WhatIf(price_change=-0.1, promo=EVERY_DAY), WhatIf(price_change=-0.1), WhatIf(promo=EVERY_DAY)
    moves = [whatif_of(made, change, 0).yhat["blend"][0] - made.yhat["blend"][0] for change in (both, price, promo)]
    np.testing.assert_allclose(moves[0], moves[1] + moves[2], rtol=1e-6)


def test_no_change_is_the_very_same_forecast(made):
    assert whatif_of(made, WhatIf(), 0) is made
    assert whatif_of(made, WhatIf(price_change=0.0), 0) is made


def test_other_series_and_the_ensemble_itself_stay_as_they_are(made):
    before = {name: values.copy() for name, values in made.yhat.items()}, made.bands.copy(), made.panel.drivers["price"].copy()
    after = whatif_of(made, WhatIf(price_change=-0.1, promo=EVERY_DAY, closed=days(made, 1)), 1)
    for name, values in before[0].items():
        np.testing.assert_array_equal(made.yhat[name], values)
        np.testing.assert_array_equal(after.yhat[name][[0, 2, 3]], values[[0, 2, 3]])
    np.testing.assert_array_equal(made.bands, before[1])
    np.testing.assert_array_equal(after.bands[[0, 2, 3]], before[1][[0, 2, 3]])
    np.testing.assert_array_equal(made.panel.drivers["price"], before[2])
    assert "open" not in made.panel.drivers


def test_bands_are_those_of_a_forecast_of_that_level(made):
    after = whatif_of(made, WhatIf(promo=EVERY_DAY), 0)
    again = day_bands(made.errors, after.yhat["blend"], silent=np.zeros(4, dtype=bool))
    np.testing.assert_array_equal(after.bands[0], again[0])
    assert ((after.bands[0, 0] <= after.yhat["blend"][0]) & (after.yhat["blend"][0] <= after.bands[0, 1])).all()
    assert (after.bands[0, 1] - after.bands[0, 0] > made.bands[0, 1] - made.bands[0, 0]).all()


def test_everything_a_person_sees_follows(made):
    panel = replace(made.panel, series=made.panel.series.assign(product_id=NAMES))
    made = replace(made, panel=panel)
    after = whatif_of(made, WhatIf(promo=EVERY_DAY), 0)
    now, then = (view(each, {"product_id": "a"}, HORIZON) for each in (made, after))
    assert then.total.expected > 1.2 * now.total.expected
    assert then.total.lower_80 > now.total.lower_80
    np.testing.assert_allclose(then.forecast["blend"], after.yhat["blend"][0])


def test_what_no_model_knows_is_refused_with_the_reason(made):
    with pytest.raises(InputError, match="Price never changed in these sales"):
        whatif_of(made, WhatIf(price_change=0.1), 3)
    with pytest.raises(InputError, match="Promotions never changed"):
        whatif_of(made, WhatIf(promo=EVERY_DAY), 3)
    bare = replace(made, panel=replace(made.panel, drivers={"promo": made.panel.drivers["promo"]}))
    with pytest.raises(InputError, match="no price column"):
        whatif_of(bare, WhatIf(price_change=0.1), 0)


def test_half_a_year_of_promotions_is_too_short_for_prophet():
    panel = planted()
    short = replace(panel, dates=panel.dates[-200:], sales=panel.sales[:, -200:], drivers={k: v[:, -200:] for k, v in panel.drivers.items()})
    blind = LstmModel(LstmSettings(), 0).fit(short.cut(20), horizon=HORIZON)
    models = [ProphetModel(ProphetSettings()).fit(short, horizon=HORIZON), blind, SeasonalNaive().fit(short, horizon=HORIZON)]
    with pytest.raises(InputError, match="from a year of sales on"):
        whatif_of(served(short, models), WhatIf(promo=EVERY_DAY), 0)


@pytest.mark.slow
def test_the_network_answers_as_well(made):
    panel = planted()
    ahead = {name: np.hstack([values, np.repeat(values[:, -1:], HORIZON, axis=1)]) for name, values in panel.drivers.items()}
    panel = replace(panel, drivers=ahead)
    network = LstmModel(LstmSettings(epochs=10, units=24, windows_per_epoch=2000), 0).fit(panel, horizon=HORIZON)
    both = served(panel, [made.models["prophet"], network, SeasonalNaive().fit(panel, horizon=HORIZON)])
    standing = Baseline(both, np.array([0, 1, 2]))
    none, every = (standing.apply(WhatIf(promo=promo)) for promo in (frozenset(), EVERY_DAY))
    sums = {name: every.yhat[name][:3].sum() / none.yhat[name][:3].sum() for name in ("lstm", "prophet", "blend")}
    assert sums["lstm"] == pytest.approx(1 + UPLIFT, abs=0.2)
    assert min(sums["lstm"], sums["prophet"]) < sums["blend"] < max(sums["lstm"], sums["prophet"])
    assert set(standing.effect(every, WhatIf(promo=EVERY_DAY), HORIZON).models) == {"prophet", "lstm"}


def test_series_whose_effect_is_not_known_are_counted(made):
    rows = np.array([0, 3])
    change = WhatIf(promo=EVERY_DAY)
    standing = Baseline(made, rows)
    after = standing.apply(change)
    np.testing.assert_array_equal(after.yhat["blend"][3], made.yhat["blend"][3])
    effect = standing.effect(after, change, HORIZON)
    assert effect.after - effect.before == pytest.approx(after.yhat["blend"][0].sum() - made.yhat["blend"][0].sum())
    assert list(effect.models) == ["prophet"]
    assert any("1 of 2 series" in note for note in effect.notes)


def test_prices_never_seen_are_said(made):
    standing = Baseline(made, np.array([0]))
    change = WhatIf(price_change=-0.5)
    notes = standing.effect(standing.apply(change), change, HORIZON).notes
    assert any("lowest price so far was 1.60" in note for note in notes)
    seen = WhatIf(price_change=0.0001)
    assert not any("Never seen" in note for note in standing.effect(standing.apply(seen), seen, HORIZON).notes)


def test_a_day_that_is_not_forecast_is_refused(made):
    beyond = made.panel.ahead(HORIZON)[-1].date() + timedelta(days=1)
    with pytest.raises(InputError, match=f"{beyond} is not forecast"):
        whatif_of(made, WhatIf(closed=frozenset({beyond})), 0)


@pytest.mark.parametrize("wrong", [{"price_change": -0.95}, {"price_change": 5.0}, {"price_change": float("nan")}, {"promo": "sometimes"}])
def test_nonsense_is_refused(wrong):
    with pytest.raises(InputError):
        WhatIf(**wrong)


def test_a_what_if_reads_as_a_person_says_it():
    christmas, eve, before = date(2026, 12, 25), date(2026, 12, 24), date(2026, 12, 23)
    assert WhatIf(price_change=-0.1).text() == "price \u221210\u00a0%"
    assert WhatIf(promo=frozenset(), closed=frozenset({christmas})).text() == "no promotions, closed on 25 Dec"
    assert WhatIf(promo=EVERY_DAY).text() == "promotions every day"
    assert WhatIf(promo=frozenset({christmas, eve, before})).text() == "promotions on 3 days"
    assert not WhatIf()
