"""What stands behind each series, and why, in words a person can act on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from forecasting import blend, metrics, schema
from forecasting.bands import Errors
from forecasting.panel import FloatArray, Panel

STOPPED_AFTER = 56
"""Days without a row after which a series counts as no longer sold."""
STOPPED = "stopped"
NO_SALES = "none"


def stopped(panel: Panel) -> np.ndarray:
    """Which series had rows once but none in the last 56 days, shape (n,) of bool."""
    seen = np.isfinite(panel.sales)
    recent = seen[:, -STOPPED_AFTER:].any(axis=1)
    return np.asarray(seen.any(axis=1) & ~recent)


def table(panel: Panel, unmodelled: Mapping[str, Mapping[str, str]], share: FloatArray, errors: Errors) -> pd.DataFrame:
    """One row a series: what serves it and why.

    Args:
        panel: Its sales.
        unmodelled: Model name -> unique_id -> why that model has no forecast.
        share: Shape (n, 3), the models' shares.
        errors: Of the blend at past cutoffs.

    Returns:
        Columns `unique_id, model, reason, days, first, last, wape` and the models' shares. `model` is `blend`, one model's name,
        `stopped` (forecast 0) or `none` (no sales yet, forecast 0); `reason` is empty for the blend; `wape` is NaN where not defined.
    """
    seen = np.isfinite(panel.sales)
    dates = panel.dates.to_numpy()
    any_row = seen.any(axis=1)
    first, last = seen.argmax(axis=1), seen.shape[1] - 1 - seen[:, ::-1].argmax(axis=1)
    ended = stopped(panel)
    model = [STOPPED if end else name or NO_SALES for name, end in zip(blend.behind(share), ended, strict=True)]
    last_days = pd.DatetimeIndex(dates[last])
    reasons = [_reason(uid, name, day, unmodelled) for uid, name, day in zip(panel.unique_ids, model, last_days, strict=True)]
    columns = {
        schema.UNIQUE_ID: panel.unique_ids,
        schema.MODEL: model,
        schema.REASON: reasons,
        "days": seen.sum(axis=1),
        "first": pd.DatetimeIndex(np.where(any_row, dates[first], np.datetime64("NaT"))),
        "last": pd.DatetimeIndex(np.where(any_row, dates[last], np.datetime64("NaT"))),
        "wape": metrics.wape(errors.y, errors.f, axis=(0, 2)),
    }
    return pd.DataFrame(columns | {f"{name}_share": share[:, column] for column, name in enumerate(schema.MODELS)})


def _reason(uid: str, model: str, last: pd.Timestamp, unmodelled: Mapping[str, Mapping[str, str]]) -> str:
    if model == schema.BLEND:
        return ""
    if model == STOPPED:
        return f"No rows since {last:%Y-%m-%d}; the forecast is 0 until new sales are uploaded."
    if model == NO_SALES:
        return "No sales yet; the forecast is 0 until the first ones are uploaded."
    missing = [reasons[uid] for name, reasons in unmodelled.items() if name != model and uid in reasons]
    return " ".join(dict.fromkeys(missing))
