"""The fits without data frames are Prophet's own: the same curves, whatever series stand beside them."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pool_tasks
import pytest
import weekly_sales as periods
from panels import only_last, panel, regular, sparse

from forecasting.core import calendar
from forecasting.core.engine import Engine, Here
from forecasting.core.panel import Panel, from_sales
from forecasting.core.process_engine import Processes
from forecasting.core.settings import ProphetSettings
from forecasting.models.prophet import additive, blocks, fitting, model
from forecasting.models.prophet.curves import Curve, Curves, stack
from forecasting.models.prophet.model import ProphetModel

HORIZON = 40
DAYS = 760


def shop() -> Panel:
    """Series with prices and promotions, young ones, sparse ones, ones that miss rows and ones that are closed on Sundays."""
    rng = np.random.default_rng(3)
    holes = np.where(rng.random(DAYS) < 0.1, np.nan, regular(DAYS, seed=2))
    sundays = np.where(np.arange(DAYS) % 7 == 6, 0.0, regular(DAYS, seed=4))
    rows = {
        "closed": sundays,
        "closed too": sundays[::-1].copy()[:DAYS] * 2 + 1,
        "holes": holes,
        "plain": regular(DAYS, seed=1),
        "rare": sparse(DAYS, rate=0.1),
        "young": only_last(regular(DAYS, seed=5), 50),
    }
    price = 5 + np.round(rng.random((len(rows), DAYS + HORIZON)) * 4) / 4
    promo = (rng.random(price.shape) < 0.2).astype(float)
    return panel(rows, drivers={"price": price, "promo": promo})


def task(sales: Panel, settings: ProphetSettings) -> tuple[fitting.FittingTask, list[int]]:
    """The fits of a panel, and the positions that Prophet can model."""
    days = calendar.selling_days(sales)
    layout = blocks._layout(sales, days, settings.country)
    return fitting.FittingTask(sales, days, layout, settings), blocks.by_dates(days)


def forecasts(work: fitting.FittingTask, outcomes: dict[int, Curve | str]) -> np.ndarray:
    sales, n = work.panel, len(work.panel)
    curves = {row: curve for row, curve in outcomes.items() if isinstance(curve, Curve)}
    learned = Curves(work.layout, sales.last, False, stack(curves, n, work.layout), np.ones(sales.period.year), np.zeros(n))
    return learned.yhat(sales.ahead(HORIZON), model._drivers(sales, work.layout, HORIZON))


@pytest.mark.parametrize(
    ("sales", "settings"),
    [
        (shop(), ProphetSettings(country="DE")),
        (shop(), ProphetSettings(growth="flat")),
        (shop(), ProphetSettings(changepoints=0, changepoint_scale=0.5)),
        (from_sales(periods.weekly()), ProphetSettings()),
        (from_sales(periods.monthly()), ProphetSettings()),
    ],
    ids=["holidays", "flat", "no changepoints", "weeks", "months"],
)
def test_the_curves_are_those_of_the_batches(sales: Panel, settings: ProphetSettings) -> None:
    work, rows = task(sales, settings)
    assert work.additive is not None
    direct = forecasts(work, work.additive.fit([work.history(row) for row in rows]))
    batches = forecasts(work, {row: outcome for outcomes in work.fit_by_prophet(rows) for row, outcome in outcomes.items()})
    assert np.isfinite(direct).all()
    assert (np.abs(direct - batches).max(axis=1) <= 1e-6 * np.nanmax(sales.sales, axis=1)).all()


def test_no_series_depends_on_those_that_are_fitted_with_it() -> None:
    work, rows = task(shop(), ProphetSettings(country="DE"))
    assert work.additive is not None
    together = forecasts(work, work.additive.fit([work.history(row) for row in rows]))
    alone: dict[int, Curve | str] = {}
    for row in reversed(rows):
        alone |= work.additive.fit([work.history(row)])
    np.testing.assert_array_equal(forecasts(work, alone), together)


def test_a_block_that_cannot_be_fitted_is_halved_until_its_series_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    sales = shop()
    bad = sales.unique_ids[2]

    def poisoned(work: fitting.FittingTask) -> dict[int, Curve | str]:
        if bad in work.panel.unique_ids:
            raise FloatingPointError("no number comes out")
        return fit_block(work)

    fit_block, whole = blocks.fit_block, ProphetModel(ProphetSettings()).fit(sales, horizon=HORIZON)
    monkeypatch.setattr(blocks, "fit_block", poisoned)
    model = ProphetModel(ProphetSettings()).fit(sales, horizon=HORIZON)
    assert model.unmodelled_ == {**whole.unmodelled_, bad: "Prophet could not fit it: no number comes out"}
    expected = np.where(np.arange(len(sales))[:, None] == 2, np.nan, whole.predict(sales, HORIZON))
    np.testing.assert_array_equal(model.predict(sales, HORIZON), expected)


def test_a_model_has_the_same_bits_whatever_the_blocks_and_however_many_processes_fit_them() -> None:
    sales = shop()

    def learned(engine: Engine) -> dict[str, np.ndarray]:
        return ProphetModel(ProphetSettings(country="DE")).begin(sales, engine, horizon=HORIZON).fit(sales, horizon=HORIZON).curves_.of.arrays()

    with Processes(2, 2 * DAYS) as engine:
        elsewhere = learned(engine)
        loaded = next(engine.run(pool_tasks.modules, [lambda: None]))
    assert "prophet_batch" in loaded
    assert not {"tensorflow", "keras"} & set(loaded)
    for cells in (1, 10**6):
        here = learned(Here(cells))
        assert here.keys() == elsewhere.keys()
        for name, values in here.items():
            np.testing.assert_array_equal(values, elsewhere[name], name)


def stock_prophet(work: fitting.FittingTask, row: int, curve: Curve) -> Any:
    """The ordinary Prophet that has learned a curve."""
    from prophet import Prophet

    recipe, layout = work.recipe(row), work.layout
    stock = Prophet(changepoints=[], daily_seasonality=False, uncertainty_samples=0)
    for name in recipe.regressors:
        stock.add_regressor(name)
    stock.preprocess(work.frame(row).drop(columns="unique_id"))
    days = stock.t_scale / pd.Timedelta(days=1)
    rate, scale = float(curve.slope) * days / stock.y_scale, stock.y_scale
    beta = np.zeros(len(stock.train_component_cols))
    for name in ("weekly", "yearly"):
        beta[stock.train_component_cols[name].to_numpy() == 1] = curve.seasons[layout.slices[name]] / scale
    for place, name in enumerate(layout.drivers):
        beta[stock.train_component_cols[name].to_numpy() == 1] = curve.effects[place] * stock.extra_regressors[name]["std"] / scale
    stock.params = {
        "k": np.array([[rate]]),
        "m": np.array([[float(curve.level) / scale - rate * ((work.panel.last - stock.start) / stock.t_scale)]]),
        "delta": np.zeros((1, 1)),
        "sigma_obs": np.array([[0.1]]),
        "beta": beta[None],
    }
    return stock


def test_a_curve_is_an_ordinary_prophet_that_stock_prophet_loads_and_forecasts_with() -> None:
    from prophet.serialize import model_from_json, model_to_json

    work, _ = task(shop(), ProphetSettings())
    row = work.panel.unique_ids.index("plain")
    assert work.additive is not None
    outcome = work.additive.fit([work.history(row)])
    curve = outcome[row]
    assert isinstance(curve, Curve)
    ahead = {name: np.clip(values[row], curve.lows[i], curve.highs[i]) for i, (name, values) in enumerate(ahead_of(work).items())}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        loaded = model_from_json(model_to_json(stock_prophet(work, row, curve)))
        yhat = loaded.predict(pd.DataFrame({"ds": work.panel.ahead(HORIZON), **ahead}))["yhat"]
    np.testing.assert_allclose(forecasts(work, outcome)[row], yhat, rtol=1e-9)


def ahead_of(work: fitting.FittingTask) -> dict[str, np.ndarray]:
    return model._drivers(work.panel, work.layout, HORIZON)


def test_a_curve_through_all_days_counts_only_where_it_is_the_only_one_and_stan_is_never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    from prophet import Prophet

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("Stan was asked")

    solve = additive.AdditiveFits._solve

    def exact(self: additive.AdditiveFits, problems: list[Any]) -> Any:
        return solve(self, problems)[0], np.full(len(problems), 1e-9)

    monkeypatch.setattr(Prophet, "fit", refuse)
    monkeypatch.setattr(additive.AdditiveFits, "_solve", exact)
    line, few = np.arange(DAYS) + 3.0, np.full(DAYS, np.nan)
    few[[0, 1, 2, *range(30, DAYS, 23)]] = np.arange(35.0) + 1
    sales = panel({"few": few, "line": line})
    fitted = ProphetModel(ProphetSettings()).fit(sales, horizon=3)
    assert fitted.unmodelled_ == {"few": f"Prophet could not fit it: {additive.EXACT}"}
    np.testing.assert_allclose(fitted.predict(sales, 3)[1], [DAYS + 3, DAYS + 4, DAYS + 5], rtol=1e-6)


def test_short_series_turn_seldom_enough_to_be_fitted_at_once() -> None:
    work, rows = task(panel({f"s{days}": only_last(regular(100, seed=days), days) for days in range(35, 100, 8)}), ProphetSettings())
    assert [work.recipe(row).changepoints for row in range(len(rows))] == [11, 14, 17, 19, 22, 25, 25, 25, 25]
    assert work.additive is not None
    outcomes = work.additive.fit([work.history(row) for row in rows])
    assert all(isinstance(outcome, Curve) for outcome in outcomes.values())
    assert len(outcomes) == len(rows)


def test_where_the_solver_cannot_solve_a_group_each_is_solved_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    work, rows = task(panel({"a": regular(60), "b": regular(60, seed=1)}), ProphetSettings())
    assert work.additive is not None
    solve = additive.AdditiveFits._solve

    def only_one(self: additive.AdditiveFits, problems: list[Any]) -> Any:
        if len(problems) > 1 or problems[0].history.row == 1:
            raise np.linalg.LinAlgError("singular")
        return solve(self, problems)

    monkeypatch.setattr(additive.AdditiveFits, "_solve", only_one)
    assert list(work.additive.fit([work.history(row) for row in rows])) == [0]
    monkeypatch.undo()
    assert not ProphetModel(ProphetSettings()).fit(replace(work.panel), horizon=3).unmodelled_
