"""Training in Keras: the only module that imports it, loaded when a network is first trained.

TensorFlow uses as many threads as the machine has cores, or FORECASTING_THREADS.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from forecasting.models.lstm_features import INDEX_CHANNEL, Features, Windows
from forecasting.models.lstm_layout import Float32Array
from forecasting.models.lstm_network import INDEX_FLOOR, RATE_LIMIT
from forecasting.models.lstm_pool import Pool
from forecasting.models.lstm_schedule import Schedule, Start
from forecasting.progress import OnProgress, Progress
from forecasting.settings import LstmSettings

_THREADS = os.environ.get("FORECASTING_THREADS", str(os.cpu_count() or 1))
for _name, _value in {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_NUM_INTRAOP_THREADS": _THREADS, "TF_NUM_INTEROP_THREADS": "1"}.items():
    os.environ.setdefault(_name, _value)

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras import layers, ops  # noqa: E402

STAGE = "LSTM"
_BETA_1, _BETA_2 = 0.9, 0.999
_DECODER_UNITS = 32
_DAY_INPUTS = 24
"""A day ahead is summed up in so many values before the LSTM over the days ahead reads it: two thirds of its time saved, as accurate."""
_SIGN_OF_LIFE = 1.0
"""Seconds between two calls of the listener, at most about."""


@dataclass(frozen=True)
class Trained:
    """A trained network.

    Args:
        weights: By "layer/weight".
        keras_file: The bytes of its .keras file.
        losses: Of each epoch.
    """

    weights: dict[str, Float32Array]
    keras_file: bytes
    losses: tuple[float, ...]


class FusedLSTM(layers.LSTM):  # type: ignore[misc]
    """The same layer, all steps of it one operation of TensorFlow: a third faster to train and quicker to trace than a loop over steps.

    Not `BlockLSTMV2`, whose gradients mix up the gates.
    """

    def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False) -> Any:  # noqa: ARG002
        """The output of each step, or of the last one."""
        steps = tf.transpose(sequences, [1, 0, 2])
        none = tf.zeros([tf.shape(steps)[1], self.units])
        state, cell = initial_state if initial_state is not None else (none, none)
        weights = self._ordered(tf.concat([self.cell.kernel, self.cell.recurrent_kernel], axis=0))
        no_peephole = tf.zeros([self.units])
        *_, outputs = tf.raw_ops.BlockLSTM(
            seq_len_max=tf.cast(tf.shape(steps)[0], tf.int64),
            x=steps,
            cs_prev=cell,
            h_prev=state,
            w=weights,
            b=self._ordered(self.cell.bias),
            wci=no_peephole,
            wcf=no_peephole,
            wco=no_peephole,
            forget_bias=0.0,
            cell_clip=-1.0,
        )
        return tf.transpose(outputs, [1, 0, 2]) if self.return_sequences else outputs[-1]

    @staticmethod
    def _ordered(weights: Any) -> Any:
        """Keras has the gates as input, forget, cell, output; the operation wants the cell second."""
        entry, forget, cell, exit_ = tf.split(weights, 4, axis=-1)
        return tf.concat([entry, cell, forget, exit_], axis=-1)


def train(
    features: Features, pool: Pool, settings: LstmSettings, *, seed: int, start: dict[str, Float32Array] | None, on_progress: OnProgress
) -> Trained:
    """A network that has seen the pool's windows, or fewer where the loss no longer falls.

    Args:
        features: Of the panel that it learns from.
        pool: The windows.
        settings: Its size and its schedule.
        seed: Of its first weights and its dropout.
        start: Weights to begin with instead of random ones.
        on_progress: Told each epoch with its loss, and at least every few seconds; what it raises ends the training.
    """
    keras.utils.set_random_seed(seed)
    network = build(features, settings, FusedLSTM)
    if start is not None:
        _set_weights(network, start)
    losses = _run(network, features, pool, settings, warm=start is not None, on_progress=on_progress)
    _mean_for_unknown(network)
    weights = _weights(network)
    saved = build(features, settings)
    _set_weights(saved, weights)
    return Trained(weights, _keras_file(saved), tuple(losses))


def build(features: Features, settings: LstmSettings, lstm: Any = layers.LSTM) -> Any:
    """The untrained network with this kind of LSTM layers; its inputs are those of `Windows`, its outputs the two heads' scaled forecasts."""
    sample = features.windows(np.zeros(1, dtype=np.int64), np.ones(1, dtype=np.int64))
    past, ahead = keras.Input(sample.past.shape[1:], name="past"), keras.Input(sample.ahead.shape[1:], name="ahead")
    static = keras.Input(sample.static.shape[1:], name="static")
    columns = [keras.Input((), dtype="int32", name=f"code_{column}") for column in range(sample.codes.shape[1])]
    encoded = lstm(settings.units, return_sequences=True, name="encoder_1")(past)
    encoded = layers.Dropout(settings.dropout)(encoded)
    encoded = layers.Dropout(settings.dropout)(lstm(settings.units, name="encoder_2")(encoded))
    sizes = [len(values) for values in features.layout.vocabulary.values()]
    embedded = [
        layers.Embedding(size + 1, min(16, int(np.ceil(np.sqrt(size))) + 1), name=f"embedding_{column}")(codes)
        for column, (size, codes) in enumerate(zip(sizes, columns, strict=True))
    ]
    context = layers.Concatenate()([encoded, static, *embedded])
    heads = [_recurrent_head(context, ahead, settings.dropout, lstm), _dense_head(context, ahead)]
    return keras.Model([past, ahead, static, *columns], heads)


