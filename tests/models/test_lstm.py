"""The network: what it reads, how it is trained, and that what serves is what was trained."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from panels import panel as shop_panel
from repository import ROOT

from forecasting.core import panel as panels
from forecasting.core.errors import Cancelled, ShelfcastError
from forecasting.core.period import MONTH, WEEK
from forecasting.core.settings import LstmSettings
from forecasting.models.features import calendar_features, inputs, profiles
from forecasting.models.features.calendar_features import easter
from forecasting.models.features.inquiry import RECENT_SHARE
from forecasting.models.features.window_arrays import Shapes
from forecasting.models.features.windows import Features, group_history
from forecasting.models.lstm.learning_rate import LearningRateSchedule, Start
from forecasting.models.lstm.model import LstmModel
from forecasting.models.lstm.numpy_network import Network
from forecasting.models.lstm.sampling import draw_pool

pytestmark = pytest.mark.slow

QUICK = LstmSettings(epochs=2, windows_per_epoch=64, units=8, batch_size=32)


def sales_frame(days=120, products=3, stores=2, seed=0, **drivers):
    """Sales with a weekday profile; `drivers` are given as functions of the day's number."""
    random = np.random.default_rng(seed)
    day = np.arange(days)
    frames = []
    for product in range(products):
        for store in range(stores):
            level = 10 * (product + 1) * (store + 1)
            sales = random.poisson(level * (1 + 0.5 * np.sin(2 * np.pi * day / 7)))
            given = {name: [value(t) for t in day] for name, value in drivers.items()}
            keys = {"product_id": f"p{product}", "store": f"s{store}"}
            frames.append(pd.DataFrame({"date": pd.date_range("2023-01-02", periods=days), **keys, **given, "sales": sales.astype(float)}))
    return pd.concat(frames, ignore_index=True)


@pytest.fixture(scope="module")
def panel():
    return panels.from_sales(sales_frame())


@pytest.fixture(scope="module")
def heard():
    """What the training of `model` told."""
    return []


@pytest.fixture(scope="module")
def model(panel, heard):
    return LstmModel(QUICK, seed=0).fit(panel, horizon=14, on_progress=heard.append)


@pytest.fixture(scope="module")
def history():
    """Two and a half years, so that all inputs exist; a promotion that is planned, a price that is not."""
    frame = sales_frame(days=900, products=4, promo=lambda t: float(t % 10 == 0), price=lambda t: 2.0 + (t % 50 == 0))
    late = frame.date > frame.date.max() - pd.Timedelta(days=30)
    return panels.from_sales(frame.assign(sales=frame.sales.where(~late), price=frame.price.where(~late)))


def test_the_parts_of_a_forecast_add_up_to_it(model, panel):
    parts = model.components(panel, np.array([0, 3]), 14)
    np.testing.assert_allclose(sum(parts.values()), model.predict(panel, 14)[[0, 3]], rtol=1e-5)
    assert {"level", "weekly"} <= set(parts)


def test_the_network_that_serves_is_the_one_that_keras_trained(model, panel, tmp_path):
    import keras

    from forecasting.models.lstm.fitting import inputs

    model.save(tmp_path)
    windows = Features(panel, model.layout_).windows(np.arange(len(panel)), np.full(len(panel), len(panel.dates)))
    heads = keras.saving.load_model(tmp_path / "lstm.keras").predict_on_batch(inputs(windows))
    np.testing.assert_allclose(Network(model.weights_).forecast(windows), np.maximum(np.mean(list(heads.values()), axis=0), 0), rtol=1e-5, atol=1e-5)


def test_the_first_weights_are_those_of_the_seed_whatever_others_draw_meanwhile(monkeypatch):
    import random

    import keras

    from forecasting.models.lstm.keras_network import Seeds, build

    keras.utils.set_random_seed(7)
    alone = keras.layers.LSTM(4)
    alone.build((None, 28, 3))
    monkeypatch.setattr(random, "randint", lambda *_: pytest.fail("drawn from everybody's generator"))
    network = build(Shapes((28, 3), (7, 5), 2, (3,), True), LstmSettings(units=4), Seeds(7))
    for mine, keras_own in zip(network.get_layer("encoder_1").get_weights(), alone.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, keras_own)


