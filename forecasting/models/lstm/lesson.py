"""What a network is trained on: small enough to be sent to another process, which makes the features itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasting.core.panel import Panel
from forecasting.core.progress import OnProgress
from forecasting.core.settings import LstmSettings
from forecasting.models.features import inputs
from forecasting.models.features.group_totals import History
from forecasting.models.features.inputs import Float32Array, NetworkInputs
from forecasting.models.features.windows import Features, group_history
from forecasting.models.lstm.sampling import Pool, draw_pool
from forecasting.models.lstm.training import Train, Trained

_WARM_SHARE = 0.4
"""Windows of a training that starts from an earlier network, as a share of those of a whole training."""


@dataclass(frozen=True, eq=False)
class Lesson:
    """The windows of a training, and the sales that they are cut from.

    Args:
        panel: The series of which windows were drawn.
        layout: The network's inputs.
        history: Totals of the groups of all series.
        windows: The windows; their rows are those of `panel`.
        settings: The network's size and training.
        seed: Seed of the first weights and the dropout.
        start: Weights to begin with instead of random ones.
    """

    panel: Panel
    layout: NetworkInputs
    history: History
    windows: Pool
    settings: LstmSettings
    seed: int
    start: dict[str, Float32Array] | None

    def learn(self, train: Train, on_progress: OnProgress) -> Trained:
        """The trained network."""
        features = Features(self.panel, self.layout, self.history)
        return train(features, self.windows, self.settings, seed=self.seed, start=self.start, on_progress=on_progress)


def draw_lesson(panel: Panel, layout: NetworkInputs, settings: LstmSettings, *, seed: int, start: dict[str, Float32Array] | None) -> Lesson | None:
    """What to learn from a panel, windows drawn at random; None where no series has sales on enough days in a row."""
    windows = draw_pool(inputs.known_days(panel.sales), layout, settings, seed=seed, share=1.0 if start is None else _WARM_SHARE)
    if not len(windows.rows):
        return None
    drawn, rows = np.unique(windows.rows, return_inverse=True)
    return Lesson(panel.select(drawn), layout, group_history(panel, layout), replace(windows, rows=rows), settings, seed, start)
