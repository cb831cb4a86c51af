"""What models learn from: the sales without what would mislead them, each change named; what was sold stays as it is elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from forecasting.core import formatting
from forecasting.core.arrays import FloatArray
from forecasting.core.panel import Panel
from forecasting.training.cleaning import level_shifts, outliers, stockouts
from forecasting.training.cleaning.level_shifts import Break
from forecasting.training.cleaning.outliers import Outlier
from forecasting.training.cleaning.stockouts import Shortage

_ROUNDS = 3
"""A break found first can let an outlier be seen, and the other way round."""


@dataclass(frozen=True, eq=False)
class Cleaned:
    """A panel to learn from.

    Args:
        panel: The same series and days, with other sales where `notes` say so.
        notes: unique_id -> what was changed, one sentence or two each, by day; only series that were changed.
    """

    panel: Panel
    notes: dict[str, tuple[str, ...]]


def clean(panel: Panel) -> Cleaned:
    """Outliers count as a usual day, long shortages as gaps, and days before a break as if its new level had always been.

    Looks at nothing but the panel, so what is known at a cutoff is cleaned by what is known there. Calm series stay as they are.
    """
    notes: list[tuple[int, int, str]] = []
    cleaned = panel
    for _ in range(_ROUNDS):
        before = len(notes)
        for treat in (_orders, _runs, _levels):
            sales, said = treat(cleaned, panel.sales)
            cleaned = replace(cleaned, sales=sales) if said else cleaned
            notes += said
        if len(notes) == before:
            break
    return Cleaned(cleaned, _by_series(panel, notes))


def _by_series(panel: Panel, notes: list[tuple[int, int, str]]) -> dict[str, tuple[str, ...]]:
    texts: dict[str, tuple[str, ...]] = {}
    for row, _, text in sorted(notes):
        name = panel.unique_ids[row]
        texts[name] = (*texts.get(name, ()), text)
    return texts


_Said = list[tuple[int, int, str]]
"""Row, column and what was done there."""


def _orders(panel: Panel, raw: FloatArray) -> tuple[FloatArray, _Said]:
    """Sales with outliers replaced by the usual of their day."""
    sales, said = panel.sales.copy(), []
    for each in outliers.find(panel):
        sales[each.row, each.column] = each.usual
        scale = raw[each.row, each.column] / each.sold
        said.append((each.row, each.column, _order_text(panel, each, scale)))
    return sales, said


def _order_text(panel: Panel, each: Outlier, scale: float) -> str:
    day = formatting.date(panel.dates[each.column])
    return (
        f"{_amount(each.sold * scale)} sold on {day} counts as {_amount(each.usual * scale)}: {_amount(each.sold / each.usual)} times a usual"
        " day, and no other day comes near it. If it will come back, mark such days as promotions (promo = 1);"
        " if it is a mistake, upload the right number."
    )


def _runs(panel: Panel, raw: FloatArray) -> tuple[FloatArray, _Said]:  # noqa: ARG001 - treatments share one signature
    """Sales with shortages as gaps."""
    sales, said = panel.sales.copy(), []
    for each in stockouts.find(panel):
        sales[each.row, each.start : each.stop] = np.nan
        said.append((each.row, each.start, _run_text(panel, each)))
    return sales, said


def _run_text(panel: Panel, each: Shortage) -> str:
    first, last = panel.dates[each.start], panel.dates[each.stop - 1]
    return (
        f"Nothing sold from {formatting.date(first)} to {formatting.date(last)}, though it sells on {formatting.percent(each.often, 0)} of the"
        f" {panel.period.plural} before and after: counts as out of stock, not as no demand."
    )


def _levels(panel: Panel, raw: FloatArray) -> tuple[FloatArray, _Said]:  # noqa: ARG001
    """Sales with the days before a break at its new level."""
    sales, said = panel.sales.copy(), []
    for each in level_shifts.find(panel):
        sales[each.row, : each.start] *= each.factor
        said.append((each.row, each.start, _level_text(panel.dates[each.start], each)))
    return sales, said


def _level_text(day: pd.Timestamp, each: Break) -> str:
    much = (
        f"{_amount(each.factor)} times as much"
        if each.factor >= 2
        else f"about {formatting.percent(abs(each.factor - 1), 0)} {'more' if each.factor > 1 else 'less'}"
    )
    return f"Sells {much} since {formatting.date(day)}; earlier sales were scaled to the new level."


def _amount(value: float) -> str:
    """Units, or how many times, as a person says them: 4,000, 38, 2.5, 0.35."""
    return formatting.units(value) if value >= 100 else f"{value:.3g}" if value < 10 else f"{value:.0f}"
