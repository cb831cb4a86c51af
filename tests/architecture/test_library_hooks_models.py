"""Hooks into the libraries of the models: Prophet, holidays, processes, Keras and TensorFlow."""

from __future__ import annotations

import inspect
import logging
import os
import platform
import re
import subprocess
import sys
import types
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import cache

import numpy as np
import pandas as pd
import pytest
from library_hooks import relies_on
from repository import ROOT

CURVES, PROPHET = "forecasting/models/prophet/curves.py", "forecasting/models/prophet/fitting.py"
KERAS, FITTING, NUMPY = (f"forecasting/models/lstm/{name}.py" for name in ("keras_network", "fitting", "numpy_network"))
TREES = "forecasting/models/gradient_boosting/fitting.py"
TENSORFLOW = "tensorflow-cpu" if sys.platform == "linux" and platform.machine() == "x86_64" else "tensorflow"
"""As pyproject.toml has it."""


def parameters(function):
    return list(inspect.signature(function).parameters)


# Prophet


@cache
def history():
    """Two months of one series that follow its price."""
    price = 10 + np.arange(60.0) % 7
    sold = np.random.default_rng(0).random(60) + 60 - price
    return pd.DataFrame({"unique_id": 0, "ds": pd.date_range("2024-01-01", periods=60), "y": sold, "price": price})


@cache
def fitted(library):
    """The same fit by Prophet itself, or in a batch."""
    from forecasting.core.settings import ProphetSettings
    from forecasting.models.prophet import fitting

    holidays = pd.DataFrame({"ds": history()["ds"].iloc[[10, 30]], "holiday": "h0000"})
    recipe = fitting.Recipe(ProphetSettings(), holidays, ("price",), "auto", 25)
    if library == "prophet-batch":
        return fitting.fit_batch(history(), {0: recipe})[0]
    with fitting._quiet():
        return recipe.make().fit(history().drop(columns="unique_id"))


def check_fitted(library):
    """What `curve_of` reads off a fitted model."""
    frame, model = history(), fitted(library)
    columns = model.train_component_cols
    assert {"weekly", "h0000", "price"} <= set(columns)
    assert {name: np.shape(model.params[name]) for name in ("beta", "delta", "k", "m")} == {
        "beta": (1, len(columns)),
        "delta": (1, len(model.changepoints_t)),
        "k": (1, 1),
        "m": (1, 1),
    }
    assert [(columns[name] == 1).sum() for name in ("weekly", "h0000", "price")] == [6, 1, 1]
    assert (model.seasonality_mode, model.growth) == ("additive", "linear")
    assert (model.start, model.t_scale) == (frame["ds"].min(), frame["ds"].max() - frame["ds"].min())
    assert model.y_scale == pytest.approx(frame["y"].max())
    mean, deviation = (model.extra_regressors["price"][key] for key in ("mu", "std"))
    np.testing.assert_allclose(model.history["price"] * deviation + mean, frame["price"])
    assert mean == pytest.approx(frame["price"].mean())
    t = (frame["ds"] - model.start) / model.t_scale
    bends = (model.params["delta"] * np.maximum(t.to_numpy()[:, None] - model.changepoints_t, 0)).sum(axis=1)
    np.testing.assert_allclose(model.params["k"][0, 0] * t + model.params["m"][0, 0] + bends, model.params["trend"][0])


FITTED = "a fitted model's params, train_component_cols, y_scale, t_scale, start, changepoints_t, extra_regressors and history"


@relies_on(
    "prophet",
    FITTED,
    used_by=CURVES,
    to="take over what Prophet learned, and serve it without Prophet",
    gone=lambda monkeypatch: monkeypatch.delattr(fitted("prophet"), "train_component_cols"),
)
def test_prophet_keeps_what_it_learned_where_curves_read_it():
    check_fitted("prophet")


@relies_on(
    "prophet-batch",
    FITTED,
    used_by=CURVES,
    to="take over what a batch learned as if Prophet itself had",
    gone=lambda monkeypatch: monkeypatch.delattr(fitted("prophet-batch"), "changepoints_t"),
)
def test_prophet_batch_gives_models_that_look_like_prophet_s_own():
    check_fitted("prophet-batch")


