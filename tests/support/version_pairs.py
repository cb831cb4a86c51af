"""Versions that differ in chosen ways, made from one that was trained, without training: for the tests of why a forecast changed."""

from __future__ import annotations

import copy
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.models.prophet.model import ProphetModel
from forecasting.services import published_answers, versions
from forecasting.storage.versions import manifest, panel_file, sales_snapshot
from forecasting.storage.versions.store import Versions
from forecasting.training import blend, ensemble_files, plausibility


def again(ensemble, *, without_last=0, models=None, panel=None, share=None, scaling=None):
    """A version as a retrain without a backtest would publish it: its models say what they say of its sales, by its shares.

    Args:
        ensemble: Whose models, sales and shares it has unless others are given.
        without_last: Days of sales that it does not know yet.
        models: Its models, by name.
        panel: Its sales.
        share: Shape (n, n_models).
        scaling: By what each series and day is scaled to totals, shape (n, h).
    """
    panel, models = panel or ensemble.panel, models or ensemble.models
    share = ensemble.share if share is None else share
    if without_last:
        keep = len(panel.dates) - without_last
        panel = replace(panel, dates=panel.dates[:keep], sales=panel.sales[:, :keep])
    whole = replace(ensemble, panel=panel, models=models, health=with_shares(ensemble, share))
    yhat = {name: plausibility.cap(model.forecasts(whole.cleaned, whole.horizon).line, whole.cleaned)[0] for name, model in models.items()}
    line = np.nan_to_num(blend.combine([yhat[name] for name in whole.names], share))
    follows = ~(share.sum(axis=1) > 0)
    line[follows] = ensemble.line[follows]
    return replace(whole, yhat={**yhat, schema.BLEND: line if scaling is None else line * scaling})


def with_shares(ensemble, share):
    """The table of health with other shares."""
    columns = {f"{name}_share": share[:, column] for column, name in enumerate(ensemble.names)}
    return ensemble.health.assign(**columns)


def with_trend(ensemble, factor):
    """The models, Prophet's with higher trends."""
    model = copy.copy(ensemble.models[ProphetModel.name])
    of = model.curves_.of
    model.curves_ = replace(model.curves_, of=replace(of, level=of.level * factor))
    return {**ensemble.models, ProphetModel.name: model}


def with_network(ensemble, factor):
    """The models, the network's weights multiplied."""
    model = copy.copy(ensemble.models["lstm"])
    model.weights_ = {name: (values * factor).astype(values.dtype) for name, values in model.weights_.items()}
    return {**ensemble.models, "lstm": model}


def with_promotions(ensemble, *, days):
    """The sales with a promotion of all series planned on the first days ahead, and none on the others."""
    past, d = ensemble.panel.drivers[schema.PROMO], len(ensemble.panel.dates)
    ahead = np.zeros((len(past), ensemble.horizon))
    ahead[:, :days] = 1.0
    return replace(ensemble.panel, drivers={**ensemble.panel.drivers, schema.PROMO: np.hstack([past[:, :d], ahead])})


def publish_again(ws, ensemble, sales=None):
    """Publishes a version beside the first one of a workspace, which says the same of itself; its number. `sales` are what it learned, if others."""

    def write(folder):
        shutil.copytree(ws.versions / "0001", folder, dirs_exist_ok=True)
        for name in (manifest.NAME, *published_answers.NAMES):  # those are of the first one
            (folder / name).unlink(missing_ok=True)
        ensemble_files.save(ensemble, folder)
        panel_file.write(ensemble.panel, folder)
        if sales is not None:
            sales_snapshot.write(sales, folder)
        return {name: value for name, value in versions.manifest(ws, 1).items() if name not in (manifest.FILES, "version", "published")}

    return Versions(ws.versions).publish(write)


def corrected_sales(ws, *, units):
    """The sales of the first version with two further days, each as a week before, and with the first row of the last week corrected by units."""
    versions_ = Versions(ws.versions)
    sales = sales_snapshot.read(ws, versions_.path(1), versions_.manifest(1))
    last = sales.loc[sales[schema.SALES].notna(), schema.DATE].max()
    days = sales[sales[schema.DATE].isin([last - np.timedelta64(day, "D") for day in (5, 6)])]
    further = days.assign(**{schema.DATE: days[schema.DATE] + np.timedelta64(7, "D")})
    changed = sales[schema.SALES].where(sales.index != sales.index[sales[schema.DATE] == last][0], sales[schema.SALES] + units)
    return pd.concat([sales.assign(**{schema.SALES: changed})[sales[schema.DATE] <= last], further], ignore_index=True)