def test_the_fused_layer_learns_as_the_keras_layer_does():
    import tensorflow as tf
    from keras import layers

    from forecasting.models.lstm.keras_network import FusedLSTM

    random = np.random.default_rng(0)
    sequences, state, cell, wanted = (tf.constant(random.normal(size=s), tf.float32) for s in ((8, 12, 5), (8, 6), (8, 6), (8, 12, 6)))
    plain, fused = layers.LSTM(6, return_sequences=True), FusedLSTM(6, return_sequences=True)
    results = []
    for layer in (plain, fused):
        layer.build(sequences.shape)
        layer.set_weights(plain.get_weights())
        with tf.GradientTape() as tape:
            tape.watch([sequences, state, cell])
            outputs = layer(sequences, initial_state=[state, cell])
            error = tf.reduce_sum(outputs * wanted)
        results.append([outputs, *tape.gradient(error, [*layer.trainable_variables, sequences, state, cell])])
    for expected, received in zip(*results, strict=True):
        np.testing.assert_allclose(received.numpy(), expected.numpy(), atol=1e-4)


def test_a_saved_model_forecasts_the_same_and_saves_the_same_files(model, panel, tmp_path):
    (tmp_path / "again").mkdir()
    model.save(tmp_path)
    loaded = LstmModel.load(tmp_path)
    loaded.save(tmp_path / "again")
    np.testing.assert_array_equal(loaded.predict(panel, 14), model.predict(panel, 14))
    for name in ("lstm.keras", "lstm.json"):
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / name).read_bytes()


def test_a_network_of_another_release_is_refused_in_words(model, tmp_path):
    model.save(tmp_path)
    facts = json.loads((tmp_path / "lstm.json").read_text())
    del facts["format"]
    (tmp_path / "lstm.json").write_text(json.dumps(facts))
    with pytest.raises(ShelfcastError, match="made by another release"):
        LstmModel.load(tmp_path)