@relies_on(
    "prophet",
    "the seasons of set_auto_seasonalities (weekly of order 3, yearly of order 10 from 730 days on) and the columns of fourier_series",
    used_by=CURVES,
    to="make the same columns without Prophet, and in model.py to know which series are too young for a year of their own",
    gone="prophet.Prophet.fourier_series",
)
def test_prophet_has_the_seasons_that_curves_repeat():
    from prophet import Prophet

    from forecasting.core.period import DAY
    from forecasting.models.prophet import blocks, curves

    def seasons(days):
        made = Prophet(daily_seasonality=False)
        made.history = pd.DataFrame({"ds": pd.date_range("2024-01-01", periods=days)})
        made.set_auto_seasonalities()
        return {name: (season["period"], season["fourier_order"]) for name, season in made.seasonalities.items()}

    young = next(days for days in range(720, 740) if not blocks._young(np.ones((1, days), dtype=bool), DAY)[0])
    assert seasons(young) == curves.SEASONS
    assert seasons(young - 1) == {curves.WEEKLY: curves.SEASONS[curves.WEEKLY]}
    dates = pd.date_range("2024-02-27", periods=400)
    expected = [Prophet.fourier_series(pd.Series(dates), *season) for season in curves.SEASONS.values()]
    np.testing.assert_allclose(curves.SeasonColumns(None, (), ()).matrix(dates), np.hstack(expected), atol=1e-9)


@relies_on(
    "prophet",
    "the names of its loggers",
    used_by=PROPHET,
    to="keep fits quiet",
    gone=lambda monkeypatch: monkeypatch.setitem(logging.root.manager.loggerDict, "prophet.solver", logging.Logger("prophet.solver")),
)
def test_prophet_speaks_through_known_loggers():
    from forecasting.models.prophet.fitting import _quiet

    fitted("prophet"), fitted("prophet-batch")
    loggers = {
        name: logger for name, logger in logging.root.manager.loggerDict.items() if name.split(".")[0] in ("prophet", "prophet_batch", "cmdstanpy")
    }
    assert {"prophet", "prophet_batch", "cmdstanpy"} <= loggers.keys()
    with _quiet():
        assert [name for name, logger in loggers.items() if isinstance(logger, logging.Logger) and not logger.disabled] == []


@relies_on(
    "joblib",
    "joblib.externals.loky.ProcessPoolExecutor, with initializer, initargs and env, and kill_workers of its shutdown",
    used_by="forecasting/core/engine.py",
    to="spread fits over processes that end with their pool",
    gone=lambda monkeypatch: monkeypatch.setattr("joblib.externals.loky.ProcessPoolExecutor", ThreadPoolExecutor),
)
def test_joblib_has_processes_that_one_pool_owns():
    from joblib.externals.loky import ProcessPoolExecutor

    assert {"initializer", "initargs", "env"} <= inspect.signature(ProcessPoolExecutor).parameters.keys()
    assert "kill_workers" in inspect.signature(ProcessPoolExecutor.shutdown).parameters


# scikit-learn


@relies_on(
    "scikit-learn",
    "sklearn._loss.loss.AbsoluteError and HalfPoissonLoss, given as the loss of HistGradientBoostingRegressor, whose leaves fit_intercept_only fills",
    used_by=TREES,
    to="fit medians in a tenth of the time",
    gone=lambda monkeypatch: monkeypatch.delattr("sklearn._loss.loss.HalfPoissonLoss"),
)
def test_scikit_learn_takes_a_loss_whose_median_is_ours():
    from sklearn._loss.loss import AbsoluteError, HalfPoissonLoss
    from sklearn.ensemble import HistGradientBoostingRegressor

    assert parameters(AbsoluteError.fit_intercept_only)[:3] == ["self", "y_true", "sample_weight"]
    loss = HistGradientBoostingRegressor(loss=HalfPoissonLoss(), max_iter=1)
    assert loss.fit(np.arange(40.0)[:, None], np.arange(40.0) % 3).n_iter_ == 1


@relies_on(
    "scikit-learn",
    "HistGradientBoostingRegressor._predictors and ._baseline_prediction, and the fields of the nodes of a tree",
    used_by=TREES,
    to="save trees as arrays and forecast without the library",
    gone=lambda monkeypatch: monkeypatch.setattr("sklearn.ensemble.HistGradientBoostingRegressor", types.SimpleNamespace),
)
def test_scikit_learn_keeps_its_trees_where_forests_are_read():
    from sklearn.ensemble import HistGradientBoostingRegressor

    model = HistGradientBoostingRegressor(max_iter=2).fit(np.arange(80.0)[:, None], np.arange(80.0) % 7)
    nodes = model._predictors[0][0].nodes
    assert {"is_leaf", "value", "left", "right", "feature_idx", "num_threshold", "is_categorical", "bitset_idx", "missing_go_to_left"} <= set(
        nodes.dtype.names
    )
    assert np.ravel(model._baseline_prediction).shape == (1,)