def _recurrent_head(context: Any, ahead: Any, dropout: float, lstm: Any) -> Any:
    state = layers.Dense(_DECODER_UNITS, activation="tanh", name="state")(context)
    cell = layers.Dense(_DECODER_UNITS, name="cell")(context)
    days = layers.Dense(_DAY_INPUTS, name="days")(ahead)
    decoded = lstm(_DECODER_UNITS, return_sequences=True, name="decoder")(days, initial_state=[state, cell])
    hidden = layers.Dense(64, activation="relu", name="rate_hidden")(layers.Dropout(dropout)(decoded))
    rate = layers.Dense(1, name="rate")(hidden)
    return (ahead[:, :, INDEX_CHANNEL] + INDEX_FLOOR) * ops.exp(ops.clip(rate[:, :, 0], -RATE_LIMIT, RATE_LIMIT))


def _dense_head(context: Any, ahead: Any) -> Any:
    shared = layers.RepeatVector(ahead.shape[1])(layers.Dense(64, name="sales_context")(context))
    hidden = layers.Activation("relu")(layers.Add()([shared, layers.Dense(64, name="sales_days")(ahead)]))
    hidden = layers.Dense(64, activation="relu", name="sales_hidden")(hidden)
    return layers.Dense(1, name="sales")(hidden)[:, :, 0]


def inputs(windows: Windows) -> list[np.ndarray]:
    """Windows in the order of the network's inputs."""
    return [windows.past, windows.ahead, windows.static, *windows.codes.T]


