"""An LSTM layer in NumPy that learns."""

from __future__ import annotations

import numpy as np

from forecasting.models.features.inputs import Float32Array
from forecasting.models.lstm.numpy_layers import empty
from forecasting.models.lstm.parameters import Parameters

_ONE = np.float32(1)
_GATES = 4
_ORDER = (3, 0, 1, 2)
"""Gates in the order of a step: output, input, forget, new; Keras has input, forget, new, output. So the three that lie between 0 and 1 lie
side by side, and so do the three that decide on the cell."""
_FACTORS = (-1.0, -1.0, -1.0, -2.0)
"""What each gate is multiplied by in 1 / (1 + exp(x)); 2 y - 1 of the last one is the hyperbolic tangent."""


class Lstm:
    """An LSTM layer over the steps of b windows.

    Arrays have the steps first and the windows last, shape (steps, units, b): all of a step lies in one piece. A step's state, inputs and a 1 for the
    bias lie below each other, so that its gates are one product, and the gradients of all weights over all steps are another.

    Args:
        parameters: The network's weights.
        name: The layer's.
        steps: Steps of a window.
        windows: Windows of a batch.
    """

    def __init__(self, parameters: Parameters, name: str, steps: int, windows: int) -> None:
        names = [f"{name}/{part}" for part in ("recurrent_kernel", "kernel", "bias")]
        self._weights, self._slopes = [parameters[of] for of in names], [parameters.slope(of) for of in names]
        channels, units = self._weights[1].shape[0], self._weights[0].shape[0]
        self._units, self._wide, rows = units, _GATES * units, units + channels + 1
        self._factors = np.repeat(np.array(_FACTORS, dtype=np.float32), units)[:, None]
        self._read = empty(steps + 1, rows, windows)
        self._read[:, -1] = 1
        self.inputs = self._read[:-1, units:-1]
        self.states = self._read[1:, :units]
        self._cells = empty(steps + 1, units, windows)
        self._gates, self._slope = empty(steps, self._wide, windows), empty(steps, self._wide, windows)
        self._bent, self._stays = empty(steps, units, windows), empty(steps, units, windows)
        self._part, self._state, self._cell = (empty(units, windows) for _ in range(3))
        self._flat_read, self._flat_slope = empty(rows, steps, windows), empty(self._wide, steps, windows)
        self._back = empty(steps, channels, windows)

    def forward(self, state: Float32Array | float = 0.0, cell: Float32Array | float = 0.0) -> Float32Array:
        """The output of each step, shape (steps, units, b), from `inputs`, filled before, and what was before the first step, shape (units, b)."""
        weights = _to_steps(np.concatenate([np.atleast_2d(weight) for weight in self._weights])) * self._factors
        self._read[0, : self._units], self._cells[0] = state, cell
        with np.errstate(over="ignore"):
            for step in range(len(self._gates)):
                self._forward(step, weights)
        return self.states

    def _forward(self, step: int, weights: Float32Array) -> None:
        units, gates, cell = self._units, self._gates[step], self._cells[step + 1]
        np.matmul(weights, self._read[step], out=gates)
        np.exp(gates, out=gates)
        gates += _ONE
        np.reciprocal(gates, out=gates)
        new = gates[3 * units :]
        new += new
        new -= _ONE
        np.multiply(gates[2 * units : 3 * units], self._cells[step], out=cell)
        np.multiply(gates[units : 2 * units], new, out=self._part)
        cell += self._part
        np.tanh(cell, out=self._bent[step])
        np.multiply(gates[:units], self._bent[step], out=self.states[step])

    def backward(self, slope: Float32Array) -> tuple[Float32Array, Float32Array]:
        """Adds the gradients of the weights, given that of each step's output; returns those of the first state and cell, shape (units, b) each."""
        self._prepare_slopes()
        recurrent, units = np.ascontiguousarray(_to_steps(self._weights[0]).T), self._units
        state, cell, part = self._state, self._cell, self._part
        state[...], cell[...] = 0, 0
        for step in range(len(slope) - 1, -1, -1):
            gates = self._slope[step]
            state += slope[step]
            np.multiply(state, self._stays[step], out=part)
            cell += part
            gates[:units] *= state
            inner = gates[units:].reshape(_GATES - 1, *cell.shape)
            inner *= cell
            cell *= self._gates[step, 2 * units : 3 * units]
            np.matmul(recurrent, gates, out=state)
        self._add_slopes()
        return state, cell

    def _prepare_slopes(self) -> None:
        """Sets what the gradients of each step's state and cell are multiplied by for those of the gates, and of the cell: of all steps at once."""
        exit_, entry, _, new = self._by_gate(self._gates)
        slope, between = self._slope, 3 * self._units
        np.multiply(self._gates, self._gates, out=slope)
        np.subtract(self._gates[:, :between], slope[:, :between], out=slope[:, :between])
        np.subtract(_ONE, slope[:, between:], out=slope[:, between:])
        for factors, of in zip((self._bent, new, self._cells[:-1], entry), self._by_gate(slope), strict=True):
            of *= factors
        np.multiply(self._bent, self._bent, out=self._stays)
        np.subtract(_ONE, self._stays, out=self._stays)
        self._stays *= exit_

    def _by_gate(self, values: Float32Array) -> list[Float32Array]:
        return [values[:, place * self._units : (place + 1) * self._units] for place in range(_GATES)]

    def _add_slopes(self) -> None:
        self._flat_read[...] = self._read[:-1].transpose(1, 0, 2)
        self._flat_slope[...] = self._slope.transpose(1, 0, 2)
        whole = _to_keras(self._flat_slope.reshape(self._wide, -1) @ self._flat_read.reshape(len(self._flat_read), -1).T)
        for slope, values in zip(self._slopes, np.split(whole, [self._units, len(whole) - 1]), strict=True):
            slope += values.reshape(slope.shape)

    def back_to_inputs(self) -> Float32Array:
        """The gradient of the inputs, shape (steps, channels, b), once `backward` was called."""
        return np.matmul(np.ascontiguousarray(_to_steps(self._weights[1]).T), self._slope, out=self._back)


def _to_steps(weight: Float32Array) -> Float32Array:
    """Weights as steps need them, shape (4 x units, channels), of Keras' (channels, 4 x units)."""
    return np.concatenate([np.split(weight.T, _GATES)[gate] for gate in _ORDER])


def _to_keras(weight: Float32Array) -> Float32Array:
    """The reverse of `_to_steps`."""
    parts = np.split(weight, _GATES)
    return np.concatenate([parts[_ORDER.index(gate)] for gate in range(_GATES)]).T
