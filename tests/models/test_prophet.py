"""What is Prophet's own: its forecasts equal the library's, and every refusal has a reason."""

from __future__ import annotations

import subprocess
import sys
import time
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import weekly_sales as periods
from panels import only_last, panel, regular, shop, sparse
from repository import ROOT

from forecasting.core.calendar import holidays_of
from forecasting.core.engine import Here
from forecasting.core.errors import SettingsError
from forecasting.core.panel import Panel, from_sales
from forecasting.core.settings import ProphetSettings
from forecasting.models.prophet import fitting
from forecasting.models.prophet.model import ProphetModel
from forecasting.models.prophet.reasons import after_fit

YEARS = 800
HORIZON = 40


def driven() -> Panel:
    """Two years of one series with holidays, prices and promotions that its sales follow, and one without."""
    day = np.arange(YEARS + HORIZON)
    rng = np.random.default_rng(7)
    price = 10.0 + np.round(rng.random(len(day)) * 4) / 2
    promo = (rng.random(len(day)) < 0.2).astype(float)
    sales = regular(len(day), level=60.0) + 15 * np.sin(2 * np.pi * day / 365.25) + 20 * promo - 3 * (price - 10)
    drivers = {"price": np.vstack([price, price]), "promo": np.vstack([promo, 0 * promo])}
    return panel({"a": sales[:YEARS], "b": regular(YEARS, level=30.0, seed=3)}, drivers=drivers)


def with_prophet(model: ProphetModel, sales: Panel, row: int) -> pd.DataFrame:
    """What the library itself forecasts for a series after the same fit."""
    work = fitting.FittingTask(sales, np.isfinite(sales.sales), model.curves_.layout, model.settings)
    fitted = fitting.fit_batch(work.frame(row), {row: work.recipe(row)})[row]
    if fitted.holidays is not None:
        names = model.curves_.layout.holidays
        found = holidays_of(str(model.settings.country), (2023, 2024, 2025))
        rows = [(date, fitting.holiday_code(names.index(name))) for date, on in found.items() for name in on if name in names]
        fitted.holidays = pd.DataFrame(rows, columns=["ds", "holiday"])
    ahead = pd.DataFrame({"ds": sales.ahead(HORIZON)} | {name: sales.driver(name, HORIZON)[row, -HORIZON:] for name in sales.drivers})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        expected: pd.DataFrame = fitted.predict(ahead)
    return expected


@pytest.fixture(scope="module")
def sales() -> Panel:
    return driven()


