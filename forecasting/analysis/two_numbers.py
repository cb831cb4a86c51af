"""The line of a forecast and what is expected, where they differ, and why, in a sentence."""

from __future__ import annotations

from typing import Final

import numpy as np

from forecasting.core import formatting, numerals
from forecasting.core.arrays import FloatArray
from forecasting.training.ensemble import Ensemble

NOTICED: Final = 0.02
"""Difference of both, as a share of the larger, from which a person is told."""
SOME: Final = {"day": (7, "a week sells"), "week": (4, "four weeks sell"), "month": (3, "three months sell")}
"""Steps of which the sum is told, and how it begins, by the period's name."""
RARE: Final = 0.1
"""Share of days with sales below which they are counted out of a hundred, not of ten."""


def apart(ensemble: Ensemble, rows: np.ndarray, steps: int) -> np.ndarray:
    """Of which of the series at `rows` the sums of both over the next `steps` steps differ so much that a person is told, shape (r,) of bool."""
    line, expected = _sums(ensemble.line[rows, :steps]), _sums(ensemble.expected[rows, :steps])
    return np.asarray(np.abs(expected - line) > NOTICED * np.maximum(expected, line))


def in_words(ensemble: Ensemble, rows: np.ndarray, steps: int) -> str:
    """Why the line of the series at `rows` and what is expected of them differ; empty where they do not.

    Args:
        ensemble: What is shown.
        rows: Positions of the series.
        steps: Days (weeks, months) ahead.
    """
    differ = apart(ensemble, rows, steps)
    if not differ.any():
        return ""
    if len(rows) == 1:
        return _of_one(ensemble, int(rows[0]), steps)
    sell = "sells" if differ.sum() == 1 else "sell"
    some = f"{numerals.write(differ.sum())} of {numerals.write(len(rows))} series {sell} unevenly"
    return f"{some}: totals add up their means, the models' lines lie close to their medians."


def sold_share(sales: FloatArray) -> float:
    """The share of days with sales among those of which sales are known; NaN where none are."""
    known = sales[np.isfinite(sales)]
    return float((known > 0).mean()) if len(known) else float("nan")


def _of_one(ensemble: Ensemble, row: int, steps: int) -> str:
    """ "Sold on 3 of 10 days: most single days sell nothing, a week sells 2.6."."""
    period = ensemble.panel.period
    share = sold_share(ensemble.panel.sales[row, -period.year :])
    length, begins = SOME[period.name]
    units = formatting.headline(length * float(np.nan_to_num(ensemble.expected[row, :steps]).mean()))
    if not share <= 0.5:
        return f"Single {period.plural} differ much: each is drawn at its median, {begins} {units}."
    whole = 10 if share >= RARE else 100
    often = f"Sold {'on' if period.name == 'day' else 'in'} {max(round(whole * share), 1)} of {whole} {period.plural}"
    return f"{often}: most single {period.plural} sell nothing, {begins} {units}."


def _sums(units: FloatArray) -> FloatArray:
    return np.nan_to_num(units).sum(axis=1)
