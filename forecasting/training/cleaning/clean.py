"""The sales that models learn from: without outliers, stockouts and old levels, with a note for each change; saved sales do not change."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from forecasting.core import formatting
from forecasting.core.arrays import FloatArray
from forecasting.core.panel import Panel
from forecasting.training.cleaning import level_shifts, outliers, stockouts
from forecasting.training.cleaning.level_shifts import LevelShift
from forecasting.training.cleaning.outliers import Outlier
from forecasting.training.cleaning.stockouts import Stockout

_ROUNDS = 3
"""Rounds of cleaning at most: removing a break can reveal an outlier, and the other way round."""


@dataclass(frozen=True, eq=False)
class Cleaned:
    """A panel to learn from.

    Args:
        panel: The series and days of the original, with other sales where `notes` say so.
        notes: unique_id -> a note of one or two sentences for each change, by day; only series that were changed.
    """

    panel: Panel
    notes: dict[str, tuple[str, ...]]


def clean(panel: Panel) -> Cleaned:
    """The panel with outliers replaced by usual days, long shortages by gaps, and days before a break scaled to the new level.

    Only the panel is read, so sales up to a cutoff are cleaned by what is known there. Calm series do not change.
    """
    notes: list[tuple[int, int, str]] = []
    cleaned = panel
    for _ in range(_ROUNDS):
        before = len(notes)
        for treat in (_orders, _runs, _levels):
            sales, new_notes = treat(cleaned, panel.sales)
            cleaned = replace(cleaned, sales=sales) if new_notes else cleaned
            notes += new_notes
        if len(notes) == before:
            break
    return Cleaned(cleaned, _by_series(panel, notes))


def _by_series(panel: Panel, notes: list[tuple[int, int, str]]) -> dict[str, tuple[str, ...]]:
    texts: dict[str, tuple[str, ...]] = {}
    for row, _, text in sorted(notes):
        name = panel.unique_ids[row]
        texts[name] = (*texts.get(name, ()), text)
    return texts


_Notes = list[tuple[int, int, str]]
"""Row, column and text of each note."""


def _orders(panel: Panel, as_sold: FloatArray) -> tuple[FloatArray, _Notes]:
    """Sales in which every outlier is a usual day, and a note for each."""
    sales, notes = panel.sales.copy(), []
    for outlier in outliers.find_outliers(panel):
        sales[outlier.row, outlier.column] = outlier.usual
        scale = as_sold[outlier.row, outlier.column] / outlier.sold
        notes.append((outlier.row, outlier.column, _order_text(panel, outlier, scale)))
    return sales, notes


def _order_text(panel: Panel, each: Outlier, scale: float) -> str:
    day = formatting.date(panel.dates[each.column])
    return (
        f"{_amount(each.sold * scale)} sold on {day} counts as {_amount(each.usual * scale)}: {_amount(each.sold / each.usual)} times a usual"
        " day, and no other day comes near it. If it will come back, mark such days as promotions (promo = 1);"
        " if it is a mistake, upload the right number."
    )


def _runs(panel: Panel, as_sold: FloatArray) -> tuple[FloatArray, _Notes]:  # noqa: ARG001 - treatments share one signature
    """Sales in which shortages are gaps, and a note for each."""
    sales, notes = panel.sales.copy(), []
    for shortage in stockouts.find_stockouts(panel):
        sales[shortage.row, shortage.start : shortage.stop] = np.nan
        notes.append((shortage.row, shortage.start, _run_text(panel, shortage)))
    return sales, notes


def _run_text(panel: Panel, each: Stockout) -> str:
    first, last = panel.dates[each.start], panel.dates[each.stop - 1]
    return (
        f"Nothing sold from {formatting.date(first)} to {formatting.date(last)}, though it sells on {formatting.percent(each.often, 0)} of the"
        f" {panel.period.plural} before and after: counts as out of stock, not as no demand."
    )


def _levels(panel: Panel, as_sold: FloatArray) -> tuple[FloatArray, _Notes]:  # noqa: ARG001
    """Sales in which days before a break have its new level, and a note for each."""
    sales, notes = panel.sales.copy(), []
    for shift in level_shifts.find_level_shifts(panel):
        sales[shift.row, : shift.start] *= shift.factor
        notes.append((shift.row, shift.start, _level_text(panel.dates[shift.start], shift)))
    return sales, notes


def _level_text(day: pd.Timestamp, each: LevelShift) -> str:
    much = (
        f"{_amount(each.factor)} times as much"
        if each.factor >= 2
        else f"about {formatting.percent(abs(each.factor - 1), 0)} {'more' if each.factor > 1 else 'less'}"
    )
    return f"Sells {much} since {formatting.date(day)}; earlier sales were scaled to the new level."


def _amount(value: float) -> str:
    """A number of units or times as text: 4,000, 38, 2.5, 0.35."""
    return formatting.units(value) if value >= 100 else f"{value:.3g}" if value < 10 else f"{value:.0f}"