@relies_on(
    "holidays",
    "holidays.registry.COUNTRIES: a name in CamelCase, then the code in two letters",
    used_by="forecasting/core/calendar.py",
    to="list the countries whose holidays are known",
    gone=lambda monkeypatch: monkeypatch.setattr("holidays.registry.COUNTRIES", {"germany": ("DE", "DEU", "Germany")}),
)
def test_holidays_lists_countries_by_name_and_code():
    from holidays.registry import COUNTRIES

    assert COUNTRIES["united_kingdom"][:2] == ("UnitedKingdom", "GB")
    assert all(re.fullmatch("[A-Z]{2}", codes[1]) for codes in COUNTRIES.values())


def nothing_but_english(monkeypatch):
    import holidays

    found = holidays.country_holidays
    monkeypatch.setattr(holidays, "country_holidays", lambda country, **options: found(country, **options) if country == "DE" else {})


@relies_on(
    "holidays",
    "country_holidays(language='en_US'), which takes a country's own names where it has no English ones",
    used_by="forecasting/core/calendar.py",
    to="name holidays in English where that is possible",
    gone=nothing_but_english,
)
def test_holidays_falls_back_to_a_country_s_own_language():
    import holidays

    def newest(country):
        return holidays.country_holidays(country, years=(2025,), expand=False, language="en_US")

    german, bahamian = newest("DE"), newest("BS")
    assert german.get_list(date(2025, 12, 25)) == ["Christmas Day"]
    assert len(bahamian) > 5
    assert "en_US" not in (bahamian.supported_languages or ())


# Keras and TensorFlow


@cache
def network():
    """Keras and TensorFlow, which take seconds to start."""
    from forecasting.models.lstm import keras_network

    return keras_network.keras, keras_network.tf


KERNEL, RECURRENT, BIAS = (
    np.array(values, dtype=np.float32) for values in ([[0.3, -0.2, 0.7, 0.4]], [[0.1, 0.5, -0.6, 0.2]], [0.05, 0.9, -0.1, 0.3])
)
"""Of one cell: input, forget, cell and output gate."""
READ = (1.0, -0.5, 2.0)
FIRST_STATE, FIRST_CELL = 0.25, -0.75


def by_hand():
    """The output of the cell after each step."""

    def share(value):
        return 1 / (1 + np.exp(-value))

    state, cell, found = FIRST_STATE, FIRST_CELL, []
    for value in READ:
        entry, forget, new, exit_ = (value * KERNEL + state * RECURRENT + BIAS)[0]
        cell = share(forget) * cell + share(entry) * np.tanh(new)
        state = share(exit_) * np.tanh(cell)
        found.append(state)
    return found


def other_gates(monkeypatch):
    keras, _ = network()
    build = keras.layers.LSTMCell.call
    monkeypatch.setattr(keras.layers.LSTMCell, "call", lambda cell, inputs, states, training=False: build(cell, inputs, states[::-1], training))


@pytest.mark.slow
@relies_on(
    "keras",
    "LSTM.call(sequences, initial_state, mask, training), with gates in the order input, forget, cell, output in the weights of its cell",
    used_by=KERAS,
    to="replace the call by one operation, and in numpy_network.py to serve the same weights",
    gone=other_gates,
)
def test_keras_has_the_lstm_that_the_fused_layer_replaces():
    keras, tf = network()
    layer = keras.layers.LSTM(1, return_sequences=True)
    assert parameters(layer.call) == ["sequences", "initial_state", "mask", "training"]
    given = np.array(READ, dtype=np.float32).reshape(1, -1, 1), [tf.constant([[FIRST_STATE]]), tf.constant([[FIRST_CELL]])]
    layer(given[0])
    for name, values in {"kernel": KERNEL, "recurrent_kernel": RECURRENT, "bias": BIAS}.items():
        getattr(layer.cell, name).assign(values)
    assert (layer.units, layer.return_sequences) == (1, True)
    np.testing.assert_allclose(layer.call(tf.constant(given[0]), given[1]).numpy().ravel(), by_hand(), rtol=1e-5)
    np.testing.assert_allclose(layer(given[0], initial_state=given[1]).numpy().ravel(), by_hand(), rtol=1e-5)


