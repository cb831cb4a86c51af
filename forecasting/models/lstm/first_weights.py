"""The weights that the training of a network begins with: drawn as Keras draws them, in NumPy."""

from __future__ import annotations

import numpy as np

from forecasting.core.settings import LstmSettings
from forecasting.models.features.inputs import Float32Array
from forecasting.models.features.window_arrays import Shapes
from forecasting.models.lstm.numpy_network import BASE, MEAN, RATE, SALES
from forecasting.models.lstm.sizes import DAY_INPUTS, DECODER_UNITS, HIDDEN_UNITS, embedding_size

_EMBEDDING_RANGE = 0.05


def first_weights(shapes: Shapes, settings: LstmSettings, random: np.random.Generator) -> dict[str, Float32Array]:
    """Random weights by name "layer/weight": of the same distributions as Keras', with other draws.

    Args:
        shapes: The sizes of the inputs.
        settings: The size of the layers.
        random: Where the draws come from.
    """
    units, ahead = settings.units, shapes.ahead[1]
    sizes = [embedding_size(values) for values in shapes.vocabulary]
    context = units + shapes.static + sum(sizes)
    layers = _lstm("encoder_1", shapes.past[1], units, random) | _lstm("encoder_2", units, units, random)
    for column, (values, size) in enumerate(zip(shapes.vocabulary, sizes, strict=True)):
        drawn = random.uniform(-_EMBEDDING_RANGE, _EMBEDDING_RANGE, (values + 1, size))
        layers[f"embedding_{column}/embeddings"] = drawn.astype(np.float32)
    layers |= _dense("state", context, DECODER_UNITS, random) | _dense("cell", context, DECODER_UNITS, random)
    layers |= _dense("days", ahead, DAY_INPUTS, random) | _lstm("decoder", DAY_INPUTS, DECODER_UNITS, random)
    layers |= _dense(f"{RATE}_hidden", DECODER_UNITS, HIDDEN_UNITS, random) | _dense(RATE, HIDDEN_UNITS, 1, random)
    for head in (SALES, BASE, MEAN) if shapes.sparse else (SALES,):
        layers |= _dense(f"{head}_context", context, HIDDEN_UNITS, random) | _dense(f"{head}_days", ahead, HIDDEN_UNITS, random)
        layers |= _dense(f"{head}_hidden", HIDDEN_UNITS, HIDDEN_UNITS, random) | _dense(head, HIDDEN_UNITS, 1, random)
    return layers


def _dense(name: str, channels: int, units: int, random: np.random.Generator) -> dict[str, Float32Array]:
    return {f"{name}/kernel": _glorot(channels, units, random), f"{name}/bias": np.zeros(units, dtype=np.float32)}


def _lstm(name: str, channels: int, units: int, random: np.random.Generator) -> dict[str, Float32Array]:
    """A forget gate begins open."""
    bias = np.zeros((4, units), dtype=np.float32)
    bias[1] = 1
    return {
        f"{name}/kernel": _glorot(channels, 4 * units, random),
        f"{name}/recurrent_kernel": _orthogonal(units, 4 * units, random),
        f"{name}/bias": bias.ravel(),
    }


def _glorot(channels: int, units: int, random: np.random.Generator) -> Float32Array:
    """Uniform draws whose variance is 2 / (channels + units)."""
    limit = np.sqrt(6 / (channels + units))
    return random.uniform(-limit, limit, (channels, units)).astype(np.float32)


def _orthogonal(rows: int, columns: int, random: np.random.Generator) -> Float32Array:
    """Rows of length 1, each at a right angle to the others; there are no more rows than columns."""
    whole, triangle = np.linalg.qr(random.standard_normal((columns, rows)))
    return np.ascontiguousarray((whole * np.sign(np.diag(triangle))).T, dtype=np.float32)