@pytest.mark.parametrize(
    "settings",
    [
        ProphetSettings(country="DE"),
        ProphetSettings(country="DE", mode="multiplicative"),
        ProphetSettings(growth="flat"),
        ProphetSettings(changepoints=0),
    ],
    ids=["additive", "multiplicative", "flat", "no changepoints"],
)
def test_forecasts_and_components_equal_the_librarys(sales: Panel, settings: ProphetSettings) -> None:
    model = ProphetModel(settings).fit(sales, horizon=HORIZON)
    assert not model.unmodelled_
    yhat = model.predict(sales, HORIZON)
    for row in range(len(sales)):
        expected = with_prophet(model, sales, row)
        np.testing.assert_allclose(yhat[row], expected["yhat"].clip(lower=0), rtol=1e-6)
        found = model.components(sales, np.array([row]), HORIZON)
        share = expected["trend"] if settings.mode == "multiplicative" else 1.0
        np.testing.assert_allclose(found["trend"][0], expected["trend"], rtol=1e-6)
        for name in {"weekly", "yearly", "holidays", "price", "promo"} & set(expected):
            np.testing.assert_allclose(found.get(name, np.zeros((1, HORIZON)))[0], expected[name] * share, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("mode", ["additive", "multiplicative"])
def test_components_add_up_to_the_forecast(sales: Panel, mode: Any) -> None:
    model = ProphetModel(ProphetSettings(mode=mode, country="US")).fit(sales, horizon=HORIZON)
    found = model.components(sales, np.array([True, True]), HORIZON)
    assert {"trend", "weekly", "yearly", "price", "promo"} <= set(found)
    np.testing.assert_allclose(np.sum(list(found.values()), axis=0), model.predict(sales, HORIZON))


def test_drivers_move_the_forecast_by_what_they_moved_the_sales(sales: Panel) -> None:
    model = ProphetModel(ProphetSettings()).fit(sales, horizon=HORIZON)
    dear = replace(sales, drivers={**sales.drivers, "price": np.hstack([sales.drivers["price"][:, :YEARS], np.full((2, HORIZON), 12.0)])})
    cheap = replace(sales, drivers={**sales.drivers, "price": np.hstack([sales.drivers["price"][:, :YEARS], np.full((2, HORIZON), 10.0)])})
    change = model.predict(cheap, HORIZON) - model.predict(dear, HORIZON)
    assert change[0] == pytest.approx(6.0, abs=0.5)


def test_a_price_beyond_all_prices_counts_as_the_nearest_one_seen(sales: Panel) -> None:
    model = ProphetModel(ProphetSettings()).fit(sales, horizon=HORIZON)
    ahead = [np.hstack([sales.drivers["price"][:, :YEARS], np.full((2, HORIZON), price)]) for price in (12.0, 10_000.0)]
    forecasts = [model.predict(replace(sales, drivers={**sales.drivers, "price": price}), HORIZON) for price in ahead]
    np.testing.assert_array_equal(*forecasts)


def test_price_and_promotions_need_a_year_of_history(sales: Panel) -> None:
    short = sales.cut(300)
    assert set(ProphetModel(ProphetSettings()).fit(short, horizon=5).components(short, np.array([0]), 5)) == {"trend", "weekly"}


def test_a_driver_that_never_changes_is_left_out() -> None:
    sales = panel({"a": regular(500)}, drivers={"promo": np.zeros((1, 510))})
    model = ProphetModel(ProphetSettings()).fit(sales, horizon=10)
    promoted = replace(sales, drivers={"promo": np.ones((1, 510))})
    np.testing.assert_array_equal(model.predict(promoted, 10), model.predict(sales, 10))


def test_closed_days_forecast_nothing_and_do_not_pull_the_others_down() -> None:
    days, week = 200, np.array([10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 0.0])
    sold = np.tile(week, 30)[:days] + np.random.default_rng(0).normal(0, 0.1, days) * (np.arange(days) % 7 < 6)
    planned = np.ones((1, days + 14))
    planned[0, [100, days + 2]] = 0.0
    sold[100] = 0.0
    sales = panel({"a": np.maximum(sold, 0.0)}, drivers={"open": planned})
    sales = replace(sales, drivers={"open": np.where(np.arange(days + 14) % 7 == 6, np.nan, planned)})
    model = ProphetModel(ProphetSettings()).fit(sales, horizon=14)
    weekday = sales.ahead(14).day_of_week
    expected = week[weekday]
    expected[2] = 0.0
    assert model.predict(sales, 14)[0] == pytest.approx(expected, abs=0.5)
    assert (model.predict(sales, 14)[0][expected == 0] == 0).all()
    found = model.components(sales, np.array([0]), 14)
    assert np.sum(list(found.values()), axis=0)[0][expected == 0] == pytest.approx(0.0, abs=1e-9)
    assert "closed" in found


def test_holidays_of_the_country_count() -> None:
    days = pd.date_range("2021-01-04", periods=3 * 365, freq="D")
    christmas = (days.month == 12) & (days.day == 25)
    sales = panel({"a": np.where(christmas, 200.0, regular(len(days)))}, start="2021-01-04")
    cut = sales.cut(int(np.flatnonzero(days == "2023-12-20")[0]) + 1)
    with_holidays = ProphetModel(ProphetSettings(country="DE")).fit(cut, horizon=7).predict(cut, 7)[0, 4]
    without = ProphetModel(ProphetSettings()).fit(cut, horizon=7).predict(cut, 7)[0, 4]
    assert with_holidays == pytest.approx(200.0, rel=0.2)
    assert without < 100


def test_an_unknown_country_is_refused() -> None:
    with pytest.raises(SettingsError, match="no holidays for country 'XX'"):
        ProphetModel(ProphetSettings(country="XX")).fit(panel({"a": regular(30)}), horizon=1)


def test_every_kind_of_series_that_prophet_cannot_model_has_its_reason() -> None:
    assert ProphetModel(ProphetSettings()).fit(shop(), horizon=10).unmodelled_ == {
        "constant": "Sales never change: every day sells 3.",
        "new": "Only 3 days of sales; Prophet needs 35.",
        "spike": "One day sells 1e9, 4.58e7 times a usual day (21.8). Correct that day and retrain.",
        "zero": "Nothing was sold on any of 200 days.",
    }


def test_one_day_is_one_day() -> None:
    model = ProphetModel(ProphetSettings()).fit(panel({"a": regular(40), "b": only_last(regular(40), 1)}), horizon=1)
    assert model.unmodelled_ == {"b": "Only 1 day of sales; Prophet needs 35."}


def test_forecasts_that_run_away_are_refused() -> None:
    yhat = np.array([[1.0, 401.0], [1.0, 399.0], [-1.0, -1.2e9], [1.0, np.inf], [1.0, 1e9]])
    assert after_fit(yhat, np.full((5, 3), 40.0), skip={4}) == {
        0: "Prophet's line runs away to 401; the largest day ever sold 40.",
        2: "Prophet's line runs away to -1.2e9; the largest day ever sold 40.",
        3: "Prophet's line has no finite value.",
    }


def test_a_line_below_zero_is_refused_only_where_something_was_sold_lately() -> None:
    sales = np.zeros((3, 60))
    sales[:, 10] = 40.0
    sales[1:, -20] = 28.0
    assert after_fit(np.array([[1.0, -2.0], [1.0, -2.0], [2.0, -1.0]]), sales, skip={}) == {
        1: "Prophet's line falls below zero; the last 28 days sold 1 a day."
    }


@pytest.fixture
def no_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prophet without prophet-batch."""
    for name in ("prophet_batch", "prophet_batch.batch"):
        monkeypatch.setitem(sys.modules, name, None)


def test_prophet_itself_takes_over_where_batches_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    sales = panel({"a": regular(60), "b": sparse(60, rate=0.5)})
    batched = ProphetModel(ProphetSettings()).fit(sales, horizon=7).predict(sales, 7)

    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("no batches today")

    monkeypatch.setattr("prophet_batch.batch.solve_map", fail)
    monkeypatch.setattr("prophet_batch.fit_many", fail)
    model = ProphetModel(ProphetSettings()).fit(sales, horizon=7)
    assert not model.unmodelled_
    np.testing.assert_allclose(model.predict(sales, 7), batched, rtol=0.1, atol=0.5)


@pytest.mark.usefixtures("no_batches")
def test_prophet_takes_over_where_batches_are_not_installed() -> None:
    assert not ProphetModel(ProphetSettings()).fit(panel({"a": regular(60)}), horizon=7).unmodelled_


def test_one_bad_series_never_stops_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    from prophet import Prophet

    setup = Prophet.setup_dataframe

    def fail(self: Prophet, frame: pd.DataFrame, **kwargs: Any) -> pd.DataFrame:
        if frame["y"].max() > 1000:
            raise RuntimeError("the solver gave up")
        found: pd.DataFrame = setup(self, frame, **kwargs)
        return found

    monkeypatch.setattr(Prophet, "setup_dataframe", fail)
    settings = ProphetSettings(mode="multiplicative")
    model = ProphetModel(settings).fit(panel({"bad": regular(60, level=2000), "good": regular(60)}), horizon=7)
    assert model.unmodelled_ == {"bad": "Prophet could not fit it: the solver gave up"}


@pytest.mark.usefixtures("no_batches")
def test_the_fit_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    ProphetModel(ProphetSettings()).fit(panel({"a": regular(60)}), horizon=7)
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("no_batches")
def test_a_second_try_of_the_solver_says_nothing(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    from cmdstanpy import CmdStanModel

    optimize, tried = CmdStanModel.optimize, []

    def diverging(solver: CmdStanModel, *, algorithm: str, **options: Any) -> Any:
        tried.append(algorithm)
        if algorithm == "LBFGS":
            raise RuntimeError("it diverged")
        return optimize(solver, algorithm=algorithm, **options)

    monkeypatch.setattr(CmdStanModel, "optimize", diverging)
    assert not ProphetModel(ProphetSettings()).fit(panel({"a": regular(120)}), horizon=7).unmodelled_
    assert (tried, caplog.messages) == (["LBFGS", "Newton"], [])


def test_a_listener_hears_of_every_block() -> None:
    sales = panel({name: regular(40, seed=i) for i, name in enumerate("abcde")})
    done: list[int] = []
    ProphetModel(ProphetSettings()).begin(sales, Here(80), horizon=1).fit(sales, horizon=1, on_progress=lambda p: done.append(p.done))
    assert done == [0, 2, 4, 5]


def test_a_saved_model_serves_without_loading_prophet(sales: Panel, tmp_path: Path) -> None:
    ProphetModel(ProphetSettings(country="US")).fit(sales, horizon=5).save(tmp_path)
    code = f"""
import sys; from pathlib import Path; from forecasting.models.prophet.model import ProphetModel
sys.path.insert(0, "tests/support"); from panels import panel, regular
sales = panel({{"a": regular(800)}})
assert ProphetModel.load(Path({str(tmp_path)!r})).predict(sales, 5).shape == (1, 5)
assert not {{"prophet", "prophet_batch", "cmdstanpy", "matplotlib"}} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_five_hundred_series_load_and_forecast_at_once(tmp_path: Path) -> None:
    sales = panel({f"s{i:03d}": regular(40, seed=i) for i in range(2)})
    model = ProphetModel(ProphetSettings(country="US")).fit(sales, horizon=90)
    many = panel({f"s{i:03d}": regular(40, seed=i) for i in range(500)})
    model.curves_, model.unique_ids_ = model.curves_.take(np.arange(500) % 2), many.unique_ids
    model.save(tmp_path)
    start = time.process_time()
    ProphetModel.load(tmp_path).predict(many, 90)
    assert time.process_time() - start < 5.0
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 500_000


def test_a_series_that_was_not_there_at_the_fit_has_no_forecast(sales: Panel) -> None:
    model = ProphetModel(ProphetSettings()).fit(panel({"a": regular(60)}), horizon=3)
    yhat = model.predict(panel({"a": regular(60), "b": regular(60)}), 3)
    assert np.isnan(yhat).all(axis=1).tolist() == [False, True]


@pytest.mark.parametrize(("sales", "horizon"), [(periods.weekly(), 13), (periods.monthly(), 3)], ids=["weeks", "months"])
def test_weeks_and_months_have_a_yearly_season_and_neither_weekdays_nor_holidays(sales: pd.DataFrame, horizon: int) -> None:
    known = from_sales(sales)
    model = ProphetModel(ProphetSettings(country="DE")).fit(known, horizon=horizon)
    yhat, december = model.predict(known, horizon), known.ahead(horizon).month == 12
    assert model.unmodelled_ == {}
    np.testing.assert_allclose(yhat[:, december].mean(axis=1), [750, 280, 110], rtol=0.15)
    np.testing.assert_allclose(np.median(yhat[:, ~december], axis=1), [400, 150, 60], rtol=0.1)
    assert set(model.components(known, np.arange(3), horizon)) == {"trend", "yearly"}


def test_a_year_of_weeks_is_learned_by_each_series_from_two_years_and_by_all_together_from_less() -> None:
    for weeks, components in ((104, {"trend", "yearly"}), (103, {"trend", "yearly"}), (52, {"trend"})):
        known = from_sales(periods.weekly(weeks))
        assert set(ProphetModel(ProphetSettings()).fit(known, horizon=4).components(known, np.arange(3), 4)) == components


def resort(days: int) -> Panel:
    """Shops that sell three times as much in summer, for some time from 1 January on."""
    dates = pd.date_range("2024-01-01", periods=days, freq="D")
    summer = np.where(dates.month.isin([6, 7, 8]), 3.0, 1.0)
    random = np.random.default_rng(0)
    return panel({name: random.poisson(level * summer).astype(float) for name, level in (("a", 40), ("b", 20), ("c", 80))}, start="2024-01-01")


def test_after_a_summer_young_series_fall_as_they_did_a_year_ago() -> None:
    past = resort(366 + 243)
    model = ProphetModel(ProphetSettings()).fit(past, horizon=28)
    np.testing.assert_allclose(model.predict(past, 28).mean(axis=1), [40, 20, 80], rtol=0.25)
    found = model.components(past, np.arange(3), 28)
    assert (found["yearly"].mean(axis=1) < 0).all()
    np.testing.assert_allclose(sum(found.values()), model.predict(past, 28), rtol=1e-6)


def test_with_less_than_a_year_there_is_no_year_to_follow() -> None:
    past = resort(243)
    assert "yearly" not in ProphetModel(ProphetSettings()).fit(past, horizon=28).components(past, np.arange(3), 28)


def test_reasons_count_in_the_steps_of_the_file() -> None:
    sales = periods.monthly(12)
    sales.loc[sales["product_id"] == "Cake", "sales"] = 7.0
    few = sales[(sales["product_id"] != "Tea") | (sales["date"] > "2023-08-15")]
    assert ProphetModel(ProphetSettings()).fit(from_sales(few), horizon=1).unmodelled_ == {
        "Cake": "Sales never change: every month sells 7.",
        "Tea": "Only 3 months of sales; Prophet needs 8.",
    }
