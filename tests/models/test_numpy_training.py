"""Training of the network in NumPy: the gradients and steps of Keras, and what a model makes of it."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from panels import panel as shop_panel

from forecasting.core.errors import Cancelled
from forecasting.core.settings import LstmSettings
from forecasting.models.features.window_arrays import Shapes, Windows
from forecasting.models.lstm import model as model_module
from forecasting.models.lstm import numpy_training
from forecasting.models.lstm.first_weights import first_weights
from forecasting.models.lstm.model import KERAS, NUMPY, LstmModel
from forecasting.models.lstm.numpy_gradients import Gradients
from forecasting.models.lstm.numpy_layers import Dropout
from forecasting.models.lstm.numpy_training import Trainer
from forecasting.models.lstm.parameters import Parameters
from forecasting.models.lstm.training import Batch

TRAINER = model_module._trainer
TINY = LstmSettings(epochs=3, windows_per_epoch=50, units=3, batch_size=32)


def shapes(sparse=True):
    return Shapes(past=(5, 7), ahead=(6, 9), static=4, vocabulary=(3, 8), sparse=sparse)


def some_batch(of, random, windows=4):
    """Windows with errors small and huge, some days unknown, and a key value that comes twice."""

    def draw(*sizes):
        return random.normal(size=sizes).astype(np.float32)

    codes = np.array([[1, 8], [3, 0], [1, 2], [0, 2]], dtype=np.int32)[np.arange(windows) % 4]
    given = Windows(draw(windows, *of.past), np.abs(draw(windows, *of.ahead)), draw(windows, of.static), codes, np.ones(windows, dtype=np.float32))
    sales, weight = 8 * np.abs(draw(windows, of.ahead[0])), np.abs(draw(windows, of.ahead[0]))
    return Batch(given, sales, weight * (weight > 0.3), 20.0)


def some_weights(of, random):
    """Weights with biases that are not 0."""
    first = first_weights(of, TINY, random)
    return {name: values + random.normal(scale=0.1, size=values.shape).astype(np.float32) for name, values in first.items()}


@pytest.fixture(scope="module")
def panel():
    random = np.random.default_rng(0)
    return shop_panel({f"p{row}": random.poisson(10 * (row + 1) * (1 + 0.5 * np.sin(np.arange(120) * 2 * np.pi / 7))) for row in range(4)})


@pytest.fixture(scope="module")
def without_tensorflow():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model_module, "_trainer", lambda: (NUMPY, numpy_training.train))
        yield


@pytest.fixture(scope="module")
def model(panel, without_tensorflow):
    return LstmModel(TINY, seed=3).fit(panel, horizon=14)


@pytest.mark.slow
@pytest.mark.parametrize("sparse", [False, True])
def test_gradients_and_loss_are_those_of_keras(sparse):
    import tensorflow as tf

    from forecasting.models.lstm import fitting, keras_network

    of, random = shapes(sparse), np.random.default_rng(1)
    batch, weights = some_batch(of, random), some_weights(of, random)
    network = keras_network.build(of, TINY, keras_network.Seeds(0))
    fitting._set_weights(network, weights)
    with tf.GradientTape() as tape:
        heads = network(fitting.inputs(batch.windows), training=False)
        losses = [tf.reduce_sum(fitting._loss(name, batch.sales - head) * batch.weight) / batch.count for name, head in heads.items()]
        total = tf.add_n(losses)
    named = fitting._named(network)
    expected = dict(zip(named, tape.gradient(total, [weight.value for weight in named.values()]), strict=True))
    parameters = Parameters(weights)
    loss = Gradients(parameters, of, 0.0, len(batch.sales)).add(batch, random)
    assert loss == pytest.approx(float(total) / len(losses), rel=1e-6)
    for name, slope in parameters.slopes().items():
        keras = tf.convert_to_tensor(expected[name]).numpy()
        np.testing.assert_allclose(slope, keras, rtol=1e-5, atol=1e-5 * np.abs(keras).max(), err_msg=name)


@pytest.mark.slow
def test_steps_are_those_of_keras():
    import tensorflow as tf

    from forecasting.models.lstm import fitting

    of, random, settings = shapes(), np.random.default_rng(2), LstmSettings(units=3, dropout=0.0)
    weights = some_weights(of, random)
    keras, ours = fitting._Trainer(of, settings), Trainer(of, settings, seed=0, start=weights)
    fitting._set_weights(keras.network, weights)
    for number in range(5):
        batch, rate = some_batch(of, random, windows=4 - number % 2), 0.003 * (number + 1)
        tensors = [tf.constant(values) for values in fitting.inputs(batch.windows)], *map(tf.constant, (batch.sales, batch.weight, batch.count))
        assert ours.step(rate, batch) == pytest.approx(float(keras.step(tf.constant(rate), *tensors)), rel=1e-4)
    for name, values in fitting._weights(keras.network).items():
        np.testing.assert_allclose(ours.parameters[name], values, atol=1e-4, err_msg=name)
        assert np.abs(values - weights[name]).max() > 1e-3, name


@pytest.mark.slow
def test_first_weights_have_the_names_sizes_and_spread_of_keras():
    from forecasting.models.lstm import fitting, keras_network

    settings = LstmSettings(units=40)
    ours = first_weights(shapes(), settings, np.random.default_rng(0))
    keras = fitting._weights(keras_network.build(shapes(), settings, keras_network.Seeds(0)))
    assert {name: values.shape for name, values in ours.items()} == {name: values.shape for name, values in keras.items()}
    for name, values in keras.items():
        if values.size > 100:
            assert ours[name].std() == pytest.approx(values.std(), rel=0.25), name
            assert np.abs(ours[name]).max() == pytest.approx(np.abs(values).max(), rel=0.5), name
        if name.endswith("bias"):
            np.testing.assert_array_equal(ours[name], values, err_msg=name)
    rows = ours["encoder_2/recurrent_kernel"]
    np.testing.assert_allclose(rows @ rows.T, np.eye(40), atol=1e-5)


def test_dropout_drops_its_share_and_keeps_the_mean():
    layer, values = Dropout(0.2, (200, 100)), np.ones((200, 100), dtype=np.float32)
    output = layer.forward(values, np.empty_like(values), np.random.default_rng(0))
    assert (output == 0).mean() == pytest.approx(0.2, abs=0.01)
    np.testing.assert_allclose(output[output > 0], 1.25)
    np.testing.assert_array_equal(layer.backward(values, np.empty_like(values)), output)


def test_a_model_that_numpy_trained_has_learned(model, panel):
    assert (model.trained_with_, len(model.losses_)) == (NUMPY, 3)
    assert model.losses_[-1] < model.losses_[0]
    assert np.isfinite(model.predict(panel, 14)).all()


def test_the_same_seed_gives_the_same_bits(model, panel):
    again, other = (LstmModel(TINY, seed=seed).fit(panel, horizon=14) for seed in (3, 4))
    for name, weights in model.weights_.items():
        np.testing.assert_array_equal(again.weights_[name], weights)
    assert other.losses_ != model.losses_


def test_a_training_goes_on_from_earlier_weights(model, panel):
    later = LstmModel(TINY, seed=3, start=model).fit(panel, horizon=14)
    assert later.warm_
    assert later.losses_[0] < model.losses_[0]


def test_values_outside_the_vocabulary_have_the_mean_embedding(model):
    values = model.weights_["embedding_0/embeddings"]
    np.testing.assert_allclose(values[0], values[1:].mean(axis=0), rtol=1e-5)


@pytest.mark.usefixtures("without_tensorflow")
def test_progress_tells_each_epoch_and_what_the_listener_raises_ends_the_training(panel):
    heard = []

    def cancel(progress):
        heard.append(progress)
        if progress.done == 2:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        LstmModel(TINY, seed=0).fit(panel, horizon=7, on_progress=cancel)
    epochs = [(event.stage, event.done, event.total) for event in heard if event.loss is not None]
    assert epochs == [("LSTM", 1, 3), ("LSTM", 2, 3)]


def test_without_tensorflow_numpy_trains_and_what_is_published_loads_as_before(panel, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(model_module, "_trainer", TRAINER)
    monkeypatch.setitem(sys.modules, "forecasting.models.lstm.fitting", None)
    import forecasting.models.lstm

    monkeypatch.delattr(forecasting.models.lstm, "fitting", raising=False)
    model = LstmModel(TINY, seed=0).fit(panel, horizon=14)
    assert "NumPy trains the network" in caplog.text
    model.save(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"lstm.json", "lstm.npz"}
    loaded = LstmModel.load(tmp_path)
    assert loaded.trained_with_ == NUMPY
    np.testing.assert_array_equal(loaded.predict(panel, 14), model.predict(panel, 14))
    (tmp_path / "again").mkdir()
    loaded.save(tmp_path / "again")
    assert (tmp_path / "again" / "lstm.json").read_bytes() == (tmp_path / "lstm.json").read_bytes()


def test_a_version_that_keras_trained_misses_its_file(model, panel, tmp_path):
    model.save(tmp_path)
    told = (tmp_path / "lstm.json").read_text().replace(f'"trained_with": "{NUMPY}"', f'"trained_with": "{KERAS}"')
    (tmp_path / "lstm.json").write_text(told)
    with pytest.raises(FileNotFoundError):
        LstmModel.load(tmp_path)
