"""The trained network in NumPy, which serves all forecasts; equal to Keras up to rounding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from forecasting.models.features.inputs import Float32Array
from forecasting.models.features.window_arrays import INDEX_CHANNEL, RECENT_CHANNEL, Windows

RATE, SALES, BASE, MEAN = "rate", "sales", "base", "mean"
"""Names of the heads; the last two exist for sparse sales only."""
INDEX_FLOOR = 0.05
"""Added to the index that a factor multiplies, so that a weekday that never sold can still have a forecast."""
RATE_LIMIT = 5.0
"""Limit, plus and minus, of the logarithm of the factor that multiplies the index."""
_CHUNK = 128


@dataclass(frozen=True, eq=False)
class Network:
    """The network with its weights by name "layer/weight", as `fitting` names them.

    An encoder of two LSTM layers reads the past. With it heads forecast the days ahead, and their mean counts: an LSTM over these
    days whose output multiplies the weekday index, and dense layers on each day whose output is the forecast itself. These learn medians,
    which for sparse sales lie far below the mean: there, a third multiplies the weekday mean of the last weeks, and a fourth learns means.
    """

    weights: Mapping[str, Float32Array]

    def forecast(self, windows: Windows) -> Float32Array:
        """Forecasts in units of the windows' scale, shape (b, horizon), at least 0."""
        starts = range(0, len(windows.scale), _CHUNK)
        with threadpool_limits(1, user_api="blas"):  # many small products would wait for threads on a busy machine
            parts = [self._forecast(windows, slice(start, start + _CHUNK)) for start in starts]
        return np.concatenate(parts) if parts else np.zeros(windows.ahead.shape[:2], dtype=np.float32)

    def _forecast(self, windows: Windows, part: slice) -> Float32Array:
        past, ahead = windows.past[part], windows.ahead[part]
        encoded = self._lstm("encoder_2", self._lstm("encoder_1", past))[:, -1]
        embedded = [self.weights[f"embedding_{column}/embeddings"][codes] for column, codes in enumerate(windows.codes[part].T)]
        context = np.concatenate([encoded, windows.static[part], *embedded], axis=1)
        heads = [self._recurrent(context, ahead), self._dense_head(SALES, context, ahead)]
        if f"{MEAN}/kernel" in self.weights:
            base = ahead[:, :, RECENT_CHANNEL] + INDEX_FLOOR
            heads += [base * _factor(self._dense_head(BASE, context, ahead)), self._dense_head(MEAN, context, ahead)]
        return np.maximum(np.mean(heads, axis=0), 0)

    def _recurrent(self, context: Float32Array, ahead: Float32Array) -> Float32Array:
        """The head that multiplies the weekday index."""
        state, cell = np.tanh(self._dense("state", context)), self._dense("cell", context)
        decoded = self._lstm("decoder", self._dense("days", ahead), state, cell)
        rate = self._dense(RATE, np.maximum(self._dense(f"{RATE}_hidden", decoded), 0))[:, :, 0]
        return (ahead[:, :, INDEX_CHANNEL] + INDEX_FLOOR) * _factor(rate)

    def _dense_head(self, name: str, context: Float32Array, ahead: Float32Array) -> Float32Array:
        """The output of a head of dense layers on each day."""
        hidden = np.maximum(self._dense(f"{name}_context", context)[:, None] + self._dense(f"{name}_days", ahead), 0)
        return self._dense(name, np.maximum(self._dense(f"{name}_hidden", hidden), 0))[:, :, 0]

    def _dense(self, name: str, values: Float32Array) -> Float32Array:
        kernel = self.weights[f"{name}/kernel"]
        flat = values.reshape(-1, kernel.shape[0]) @ kernel + self.weights[f"{name}/bias"]
        return flat.reshape(*values.shape[:-1], kernel.shape[1])

    def _lstm(self, name: str, values: Float32Array, state: Float32Array | float = 0.0, cell: Float32Array | float = 0.0) -> Float32Array:
        """The output of each step, shape (b, steps, units); gates in the order of Keras: input, forget, cell, output."""
        recurrent = self.weights[f"{name}/recurrent_kernel"]
        given = self._dense(name, np.ascontiguousarray(values.transpose(1, 0, 2)))
        units = recurrent.shape[0]
        state, cell = (np.broadcast_to(np.float32(values), (given.shape[1], units)) for values in (state, cell))
        steps = np.empty((len(given), given.shape[1], units), dtype=np.float32)
        for step, fixed in enumerate(given):
            gates = fixed + state @ recurrent
            entry, forget, exit_ = _sigmoid(gates[:, :units]), _sigmoid(gates[:, units : 2 * units]), _sigmoid(gates[:, 3 * units :])
            cell = forget * cell + entry * np.tanh(gates[:, 2 * units : 3 * units])
            state = exit_ * np.tanh(cell)
            steps[step] = state
        return steps.transpose(1, 0, 2)


def _factor(rate: Float32Array) -> Float32Array:
    return np.exp(np.clip(rate, -RATE_LIMIT, RATE_LIMIT))


def _sigmoid(values: Float32Array) -> Float32Array:
    """The logistic function, by the hyperbolic tangent, which never overflows."""
    half = np.float32(0.5)
    return half * np.tanh(half * values) + half
