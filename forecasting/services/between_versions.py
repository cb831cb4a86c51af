"""An ensemble between two versions: trained on some of what changed from one to the other, and never served."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from forecasting.analysis.change_explanation import names, sales_between
from forecasting.core import engine_choice, panel
from forecasting.core.progress import OnProgress
from forecasting.core.settings import Settings
from forecasting.models import registry
from forecasting.services import product_changes
from forecasting.storage.versions import manifest, sales_snapshot
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace
from forecasting.training import ensemble_files, pipeline, planned
from forecasting.training.ensemble import Ensemble


def folder_of(training: str) -> str:
    """The folder of a training in that of its job.

    Example:
        >>> folder_of("new sales")
        'new-sales'
    """
    return training.replace(" ", "-")


def train(ws: Workspace, folder: Path, request: Mapping[str, Any], training: str, on_progress: OnProgress) -> None:
    """Trains by the recipe of the version before and writes the ensemble, with the sales that it learned from and a manifest.

    Args:
        ws: Where.
        folder: Its folder, made here.
        request: `before` and `after`, the versions.
        training: `new sales`, of the old sales with the new days, or `settings`, of all sales with the old settings.
        on_progress: Told of each step.
    """
    before, after = request["before"], request["after"]
    facts = _facts(ws, before)
    settings = Settings.from_dict(facts["settings"])
    registry.prepare(settings)
    sales = _sales(ws, before)
    if training == names.NEW_SALES:
        sales = sales_between.with_new_days(sales, _sales(ws, after))
        said = product_changes.learned(facts)
    else:
        sales, said = _sales(ws, after), product_changes.learned(_facts(ws, after))
    whole = panel.from_sales(product_changes.applied(sales, said))
    trained = planned.with_planned(pipeline.train(whole, settings, on_progress, where=engine_choice.chosen(None)), said.launches)
    folder.mkdir()
    sales_snapshot.write(sales, folder)
    ensemble_files.save(trained, folder)
    manifest.write(folder, {**product_changes.facts(said), "country": settings.prophet.country, manifest.FILES: manifest.seal(folder)})


def load(ws: Workspace, folder: Path, number: int) -> Ensemble:
    """The ensemble that `train` wrote as part of a job; raises VersionDamaged or VersionUnavailable where its files are not whole."""
    facts = manifest.verify(folder, number)
    with manifest.readable(folder, number, "."):
        sales = product_changes.applied(sales_snapshot.read(ws, folder, facts), product_changes.learned(facts))
        return ensemble_files.load(folder, panel.from_sales(sales), country=facts["country"])


def _facts(ws: Workspace, number: int) -> dict[str, Any]:
    return Versions(ws.versions).manifest(number)


def _sales(ws: Workspace, number: int) -> pd.DataFrame:
    store = Versions(ws.versions)
    with store.there(number) as folder:
        return sales_snapshot.read(ws, folder, store.manifest(number))