def test_serving_imports_no_keras(model, tmp_path):
    model.save(tmp_path)
    sales_frame().to_parquet(tmp_path / "sales.parquet")
    serve = """
import sys
from pathlib import Path
import pandas as pd
from forecasting.core.panel import from_sales
from forecasting.models.lstm.model import LstmModel
folder = Path(sys.argv[1])
LstmModel.load(folder).predict(from_sales(pd.read_parquet(folder / "sales.parquet")), 14)
print([name for name in sys.modules if name in ("keras", "tensorflow")])
"""
    done = subprocess.run([sys.executable, "-c", serve, str(tmp_path)], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_progress_tells_each_epoch_and_ends_at_its_total(model, heard):
    epochs = [event for event in heard if event.loss is not None]
    assert [(event.stage, event.done, event.total, event.loss) for event in epochs] == [
        ("LSTM", done, 2, loss) for done, loss in enumerate(model.losses_, start=1)
    ]
    assert all(f"epoch {event.done} of 2, loss {event.loss:.4f}" == event.note for event in epochs)
    assert [event.done for event in heard] == sorted(event.done for event in heard)


def test_a_listener_ends_the_training(panel):
    def cancel(progress):
        if progress.done == 1:
            raise Cancelled("enough")

    model = LstmModel(QUICK, seed=0)
    with pytest.raises(Cancelled):
        model.fit(panel, horizon=7, on_progress=cancel)


def test_the_same_seed_gives_the_same_forecast(model, panel):
    again = LstmModel(QUICK, seed=0).fit(panel, horizon=14).predict(panel, 14)
    np.testing.assert_allclose(again, model.predict(panel, 14), rtol=1e-5)


def test_no_window_sees_a_sale_from_its_origin_on(history):
    layout = inputs.design_inputs(history, lookback=28, horizon=60)
    origin, days = 700, history.sales.shape[1]
    ahead = np.where(np.arange(days) >= origin, 3 * history.sales + 5, history.sales)
    at, usual = (np.arange(len(history)), np.full(len(history), origin)), np.ones(len(history), dtype=bool)
    whole, changed, cut = (Features(p, layout).windows(*at, usual=usual) for p in (history, replace(history, sales=ahead), history.cut(origin)))
    for name in ("past", "ahead", "static", "scale"):
        np.testing.assert_array_equal(getattr(changed, name), getattr(whole, name), err_msg=name)
        np.testing.assert_allclose(getattr(cut, name), getattr(whole, name), rtol=1e-5, atol=1e-5, err_msg=name)


@pytest.mark.parametrize("usual", [False, True])
def test_a_window_as_usual_knows_planned_drivers_of_the_days_ahead_and_no_others(history, usual):
    layout = inputs.design_inputs(history, lookback=28, horizon=60)
    assert layout.planned == ("promo",)
    at = np.arange(len(history)), np.full(len(history), 700)
    seen = {"usual": np.full(len(history), usual)}
    base = Features(history, layout).windows(*at, **seen)
    for name, moves in (("promo", True), ("price", not usual)):
        values = history.drivers[name].copy()
        values[:, 700:] += 1.5
        other = Features(replace(history, drivers={**history.drivers, name: values}), layout).windows(*at, **seen)
        assert (np.abs(other.ahead - base.ahead).max() > 0) == moves
        np.testing.assert_array_equal(other.past, base.past)


def test_what_is_assumed_of_drivers_in_training_is_what_a_panel_without_a_plan_assumes():
    given = {"promo": lambda t: float(t % 7 == 3 or t % 11 == 0), "price": lambda t: 2.0 + (t % 50 > 40), "open": lambda t: float(t % 7 < 6)}
    frame = sales_frame(days=150, **given)
    whole = panels.from_sales(frame)
    layout = inputs.design_inputs(whole, lookback=28, horizon=20)
    assert layout.planned == ()
    at = np.arange(len(whole)), np.full(len(whole), 117)
    assumed = Features(whole, layout).windows(*at, usual=np.ones(len(whole), dtype=bool))
    known = Features(whole.cut(117), layout).windows(*at)
    np.testing.assert_allclose(assumed.ahead, known.ahead, rtol=1e-5, atol=1e-5)
    assert np.abs(Features(whole, layout).windows(*at).ahead - known.ahead).max() > 0.1


def test_a_promotion_without_a_plan_still_moves_the_forecast():
    promo = np.random.default_rng(5).random(200) < 0.25
    frame = sales_frame(days=200, promo=lambda t: float(promo[t]))
    panel = panels.from_sales(frame.assign(sales=frame.sales * np.where(frame.promo > 0, 3.0, 1.0)))
    model = LstmModel(LstmSettings(epochs=8, windows_per_epoch=640, units=8, batch_size=32), seed=0).fit(panel, horizon=14)
    totals = []
    for share in (0.0, 1.0):
        given = np.concatenate([panel.drivers["promo"], np.full((len(panel), 14), share)], axis=1)
        totals.append(model.predict(replace(panel, drivers={"promo": given}), 14).sum())
    usual = model.predict(panel, 14).sum()
    assert totals[1] > 1.5 * totals[0]
    assert totals[0] < usual < totals[1]


def test_a_window_knows_how_much_more_is_sold_than_a_year_ago():
    day = np.arange(800)
    grown = np.where(day >= 600, 15.0, 10.0)
    panel = shop_panel({"p0": grown, "p1": np.full(800, 30.0)})
    features = Features(panel, inputs.design_inputs(panel, lookback=28, horizon=7))
    static = features.windows(np.array([0, 1]), np.array([800, 800])).static
    expected = [[np.log(1.5), np.log(45 / 40)], [0.0, np.log(45 / 40)]]  # of the series, then of the whole file
    np.testing.assert_allclose(static[:, -4:].reshape(2, 2, 2), np.array([expected, expected]).transpose(1, 0, 2), atol=0.02)


def test_short_files_tell_how_recent_a_day_is_and_long_ones_do_not(panel, history):
    layout = inputs.design_inputs(panel, lookback=28, horizon=14)
    assert layout.learned_to == "2023-05-01"
    assert inputs.design_inputs(history, lookback=28, horizon=14).learned_to is None
    longer = panels.from_sales(sales_frame(days=150))
    features = Features(longer, layout)
    rows, origins = np.zeros(3, dtype=int), np.array([99, 120, 148])
    ahead = features.windows(rows, origins).ahead[:, :, -11:-9]
    steps = np.array([7, 28])
    np.testing.assert_allclose(ahead[0, 0], np.exp(-20 / steps), rtol=1e-5)
    np.testing.assert_allclose(ahead[1], np.ones((14, 2)), rtol=1e-5)
    np.testing.assert_allclose(ahead[2], np.full((14, 2), np.exp(-28 / 28)), rtol=1e-5)
    unknown = features.windows(rows, origins, recent=np.zeros(3, dtype=bool)).ahead
    assert (unknown[:, :, -11:-9] == 0).all()


def test_a_short_file_is_forecast_partly_as_if_what_is_special_lately_went_on(model, panel):
    features, at = Features(panel, model.layout_), (np.arange(len(panel)), np.full(len(panel), len(panel.dates)))
    known, unknown = (features.windows(*at, recent=np.full(len(panel), recent)) for recent in (True, False))
    lately, anytime = (Network(model.weights_).forecast(windows) * windows.scale[:, None] for windows in (known, unknown))
    assert np.abs(lately - anytime).max() > 0
    np.testing.assert_allclose(model.predict(panel, 14), RECENT_SHARE * lately + (1 - RECENT_SHARE) * anytime, rtol=1e-5)


def test_sparse_sales_are_forecast_nearer_to_their_mean_than_to_their_median():
    random = np.random.default_rng(3)
    sales = random.poisson(3.0, (20, 200)) * (random.random((20, 200)) < 0.35)
    panel = shop_panel({f"p{row}": values for row, values in enumerate(sales)})
    closed = np.where(np.arange(200) % 7 == 6, 0.0, 10.0)
    assert inputs.design_inputs(panel, lookback=28, horizon=7).sparse
    assert not inputs.design_inputs(shop_panel({"p": closed}), lookback=28, horizon=7).sparse  # closed on Sundays is not sparse
    model = LstmModel(LstmSettings(epochs=4, windows_per_epoch=1024, units=8, batch_size=64), seed=0).fit(panel, horizon=7)
    assert model.predict(panel, 7).mean() > 0.2 * sales.mean()  # a median is 0


def test_one_series_alone_is_forecast_as_among_all(model, panel):
    np.testing.assert_allclose(model.predict(panel.select(np.array([2])), 14), model.predict(panel, 14)[[2]], rtol=1e-4)


def test_a_later_panel_with_an_unknown_series_is_served(model):
    later = panels.from_sales(sales_frame(days=150, products=4))
    assert np.isfinite(model.predict(later, 14)).all()


def test_a_long_horizon_is_reached_by_reading_its_own_forecasts(panel):
    model = LstmModel(QUICK, seed=0).fit(panel, horizon=100)
    assert model.layout_.horizon == 30
    forecast = model.predict(panel, 100)
    assert forecast.shape == (6, 100)
    assert np.isfinite(forecast).all()
    np.testing.assert_array_equal(model.predict(panel, 40), forecast[:, :40])


@pytest.mark.parametrize(
    ("period", "steps", "horizon"), [(WEEK, 20, 13), (WEEK, 60, 13), (WEEK, 156, 53), (MONTH, 15, 3), (MONTH, 24, 12), (MONTH, 60, 12)]
)
def test_weekly_and_monthly_files_are_forecast(period, steps, horizon):
    day = panels.from_sales(sales_frame(days=steps, products=2))
    panel = replace(day, period=period, dates=period.ahead(pd.Timestamp("2020-01-31"), steps))
    model = LstmModel(replace(QUICK, epochs=1), seed=0).fit(panel, horizon=horizon)
    forecast = model.predict(panel, horizon)
    assert model.unmodelled_ == {}
    assert np.isfinite(forecast).all()
    assert (forecast >= 0).all()
    assert not model.layout_.month_day


def test_a_short_weekly_file_says_so_in_weeks():
    day = panels.from_sales(sales_frame(days=12))
    panel = replace(day, period=WEEK, dates=WEEK.ahead(day.dates[0], 12))
    model = LstmModel(QUICK, seed=0).fit(panel, horizon=4)
    assert set(model.unmodelled_.values()) == {"Only 12 weeks of sales; the network needs 20."}


def test_no_window_of_a_monthly_file_sees_a_sale_from_its_origin_on():
    day = panels.from_sales(sales_frame(days=50))
    panel = replace(day, period=MONTH, dates=MONTH.ahead(pd.Timestamp("2020-01-31"), 50))
    layout = inputs.design_inputs(panel, lookback=28, horizon=6)
    later = replace(panel, sales=np.where(np.arange(50) >= 40, 3 * panel.sales + 5, panel.sales))
    at = np.arange(len(panel)), np.full(len(panel), 40)
    whole, changed, cut = (Features(p, layout).windows(*at) for p in (panel, later, panel.cut(40)))
    for name in ("past", "ahead", "static", "scale"):
        np.testing.assert_array_equal(getattr(changed, name), getattr(whole, name), err_msg=name)
        np.testing.assert_allclose(getattr(cut, name), getattr(whole, name), rtol=1e-5, atol=1e-5, err_msg=name)


def test_a_year_ago_is_the_same_month_and_the_waves_follow_the_dates():
    day = panels.from_sales(sales_frame(days=40))
    panel = replace(day, period=MONTH, dates=MONTH.ahead(pd.Timestamp("2020-01-31"), 40))
    layout = inputs.design_inputs(panel, lookback=12, horizon=3)
    assert profiles.a_year_ago(np.array([36]), np.arange(3)[None], layout.spans).tolist() == [[24, 25, 26]]
    channels = calendar_features.calendar(np.datetime64("2020-02-29"), -2, 27, layout)
    np.testing.assert_allclose(channels[0, :6], channels[12, :6], atol=0.1)
    assert np.abs(channels[0, :6] - channels[6, :6]).max() > 1


def test_a_week_holds_the_holidays_of_its_days():
    day = panels.from_sales(sales_frame(days=120))
    panel = replace(day, period=WEEK, dates=WEEK.ahead(pd.Timestamp("2022-01-02"), 120))
    layout = inputs.design_inputs(panel, lookback=12, horizon=3)
    channels = calendar_features.calendar(np.datetime64("2024-12-15"), 0, 3, layout)
    assert channels[:, -14:].sum(axis=1).tolist() == [0, 3, 2]  # Christmas Eve to Boxing Day, then New Year's Eve and Day


@pytest.mark.parametrize(("days", "horizon"), [(35, 90), (400, 365), (760, 30)])
def test_files_of_any_length_are_forecast(days, horizon):
    panel = panels.from_sales(sales_frame(days=days, products=2))
    forecast = LstmModel(replace(QUICK, epochs=1), seed=0).fit(panel, horizon=horizon).predict(panel, horizon)
    assert np.isfinite(forecast).all()
    assert (forecast >= 0).all()


def test_a_short_file_names_its_reason_for_every_series():
    panel = panels.from_sales(sales_frame(days=20))
    model = LstmModel(QUICK, seed=0).fit(panel, horizon=7)
    assert model.unmodelled_ == dict.fromkeys(panel.unique_ids, "Only 20 days of sales; the network needs 35.")
    assert np.isnan(model.predict(panel, 7)).all()


def test_a_model_without_a_network_can_be_saved(tmp_path):
    panel = panels.from_sales(sales_frame(days=20))
    model = LstmModel(QUICK, seed=0).fit(panel, horizon=7)
    model.save(tmp_path)
    assert LstmModel.load(tmp_path).unmodelled_ == model.unmodelled_


def test_odd_series_are_forecast_or_named_and_leave_the_others_alone(panel):
    odd = panel.sales.copy()
    odd[1] = 0
    odd[2, 60] = 1e9
    odd[3, :100] = np.nan
    odd[4, 1:] = np.nan
    odd[5, 50:] = np.nan
    odd = np.concatenate([odd, np.full((1, 120), np.nan), np.full((1, 120), 7.0)])
    series = pd.concat([panel.series, panel.series.iloc[:2].assign(unique_id=["p8|s0", "p9|s0"], product_id=["p8", "p9"])], ignore_index=True)
    mixed = replace(panel, series=series, sales=odd)
    model = LstmModel(QUICK, seed=0).fit(mixed, horizon=14)
    forecast = model.predict(mixed, 14)
    assert set(model.unmodelled_) == {panel.unique_ids[4], "p8|s0"}
    named = np.isin(mixed.unique_ids, list(model.unmodelled_))
    assert np.isnan(forecast[named]).all()
    assert np.isfinite(forecast[~named]).all()
    assert (forecast[~named] >= 0).all()
    assert np.isfinite(model.losses_).all()
    assert forecast[0].mean() < 100


def test_nothing_is_sold_on_a_day_that_is_closed():
    frame = sales_frame(open=lambda t: float(t % 7 != 6))
    frame["sales"] = frame.sales.where(frame.date <= frame.date.max() - pd.Timedelta(days=14))
    panel = panels.from_sales(frame)
    forecast = LstmModel(QUICK, seed=0).fit(panel, horizon=14).predict(panel, 14)
    closed = panel.drivers["open"][:, 106:] == 0
    assert (forecast[closed] == 0).all()
    assert (forecast[~closed] > 0).all()


def test_a_network_starts_from_an_earlier_one(model, panel):
    later = LstmModel(QUICK, seed=0, start=model).fit(panel, horizon=14)
    assert later.warm_
    assert later.losses_[0] < 0.9 * model.losses_[0]


def test_a_network_of_other_inputs_is_no_start(panel, history):
    layout = inputs.design_inputs(panel, lookback=28, horizon=14)
    assert layout.same_network(inputs.design_inputs(panel.cut(121), lookback=28, horizon=14))
    for other in (panel, 28, 7), (panel, 21, 14), (panel.cut(100), 28, 14), (panel.select(np.arange(5)), 28, 14), (history, 28, 14):
        assert not layout.same_network(inputs.design_inputs(other[0], lookback=other[1], horizon=other[2]))


def test_windows_are_drawn_without_replacement_and_have_whole_horizons(panel):
    layout = inputs.design_inputs(panel, lookback=28, horizon=7)
    pool = draw_pool(inputs.known_days(panel.sales), layout, LstmSettings(epochs=2, windows_per_epoch=150), seed=0)
    assert len(set(zip(pool.rows, pool.origins, strict=True))) == 300
    assert pool.origins.min() >= layout.before
    assert pool.origins.max() + layout.horizon <= len(panel.dates)


def test_the_rate_rises_then_falls_and_falls_early_once_the_loss_does_not():
    schedule = LearningRateSchedule(100, 2, Start.COLD)
    rates = [schedule.rate() for _ in range(200)]
    assert schedule.ended
    assert np.argmax(rates) == 9
    assert rates[-1] < 0.03 * max(rates)
    flat, losses = LearningRateSchedule(100, 2, Start.COLD), []
    while not flat.ended:
        last = [flat.rate() for _ in range(2)]
        losses.append(1.0)
        flat.hear(losses)
    assert len(losses) == 25
    assert last[-1] < 0.03 * max(rates)


def test_easter_against_the_almanac():
    sundays = ["1961-04-02", "2000-04-23", "2016-03-27", "2019-04-21", "2024-03-31", "2038-04-25"]
    years = np.array([int(sunday[:4]) for sunday in sundays])
    assert easter(years).astype(str).tolist() == sundays


def test_a_network_that_is_trained_after_another_is_the_one_that_it_would_have_been_alone(panel):
    from forecasting.models.lstm import fitting

    settings = LstmSettings(epochs=1, windows_per_epoch=64)
    LstmModel(settings, seed=1).fit(panel, horizon=14)
    after = LstmModel(settings, seed=0).fit(panel, horizon=14)
    fitting._trainer.cache_clear()
    alone = LstmModel(settings, seed=0).fit(panel, horizon=14)
    assert after.losses_ == alone.losses_
    for name, weights in alone.weights_.items():
        np.testing.assert_array_equal(after.weights_[name], weights)
    assert alone._shapes is not None
    step = fitting._trainer(alone._shapes, settings.units, settings.dropout).step
    assert step.experimental_get_tracing_count() == 1, "batches of 33 and of 32 windows share a trace"


def test_series_that_are_forecast_in_blocks_know_the_totals_of_all(model, panel, monkeypatch):
    whole = model.predict(panel, 14)
    monkeypatch.setattr("forecasting.models.features.inquiry._DAYS_AT_ONCE", 40)
    np.testing.assert_allclose(model.predict(panel, 14), whole, rtol=1e-5)


def test_features_of_some_series_are_those_of_the_whole_panel(panel):
    layout = inputs.design_inputs(panel, lookback=28, horizon=7)
    rows, origins = np.array([1, 4]), np.array([100, 110])
    some = Features(panel.select(rows), layout, group_history(panel, layout)).windows(np.arange(2), origins)
    every = Features(panel, layout).windows(rows, origins)
    for name in ("past", "ahead", "static", "codes", "scale"):
        np.testing.assert_array_equal(getattr(some, name), getattr(every, name))
