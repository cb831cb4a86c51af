"""Workspaces as earlier releases saved them."""

from __future__ import annotations

import shutil

from repository import DATA

from forecasting.storage.workspace import Workspace


def unpacked(name, tmp_path):
    shutil.unpack_archive(DATA / f"{name}.zip", tmp_path / "shop")
    return Workspace(tmp_path / "shop")


def log(ws):
    return ws.sales / "_delta_log" / f"{1:020}.json"
