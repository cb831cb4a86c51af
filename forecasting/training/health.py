"""What stands behind each series: a table of a row a series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.core.panel import Panel
from forecasting.training import metrics, reasons
from forecasting.training.bands.quantiles import Errors
from forecasting.training.reasons import NO_SALES
from forecasting.training.weights import Weights

STOPPED_AFTER = 56
"""Days without a row after which a series counts as no longer sold."""


def stopped(panel: Panel) -> np.ndarray:
    """Which series had rows once but none in the last 56 days (8 weeks, 2 months), shape (n,) of bool."""
    seen = np.isfinite(panel.sales)
    recent = seen[:, -panel.period.steps(STOPPED_AFTER) :].any(axis=1)
    return np.any(seen, axis=1) & ~recent


@dataclass(frozen=True, eq=False)
class Served:
    """How n series are served.

    Args:
        model: What stands behind each; empty where nothing does.
        share: Shape (n, n_models), the models' shares.
        weights: What the backtest says for each model.
        unmodelled: Model name -> unique_id -> why that model has no forecast.
        followed: unique_id -> why a series has no model of its own yet, and what it follows instead.
        notes: unique_id -> what was changed in its sales before models learned from them.
    """

    model: Sequence[str]
    share: FloatArray
    weights: Weights
    unmodelled: Mapping[str, Mapping[str, str]]
    followed: Mapping[str, str]
    notes: Mapping[str, tuple[str, ...]]


def table(panel: Panel, served: Served, errors: Errors) -> pd.DataFrame:
    """One row a series: what serves it and why.

    Args:
        panel: Its sales.
        served: How its series are served.
        errors: Of the blend at past cutoffs.

    Returns:
        Columns `unique_id, model, reason, why, notes, days, first, last, wape` and the models' shares. `model` is `blend`, one model's name,
        `category_pattern`, `too_new` (near 0, for a person to check), `stopped` (forecast 0) or `none` (no sales yet, forecast 0); `reason` says
        why it is not the blend, `why` why the blend has these shares, `notes` what was changed in its sales before models learned from them;
        `wape` is NaN where not defined.
    """
    seen = np.isfinite(panel.sales)
    dates = panel.dates.to_numpy()
    any_row = seen.any(axis=1)
    first, last = seen.argmax(axis=1), seen.shape[1] - 1 - seen[:, ::-1].argmax(axis=1)
    model = [name or NO_SALES for name in served.model]
    days = zip(panel.unique_ids, model, pd.DatetimeIndex(dates[last]), strict=True)
    columns = {
        schema.UNIQUE_ID: panel.unique_ids,
        schema.MODEL: model,
        schema.REASON: [_reason(uid, name, day, served) for uid, name, day in days],
        schema.WHY: reasons.of_weights(served.weights, served.share, model, panel.period),
        schema.NOTES: [" ".join(served.notes.get(uid, ())) for uid in panel.unique_ids],
        "days": seen.sum(axis=1),
        "first": pd.DatetimeIndex(np.where(any_row, dates[first], np.datetime64("NaT"))),
        "last": pd.DatetimeIndex(np.where(any_row, dates[last], np.datetime64("NaT"))),
        "wape": metrics.wape(errors.y, errors.f, axis=(0, 2)),
    }
    shares = zip((*served.weights.names, schema.SEASONAL_NAIVE), served.share.T, strict=True)
    return pd.DataFrame(columns | {f"{name}_share": share for name, share in shares})


def _reason(uid: str, model: str, last: pd.Timestamp, served: Served) -> str:
    if model in (schema.CATEGORY_PATTERN, reasons.TOO_NEW):
        return served.followed[uid]
    return reasons.of_model(uid, model, last, served.unmodelled)
