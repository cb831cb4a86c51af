"""Training of a network of a past cutoff in another process, which writes into a file how far it is."""

from __future__ import annotations

import json
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TextIO

from forecasting.core.panel import Panel
from forecasting.core.parallel import Pool
from forecasting.core.progress import OnProgress, Progress
from forecasting.models.lstm import numpy_training
from forecasting.models.lstm.lesson import Lesson
from forecasting.models.lstm.training import Trained, preparing

_LOOK_SECONDS = 0.5
"""How often the file is read, and the listener told."""
_FILE = "progress.jsonl"


@dataclass(frozen=True, eq=False)
class _Task:
    """What the other process is given.

    Args:
        lesson: What to train on.
        file: Where it writes each `Progress`, a line each.
    """

    lesson: Lesson
    file: Path


class TrainingElsewhere:
    """A training that a process of a pool does while this one does something else.

    Args:
        panel: The panel that is learned from.
        lesson: What to train on.
        pool: Has at least one process.

    Attributes:
        panel, lesson: As given.
    """

    def __init__(self, panel: Panel, lesson: Lesson, pool: Pool) -> None:
        self.panel, self.lesson = panel, lesson
        folder = tempfile.mkdtemp(prefix="shelfcast-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self._file = Path(folder) / _FILE
        self._file.touch()
        self._call = pool.begin(_train, partial(_Task, lesson, self._file))

    def trained(self, on_progress: OnProgress) -> Trained | None:
        """The trained network, once it is; None where the other process could not do it.

        Args:
            on_progress: Told what the other process tells, and about twice a second in any case; what it raises ends the wait, and with the pool
                the process.
        """
        latest = preparing(self.lesson.settings.epochs)
        with self._file.open(encoding="utf-8") as file:
            ended = False
            while not ended:
                ended = self._call.ended(_LOOK_SECONDS)
                for step in [*_news(file)] or [latest]:
                    on_progress(step)
                    latest = step
            return self._call.result.result() if self._call.done() else None


def _train(task: _Task) -> Trained:
    """Trains in a process of the pool."""
    with task.file.open("a", encoding="utf-8") as file:

        def tell(step: Progress) -> None:
            file.write(json.dumps(asdict(step)) + "\n")
            file.flush()

        return task.lesson.learn(numpy_training.train, tell)


def _news(file: TextIO) -> Iterator[Progress]:
    """What was written since; a line that is not whole waits for its end."""
    while True:
        place, line = file.tell(), file.readline()
        if not line.endswith("\n"):
            file.seek(place)
            return
        yield Progress(**json.loads(line))
