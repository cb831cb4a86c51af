"""A worker whose training is a copy of the live version, so that retrains cost a second: `python tests/support/copying_worker.py JOB_DIR LOCK`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from forecasting.core.progress import Progress
from forecasting.core.stages import PUBLISH
from forecasting.jobs import worker
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace

GIVEN = ("version", "published", "files")
"""Members of a manifest that a publish adds."""


def copy(request, on_progress):
    """Publishes the live version once more."""
    store = Versions(Workspace.default().versions)
    live = store.live()
    facts = store.manifest(live)
    on_progress(Progress(PUBLISH, 0, 1))

    def write(folder):
        for name in facts["files"]:
            shutil.copyfile(store.folder(live) / name, folder / name)
        on_progress(Progress(PUBLISH, 1, 1))
        return {name: value for name, value in facts.items() if name not in GIVEN}

    return {"version": store.publish(write, request["by"])}


if __name__ == "__main__":
    worker.main(Path(sys.argv[1]), int(sys.argv[2]), copy)
