"""The benchmark of orders measures what it says."""

from __future__ import annotations

import doctest
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmarks import service
from benchmarks.support import demand_shapes, lives, load_figures, memory_course, order_days, served
from benchmarks.support.lives import Life, Terms
from forecasting.core import schema
from forecasting.core.panel import Panel
from forecasting.core.settings import Settings
from forecasting.inventory.simulation.shelf import KnownDemand
from forecasting.inventory.suppliers.supplier import Supplier
from forecasting.models import registry
from forecasting.training.backtest import Backtest
from forecasting.training.ensemble import Ensemble

NAN = np.nan


def served_from(whole: Panel, days: int, horizon: int = 16, cutoffs: int = 5) -> Ensemble:
    """An ensemble that forecasts each series' mean of what it knows."""
    panel = whole.cut(days)
    cuts = [days - horizon * back for back in range(cutoffs, 0, -1)]
    mean = [np.repeat(panel.sales[:, :cut].mean(axis=1)[:, None], horizon, axis=1) for cut in (*cuts, days)]
    y = np.array([panel.sales[:, cut : cut + horizon] for cut in cuts])
    past = {name: np.array(mean[:-1]) for name in (*registry.names(), schema.BLEND)}
    backtest = Backtest(panel.dates[[cut - 1 for cut in cuts]], y, past)
    health = pd.DataFrame({schema.UNIQUE_ID: panel.unique_ids, schema.MODEL: schema.BLEND, schema.REASON: ""})
    return Ensemble(panel, dict.fromkeys(past, mean[-1]), np.zeros((len(panel), 4, horizon)), backtest, health, {})


def life(wanted, levels, *, lead=1, known=None, mean=None, spread=None):
    wanted, levels = (np.atleast_2d(np.asarray(values, dtype=float)) for values in (wanted, levels))
    known = np.ones(wanted.shape, dtype=bool) if known is None else np.atleast_2d(known).astype(bool)
    mean = levels if mean is None else np.broadcast_to(mean, levels.shape)
    spread = np.zeros(levels.shape) if spread is None else np.broadcast_to(spread, levels.shape)
    return Life(wanted, KnownDemand(known, np.ones(wanted.shape, dtype=bool)), levels, mean, spread, np.arange(len(wanted)), True, Terms(0.95, lead))


# Demand


