"""Training of the network in Keras, loaded when a network is first trained."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from forecasting.core.progress import OnProgress
from forecasting.core.settings import LstmSettings
from forecasting.models.features.inputs import Float32Array
from forecasting.models.features.window_arrays import Shapes, Windows
from forecasting.models.features.windows import Features
from forecasting.models.lstm.keras_network import FusedLSTM, Seeds, build, tf
from forecasting.models.lstm.learning_rate import Start
from forecasting.models.lstm.loss import HUGE
from forecasting.models.lstm.numpy_network import MEAN
from forecasting.models.lstm.sampling import Pool
from forecasting.models.lstm.training import Batches, Trained, run, with_unknown

_BETA_1, _BETA_2 = 0.9, 0.999


def train(
    features: Features, pool: Pool, settings: LstmSettings, *, seed: int, start: dict[str, Float32Array] | None, on_progress: OnProgress
) -> Trained:
    """A network trained in Keras. `Train` says what it takes."""
    shapes = features.shapes()
    trainer = _trainer(shapes, settings.units, settings.dropout)
    trainer.reset(seed)
    if start is not None:
        _set_weights(trainer.network, start)
    batches = Batches(features, pool, settings.batch_size)
    tensors = _tensors(batches)

    def step(rate: float) -> float:
        return float(trainer.step(tf.constant(rate), *next(tensors)))

    losses = run(step, batches.parts, settings.epochs, Start.COLD if start is None else Start.WARM, on_progress)
    return Trained(with_unknown(_weights(trainer.network)), shapes, losses)


def keras_file(shapes: Shapes, settings: LstmSettings, weights: dict[str, Float32Array]) -> bytes:
    """The bytes of the .keras file of a network with these weights, made of Keras' own layers alone."""
    network = build(shapes, settings, Seeds(0))
    _set_weights(network, weights)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lstm.keras"
        network.save(path)
        return path.read_bytes()


def inputs(windows: Windows) -> list[np.ndarray]:
    """The arrays of windows in the order of the network's inputs."""
    return [windows.past, windows.ahead, windows.static, *windows.codes.T]


@lru_cache(maxsize=1)
def _trainer(shapes: Shapes, units: int, dropout: float) -> _Trainer:
    """The network of these sizes and its step, which takes seconds to trace: kept from one training to the next."""
    return _Trainer(shapes, LstmSettings(units=units, dropout=dropout))


class _Trainer:
    """A network and one step of its training.

    Args:
        shapes: The sizes of its inputs.
        settings: The size of its layers, and its dropout.

    Attributes:
        network: What is trained.
        step: One step of Adam on a batch; returns its loss.
    """

    def __init__(self, shapes: Shapes, settings: LstmSettings) -> None:
        self._shapes, self._settings = shapes, settings
        self.network = build(shapes, settings, Seeds(0), FusedLSTM)
        variables = [variable.value for variable in self.network.trainable_variables]
        self._adam = _Adam(variables)
        self.step = _step_function(self.network, variables, self._adam, shapes)

    def reset(self, seed: int) -> None:
        """As if it had just been built after this seed was set: first weights, state of the dropout, moments."""
        fresh = build(self._shapes, self._settings, Seeds(seed), FusedLSTM)
        for variable, first in zip(self.network.variables, fresh.variables, strict=True):
            variable.assign(first)
        self._adam.reset()


def _tensors(batches: Batches) -> Iterator[tuple[Any, ...]]:
    """The batches in turn, as a step takes them; the next one is prepared while the network learns from the last."""

    def make(cut: np.ndarray) -> tuple[Any, ...]:
        batch = batches.batch(cut)
        values = [tf.convert_to_tensor(value) for value in inputs(batch.windows)]
        return values, tf.convert_to_tensor(batch.sales), tf.convert_to_tensor(batch.weight), tf.constant(batch.count)

    cuts = batches.cuts()
    with ThreadPoolExecutor(1) as worker:
        ahead = worker.submit(make, next(cuts))
        for cut in cuts:
            ready, ahead = ahead.result(), worker.submit(make, cut)
            yield ready
        yield ahead.result()