@pytest.mark.slow
@relies_on(
    TENSORFLOW,
    "tf.raw_ops.BlockLSTM, with the gates in the order input, cell, forget, output, and its gradient",
    used_by=KERAS,
    to="train the LSTM layers a third faster",
    gone=lambda monkeypatch: monkeypatch.delattr(network()[1].raw_ops, "BlockLSTM"),
)
def test_tensorflow_has_the_operation_of_the_fused_layer():
    _, tf = network()
    order = [0, 2, 1, 3]
    weights, bias, none = tf.constant(np.vstack([KERNEL, RECURRENT])[:, order]), tf.constant(BIAS[order]), tf.zeros([1])
    with tf.GradientTape() as tape:
        tape.watch(weights)
        *_, outputs = tf.raw_ops.BlockLSTM(
            seq_len_max=tf.constant(len(READ), tf.int64),
            x=tf.constant(np.array(READ, dtype=np.float32).reshape(-1, 1, 1)),
            cs_prev=tf.constant([[FIRST_CELL]]),
            h_prev=tf.constant([[FIRST_STATE]]),
            w=weights,
            b=bias,
            wci=none,
            wcf=none,
            wco=none,
            forget_bias=0.0,
            cell_clip=-1.0,
        )
    np.testing.assert_allclose(outputs.numpy().ravel(), by_hand(), rtol=1e-5)
    assert np.isfinite(tape.gradient(outputs, weights).numpy()).all()


@pytest.mark.slow
@relies_on(
    "keras",
    "the names of a layer's weights: kernel, recurrent_kernel, bias, embeddings",
    used_by=NUMPY,
    to="find the weights of every saved version",
    gone=lambda monkeypatch: monkeypatch.setattr(network()[0].layers.Dense, "trainable_weights", property(lambda *_: [])),
)
def test_keras_names_the_weights_of_its_layers():
    keras, _ = network()
    layers = (keras.layers.LSTM(1, name="a"), keras.layers.Dense(1, name="b"), keras.layers.Embedding(2, 1, name="c"))
    for layer, shape in zip(layers, ((None, 3, 1), (None, 1), (None,)), strict=True):
        layer.build(shape)
    named = [f"{layer.name}/{weight.name}" for layer in layers for weight in layer.trainable_weights]
    assert named == ["a/kernel", "a/recurrent_kernel", "a/bias", "b/kernel", "b/bias", "c/embeddings"]
    assert [weight.name for layer in layers for weight in layer.trainable_variables] == [
        weight.name for layer in layers for weight in layer.trainable_weights
    ]


@pytest.mark.slow
@relies_on(
    "keras",
    "Variable.value, the tf.Variable with a handle that stands behind a weight, and tf.raw_ops.ResourceApplyAdam on it",
    used_by=FITTING,
    to="step with one operation a variable",
    gone=lambda monkeypatch: monkeypatch.setattr(network()[0].Variable, "value", property(lambda _: 0.0)),
)
def test_keras_keeps_a_weight_in_a_variable_of_tensorflow():
    keras, tf = network()
    layer = keras.layers.Dense(1)
    layer.build((None, 1))
    kernel = layer.trainable_variables[0].value
    assert isinstance(kernel, tf.Variable)
    before, moments = float(kernel[0, 0]), [tf.Variable(tf.zeros([1, 1])) for _ in range(2)]
    rates = {"beta1_power": 0.9, "beta2_power": 0.999, "lr": 0.1, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7}
    tf.raw_ops.ResourceApplyAdam(var=kernel.handle, m=moments[0].handle, v=moments[1].handle, grad=tf.ones([1, 1]), **rates)
    assert layer.get_weights()[0][0, 0] == pytest.approx(before - 0.1, abs=1e-5)


@pytest.mark.slow
@relies_on(
    TENSORFLOW,
    "the name of tf.errors.ResourceExhaustedError",
    used_by="forecasting/jobs/worker.py",
    to="say that memory ran out, without importing TensorFlow",
    gone=lambda monkeypatch: monkeypatch.setattr(network()[1].errors, "ResourceExhaustedError", MemoryError),
)
def test_tensorflow_calls_too_little_memory_by_this_name():
    _, tf = network()
    assert tf.errors.ResourceExhaustedError.__name__ == "ResourceExhaustedError"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="Threads are counted in /proc.")
@relies_on(
    TENSORFLOW,
    "TF_NUM_INTRAOP_THREADS in the environment",
    used_by=KERAS,
    to="use no more cores than it may, and in worker.py to leave one to the server",
    gone=lambda monkeypatch: monkeypatch.setattr(subprocess, "run", lambda *_, **__: types.SimpleNamespace(stdout="7")),
)
def test_tensorflow_has_as_many_threads_as_the_environment_says():
    threads = (os.cpu_count() or 1) + 20
    code = """
import os
from forecasting.models.lstm.keras_network import tf
tf.ones([2, 2]) @ tf.ones([2, 2])
print(len(os.listdir("/proc/self/task")))
"""
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("TF_")} | {"FORECASTING_THREADS": str(threads)}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=surroundings, capture_output=True, text=True, check=True)
    assert int(done.stdout) >= threads
