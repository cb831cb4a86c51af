"""The network in Keras: its layers and its heads. The only module that imports Keras and TensorFlow; `fitting` gets them from here.

TensorFlow uses one thread, or FORECASTING_THREADS: its products are so small that a second one mostly waits, and batches need a core too.
"""

from __future__ import annotations

import os
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

__all__ = ["FusedLSTM", "build", "keras", "tf"]


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


def build(shapes: Shapes, settings: LstmSettings, lstm: Any = layers.LSTM) -> Any:
    """The untrained network with this kind of LSTM layers; its inputs are those of `Windows`, its outputs each head's scaled forecasts by name."""
    past, ahead = keras.Input(shapes.past, name="past"), keras.Input(shapes.ahead, name="ahead")
    static = keras.Input((shapes.static,), name="static")
    columns = [keras.Input((), dtype="int32", name=f"code_{column}") for column in range(len(shapes.vocabulary))]
    encoded = lstm(settings.units, return_sequences=True, name="encoder_1")(past)
    encoded = layers.Dropout(settings.dropout)(encoded)
    encoded = layers.Dropout(settings.dropout)(lstm(settings.units, name="encoder_2")(encoded))
    embedded = [
        layers.Embedding(size + 1, embedding_size(size), name=f"embedding_{column}")(codes)
        for column, (size, codes) in enumerate(zip(shapes.vocabulary, columns, strict=True))
    ]
    context = layers.Concatenate()([encoded, static, *embedded])
    heads = {RATE: _recurrent_head(context, ahead, settings.dropout, lstm), SALES: _dense_head(context, ahead, SALES)}
    if shapes.sparse:
        base = ahead[:, :, RECENT_CHANNEL] + INDEX_FLOOR
        heads |= {BASE: base * _factor(_dense_head(context, ahead, BASE)), MEAN: _dense_head(context, ahead, MEAN)}
    return keras.Model([past, ahead, static, *columns], heads)


def _recurrent_head(context: Any, ahead: Any, dropout: float, lstm: Any) -> Any:
    state = layers.Dense(DECODER_UNITS, activation="tanh", name="state")(context)
    cell = layers.Dense(DECODER_UNITS, name="cell")(context)
    days = layers.Dense(DAY_INPUTS, name="days")(ahead)
    decoded = lstm(DECODER_UNITS, return_sequences=True, name="decoder")(days, initial_state=[state, cell])
    hidden = layers.Dense(HIDDEN_UNITS, activation="relu", name=f"{RATE}_hidden")(layers.Dropout(dropout)(decoded))
    rate = layers.Dense(1, name=RATE)(hidden)
    return (ahead[:, :, INDEX_CHANNEL] + INDEX_FLOOR) * _factor(rate[:, :, 0])


def _dense_head(context: Any, ahead: Any, name: str) -> Any:
    shared = layers.RepeatVector(ahead.shape[1])(layers.Dense(HIDDEN_UNITS, name=f"{name}_context")(context))
    hidden = layers.Activation("relu")(layers.Add()([shared, layers.Dense(HIDDEN_UNITS, name=f"{name}_days")(ahead)]))
    hidden = layers.Dense(HIDDEN_UNITS, activation="relu", name=f"{name}_hidden")(hidden)
    return layers.Dense(1, name=name)(hidden)[:, :, 0]


def _factor(rate: Any) -> Any:
    return ops.exp(ops.clip(rate, -RATE_LIMIT, RATE_LIMIT))