def _loss(head: str, error: Any) -> Any:
    """The loss of each day: the absolute error, minimised by a median; for the head of means the squared error, but for huge errors."""
    size = tf.abs(error)
    if head != MEAN:
        return size
    return tf.where(size < HUGE, tf.square(size) / (2 * HUGE), size - HUGE / 2)


def _step_function(network: Any, variables: list[Any], adam: _Adam, shapes: Shapes) -> Any:
    """One step of Adam on a batch: returns its loss, the mean of all heads'. Traced once, whatever the sizes of batches."""

    def step(rate: Any, values: Any, sales: Any, weight: Any, count: Any) -> Any:
        with tf.GradientTape() as tape:
            heads = network(values, training=True)
            losses = [tf.reduce_sum(_loss(name, sales - head) * weight) / count for name, head in heads.items()]
            loss = tf.add_n(losses)
        adam.apply(rate, tape.gradient(loss, variables))
        return loss / len(losses)

    return tf.function(step, input_signature=_signature(shapes), autograph=False)


def _signature(shapes: Shapes) -> list[Any]:
    """What a step takes: the rate, the windows, sales and weights of the days ahead, and the number of known days."""

    def of(*sizes: int, dtype: Any = tf.float32) -> Any:
        return tf.TensorSpec((None, *sizes), dtype)

    one, day = tf.TensorSpec((), tf.float32), of(shapes.ahead[0])
    windows = [of(*shapes.past), of(*shapes.ahead), of(shapes.static), *[of(dtype=tf.int32) for _ in shapes.vocabulary]]
    return [one, windows, day, day, one]


class _Adam:
    """Adam with each gradient's norm clipped to 1, as in Keras, but one operation per variable, which is traced in a tenth of the time.

    Args:
        variables: What it changes.
    """

    def __init__(self, variables: list[Any]) -> None:
        self._variables = variables
        self._moments = [(tf.Variable(tf.zeros_like(value)), tf.Variable(tf.zeros_like(value))) for value in variables]
        self._powers = tf.Variable(_BETA_1), tf.Variable(_BETA_2)

    def reset(self) -> None:
        """Forgets all gradients."""
        for mean, square in self._moments:
            mean.assign(tf.zeros_like(mean))
            square.assign(tf.zeros_like(square))
        for power, first in zip(self._powers, (_BETA_1, _BETA_2), strict=True):
            power.assign(first)

    def apply(self, rate: Any, gradients: list[Any]) -> None:
        """Changes each variable by a step against its gradient."""
        for value, (mean, square), gradient in zip(self._variables, self._moments, gradients, strict=True):
            tf.raw_ops.ResourceApplyAdam(
                var=value.handle,
                m=mean.handle,
                v=square.handle,
                beta1_power=self._powers[0],
                beta2_power=self._powers[1],
                lr=rate,
                beta1=_BETA_1,
                beta2=_BETA_2,
                epsilon=1e-7,
                grad=tf.clip_by_norm(tf.convert_to_tensor(gradient), 1.0),
            )
        self._powers[0].assign(self._powers[0] * _BETA_1)
        self._powers[1].assign(self._powers[1] * _BETA_2)


def _named(network: Any) -> dict[str, Any]:
    """The variables by "layer/weight"."""
    return {f"{layer.name}/{weight.name}": weight for layer in network.layers for weight in layer.trainable_variables}


def _weights(network: Any) -> dict[str, Float32Array]:
    return {name: weight.numpy() for name, weight in _named(network).items()}


def _set_weights(network: Any, weights: dict[str, Float32Array]) -> None:
    for name, weight in _named(network).items():
        weight.assign(weights[name])
