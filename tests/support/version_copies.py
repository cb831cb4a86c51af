"""More versions of a saved shop, without training: copies of its first one in which something differs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pandas as pd
from repository import DATA

from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace
from forecasting.training.ensemble_files import BACKTEST_FILE, FORECAST_FILE

GIVEN = ("version", "published", "files")
"""Members of a manifest that a publish adds."""


def saved_shop(ws: Workspace) -> Workspace:
    """Puts the newest saved shop, of three products, into a workspace."""
    shutil.unpack_archive(DATA / "shop_4.zip", ws.home)
    return ws


def copied(ws: Workspace, *, factor: float = 1.0, by: str = "local", **facts: Any) -> int:
    """Publishes a copy of version 1; its number.

    Args:
        ws: Where.
        factor: By which its blend is multiplied, in the past and ahead.
        by: Who asked for it.
        facts: Members of its manifest that differ.
    """
    store = Versions(ws.versions)
    source, base = store.folder(1), store.manifest(1)

    def write(folder: Path) -> dict[str, Any]:
        for name in base["files"]:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, folder / name)
        for name in (FORECAST_FILE, BACKTEST_FILE):
            table = pd.read_parquet(folder / name)
            table = table.assign(**{column: table[column] * factor for column in ("blend", "expected") if column in table})
            table.to_parquet(folder / name, index=False)
        return {**{name: value for name, value in base.items() if name not in GIVEN}, **facts}

    return store.publish(write, by)