def _run(network: Any, features: Features, pool: Pool, settings: LstmSettings, *, warm: bool, on_progress: OnProgress) -> list[float]:
    """Trains epoch by epoch; each epoch's loss."""
    parts = -(-pool.epoch // settings.batch_size)
    schedule = Schedule(settings.epochs, parts, Start.WARM if warm else Start.COLD)
    step = _step_function(network)
    mean_weight = float(np.sqrt(features.own.level[pool.rows, pool.origins]).mean())
    batches = _batches(features, pool, parts, mean_weight)
    losses: list[float] = []
    note, heard = "preparing", time.monotonic()
    on_progress(Progress(STAGE, 0, settings.epochs, note))
    while not schedule.ended:
        total = 0.0
        for _ in range(parts):
            total += float(step(tf.constant(schedule.rate()), *next(batches)))
            if time.monotonic() - heard > _SIGN_OF_LIFE:
                on_progress(Progress(STAGE, len(losses), settings.epochs, note))
                heard = time.monotonic()
        losses.append(total / parts)
        schedule.hear(losses)
        note, heard = f"epoch {len(losses)} of {settings.epochs}, loss {losses[-1]:.4f}", time.monotonic()
        if not schedule.ended:
            on_progress(Progress(STAGE, len(losses), settings.epochs, note, losses[-1]))
    stopped = f"{note}; the loss no longer falls" if len(losses) < settings.epochs else note
    on_progress(Progress(STAGE, settings.epochs, settings.epochs, stopped, losses[-1]))
    return losses


def _batches(features: Features, pool: Pool, parts: int, mean_weight: float) -> Iterator[tuple[Any, ...]]:
    """The batches one after the other, the next one made while the network learns from the last."""

    def make(cut: np.ndarray) -> tuple[Any, ...]:
        rows, origins = pool.rows[cut], pool.origins[cut]
        windows = features.windows(rows, origins, pool.usual[cut])
        sales, seen = features.targets(rows, origins, windows.scale)
        weight = np.minimum(np.sqrt(windows.scale) / mean_weight, 10).astype(np.float32)
        values = [tf.convert_to_tensor(value) for value in inputs(windows)]
        return values, tf.convert_to_tensor(sales), tf.convert_to_tensor(seen * weight[:, None]), tf.constant(max(float(seen.sum()), 1.0))

    epochs = len(pool.rows) // pool.epoch
    cuts = [part for epoch in range(epochs) for part in np.array_split(np.arange(epoch * pool.epoch, (epoch + 1) * pool.epoch), parts)]
    with ThreadPoolExecutor(1) as worker:
        ahead = worker.submit(make, cuts[0])
        for cut in [*cuts[1:], cuts[-1]]:
            ready, ahead = ahead.result(), worker.submit(make, cut)
            yield ready


def _step_function(network: Any) -> Any:
    """One step of Adam on a batch: returns its loss, the mean of both heads'."""
    variables = [variable.value for variable in network.trainable_variables]
    adam = _adam(variables)

    def step(rate: Any, values: Any, sales: Any, weight: Any, count: Any) -> Any:
        with tf.GradientTape() as tape:
            heads = network(values, training=True)
            losses = [tf.reduce_sum(tf.abs(sales - head) * weight) / count for head in heads]
            loss = tf.add_n(losses)
        adam(rate, tape.gradient(loss, variables))
        return loss / len(losses)

    return tf.function(step, reduce_retracing=True, autograph=False)


def _adam(variables: list[Any]) -> Any:
    """Adam with each gradient's norm clipped to 1, as in Keras, but one operation a variable, which is traced in a tenth of the time."""
    moments = [(tf.Variable(tf.zeros_like(value)), tf.Variable(tf.zeros_like(value))) for value in variables]
    powers = tf.Variable(_BETA_1), tf.Variable(_BETA_2)

    def apply(rate: Any, gradients: list[Any]) -> None:
        for value, (mean, square), gradient in zip(variables, moments, gradients, strict=True):
            tf.raw_ops.ResourceApplyAdam(
                var=value.handle,
                m=mean.handle,
                v=square.handle,
                beta1_power=powers[0],
                beta2_power=powers[1],
                lr=rate,
                beta1=_BETA_1,
                beta2=_BETA_2,
                epsilon=1e-7,
                grad=tf.clip_by_norm(tf.convert_to_tensor(gradient), 1.0),
            )
        powers[0].assign(powers[0] * _BETA_1)
        powers[1].assign(powers[1] * _BETA_2)

    return apply


def _named(network: Any) -> dict[str, Any]:
    """The variables by "layer/weight"."""
    return {f"{layer.name}/{weight.name}": weight for layer in network.layers for weight in layer.trainable_variables}


def _weights(network: Any) -> dict[str, Float32Array]:
    return {name: weight.numpy() for name, weight in _named(network).items()}


def _set_weights(network: Any, weights: dict[str, Float32Array]) -> None:
    for name, weight in _named(network).items():
        weight.assign(weights[name])


def _mean_for_unknown(network: Any) -> None:
    """Gives values outside the vocabulary the mean of those in it."""
    for name, weight in _named(network).items():
        if name.startswith("embedding_"):
            values = weight.numpy()
            values[0] = values[1:].mean(axis=0)
            weight.assign(values)


def _keras_file(network: Any) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lstm.keras"
        network.save(path)
        return path.read_bytes()
