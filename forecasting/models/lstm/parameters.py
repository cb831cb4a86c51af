"""The weights of a network in training: one vector, so that a step of Adam is a few operations whatever the number of layers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from forecasting.models.features.inputs import Float32Array

_BETA_1, _BETA_2, _EPSILON = 0.9, 0.999, 1e-7
_MAX_NORM = 1.0
"""Norm to which the gradient of each weight is clipped."""


class Parameters:
    """Weights by name "layer/weight", their gradients, and Adam, which changes the ones by the others.

    Args:
        first: The weights to begin with.
    """

    def __init__(self, first: Mapping[str, Float32Array]) -> None:
        self._values = np.concatenate([np.ravel(values) for values in first.values()]).astype(np.float32)
        self._slopes, self._mean, self._square, self._step = (np.zeros_like(self._values) for _ in range(4))
        self._named, self._slope_of = _views(self._values, first), _views(self._slopes, first)
        self._powers = 1.0, 1.0

    def __getitem__(self, name: str) -> Float32Array:
        """The weight of this name, which steps change in place."""
        return self._named[name]

    def slope(self, name: str) -> Float32Array:
        """The gradient of the weight of this name, to be added to."""
        return self._slope_of[name]

    def slopes(self) -> dict[str, Float32Array]:
        """The gradient of each weight."""
        return dict(self._slope_of)

    def named(self) -> dict[str, Float32Array]:
        """A copy of each weight."""
        return {name: values.copy() for name, values in self._named.items()}

    def forget_slopes(self) -> None:
        """Sets all gradients to 0."""
        self._slopes[:] = 0

    def step(self, rate: float) -> None:
        """One step of Adam against the gradients, each clipped to a norm of 1, as Keras and TensorFlow do it."""
        for slope in self._slope_of.values():
            norm = float(np.sqrt(np.vdot(slope, slope)))
            if norm > _MAX_NORM:
                slope *= np.float32(_MAX_NORM / norm)
        power_1, power_2 = self._powers[0] * _BETA_1, self._powers[1] * _BETA_2
        self._powers = power_1, power_2
        step = self._step
        np.subtract(self._slopes, self._mean, out=step)
        step *= np.float32(1 - _BETA_1)
        self._mean += step
        np.multiply(self._slopes, self._slopes, out=step)
        step -= self._square
        step *= np.float32(1 - _BETA_2)
        self._square += step
        np.sqrt(self._square, out=step)
        step += np.float32(_EPSILON)
        np.divide(self._mean, step, out=step)
        step *= np.float32(rate * np.sqrt(1 - power_2) / (1 - power_1))
        self._values -= step


def _views(values: Float32Array, first: Mapping[str, Float32Array]) -> dict[str, Float32Array]:
    ends = np.cumsum([array.size for array in first.values()])
    parts = np.split(values, ends[:-1])
    return {name: part.reshape(array.shape) for (name, array), part in zip(first.items(), parts, strict=True)}
