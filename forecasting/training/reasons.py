"""Why a series is served as it is, in words a person can act on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from forecasting.core import formatting, schema
from forecasting.core.arrays import FloatArray
from forecasting.core.period import DAY, MONTH, WEEK, Period
from forecasting.models import registry
from forecasting.training.pair_weights import FEWEST_CUTOFFS
from forecasting.training.weights import Weights

STOPPED = "stopped"
NO_SALES = "none"
TOO_NEW = "too_new"
"""Sold on a day or two and then no more: for a person to check."""
_NAIVE = {DAY: "last week's sales", WEEK: "last year's sales", MONTH: "last year's sales"}
"""What the seasonal naive forecast repeats."""
_ALIKE = 0.05
"""Weights that differ by less are called the same."""


def of_weights(weights: Weights, share: FloatArray, models: Sequence[str], period: Period = DAY) -> list[str]:
    """One sentence a series: why its shares (n, n_models) are what they are; empty where no blend stands behind it."""
    return [_weight(weights, row, share[row], period) if name == schema.BLEND else "" for row, name in enumerate(models)]


def _weight(weights: Weights, row: int, share: FloatArray, period: Period) -> str:
    count, labels = int(weights.cutoffs[row]), [registry.within(name) for name in weights.names]
    held = share[:-1] / max(share[:-1].sum(), 1e-12)
    text = ", ".join(f"{formatting.percent(float(part), 0)} {label}" for part, label in zip(held, labels, strict=True))
    errors = _errors(weights.errors[:, row], labels, period)
    if share[-1] > 0:
        return f"Half repeats {_NAIVE[period]}, which were closer than the models in nearly all of {count} past forecasts{errors}."
    if count < FEWEST_CUTOFFS:
        return f"{text}, as set: there are fewer than {FEWEST_CUTOFFS} past forecasts to learn from."
    if (held == 1).any():
        off = formatting.listing([label for part, label in zip(held, labels, strict=True) if part == 0])
        return f"{text}: {off} {'was' if len(labels) == 2 else 'were'} far off in all of {count} past forecasts{errors}."
    record = _record(weights.wins[row], labels, held, count) + errors
    if (np.abs(held - weights.whole) >= _ALIKE).any():
        return f"{text}: {record}."
    if (np.abs(weights.whole - weights.chosen) >= _ALIKE).any():
        return f"{text}, which was best for all sales together. Here {record}."
    return f"{text}, as set. Past forecasts do not contradict it. {record[:1].upper()}{record[1:]}."


def _record(wins: np.ndarray, labels: Sequence[str], held: FloatArray, count: int) -> str:
    """How often the first of two models was closer, or that of several with the largest share was the closest."""
    two = len(held) == 2
    model = 0 if two else int(np.argmax(held))
    was = "was" if labels[model][:1].isupper() else "were"  # what is no name is a plural: trees
    return f"{labels[model]} {was} {'closer' if two else 'closest'} in {int(wins[model])} of {count} past forecasts"


def _errors(errors: FloatArray, labels: Sequence[str], period: Period) -> str:
    if not np.isfinite(errors).all():
        return ""
    names = [*labels, _NAIVE[period]]
    missed = ", ".join(f"{name} {formatting.headline(float(error))}" for name, error in zip(names, errors, strict=True))
    return f" (mean miss: {missed} a {period.name})"


def of_model(uid: str, model: str, last: pd.Timestamp, unmodelled: Mapping[str, Mapping[str, str]]) -> str:
    """Why one series has a simpler model than the blend; empty for the blend.

    Args:
        uid: The series.
        model: What serves it.
        last: Its last day with a row.
        unmodelled: Model name -> unique_id -> why that model has no forecast.
    """
    if model == schema.BLEND:
        return ""
    if model == STOPPED:
        return f"No rows since {formatting.date(last)}. The forecast is 0 until new sales are uploaded."
    if model == NO_SALES:
        return "No sales yet. The forecast is 0 until the first ones are uploaded."
    missing = [reasons[uid] for name, reasons in unmodelled.items() if name != model and uid in reasons]
    return " ".join(dict.fromkeys(missing))