@pytest.mark.parametrize("shape", demand_shapes.SHAPES)
def test_a_shape_is_whole_units_and_the_same_for_the_same_seed(shape):
    one, again, other = (demand_shapes.panel(shape, n=5, days=60, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.sales, again.sales)
    assert (one.sales != other.sales).any()
    assert (one.sales >= 0).all()
    assert (one.sales == np.round(one.sales)).all()
    assert one.sales.shape == (5, 60)


def test_shapes_are_what_they_are_called():
    made = {shape: demand_shapes.panel(shape, n=40, days=700) for shape in demand_shapes.SHAPES}
    lag = {name: np.mean([np.corrcoef(y[1:], y[:-1])[0, 1] for y in panel.sales]) for name, panel in made.items()}
    assert abs(lag["smooth"]) < 0.02
    assert lag["autocorrelated"] > 0.4
    weekdays = made["weekly season"].sales.reshape(40, 100, 7).mean(axis=(0, 1))
    assert weekdays.argmax() == 5
    assert (made["intermittent"].sales == 0).mean() == pytest.approx(0.78, abs=0.03)
    sold = made["lumpy"].sales[made["lumpy"].sales > 0]
    assert sold.std() > 0.8 * sold.mean()
    promo = made["promotions"].drivers[schema.PROMO].astype(bool)
    assert promo.mean() == pytest.approx(1 / 8, abs=0.02)
    uplift = made["promotions"].sales[promo].mean() / made["promotions"].sales[~promo].mean()
    assert uplift == pytest.approx(2.5, abs=0.3)


# One life


def test_a_life_by_hand():
    # Level 5 before each of 4 days, lead time 1. Day 1: sells 2. Day 2: orders 2 (for day 3), of 4 sells 3. Day 3: orders 3, gets 2, sells 1.
    # Day 4: orders 1, gets 3, sells 4. Day 5: no order, gets 1, sells 0. Counted are days 2 to 5, cycles are days.
    made = lives.outcome(life([[2, 4, 1, 4, 0]], [[5, 5, 5, 5, NAN]]), np.array([[5, 5, 5, 5, NAN]]))
    assert (made.judged[0], made.kept[0], made.sold[0], made.lost[0]) == (4, 3, 8, 1)
    assert made.stock[0] == pytest.approx((0 + 1 + 0 + 1) / 4)
    assert (made.service, made.fill_rate) == (0.75, pytest.approx(8 / 9))


def test_unknown_days_are_not_counted():
    made = lives.outcome(life([[2, 4, 1, 4, 0]], [[5, 5, 5, 5, NAN]], known=[[1, 0, 1, 1, 1]]), np.array([[5, 5, 5, 5, NAN]]))
    assert (made.sold[0], made.lost[0]) == (5, 0)
    assert made.judged[0] < 4


def test_the_textbook_is_tuned_to_our_service():
    demand = np.random.default_rng(0).poisson(50, (40, 60)).astype(float)
    ours = np.full((40, 60), np.ceil(50 * 3 + 1.3 * np.sqrt(150)))
    ours[:, -2:] = NAN
    found = lives.compared(life(demand, ours, lead=2, mean=150.0, spread=np.sqrt(150)))
    assert found.tuned.service >= found.ours.service
    assert found.z == pytest.approx(1.3, abs=1 / np.sqrt(150))  # levels are whole units
    assert found.ratio == pytest.approx(1.0, abs=0.01)
    assert found.error < 0.01
    wasteful = lives.compared(life(demand, ours, lead=2, mean=150.0, spread=np.sqrt(150) + 30 * (np.arange(60) % 2)))
    assert wasteful.ratio < 0.97


def test_the_standard_error_is_that_of_the_bootstrap():
    random = np.random.default_rng(0)
    b = random.gamma(5, 5, 200)
    a = b * random.normal(0.9, 0.2, 200)
    rows = random.integers(0, 200, (4000, 200))
    drawn = a[rows].sum(axis=1) / b[rows].sum(axis=1)
    assert lives.ratio(a, b, np.arange(200))[1] == pytest.approx(drawn.std(), rel=0.1)


def test_the_examples_are_true():
    for module in (lives, order_days, served, load_figures, memory_course):
        assert doctest.testmod(module).failed == 0


# What was known


def test_the_textbook_knows_the_last_eight_weeks():
    whole = demand_shapes.panel("smooth", n=3, days=120)
    mean, spread = lives.textbook_parts(whole, [100, 101], Terms(0.95, 7))
    for place, known in enumerate((100, 101)):
        recent = whole.sales[:, known - 56 : known]
        np.testing.assert_allclose(mean[:, place], 8 * recent.mean(axis=1))
        np.testing.assert_allclose(spread[:, place], np.sqrt(8) * recent.std(axis=1, ddof=1))


def test_no_level_knows_what_was_sold_later():
    whole, terms = demand_shapes.panel("smooth", n=6, days=300), Terms(0.95, 3)
    sales = whole.sales.copy()
    sales[:, 215:] += 40
    one, two = (lives.life_of(panel, [served_from(panel, days) for days in (200, 210)], terms) for panel in (whole, replace(whole, sales=sales)))
    np.testing.assert_array_equal(one.ours, two.ours)
    np.testing.assert_array_equal(one.mean[:, :16], two.mean[:, :16])
    assert (one.mean[:, 16:20] != two.mean[:, 16:20]).any()


def test_each_version_serves_until_the_next():
    whole, terms = demand_shapes.panel("smooth", n=6, days=300), Terms(0.95, 3)
    made = [served_from(whole, days) for days in (200, 210)]
    lived = lives.life_of(whole, made, terms)
    assert lived.wanted.shape == (6, 23)
    np.testing.assert_array_equal(lived.ours[:, :10], lives.levels_ahead(made[0], terms)[:, :10])
    np.testing.assert_array_equal(lived.ours[:, 10:20], lives.levels_ahead(made[1], terms)[:, :10])
    assert np.isnan(lived.ours[:, 20:]).all()
    np.testing.assert_array_equal(lived.wanted, whole.sales[:, 200:223])


def test_forecasts_that_are_right_keep_the_promise_with_less_stock():
    whole = demand_shapes.panel("smooth", n=60, days=600)
    made = [served_from(whole, days, horizon=36) for days in (480, 508, 536)]
    for lead in (7, 2):
        found = lives.compared(lives.life_of(whole, made, Terms(0.95, lead)))
        assert found.ours.service == pytest.approx(0.95, abs=0.02)
        assert found.ratio < 1


def test_the_days_after_several_origins_are_one_life_each():
    whole, terms = demand_shapes.panel("smooth", n=6, days=300), Terms(0.95, 3)
    sales = whole.sales.copy()
    sales[0, 205] = NAN
    apart = lives.lives_after(replace(whole, sales=sales), [served_from(whole, days) for days in (200, 216)], terms)
    both = lives.together(apart)
    assert both.wanted.shape == (12, 16)
    assert both.series.tolist() == [*range(6), *range(6)]
    assert np.argwhere(~both.seen.known).tolist() == [[0, 5]]
    np.testing.assert_array_equal(both.wanted[6:], whole.sales[:, 216:232])


# Kept and printed


def test_what_is_kept_is_what_was_served(tmp_path):
    whole = demand_shapes.panel("weekly season", n=4, days=300)
    made = served_from(whole, 200)
    file = tmp_path / "some" / "200.npz"
    served.save(made, file)
    again = served.at(whole, 200, Settings(horizon=16), file)
    terms = Terms(0.9, 3)
    np.testing.assert_array_equal(lives.levels_ahead(made, terms), lives.levels_ahead(again, terms))
    assert again.past.cutoffs.equals(made.past.cutoffs)
    pd.testing.assert_frame_equal(again.health, made.health)


def test_kept_origins_of_a_file_are_not_trained_again(tmp_path):
    whole = demand_shapes.panel("smooth", n=4, days=208)
    for days in served.past_days(208, 28):
        served.save(served_from(whole, days, horizon=28, cutoffs=2), tmp_path / f"{days}.npz")
    made = list(served.many(whole, Settings(horizon=28), tmp_path))
    assert [len(one.panel.dates) for one in made] == [110, 124, 138, 152, 166, 180]


def test_the_receipt_predicts_what_comes(capsys):
    whole = demand_shapes.panel("smooth", n=60, days=600)
    made = [served_from(whole, days, horizon=28) for days in (516, 544, 572)]
    found = lives.compared(lives.together(lives.lives_after(whole, made, Terms(0.95, 7))))
    assert service.predicted(made, Terms(0.95, 7)) == pytest.approx(100 * found.ours.service, abs=2)
    service.print_table("some", pd.DataFrame([service.columns(found)]))
    assert "ours / tuned" in capsys.readouterr().out


# A supplier's days


def test_orders_on_a_suppliers_days_keep_the_promise_from_delivery_to_delivery():
    whole = demand_shapes.panel("smooth", n=60, days=620)
    made = [served_from(whole, days, horizon=40) for days in (475, 503, 531)]
    hansen = Supplier(name="Hansen", order_days=frozenset({0, 3}), delivery_days=frozenset({1, 4}), lead_time=1)
    lived = order_days.life_of(whole, made, hansen, 0.95)
    first = whole.dates[476]  # the day after the sales is a Sunday
    assert (first.day_name(), lived.orders[:4].tolist(), lived.lead[:8].tolist()) == ("Monday", [0, 3, 7, 10], [1] * 8)
    assert np.flatnonzero(np.isfinite(lived.ours[0])).tolist() == lived.orders[:-1].tolist()
    np.testing.assert_array_equal(lived.wanted, whole.sales[:, 476 : 476 + lived.wanted.shape[1]])
    week, weekend = lived.ours[:, 0], lived.ours[:, 3]  # Thursday's order lasts for five days, Monday's for four
    np.testing.assert_allclose((weekend / week).mean(), 5 / 4, rtol=0.05)
    assert lives.compared(lived).ours.service == pytest.approx(0.95, abs=0.02)
