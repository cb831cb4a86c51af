"""The heads of the network in NumPy that learn: from the context of b windows to their scaled forecasts, and back."""

from __future__ import annotations

import numpy as np

from forecasting.models.features.inputs import Float32Array
from forecasting.models.features.window_arrays import INDEX_CHANNEL, RECENT_CHANNEL, Shapes
from forecasting.models.lstm.numpy_layers import Dense, Dropout, empty
from forecasting.models.lstm.numpy_lstm import Lstm
from forecasting.models.lstm.numpy_network import BASE, INDEX_FLOOR, RATE, RATE_LIMIT
from forecasting.models.lstm.parameters import Parameters


class DenseHead:
    """A head of dense layers on each day; the head of the base multiplies the weekday mean of the last weeks.

    Args:
        parameters: The network's weights.
        name: The head's.
        shapes: The sizes of the network's inputs.
        windows: Windows of a batch.
    """

    def __init__(self, parameters: Parameters, name: str, shapes: Shapes, windows: int) -> None:
        self._horizon, days = shapes.ahead[0], windows * shapes.ahead[0]
        self._shared, self._days = Dense(parameters, f"{name}_context", windows), Dense(parameters, f"{name}_days", days, relu=True)
        self._last = Dense(parameters, f"{name}_hidden", days, relu=True), Dense(parameters, name, days)
        self._factor = Factor(RECENT_CHANNEL) if name == BASE else None

    def forward(self, context: Float32Array, ahead: Float32Array, _: np.random.Generator) -> Float32Array:
        """Scaled forecasts, shape (horizon, b), given the context, shape (channels, b), and the days ahead, shape (horizon, b, channels)."""
        hidden: Float32Array = self._days.forward(ahead.reshape(-1, ahead.shape[2]).T, self._shared.forward(context))
        for layer in self._last:
            hidden = layer.forward(hidden)
        forecast = hidden.reshape(ahead.shape[:2])
        return forecast if self._factor is None else self._factor.forward(forecast, ahead)

    def backward(self, slope: Float32Array) -> Float32Array:
        """Adds the gradients of the weights, given that of the forecasts; returns that of the context."""
        back: Float32Array = (slope if self._factor is None else self._factor.backward(slope)).reshape(1, -1)
        for layer in reversed(self._last):
            layer.backward(back)
            back = layer.back_to_inputs(back)
        self._days.backward(back)
        shared = back.reshape(len(back), self._horizon, -1).sum(axis=1)
        self._shared.backward(shared)
        return self._shared.back_to_inputs(shared)


class RecurrentHead:
    """The head that multiplies the weekday index: an LSTM over the days ahead, which begins with what the context says.

    Args:
        parameters: The network's weights.
        shapes: The sizes of the network's inputs.
        dropout: Share of the decoder's cells dropped, in [0, 1).
        windows: Windows of a batch.
    """

    def __init__(self, parameters: Parameters, shapes: Shapes, dropout: float, windows: int) -> None:
        horizon, units = shapes.ahead[0], parameters["decoder/recurrent_kernel"].shape[0]
        days = horizon * windows
        self._state, self._cell = (Dense(parameters, name, windows) for name in ("state", "cell"))
        self._days, self._decoder = Dense(parameters, "days", days), Lstm(parameters, "decoder", horizon, windows)
        self._dropout, self._factor = Dropout(dropout, (horizon, units, windows)), Factor(INDEX_CHANNEL)
        self._last = Dense(parameters, f"{RATE}_hidden", days, relu=True), Dense(parameters, RATE, days)
        self._decoded, self._back = empty(units, horizon, windows), empty(horizon, units, windows)
        self._days_back = empty(self._days.output.shape[0], horizon, windows)

    def forward(self, context: Float32Array, ahead: Float32Array, random: np.random.Generator) -> Float32Array:
        """Scaled forecasts, shape (horizon, b), given the context, shape (channels, b), and the days ahead, shape (horizon, b, channels)."""
        horizon, windows, channels = ahead.shape
        days = self._days.forward(ahead.reshape(-1, channels).T)
        self._decoder.inputs[...] = days.reshape(-1, horizon, windows).transpose(1, 0, 2)
        state = np.tanh(self._state.forward(context), out=self._state.output)
        decoded = self._decoder.forward(state, self._cell.forward(context))
        self._dropout.forward(decoded, self._decoded.transpose(1, 0, 2), random)
        hidden: Float32Array = self._decoded.reshape(len(self._decoded), -1)
        for layer in self._last:
            hidden = layer.forward(hidden)
        return self._factor.forward(hidden.reshape(horizon, windows), ahead)

    def backward(self, slope: Float32Array) -> Float32Array:
        """Adds the gradients of the weights, given that of the forecasts; returns that of the context."""
        back: Float32Array = self._factor.backward(slope).reshape(1, -1)
        for layer in reversed(self._last):
            layer.backward(back)
            back = layer.back_to_inputs(back)
        self._dropout.backward(back.reshape(self._decoded.shape).transpose(1, 0, 2), self._back)
        state, cell = self._decoder.backward(self._back)
        self._days_back[...] = self._decoder.back_to_inputs().transpose(1, 0, 2)
        self._days.backward(self._days_back.reshape(len(self._days_back), -1))
        state *= 1 - np.square(self._state.output)
        for layer, of in ((self._state, state), (self._cell, cell)):
            layer.backward(of)
        return self._state.back_to_inputs(state) + self._cell.back_to_inputs(cell)


class Factor:
    """Multiplies a channel of the days ahead by the exponential of what a head gives.

    Args:
        channel: Which.
    """

    def __init__(self, channel: int) -> None:
        self._channel = channel
        self._forecast, self._inside = empty(0, 0), np.zeros((0, 0), dtype=bool)

    def forward(self, rate: Float32Array, ahead: Float32Array) -> Float32Array:
        """Scaled forecasts, shape (horizon, b)."""
        self._inside = np.abs(rate) <= RATE_LIMIT
        self._forecast = (ahead[:, :, self._channel] + np.float32(INDEX_FLOOR)) * np.exp(np.clip(rate, -RATE_LIMIT, RATE_LIMIT))
        return self._forecast

    def backward(self, slope: Float32Array) -> Float32Array:
        """The gradient of what the head gave; none where that was beyond the limit."""
        return slope * self._forecast * self._inside
