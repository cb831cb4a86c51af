"""One retrain: from the sales as they are to a published version."""

from __future__ import annotations

import importlib.metadata
import logging
import resource
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from forecasting.analysis import backtest_bands, version_comparison
from forecasting.analysis.champion import recipe
from forecasting.core import engine_choice, formatting, panel, schema
from forecasting.core.progress import OnProgress, Progress
from forecasting.core.release import __version__
from forecasting.core.settings import Settings
from forecasting.core.shop_settings import GoLive
from forecasting.core.stages import PUBLISH
from forecasting.intake.row_checks import MAX_SOLD_AHEAD
from forecasting.jobs.estimate import Stopwatch
from forecasting.models import registry
from forecasting.services import gate, past_checks, product_changes, published_answers, published_forecasts, retention
from forecasting.storage.product_links import ProductLinks
from forecasting.storage.sales.table import Dataset
from forecasting.storage.versions import gate_facts, panel_file, sales_snapshot
from forecasting.storage.versions.moves import LOCAL
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace
from forecasting.training import ensemble, ensemble_files, pipeline, planned, thinning
from forecasting.training.ensemble import Ensemble

logger = logging.getLogger("shelfcast")
LIBRARIES = ("numpy", "pandas", "scikit-learn")
"""Whose versions a manifest tells, besides those of the models."""


def run(ws: Workspace, request: Mapping[str, Any], on_progress: OnProgress) -> dict[str, Any]:
    """Trains on the sales as they are and publishes; what the manifest says, with `held`, `state` and `reason`. Runs in the job's process.

    Args:
        ws: Where.
        request: `settings`; `by`, who wants it; `go_live`, when it goes live, in place of the shop's own rule; `challenger`, for one of the shadow.
        on_progress: Told of every step.
    """
    chosen = Settings.from_dict(request["settings"])
    registry.prepare(chosen)
    dataset = Dataset(ws)
    version = dataset.version
    said = ProductLinks(ws).load()
    sales = sold_so_far(dataset.read(version), datetime.now(UTC).date())
    watch = Stopwatch(on_progress)
    whole, where = panel.from_sales(product_changes.applied(sales, said)), request.get(engine_choice.REQUEST, "")
    trained = planned.with_planned(pipeline.train(whole, chosen, watch, where=where), said.launches)
    watch(Progress(PUBLISH, 0, 1))
    facts = {
        "trained": datetime.now(UTC).isoformat(timespec="seconds"),
        "sales_version": version,
        "rows": len(sales),
        "settings": chosen.to_dict(),
        **product_changes.facts(said),
        "durations": {stage: round(seconds, 2) for stage, seconds in watch.seconds.items()},
        "peak_memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024),
        "libraries": _libraries(),
        recipe.CODE: __version__,
        "trigger": {"kind": request.get("trigger", "person"), "by": request.get("by", LOCAL)},
    }
    rule: GoLive = request.get("go_live") or gate.chosen_rule(ws)

    def write(folder: Path) -> dict[str, Any]:
        decided = gate.examine(ws, trained, facts, rule, challenger=bool(request.get("challenger")))
        published_answers.write(trained, folder, past_checks.terms(ws, trained))
        written = {**_write(folder, trained, sales), gate_facts.GATE: decided.facts()}
        watch(Progress(PUBLISH, 1, 1))  # whoever cancels from here on comes too late
        return {**facts, **written}

    number = Versions(ws.versions).publish(write, request.get("by", LOCAL))
    published_forecasts.keep(ws, number, trained)
    retention.tidy(ws)
    return gate_facts.answer(Versions(ws.versions).manifest(number))


def sold_so_far(sales: pd.DataFrame, today: date) -> pd.DataFrame:
    """The sales, unknown on days after tomorrow: a table from before such rows were problems of an upload may hold a mistyped year.

    Where all days lie ahead it is the clock that is wrong, and nothing changes.
    """
    ahead = (sales[schema.DATE] > pd.Timestamp(today + MAX_SOLD_AHEAD)) & sales[schema.SALES].notna()
    if not ahead.any() or sales.loc[~ahead, schema.SALES].isna().all():
        return sales
    rows, first = formatting.count(int(ahead.sum()), "saved row"), sales.loc[ahead, schema.DATE].min()
    logger.warning(f"{rows} with sales after tomorrow, the first on {first:%Y-%m-%d}: nothing is learned from them.")
    return sales.assign(**{schema.SALES: sales[schema.SALES].where(~ahead, np.nan)})


def _write(folder: Path, trained: Ensemble, sales: pd.DataFrame) -> dict[str, Any]:
    sales_snapshot.write(sales, folder)
    panel_file.write(trained.panel, folder)
    ensemble_files.save(trained, folder)
    backtest_bands.save(backtest_bands.bands_of_past(trained), folder)
    model = trained.health[schema.MODEL]
    return {
        "sales_to": f"{trained.panel.last:%Y-%m-%d}",
        "period": trained.panel.period.name,
        "series": len(trained.panel),
        version_comparison.SERIES_DIGEST: version_comparison.series_digest(trained.panel.unique_ids),
        "simpler": int((model != schema.BLEND).sum()),
        "cutoffs": [f"{day:%Y-%m-%d}" for day in trained.past.cutoffs],
        "judged_days": trained.past.horizon,
        "left_out": thinning.facts(trained.past.left_out),
        "reconciled": None if trained.reconciled is None else trained.reconciled.facts(),
        "trained_with": {name: model.trained_with_ for name, model in trained.models.items() if model.trained_with_ is not None},
        "metrics": ensemble.summary(trained),
    }


def _libraries() -> dict[str, str]:
    installed = {}
    for name in (*(library for model in registry.registered() for library in model.libraries), *LIBRARIES):
        try:
            installed[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return installed
