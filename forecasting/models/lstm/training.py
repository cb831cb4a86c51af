"""Training of the network, whatever computes its steps: the batches, the epochs, and who is told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from forecasting.core.progress import OnProgress, Progress
from forecasting.core.settings import LstmSettings
from forecasting.core.stages import LSTM
from forecasting.models.features.inputs import Float32Array
from forecasting.models.features.window_arrays import Shapes, Windows
from forecasting.models.features.windows import Features
from forecasting.models.lstm.learning_rate import LearningRateSchedule, Start
from forecasting.models.lstm.sampling import Pool

_SIGN_OF_LIFE = 1.0
"""Seconds between two calls of the listener, at most (about)."""
_MAX_WEIGHT = 10.0
"""What a window counts at most; the mean of all is 1."""


@dataclass(frozen=True)
class Trained:
    """A trained network.

    Args:
        weights: Name "layer/weight" -> its values.
        shapes: The sizes of its inputs.
        losses: The loss of each epoch.
    """

    weights: dict[str, Float32Array]
    shapes: Shapes
    losses: tuple[float, ...]


class Train(Protocol):
    """Trains a network, in Keras or NumPy."""

    def __call__(
        self, features: Features, pool: Pool, settings: LstmSettings, *, seed: int, start: dict[str, Float32Array] | None, on_progress: OnProgress
    ) -> Trained:
        """A network trained on the pool's windows, or on fewer if the loss stops falling.

        Args:
            features: Features of the panel to learn from.
            pool: The windows.
            settings: Its size and its schedule.
            seed: Of its first weights and its dropout.
            start: Weights to begin with instead of random ones.
            on_progress: Called after each epoch with its loss, and at least every few seconds; what it raises ends the training.
        """


@dataclass(frozen=True, eq=False)
class Batch:
    """Windows to learn from in one step.

    Args:
        windows: Of b series and origins.
        sales: Scaled sales of the days ahead, shape (b, horizon).
        weight: What each of them counts; 0 where they are not known.
        count: Days that are known, at least 1.
    """

    windows: Windows
    sales: Float32Array
    weight: Float32Array
    count: float


class Batches:
    """The batches of a training, in turn.

    Args:
        features: Features of the panel to learn from.
        pool: The windows.
        size: Windows of a batch at most; those of an epoch are divided evenly.
    """

    def __init__(self, features: Features, pool: Pool, size: int) -> None:
        self._features, self._pool = features, pool
        self.parts = -(-pool.epoch // size)
        self._mean_weight = float(np.sqrt(features.own.level[pool.rows, pool.origins]).mean())

    def cuts(self) -> Iterator[np.ndarray]:
        """Which windows each batch has, as positions in the pool."""
        epoch = self._pool.epoch
        for start in range(0, len(self._pool.rows), epoch):
            yield from np.array_split(np.arange(start, start + epoch), self.parts)

    def batch(self, cut: np.ndarray) -> Batch:
        """The batch of these windows."""
        pool = self._pool
        rows, origins = pool.rows[cut], pool.origins[cut]
        windows = self._features.windows(rows, origins, usual=pool.usual[cut], recent=pool.recent[cut])
        sales, seen = self._features.targets(rows, origins, windows.scale)
        weight = np.minimum(np.sqrt(windows.scale) / self._mean_weight, _MAX_WEIGHT).astype(np.float32)
        return Batch(windows, sales, seen * weight[:, None], max(float(seen.sum()), 1.0))


def run(step: Callable[[float], float], parts: int, epochs: int, start: Start, on_progress: OnProgress) -> tuple[float, ...]:
    """Trains epoch by epoch and returns the loss of each.

    Args:
        step: Learns from the next batch at a rate; returns the batch's loss.
        parts: Batches of an epoch.
        epochs: Epochs at most; fewer where the loss stops falling.
        start: Where the training starts from.
        on_progress: Called after each epoch with its loss, and at least every few seconds; what it raises ends the training.
    """
    schedule, losses = LearningRateSchedule(epochs, parts, start), list[float]()
    note, heard = "preparing", time.monotonic()
    on_progress(Progress(LSTM, 0, epochs, note))
    while not schedule.ended:
        total = 0.0
        for _ in range(parts):
            total += step(schedule.rate())
            if time.monotonic() - heard > _SIGN_OF_LIFE:
                on_progress(Progress(LSTM, len(losses), epochs, note))
                heard = time.monotonic()
        losses.append(total / parts)
        schedule.hear(losses)
        note, heard = f"epoch {len(losses)} of {epochs}, loss {losses[-1]:.4f}", time.monotonic()
        if not schedule.ended:
            on_progress(Progress(LSTM, len(losses), epochs, note, losses[-1]))
    stopped = f"{note}; the loss no longer falls" if len(losses) < epochs else note
    on_progress(Progress(LSTM, epochs, epochs, stopped, losses[-1]))
    return tuple(losses)


def with_unknown(weights: dict[str, Float32Array]) -> dict[str, Float32Array]:
    """The weights with the mean embedding of the values in the vocabulary for values outside it."""
    embeddings = {name: values for name, values in weights.items() if name.startswith("embedding_")}
    return weights | {name: np.concatenate([values[1:].mean(axis=0, keepdims=True), values[1:]]) for name, values in embeddings.items()}
