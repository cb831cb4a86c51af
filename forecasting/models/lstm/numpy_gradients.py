"""The loss of the network on a batch, and its gradients, in NumPy: back-propagation through time, written by hand."""

from __future__ import annotations

import numpy as np

from forecasting.models.features.inputs import Float32Array
from forecasting.models.features.window_arrays import Shapes, Windows
from forecasting.models.lstm.loss import loss_and_slope
from forecasting.models.lstm.numpy_heads import DenseHead, RecurrentHead
from forecasting.models.lstm.numpy_layers import Dropout, empty
from forecasting.models.lstm.numpy_lstm import Lstm
from forecasting.models.lstm.numpy_network import BASE, MEAN, RATE, SALES
from forecasting.models.lstm.parameters import Parameters
from forecasting.models.lstm.training import Batch


class Gradients:
    """The network's layers for batches of one size.

    Args:
        parameters: Its weights, and where their gradients are added up.
        shapes: The sizes of its inputs.
        dropout: Share of cells dropped, in [0, 1).
        windows: Windows of a batch.
    """

    def __init__(self, parameters: Parameters, shapes: Shapes, dropout: float, windows: int) -> None:
        steps, units = shapes.past[0], parameters["encoder_1/recurrent_kernel"].shape[0]
        self._encoders = [Lstm(parameters, f"encoder_{number}", steps, windows) for number in (1, 2)]
        self._dropouts = Dropout(dropout, (steps, units, windows)), Dropout(dropout, (units, windows))
        self._encoded, self._back = empty(units, windows), empty(steps, units, windows)
        self._last = np.zeros((steps, units, windows), dtype=np.float32)
        self._ahead = empty(shapes.ahead[0], windows, shapes.ahead[1])
        self._context = Context(parameters, shapes, units)
        self._heads: dict[str, DenseHead | RecurrentHead] = {RATE: RecurrentHead(parameters, shapes, dropout, windows)}
        self._heads |= {name: DenseHead(parameters, name, shapes, windows) for name in ((SALES, BASE, MEAN) if shapes.sparse else (SALES,))}

    def add(self, batch: Batch, random: np.random.Generator) -> float:
        """Adds the gradients of the batch's loss to the parameters', and returns the loss, the mean of all heads'.

        Args:
            batch: As many windows as the layers are for.
            random: Draws what is dropped.
        """
        context = self._encode(batch.windows, random)
        self._ahead[...] = batch.windows.ahead.transpose(1, 0, 2)
        sales, weight = batch.sales.T, batch.weight.T / np.float32(batch.count)
        loss, slope = 0.0, np.zeros_like(context)
        for name, head in self._heads.items():
            own, error_slope = loss_and_slope(name, head.forward(context, self._ahead, random) - sales, weight)
            slope += head.backward(error_slope)
            loss += own
        self._decode(slope)
        return loss / len(self._heads)

    def _encode(self, windows: Windows, random: np.random.Generator) -> Float32Array:
        """The context of each window, shape (channels, b)."""
        first, second = self._encoders
        first.inputs[...] = windows.past.transpose(1, 2, 0)
        self._dropouts[0].forward(first.forward(), second.inputs, random)
        self._dropouts[1].forward(second.forward()[-1], self._encoded, random)
        return self._context.forward(self._encoded, windows)

    def _decode(self, slope: Float32Array) -> None:
        """Adds the gradients of the encoder's weights, given that of the context."""
        first, second = self._encoders
        self._dropouts[1].backward(self._context.backward(slope), self._last[-1])
        second.backward(self._last)
        first.backward(self._dropouts[0].backward(second.back_to_inputs(), self._back))


class Context:
    """What all heads know of a window: the encoded past, the static channels, and the embedding of each key value.

    Args:
        parameters: The network's weights.
        shapes: The sizes of its inputs.
        units: Cells of the encoder.
    """

    def __init__(self, parameters: Parameters, shapes: Shapes, units: int) -> None:
        names = [f"embedding_{column}/embeddings" for column in range(len(shapes.vocabulary))]
        self._embeddings, self._slopes = [parameters[name] for name in names], [parameters.slope(name) for name in names]
        self._ends = np.cumsum([units, shapes.static, *(values.shape[1] for values in self._embeddings)])[:-1]
        self._codes: list[np.ndarray] = []

    def forward(self, encoded: Float32Array, windows: Windows) -> Float32Array:
        """Shape (channels, b), given what the encoder gave, shape (units, b)."""
        self._codes = list(windows.codes.T)
        embedded = [values[codes].T for values, codes in zip(self._embeddings, self._codes, strict=True)]
        return np.concatenate([encoded, windows.static.T, *embedded])

    def backward(self, slope: Float32Array) -> Float32Array:
        """Adds the gradients of the embeddings; returns that of what the encoder gave, shape (units, b)."""
        encoded, _, *embedded = np.split(slope, self._ends)
        for values, codes, part in zip(self._slopes, self._codes, embedded, strict=True):
            np.add.at(values, codes, part.T)
        return encoded
