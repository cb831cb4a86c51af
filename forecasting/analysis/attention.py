"""The series that need a person, each with its reasons in numbers, and what to do about them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from forecasting.analysis.accuracy import Accuracy
from forecasting.analysis.error_sums import ErrorSums
from forecasting.core import formatting, numerals, schema
from forecasting.core.arrays import FloatArray, at_rows, mean_where, nanmean, share, t_quantile
from forecasting.training.reasons import NO_SALES, STOPPED, TOO_NEW

PROBLEM, UNITS, ADVICE = "problem", "units", "advice"
FEWEST_CUTOFFS = 3
"""A fault that shows at fewer may be chance."""
FEWEST_DAYS = 28
LEANING = 0.10
"""Bias, as a share of sales, from which a forecast leans."""
WORSE = 0.05
"""How much more than the naive forecast the blend misses where it is worse."""
TOO_SURE = 0.60
"""Share of days inside the 80 % band below which it promises too much."""
OFF = 1.75
"""Times the usual error of series that sell as much."""
_SIMPLER = "Simpler model"
_WITHOUT_SALES = {name: formatting.WITHOUT_MODEL[name] for name in (TOO_NEW, STOPPED, NO_SALES)}


class Fault(NamedTuple):
    """What is wrong with some of r series.

    Args:
        problem: In a word or two.
        affected: Which series have it, shape (r,) of bool.
        units: What it costs each, in units a day, shape (r,), at least 0.
        advice: What it says of the series at a position: what was seen, in numbers, and what to do.
    """

    problem: str
    affected: np.ndarray
    units: FloatArray
    advice: Callable[[int], str]


def attention(affected: Accuracy) -> pd.DataFrame:
    """The series that need a person, by the units that their worst fault costs, worst first.

    Returns:
        `unique_id`, the key and category columns that exist, `problem` (of the worst fault), `units` (a day that it costs) and `advice` (a
        sentence or two for each fault, the worst first). A series without a fault has no row.
    """
    rows = affected.rows
    faults = [*_of_errors(affected), *_of_series(affected)]
    costs = np.array([np.where(fault.affected, np.nan_to_num(fault.units), -1.0) for fault in faults])
    order = np.argsort(-costs, axis=0, kind="stable")
    worst = costs.max(axis=0)
    picked = [row for row in np.lexsort((order[0], -worst)).tolist() if worst[row] >= 0]
    advice = [" ".join(faults[position].advice(row) for position in order[:, row] if costs[position, row] >= 0) for row in picked]
    columns = {PROBLEM: [faults[order[0, row]].problem for row in picked], UNITS: worst[picked], ADVICE: advice}
    return affected.judged.ensemble.panel.series.iloc[rows[picked]].reset_index(drop=True).assign(**columns)


def _of_errors(accuracy: Accuracy) -> list[Fault]:
    """What the backtest says."""
    if schema.BLEND not in accuracy.tallies:
        return []
    return [*_leaning(accuracy), _worse_than_naive(accuracy), *_unlike_promised(accuracy)]


def _rate(accuracy: Accuracy) -> Callable[[float], str]:
    """How units a step are written: "3.2 a day"."""
    return partial(formatting.rate, period=accuracy.judged.ensemble.panel.period.name)


def _leaning(accuracy: Accuracy) -> list[Fault]:
    """Forecasts that are on one side of the sales."""
    by_cutoff, rate = accuracy.tallies[schema.BLEND], _rate(accuracy)
    blend, cutoffs = by_cutoff.added(0), (by_cutoff.days > 0).sum(axis=0)
    lean, bias = share(blend.over, blend.days), blend.measures()["bias"]
    leans = _leans(by_cutoff) & (np.abs(bias) >= LEANING)

    def said(row: int) -> str:
        return f"at each of {cutoffs[row]} cutoffs, by {formatting.percent(abs(bias[row]))} of its sales ({rate(abs(lean[row]))})."

    return [
        Fault("Too low", leans & (bias < 0), -lean, lambda row: f"Forecasts were too low {said(row)} {_MORE}"),
        Fault("Too high", leans & (bias > 0), lean, lambda row: f"Forecasts were too high {said(row)} {_LESS}"),
    ]


def _worse_than_naive(accuracy: Accuracy) -> Fault:
    """Forecasts that the last sales beat."""
    by_cutoff, naive, rate = accuracy.tallies[schema.BLEND], accuracy.tallies[schema.SEASONAL_NAIVE], _rate(accuracy)
    blend, repeated = by_cutoff.added(0), naive.added(0)
    missed, without = share(blend.missed, blend.days), share(repeated.missed, repeated.days)

    def said(row: int) -> str:
        return (
            f"Repeating the last sales would have missed {rate(without[row])} instead of {formatting.headline(missed[row])}."
            " A longer history, prices or promotions in the file would help."
        )

    return Fault("Worse than naive", _worse(by_cutoff, naive), share(blend.missed - repeated.missed, blend.days), said)


def _unlike_promised(accuracy: Accuracy) -> list[Fault]:
    """Forecasts that miss more than those of series that sell as much, or than their own bands say."""
    blend, rate = accuracy.tallies[schema.BLEND].added(0), _rate(accuracy)
    missed, inside = share(blend.missed, blend.days), blend.measures()["coverage_80"]
    usual, enough = _usual(accuracy, missed), blend.band_days >= FEWEST_DAYS

    def off(row: int) -> str:
        return (
            f"Forecasts miss {rate(missed[row])}, {numerals.write(missed[row] / usual[row], 1)} times as much as for series that sell as much."
            " Look for empty shelves, bulk orders or promotions that the file does not name."
        )

    def sure(row: int) -> str:
        share_inside = formatting.percent(inside[row], 0)
        return f"Only {share_inside} of its days fell inside the 80{formatting.NBSP}% band. Keep more safety stock than the band says."

    return [
        Fault("Often off", enough & (missed >= OFF * usual), missed - usual, off),
        Fault("Too sure", enough & (inside < TOO_SURE), _beyond(accuracy), sure),
    ]


_MORE = "Keep more than the forecast says, and look for what has changed: a price, a promotion, a new customer."
_LESS = "Keep less than the forecast says; if its shelf was empty at times, leave those days out of the file."


def _leans(by_cutoff: ErrorSums) -> np.ndarray:
    """Whose errors are on one side at every cutoff, and beyond noise, shape (r,): a t test over cutoffs, 5 % of both sides together."""
    mean = share(by_cutoff.over, by_cutoff.days)
    seen = np.isfinite(mean)
    count = seen.sum(axis=0)
    middle = nanmean(mean, axis=0)
    spread = np.sqrt((np.where(seen, mean - middle, 0.0) ** 2).sum(axis=0) / np.maximum(count - 1, 1) / np.maximum(count, 1))
    bound = t_quantile(0.975, np.maximum(count - 1, 1))
    return (count >= FEWEST_CUTOFFS) & (np.abs(np.sign(np.nan_to_num(mean)).sum(axis=0)) == count) & (np.abs(middle) > bound * spread)


def _worse(blend: ErrorSums, naive: ErrorSums) -> np.ndarray:
    """Whom the naive forecast beats at every cutoff, and by more than a little, shape (r,)."""
    count = (blend.days > 0).sum(axis=0)
    always = ((blend.missed > naive.missed) | (blend.days == 0)).all(axis=0)
    return always & (count >= FEWEST_CUTOFFS) & (blend.missed.sum(axis=0) > (1 + WORSE) * naive.missed.sum(axis=0))


def _usual(accuracy: Accuracy, missed: FloatArray) -> FloatArray:
    """Units a day by which forecasts of series that sell as much are off, shape (r,)."""
    own = accuracy.judged.own
    return missed / own[accuracy.rows] if own is not None else np.full(len(accuracy.rows), np.nan)


def _beyond(accuracy: Accuracy) -> FloatArray:
    """Units a day that were sold beyond the 80 % band, or fell short of it, shape (r,)."""
    judged, rows = accuracy.judged, accuracy.rows
    y, lower, upper = (at_rows(values, rows) for values in (judged.ensemble.past.y, judged.limit(schema.BANDS[0]), judged.limit(schema.BANDS[1])))
    known = np.isfinite(y) & np.isfinite(lower) & np.isfinite(upper)
    return mean_where(np.maximum(lower - y, 0.0) + np.maximum(y - upper, 0.0), known, axis=(0, 2))


def _of_series(accuracy: Accuracy) -> list[Fault]:
    """What is known of the series themselves: no full model, no sales any more, odd days in the past."""
    health = accuracy.judged.ensemble.health.iloc[accuracy.rows]
    model, reason = health[schema.MODEL].tolist(), health[schema.REASON].tolist()
    notes = [note if isinstance(note, str) else " ".join(note) for note in health.get("notes", [""] * len(health))]
    excess = _excess(accuracy)
    none = np.zeros(len(model))
    problems = np.array([_WITHOUT_SALES.get(name, "" if name == schema.BLEND else _SIMPLER) for name in model])
    return [
        Fault(_SIMPLER, problems == _SIMPLER, excess, lambda row: reason[row]),
        Fault("Odd sales", np.array([bool(note) for note in notes]), excess, lambda row: notes[row]),
        *(Fault(problem, problems == problem, none, lambda row: reason[row]) for problem in _WITHOUT_SALES.values()),
    ]


def _excess(accuracy: Accuracy) -> FloatArray:
    """Units a day missed beyond what is usual, shape (r,); 0 where not known."""
    if schema.BLEND not in accuracy.tallies:
        return np.zeros(len(accuracy.rows))
    blend = accuracy.tallies[schema.BLEND].added(0)
    missed = share(blend.missed, blend.days)
    return np.nan_to_num(np.maximum(missed - _usual(accuracy, missed), 0.0))
