"""The process that trains between two versions, without training: `python tests/support/split_worker.py JOB_DIR LOCK`.

Its models are those of the first version, asked about the sales that they would have been trained on.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from version_pairs import again

from forecasting.core.errors import InputError
from forecasting.core.progress import Progress
from forecasting.services import split_training, versions
from forecasting.storage.workspace import Workspace
from forecasting.training import pipeline


def train(panel, settings, on_progress, *, where):
    on_progress(Progress("LSTM", 0, 2))
    task = os.environ.get("SPLIT_TASK")
    if task == "fail":
        raise InputError("The sales have no days.")
    if task == "wait":
        time.sleep(600)
    first = versions.load(Workspace.default(), 1)
    return again(first, panel=panel)


if __name__ == "__main__":
    pipeline.train = train
    sys.exit(split_training.main(Path(sys.argv[1]), int(sys.argv[2])))
