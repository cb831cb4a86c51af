"""The contract that every model obeys."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from panels import panel, regular, shop

from forecasting.core.engine import Here
from forecasting.core.panel import Panel
from forecasting.core.progress import Progress
from forecasting.core.settings import LstmSettings, ProphetSettings
from forecasting.models.base import Model, NotFittedError

HORIZON = 10


def seasonal_naive() -> Model:
    from forecasting.models.seasonal_naive import SeasonalNaive

    return SeasonalNaive()


def prophet() -> Model:
    from forecasting.models.prophet.model import ProphetModel

    return ProphetModel(ProphetSettings())


def lstm() -> Model:
    from forecasting.models.lstm.model import LstmModel

    return LstmModel(LstmSettings(lookback=14, epochs=2, windows_per_epoch=64, units=8, batch_size=32), 0)


def trees() -> Model:
    from forecasting.core.settings import TreesSettings
    from forecasting.models.gradient_boosting.model import GradientBoosting

    return GradientBoosting(TreesSettings(trees=10, rows=2_000), 0)


@pytest.fixture(params=[seasonal_naive, prophet, trees, pytest.param(lstm, marks=pytest.mark.slow)], ids=lambda maker: maker.__name__, scope="module")
def make(request: pytest.FixtureRequest) -> Callable[[], Model]:
    maker: Callable[[], Model] = request.param
    return maker


@pytest.fixture(scope="module")
def sales() -> Panel:
    return shop()


@pytest.fixture(scope="module")
def fitted(make: Callable[[], Model], sales: Panel) -> Model:
    return make().fit(sales, horizon=HORIZON)


def bytes_of(panel: Panel) -> tuple[bytes, ...]:
    return (panel.sales.tobytes(), panel.series.to_csv().encode(), *(panel.drivers[name].tobytes() for name in sorted(panel.drivers)))


def test_a_model_that_is_not_fitted_says_so(make: Callable[[], Model], sales: Panel, tmp_path: Path) -> None:
    with pytest.raises(NotFittedError, match="Call fit first"):
        make().predict(sales, 1)
    with pytest.raises(NotFittedError, match="Call fit first"):
        make().save(tmp_path)


def test_a_horizon_outside_its_range_is_refused(make: Callable[[], Model], fitted: Model, sales: Panel) -> None:
    with pytest.raises(ValueError, match="Received 0"):
        make().fit(sales, horizon=0)
    with pytest.raises(ValueError, match=rf"\[1, {HORIZON}\]\. Received {HORIZON + 1}"):
        fitted.predict(sales, HORIZON + 1)


def test_forecasts_have_a_row_a_series_and_a_column_a_day(fitted: Model, sales: Panel) -> None:
    assert fitted.predict(sales, HORIZON).shape == (len(sales), HORIZON)
    assert fitted.predict(sales, 3).shape == (len(sales), 3)


def test_a_shorter_forecast_is_the_start_of_a_longer_one(fitted: Model, sales: Panel) -> None:
    np.testing.assert_allclose(fitted.predict(sales, 3), fitted.predict(sales, HORIZON)[:, :3])


def test_forecasts_are_finite_and_not_negative_where_modelled_and_nan_elsewhere(fitted: Model, sales: Panel) -> None:
    yhat = fitted.predict(sales, HORIZON)
    unmodelled = np.array([unique_id in fitted.unmodelled_ for unique_id in sales.unique_ids])
    assert np.isnan(yhat[unmodelled]).all()
    assert np.isfinite(yhat[~unmodelled]).all()
    assert (yhat[~unmodelled] >= 0).all()


def test_every_series_without_a_forecast_has_a_reason(fitted: Model, sales: Panel) -> None:
    assert set(fitted.unmodelled_) <= set(sales.unique_ids)
    for reason in fitted.unmodelled_.values():
        assert reason.endswith(".")
        assert len(reason) > 15


def test_an_ordinary_series_is_modelled(fitted: Model) -> None:
    assert {"regular", "large"}.isdisjoint(fitted.unmodelled_)


def test_a_series_without_any_sales_rows_is_named(make: Callable[[], Model]) -> None:
    sales = panel({"a": regular(150), "none": np.full(150, np.nan)})
    model = make().fit(sales, horizon=3)
    assert set(model.unmodelled_) == {"none"}
    assert np.isnan(model.predict(sales, 3)).all(axis=1).tolist() == [False, True]


def test_fit_and_predict_leave_the_panel_alone(make: Callable[[], Model]) -> None:
    sales = shop()
    before = bytes_of(sales)
    model = make().fit(sales, horizon=2)
    model.predict(sales, 2)
    assert bytes_of(sales) == before


def test_predict_leaves_the_model_alone(fitted: Model, sales: Panel) -> None:
    before, unmodelled = fitted.predict(sales, HORIZON), dict(fitted.unmodelled_)
    fitted.predict(sales.select(np.array([1, 3])), 2)
    np.testing.assert_array_equal(fitted.predict(sales, HORIZON), before)
    assert fitted.unmodelled_ == unmodelled


def test_some_series_alone_forecast_as_they_do_among_all(fitted: Model, sales: Panel) -> None:
    rows = np.array([1, 3])
    np.testing.assert_allclose(fitted.predict(sales.select(rows), HORIZON), fitted.predict(sales, HORIZON)[rows], rtol=1e-5)
    asked = np.isin(np.arange(len(sales)), rows)
    np.testing.assert_allclose(fitted.forecasts(sales, HORIZON, asked).mean[rows], fitted.forecasts(sales, HORIZON).mean[rows], rtol=1e-5)


def passed_on(value):
    """As another process gets it."""
    return pickle.loads(pickle.dumps(value))  # noqa: S301 - its own bytes


def test_forecasts_that_others_work_on_are_those_of_this_process(fitted: Model, sales: Panel) -> None:
    class Others(Here):
        def run(self, do, tasks, of):  # noqa: ARG002
            return iter([passed_on(do(passed_on(make()))) for make in tasks])

    for asked in (None, np.arange(len(sales)) % 2 == 0):
        for mine, theirs in zip(fitted.forecasts(sales, HORIZON, asked), fitted.begin_forecasts(sales, HORIZON, asked, Others())(), strict=True):
            np.testing.assert_array_equal(theirs, mine)


def test_progress_never_falls_and_ends_at_its_total(make: Callable[[], Model], sales: Panel) -> None:
    events: list[Progress] = []
    make().fit(sales, horizon=2, on_progress=events.append)
    done = [event.done / event.total for event in events]
    assert done == sorted(done)
    assert events[-1].done == events[-1].total
    assert len({event.stage for event in events}) == 1


def test_what_a_listener_raises_ends_the_fit(make: Callable[[], Model], sales: Panel) -> None:
    def stop(progress: Progress) -> None:
        raise KeyError(progress.stage)

    model = make()
    with pytest.raises(KeyError):
        model.fit(sales, horizon=2, on_progress=stop)
    with pytest.raises(NotFittedError):
        model.predict(sales, 2)


def test_the_same_seed_gives_the_same_forecast(make: Callable[[], Model], fitted: Model, sales: Panel) -> None:
    again = make().fit(sales, horizon=HORIZON)
    np.testing.assert_array_equal(again.predict(sales, HORIZON), fitted.predict(sales, HORIZON))


def test_a_saved_model_forecasts_the_same(fitted: Model, sales: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fitted.save(tmp_path)
    monkeypatch.setattr("pickle.loads", None)
    monkeypatch.setattr("pickle.load", None)
    loaded = type(fitted).load(tmp_path)
    np.testing.assert_allclose(loaded.predict(sales, HORIZON), fitted.predict(sales, HORIZON), rtol=1e-5)
    assert loaded.unmodelled_ == fitted.unmodelled_
    with pytest.raises(ValueError, match="Received"):
        loaded.predict(sales, HORIZON + 1)


def test_a_model_is_saved_as_json_and_arrays_alone(fitted: Model, tmp_path: Path) -> None:
    fitted.save(tmp_path)
    files = list(tmp_path.iterdir())
    assert {file.suffix for file in files} <= {".json", ".npz", ".keras"}
    for file in files:
        if file.suffix == ".json":
            assert json.loads(file.read_text(encoding="utf-8"))
        if file.suffix == ".npz":
            with np.load(file, allow_pickle=False) as arrays:
                assert all(arrays[name].dtype != object for name in arrays)


def test_no_model_sees_past_its_cutoff(make: Callable[[], Model]) -> None:
    rows = {"a": regular(180), "b": regular(180, level=50.0, seed=4)}
    sales, days = panel(rows), 150
    changed = replace(sales, sales=np.where(np.arange(180) < days, sales.sales, 1000.0))
    forecasts = [make().fit(each.cut(days), horizon=7).predict(each.cut(days), 7) for each in (sales, changed)]
    np.testing.assert_array_equal(*forecasts)


def test_ten_times_the_sales_give_ten_times_the_forecast(make: Callable[[], Model]) -> None:
    sales = panel({"a": regular(180), "b": regular(180, level=50.0, seed=4)})
    yhat = make().fit(sales, horizon=7).predict(sales, 7)
    larger = replace(sales, sales=10.0 * sales.sales)
    np.testing.assert_allclose(make().fit(larger, horizon=7).predict(larger, 7), 10.0 * yhat, rtol=0.02)


@pytest.mark.parametrize("make", [seasonal_naive, prophet])  # two epochs do not teach a network a week
def test_forecasts_start_the_day_after_the_last(make: Callable[[], Model]) -> None:
    """A week that sells on Saturdays above all is forecast to do so, whichever weekday the past ends on."""
    for days in range(196, 203):
        sales = panel({"a": np.where(np.arange(days) % 7 == 5, 50.0, 10.0) + np.arange(days) % 2})
        yhat = make().fit(sales, horizon=7).predict(sales, 7)
        assert sales.ahead(7)[yhat[0].argmax()].day_name() == "Saturday"
