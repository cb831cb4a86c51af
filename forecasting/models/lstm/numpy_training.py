"""Training of the network in NumPy: as in Keras, but without its import, its trace and its layers to build, and on one core."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

from forecasting.core.progress import OnProgress
from forecasting.core.settings import LstmSettings
from forecasting.models.features.inputs import Float32Array
from forecasting.models.features.window_arrays import Shapes
from forecasting.models.features.windows import Features
from forecasting.models.lstm.first_weights import first_weights
from forecasting.models.lstm.learning_rate import Start
from forecasting.models.lstm.numpy_gradients import Gradients
from forecasting.models.lstm.parameters import Parameters
from forecasting.models.lstm.sampling import Pool
from forecasting.models.lstm.training import Batch, Batches, Trained, run, with_unknown


def train(
    features: Features, pool: Pool, settings: LstmSettings, *, seed: int, start: dict[str, Float32Array] | None, on_progress: OnProgress
) -> Trained:
    """A network trained in NumPy; the same bits for the same seed. `Train` says what it takes."""
    shapes, batches = features.shapes(), Batches(features, pool, settings.batch_size)
    trainer, cuts = Trainer(shapes, settings, seed=seed, start=start), batches.cuts()

    def step(rate: float) -> float:
        return trainer.step(rate, batches.batch(next(cuts)))

    with threadpool_limits(1, user_api="blas"):
        losses = run(step, batches.parts, settings.epochs, Start.COLD if start is None else Start.WARM, on_progress)
    return Trained(with_unknown(trainer.parameters.named()), shapes, losses)


class Trainer:
    """A network and its training, step by step.

    Args:
        shapes: The sizes of its inputs.
        settings: The size of its layers, and its dropout.
        seed: Of its first weights and its dropout.
        start: Weights to begin with instead of random ones.

    Attributes:
        parameters: Its weights.
    """

    def __init__(self, shapes: Shapes, settings: LstmSettings, *, seed: int, start: dict[str, Float32Array] | None = None) -> None:
        self._random = np.random.default_rng(seed)
        self._shapes, self._dropout = shapes, settings.dropout
        self.parameters = Parameters(first_weights(shapes, settings, self._random) if start is None else start)
        self._gradients: dict[int, Gradients] = {}

    def step(self, rate: float, batch: Batch) -> float:
        """One step of Adam on a batch; returns the batch's loss."""
        windows = len(batch.sales)
        if windows not in self._gradients:  # the batches of an epoch have two sizes at most
            self._gradients[windows] = Gradients(self.parameters, self._shapes, self._dropout, windows)
        self.parameters.forget_slopes()
        loss = self._gradients[windows].add(batch, self._random)
        self.parameters.step(rate)
        return loss
