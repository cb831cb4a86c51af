"""The network in Keras: its layers and its heads. The only module that imports Keras and TensorFlow; `fitting` gets them from here.

TensorFlow uses one thread, or FORECASTING_THREADS: its products are so small that a second one mostly waits, and batches need a core too.
"""

from __future__ import annotations

import os
import random
from typing import Any

from forecasting.core.settings import LstmSettings
from forecasting.models.features.window_arrays import INDEX_CHANNEL, RECENT_CHANNEL, Shapes
from forecasting.models.lstm.numpy_network import BASE, INDEX_FLOOR, MEAN, RATE, RATE_LIMIT, SALES
from forecasting.models.lstm.sizes import DAY_INPUTS, DECODER_UNITS, HIDDEN_UNITS, embedding_size

_THREADS = os.environ.get("FORECASTING_THREADS", "1")
for _name, _value in {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_NUM_INTRAOP_THREADS": _THREADS, "TF_NUM_INTEROP_THREADS": "1"}.items():
    os.environ.setdefault(_name, _value)

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras import layers, ops  # noqa: E402

__all__ = ["FusedLSTM", "Seeds", "build", "keras", "tf"]


class FusedLSTM(layers.LSTM):  # type: ignore[misc]
    """An LSTM layer whose steps are one operation of TensorFlow: a third faster to train, and quicker to trace, than Keras' loop over steps.

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
        """Weights with the gates in the operation's order, cell second; Keras has input, forget, cell, output."""
        entry, forget, cell, exit_ = tf.split(weights, 4, axis=-1)
        return tf.concat([entry, cell, forget, exit_], axis=-1)


class Seeds:
    """Seeds of the layers of a network, one after the other, which nobody else draws from.

    Keras draws the seeds of layers that were given none from Python's generator for everybody, which the threads of a cluster's client use too.

    Args:
        seed: Of all of them; the same network comes of it as after `keras.utils.set_random_seed` of it.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def draw(self) -> int:
        """The next one."""
        return self._random.randint(1, 10**9)


def build(shapes: Shapes, settings: LstmSettings, seeds: Seeds, lstm: Any = layers.LSTM) -> Any:
    """The untrained network with this kind of LSTM layers; its inputs are those of `Windows`, its outputs each head's scaled forecasts by name."""
    made = _Layers(seeds, lstm)
    past, ahead = keras.Input(shapes.past, name="past"), keras.Input(shapes.ahead, name="ahead")
    static = keras.Input((shapes.static,), name="static")
    columns = [keras.Input((), dtype="int32", name=f"code_{column}") for column in range(len(shapes.vocabulary))]
    encoded = made.lstm(settings.units, return_sequences=True, name="encoder_1")(past)
    encoded = made.dropout(settings.dropout)(encoded)
    encoded = made.dropout(settings.dropout)(made.lstm(settings.units, name="encoder_2")(encoded))
    embedded = [
        made.embedding(size + 1, embedding_size(size), name=f"embedding_{column}")(codes)
        for column, (size, codes) in enumerate(zip(shapes.vocabulary, columns, strict=True))
    ]
    context = layers.Concatenate()([encoded, static, *embedded])
    heads = {RATE: _recurrent_head(made, context, ahead, settings.dropout), SALES: _dense_head(made, context, ahead, SALES)}
    if shapes.sparse:
        base = ahead[:, :, RECENT_CHANNEL] + INDEX_FLOOR
        heads |= {BASE: base * _factor(_dense_head(made, context, ahead, BASE)), MEAN: _dense_head(made, context, ahead, MEAN)}
    return keras.Model([past, ahead, static, *columns], heads)


class _Layers:
    """Keras' layers, with seeds of their own.

    Args:
        seeds: Where these come from.
        lstm: The kind of LSTM layers.
    """

    def __init__(self, seeds: Seeds, lstm: Any) -> None:
        self._seeds, self._lstm = seeds, lstm

    def lstm(self, units: int, **named: Any) -> Any:
        first = self._glorot(), keras.initializers.Orthogonal(seed=self._seeds.draw())
        return self._lstm(units, kernel_initializer=first[0], recurrent_initializer=first[1], seed=self._seeds.draw(), **named)

    def dropout(self, share: float) -> Any:
        return layers.Dropout(share, seed=self._seeds.draw() if share > 0 else None)

    def embedding(self, values: int, size: int, **named: Any) -> Any:
        return layers.Embedding(values, size, embeddings_initializer=keras.initializers.RandomUniform(seed=self._seeds.draw()), **named)

    def dense(self, units: int, **named: Any) -> Any:
        return layers.Dense(units, kernel_initializer=self._glorot(), **named)

    def _glorot(self) -> Any:
        return keras.initializers.GlorotUniform(seed=self._seeds.draw())


def _recurrent_head(made: _Layers, context: Any, ahead: Any, dropout: float) -> Any:
    state = made.dense(DECODER_UNITS, activation="tanh", name="state")(context)
    cell = made.dense(DECODER_UNITS, name="cell")(context)
    days = made.dense(DAY_INPUTS, name="days")(ahead)
    decoded = made.lstm(DECODER_UNITS, return_sequences=True, name="decoder")(days, initial_state=[state, cell])
    hidden = made.dense(HIDDEN_UNITS, activation="relu", name=f"{RATE}_hidden")(made.dropout(dropout)(decoded))
    rate = made.dense(1, name=RATE)(hidden)
    return (ahead[:, :, INDEX_CHANNEL] + INDEX_FLOOR) * _factor(rate[:, :, 0])


def _dense_head(made: _Layers, context: Any, ahead: Any, name: str) -> Any:
    repeated = layers.RepeatVector(ahead.shape[1])
    shared = repeated(made.dense(HIDDEN_UNITS, name=f"{name}_context")(context))
    hidden = layers.Activation("relu")(layers.Add()([shared, made.dense(HIDDEN_UNITS, name=f"{name}_days")(ahead)]))
    hidden = made.dense(HIDDEN_UNITS, activation="relu", name=f"{name}_hidden")(hidden)
    return made.dense(1, name=name)(hidden)[:, :, 0]


def _factor(rate: Any) -> Any:
    return ops.exp(ops.clip(rate, -RATE_LIMIT, RATE_LIMIT))
